// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON: one document for each command. Its keys are the words of the grammar;
 * tests/schema.json describes it.
 */
#include "out.h"

#include <errno.h>
#include <stdlib.h>

/**
 * icmpg_out_document() - the start of a document
 * @netns: the namespace as it was typed; NULL for the tool's own
 *
 * Return: the caller's; NULL without memory, which the others here bear.
 */
json_t *icmpg_out_document(const char *netns)
{
	json_t *document = json_object();

	icmpg_out_put(document, "version", json_integer(1));
	icmpg_out_put(document, "netns",
		      netns ? icmpg_out_string(netns) : json_null());
	return document;
}

/**
 * icmpg_out_string() - a string, whatever its bytes
 * @text: bytes that aren't UTF-8 are escaped as the errors escape them
 */
json_t *icmpg_out_string(const char *text)
{
	json_t *string = json_string(text);
	char escaped[4 * 255 + 1];
	size_t used = 0;

	if (string)
		return string;
	for (; *text && used + 5 <= sizeof(escaped); text++)
		used += (size_t)snprintf(escaped + used, 5,
					 (unsigned char)*text < 0x80 ? "%c" :
					 "\\x%02x", (unsigned char)*text);
	escaped[used] = '\0';
	return json_string(escaped);
}

/**
 * icmpg_out_put() - set a member
 * @object: where
 * @key: its name
 * @value: given away
 *
 * A member that is lost for want of memory ends the program: half a document
 * would be a lie.
 */
void icmpg_out_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		exit(icmpg_out_error(ICMPG_FAILED, "out of memory"));
}

/**
 * icmpg_out_member() - the object inside an object; made when it isn't there
 * @object: where
 * @key: its name
 *
 * Return: @object's.
 */
json_t *icmpg_out_member(json_t *object, const char *key)
{
	json_t *member = json_object_get(object, key);

	if (!member) {
		icmpg_out_put(object, key, json_object());
		member = json_object_get(object, key);
	}
	return member;
}

static json_t *icmpg_out_rate(const struct icmpg_setting *setting)
{
	json_t *rate;

	if (setting->off)
		return json_null();
	rate = json_object();
	icmpg_out_put(rate, "count", json_integer(setting->value));
	icmpg_out_put(rate, "unit", icmpg_out_string(
		icmpg_names_print(&icmpg_names_unit, setting->unit).text));
	icmpg_out_put(rate, "burst", json_integer(setting->burst));
	return rate;
}

static void icmpg_out_json_class(json_t *classes,
				 const struct icmpg_setting *setting)
{
	json_t *class = icmpg_out_member(classes,
		icmpg_names_print(&icmpg_names_class, setting->class).text);

	/* What it is in one direction stands inside. */
	if (setting->direction)
		class = icmpg_out_member(class,
			icmpg_names_print(&icmpg_names_direction,
					  setting->direction).text);
	icmpg_out_put(class, "action", icmpg_out_string(
		icmpg_names_print(&icmpg_names_action, setting->value).text));
	icmpg_out_put(class, "force", json_boolean(setting->force));
}

static json_t *icmpg_out_type_object(const struct icmpg_setting *setting)
{
	json_t *type = json_object();

	icmpg_out_put(type, "protocol", icmpg_out_string(
		icmpg_names_print(&icmpg_names_protocol, setting->family).text));
	icmpg_out_put(type, "type", json_integer(setting->type));
	icmpg_out_put(type, "code", setting->code == ICMPG_ANY_CODE ?
		      json_null() : json_integer(setting->code));
	icmpg_out_put(type, "action", setting->off ? json_null() :
		      icmpg_out_string(icmpg_names_print(&icmpg_names_action,
							 setting->value).text));
	icmpg_out_put(type, "force", json_boolean(setting->force));
	return type;
}

static json_t *icmpg_out_exemption(const struct icmpg_prefix *prefix)
{
	struct icmpg_prefix bare = *prefix;
	json_t *exemption = json_object();

	bare.device[0] = '\0';
	icmpg_out_put(exemption, "prefix", prefix->family ?
		      icmpg_out_string(icmpg_out_prefix(&bare).text) :
		      json_null());
	icmpg_out_put(exemption, "dev", prefix->device[0] ?
		      icmpg_out_string(prefix->device) : json_null());
	return exemption;
}

static void icmpg_out_append(json_t *document, const char *key, json_t *value)
{
	json_t *array = json_object_get(document, key);

	if (!array) {
		icmpg_out_put(document, key, json_array());
		array = json_object_get(document, key);
	}
	if (json_array_append_new(array, value))
		exit(icmpg_out_error(ICMPG_FAILED, "out of memory"));
}

/* The keys whose members have a name of their own. */
static void icmpg_out_json_named(json_t *member,
				 const struct icmpg_setting *setting)
{
	struct icmpg_name scope;

	scope = icmpg_names_print(&icmpg_names_scope, setting->scope);
	switch (setting->key) {
	case ICMPG_KEY_CHECK:
		icmpg_out_put(member, icmpg_names_print(&icmpg_names_check,
							setting->check).text,
			      icmpg_names_has_reach(setting->check) ?
			      json_string(icmpg_out_check(setting)) :
			      json_boolean(setting->value));
		break;
	case ICMPG_KEY_WIDTH:
		icmpg_out_put(icmpg_out_member(member, scope.text),
			      icmpg_names_print(&icmpg_names_family,
						setting->family).text,
			      json_integer(setting->value));
		break;
	case ICMPG_KEY_CLASS:
		icmpg_out_json_class(member, setting);
		break;
	default:
		member = icmpg_out_member(member,
			icmpg_names_print(&icmpg_names_limit_class,
					  setting->class).text);
		icmpg_out_put(member, scope.text, icmpg_out_rate(setting));
		break;
	}
}

/**
 * icmpg_out_json_setting() - add a setting to a document
 * @document: one in the shape of `show`
 * @setting: what
 */
void icmpg_out_json_setting(json_t *document,
			    const struct icmpg_setting *setting)
{
	const char *key = icmpg_names_word(&icmpg_names_key, setting->key);

	switch (setting->key) {
	case ICMPG_KEY_MODE:
		icmpg_out_put(document, key, icmpg_out_string(
			icmpg_names_print(&icmpg_names_mode,
					  setting->value).text));
		break;
	case ICMPG_KEY_MAX_MESSAGE:
	case ICMPG_KEY_TABLE_SIZE:
	case ICMPG_KEY_CANDIDATE_SIZE:
		icmpg_out_put(document, key, json_integer(setting->value));
		break;
	case ICMPG_KEY_KNOWN_FIRST:
	case ICMPG_KEY_RANDOMISE:
	case ICMPG_KEY_BRIDGED:
		icmpg_out_put(document, key, json_boolean(setting->value));
		break;
	case ICMPG_KEY_TYPE:
		icmpg_out_append(document, key,
				 icmpg_out_type_object(setting));
		break;
	case ICMPG_KEY_BROADCAST_ALLOW:
		icmpg_out_append(document, key, icmpg_out_string(
			icmpg_out_prefix(&setting->prefix).text));
		break;
	case ICMPG_KEY_EXEMPT:
		icmpg_out_append(document, key,
				 icmpg_out_exemption(&setting->prefix));
		break;
	default:
		icmpg_out_json_named(icmpg_out_member(document, key), setting);
		break;
	}
}

/**
 * icmpg_out_json() - write a document to stdout
 * @document: given away
 * @flags: JSON_INDENT(2) for a reader, JSON_COMPACT for a line
 *
 * Return: ICMPG_DONE; icmpg_out_finish() sees what couldn't be written.
 */
int icmpg_out_json(json_t *document, size_t flags)
{
	/* What was interrupted isn't tried again: it would wait again. */
	if (!json_dumpf(document, stdout, flags) || errno != EINTR)
		putchar('\n');
	json_decref(document);
	return ICMPG_DONE;
}
