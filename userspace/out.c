// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings as lines of text, and errors as one line on stderr.
 */
#include "out.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/icmpguard.h>
#include <stdarg.h>
#include <string.h>

/* One line, whatever the parts of it hold: the kernel's words, file names. */
static void icmpg_out_line(const char *start, const char *format, va_list args)
{
	char text[2048];
	char *c;

	vsnprintf(text, sizeof(text), format, args);
	for (c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	while (c > text && c[-1] == ' ')
		*--c = '\0';
	fprintf(stderr, "icmpguard: %s%s\n", start, text);
}

/**
 * icmpg_out_error() - say what went wrong
 * @status: what to exit with
 * @format: what was wrong, and what would be right
 *
 * Return: @status.
 */
int icmpg_out_error(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	icmpg_out_line("", format, args);
	va_end(args);
	return status;
}

/**
 * icmpg_out_note() - say something on the side, on stderr
 * @format: what
 */
void icmpg_out_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	icmpg_out_line("note: ", format, args);
	va_end(args);
}

/**
 * icmpg_out_finish() - has everything been written?
 * @status: what to exit with if so
 *
 * Return: @status, or ICMPG_FAILED in the place of ICMPG_DONE.
 */
int icmpg_out_finish(int status)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fflush(stdout))
		failed = true;
	if (!failed || status != ICMPG_DONE)
		return status;
	return icmpg_out_error(ICMPG_FAILED, "standard output: %s",
			       errno ? strerror(errno) : "writing failed");
}

/**
 * icmpg_out_prefix() - as in `PREFIX dev IFNAME`
 * @prefix: what
 */
struct icmpg_text icmpg_out_prefix(const struct icmpg_prefix *prefix)
{
	char address[INET6_ADDRSTRLEN] = "";
	struct icmpg_text text = { .text = "" };
	int used = 0;

	if (prefix->family) {
		inet_ntop((int)prefix->family, prefix->address, address,
			  sizeof(address));
		used = snprintf(text.text, sizeof(text.text), "%s/%u",
				address, prefix->bits);
	}
	if (prefix->device[0])
		snprintf(text.text + used, sizeof(text.text) - (size_t)used,
			 "%sdev %s", used ? " " : "", prefix->device);
	return text;
}

/**
 * icmpg_out_size() - with the largest suffix that divides it
 * @bytes: the size
 */
struct icmpg_text icmpg_out_size(uint32_t bytes)
{
	static const char *const suffix[] = { "", "K", "M", "G" };
	struct icmpg_text text;
	unsigned int i = 0;

	while (bytes && i < 3 && bytes % 1024 == 0) {
		bytes /= 1024;
		i++;
	}
	snprintf(text.text, sizeof(text.text), "%u%s", bytes, suffix[i]);
	return text;
}

static void icmpg_out_limit(const struct icmpg_setting *setting, char *buf,
			    size_t size)
{
	struct icmpg_name class, scope, unit;

	class = icmpg_names_print(&icmpg_names_limit_class, setting->class);
	scope = icmpg_names_print(&icmpg_names_scope, setting->scope);
	unit = icmpg_names_print(&icmpg_names_unit, setting->unit);
	if (setting->off)
		snprintf(buf, size, "limit %s %s off", class.text, scope.text);
	else if (setting->burst)
		snprintf(buf, size, "limit %s %s %u/%s burst %u", class.text,
			 scope.text, setting->value, unit.text,
			 setting->burst);
	else
		snprintf(buf, size, "limit %s %s %u/%s", class.text,
			 scope.text, setting->value, unit.text);
}

static const char *icmpg_out_switch(uint32_t value)
{
	return icmpg_names_word(&icmpg_names_switch,
				value ? ICMPG_SWITCH_ON : ICMPG_SWITCH_OFF);
}

/**
 * icmpg_out_check() - the value of a check
 * @setting: of key check
 *
 * Return: a word.
 */
const char *icmpg_out_check(const struct icmpg_setting *setting)
{
	if (icmpg_names_has_reach(setting->check))
		return icmpg_names_word(&icmpg_names_reach,
					setting->value + ICMPG_REACH_OFF);
	return icmpg_out_switch(setting->value);
}

static void icmpg_out_class(const struct icmpg_setting *setting, char *buf,
			    size_t size)
{
	struct icmpg_name class, action, direction = { .text = "" };

	class = icmpg_names_print(&icmpg_names_class, setting->class);
	action = icmpg_names_print(&icmpg_names_action, setting->value);
	if (setting->direction)
		direction = icmpg_names_print(&icmpg_names_direction,
					      setting->direction);
	snprintf(buf, size, "class %s %s%s%s%s", class.text, action.text,
		 setting->direction ? " " : "", direction.text,
		 setting->force ? " force" : "");
}

static void icmpg_out_type(const struct icmpg_setting *setting, char *buf,
			   size_t size)
{
	struct icmpg_name protocol, action = { .text = "off" };
	char code[16] = "";

	protocol = icmpg_names_print(&icmpg_names_protocol, setting->family);
	if (setting->code != ICMPG_ANY_CODE)
		snprintf(code, sizeof(code), " code %u", setting->code);
	if (!setting->off)
		action = icmpg_names_print(&icmpg_names_action, setting->value);
	snprintf(buf, size, "type %s %u%s %s%s", protocol.text, setting->type,
		 code, action.text, setting->force ? " force" : "");
}

/* What comes after the key where that is more than one word. */
static void icmpg_out_words(const struct icmpg_setting *setting, char *buf,
			    size_t size)
{
	struct icmpg_name a, b;

	switch (setting->key) {
	case ICMPG_KEY_CHECK:
		a = icmpg_names_print(&icmpg_names_check, setting->check);
		snprintf(buf, size, "check %s %s", a.text,
			 icmpg_out_check(setting));
		break;
	case ICMPG_KEY_WIDTH:
		a = icmpg_names_print(&icmpg_names_scope, setting->scope);
		b = icmpg_names_print(&icmpg_names_family, setting->family);
		snprintf(buf, size, "width %s %s %u", a.text, b.text,
			 setting->value);
		break;
	case ICMPG_KEY_CLASS:
		icmpg_out_class(setting, buf, size);
		break;
	case ICMPG_KEY_TYPE:
		icmpg_out_type(setting, buf, size);
		break;
	default:
		icmpg_out_limit(setting, buf, size);
		break;
	}
}

/**
 * icmpg_out_setting() - a setting as a line of a saved file
 * @setting: what
 */
struct icmpg_text icmpg_out_setting(const struct icmpg_setting *setting)
{
	const char *key = icmpg_names_word(&icmpg_names_key, setting->key);
	struct icmpg_text line;
	char *buf = line.text;
	size_t size = sizeof(line.text);

	switch (setting->key) {
	case ICMPG_KEY_MODE:
		snprintf(buf, size, "%s %s", key,
			 icmpg_names_print(&icmpg_names_mode,
					   setting->value).text);
		break;
	case ICMPG_KEY_MAX_MESSAGE:
		snprintf(buf, size, "%s %u", key, setting->value);
		break;
	case ICMPG_KEY_TABLE_SIZE:
	case ICMPG_KEY_CANDIDATE_SIZE:
		snprintf(buf, size, "%s %.16s", key,
			 icmpg_out_size(setting->value).text);
		break;
	case ICMPG_KEY_KNOWN_FIRST:
	case ICMPG_KEY_RANDOMISE:
	case ICMPG_KEY_BRIDGED:
		snprintf(buf, size, "%s %s", key,
			 icmpg_out_switch(setting->value));
		break;
	case ICMPG_KEY_BROADCAST_ALLOW:
	case ICMPG_KEY_EXEMPT:
		snprintf(buf, size, "%s %.100s", key,
			 icmpg_out_prefix(&setting->prefix).text);
		break;
	default:
		icmpg_out_words(setting, buf, size);
		break;
	}
	return line;
}

/**
 * icmpg_out_is_known() - would restore understand this setting?
 * @setting: as the kernel told it, perhaps a newer one
 */
bool icmpg_out_is_known(const struct icmpg_setting *setting)
{
	switch (setting->key) {
	case ICMPG_KEY_MODE:
		return icmpg_names_word(&icmpg_names_mode, setting->value);
	case ICMPG_KEY_CHECK:
		return icmpg_names_word(&icmpg_names_check, setting->check);
	case ICMPG_KEY_WIDTH:
		return icmpg_names_word(&icmpg_names_scope, setting->scope) &&
		       icmpg_names_word(&icmpg_names_family, setting->family);
	case ICMPG_KEY_CLASS:
		return icmpg_names_word(&icmpg_names_class, setting->class) &&
		       icmpg_names_word(&icmpg_names_action, setting->value) &&
		       (!setting->direction ||
			icmpg_names_word(&icmpg_names_direction,
					 setting->direction));
	case ICMPG_KEY_TYPE:
		return setting->off ||
		       icmpg_names_word(&icmpg_names_action, setting->value);
	case ICMPG_KEY_LIMIT:
		return icmpg_names_word(&icmpg_names_limit_class,
					setting->class) &&
		       icmpg_names_word(&icmpg_names_scope, setting->scope) &&
		       (setting->off ||
			icmpg_names_word(&icmpg_names_unit, setting->unit));
	default:
		return true;
	}
}

/**
 * icmpg_out_settings() - a list as a saved file
 * @file: where to
 * @list: sorted
 *
 * What a newer module told in numbers only is written as a comment.
 */
void icmpg_out_settings(FILE *file, const struct icmpg_settings *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		fprintf(file, "%s%s\n",
			icmpg_out_is_known(&list->at[i]) ? "" :
			"# not known to this tool: ",
			icmpg_out_setting(&list->at[i]).text);
}
