// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings <-> attributes. Pure but for the list's memory: no socket, no
 * output. What a newer module sends and this file doesn't know is skipped.
 */
#include "model.h"

#include <errno.h>
#include <linux/icmpguard.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/**
 * icmpg_model_add() - append a copy of a setting
 * @list: where to; all zero is an empty list
 * @setting: what
 *
 * Return: 0 or -ENOMEM.
 */
int icmpg_model_add(struct icmpg_settings *list,
		    const struct icmpg_setting *setting)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct icmpg_setting *at;

		at = reallocarray(list->at, room, sizeof(*at));
		if (!at)
			return -ENOMEM;
		list->at = at;
		list->room = room;
	}
	list->at[list->count++] = *setting;
	return 0;
}

/**
 * icmpg_model_clear() - free a list's memory
 * @list: empty afterwards
 */
void icmpg_model_clear(struct icmpg_settings *list)
{
	free(list->at);
	memset(list, 0, sizeof(*list));
}

static int icmpg_model_order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int icmpg_model_compare_prefix(const struct icmpg_prefix *a,
				      const struct icmpg_prefix *b)
{
	/* Devices without an address come last, like an endless family. */
	int ret = icmpg_model_order(a->family - 1, b->family - 1);

	if (!ret)
		ret = memcmp(a->address, b->address, sizeof(a->address));
	if (!ret)
		ret = icmpg_model_order(a->bits, b->bits);
	return ret ? ret : strcmp(a->device, b->device);
}

/**
 * icmpg_model_compare() - the order of a saved file, by what is set
 * @a: a setting
 * @b: another
 *
 * Each class is followed by what it is in one direction, and by its limits.
 * Values aren't looked at.
 *
 * Return: 0 when both set the same thing, else below or above 0.
 */
int icmpg_model_compare(const struct icmpg_setting *a,
			const struct icmpg_setting *b)
{
	enum icmpg_key first = a->key == ICMPG_KEY_LIMIT ?
		ICMPG_KEY_CLASS : a->key;
	enum icmpg_key second = b->key == ICMPG_KEY_LIMIT ?
		ICMPG_KEY_CLASS : b->key;
	int ret = icmpg_model_order(first, second);

	if (!ret)
		ret = icmpg_model_order(a->class, b->class);
	if (!ret)
		ret = icmpg_model_order(a->key, b->key);
	if (!ret)
		ret = icmpg_model_order(a->direction, b->direction);
	if (!ret)
		ret = icmpg_model_order(a->check, b->check);
	if (!ret)
		ret = icmpg_model_order(a->scope, b->scope);
	if (!ret)
		ret = icmpg_model_order(a->family, b->family);
	if (!ret)
		ret = icmpg_model_order(a->type, b->type);
	if (!ret)
		ret = icmpg_model_order(a->code, b->code);
	return ret ? ret : icmpg_model_compare_prefix(&a->prefix, &b->prefix);
}

/**
 * icmpg_model_is_prefix() - is it an entry of a list, of which there are many?
 * @setting: any
 */
bool icmpg_model_is_prefix(const struct icmpg_setting *setting)
{
	return setting->key == ICMPG_KEY_BROADCAST_ALLOW ||
	       setting->key == ICMPG_KEY_EXEMPT;
}

/**
 * icmpg_model_is_entry() - is it something that is there or not?
 * @setting: any
 */
bool icmpg_model_is_entry(const struct icmpg_setting *setting)
{
	return setting->key == ICMPG_KEY_TYPE || icmpg_model_is_prefix(setting);
}

/**
 * icmpg_model_is_same() - do two settings that set the same thing agree?
 * @a: a setting
 * @b: another, icmpg_model_compare() says 0
 */
bool icmpg_model_is_same(const struct icmpg_setting *a,
			 const struct icmpg_setting *b)
{
	return a->value == b->value && a->unit == b->unit &&
	       a->burst == b->burst && a->off == b->off &&
	       a->force == b->force;
}

static int icmpg_model_sort_by(const void *a, const void *b)
{
	return icmpg_model_compare(a, b);
}

/**
 * icmpg_model_sort() - put a list into the order of a saved file
 * @list: no two set the same thing
 */
void icmpg_model_sort(struct icmpg_settings *list)
{
	if (list->count)
		qsort(list->at, list->count, sizeof(*list->at),
		      icmpg_model_sort_by);
}

static void icmpg_model_put_limit(struct icmpg_message *msg,
				  const struct icmpg_setting *setting)
{
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_LIMIT_CLASS, setting->class);
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_LIMIT_SCOPE, setting->scope);
	if (setting->off) {
		icmpg_nlattr_put_flag(msg, ICMPGUARD_A_LIMIT_OFF);
		return;
	}
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_LIMIT_COUNT, setting->value);
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_LIMIT_UNIT, setting->unit);
	if (setting->burst)
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_LIMIT_BURST,
				     setting->burst);
}

static void icmpg_model_put_prefix(struct icmpg_message *msg,
				   const struct icmpg_setting *setting)
{
	const struct icmpg_prefix *prefix = &setting->prefix;

	if (prefix->family) {
		icmpg_nlattr_put(msg, ICMPGUARD_A_PREFIX_ADDRESS,
				 prefix->address,
				 prefix->family == AF_INET ? 4 : 16);
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_PREFIX_BITS,
				     prefix->bits);
	}
	if (prefix->device[0])
		icmpg_nlattr_put_string(msg, ICMPGUARD_A_PREFIX_DEVICE,
					prefix->device);
	if (setting->off)
		icmpg_nlattr_put_flag(msg, ICMPGUARD_A_PREFIX_DELETE);
}

static void icmpg_model_put_class(struct icmpg_message *msg,
				  const struct icmpg_setting *setting)
{
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_CLASS_ID, setting->class);
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_CLASS_ACTION, setting->value);
	if (setting->force)
		icmpg_nlattr_put_flag(msg, ICMPGUARD_A_CLASS_FORCE);
	if (setting->direction)
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_CLASS_DIRECTION,
				     setting->direction);
}

static void icmpg_model_put_type(struct icmpg_message *msg,
				 const struct icmpg_setting *setting)
{
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_TYPE_FAMILY, setting->family);
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_TYPE_TYPE, setting->type);
	if (setting->code != ICMPG_ANY_CODE)
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_TYPE_CODE, setting->code);
	if (setting->off)
		icmpg_nlattr_put_flag(msg, ICMPGUARD_A_TYPE_DELETE);
	else
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_TYPE_ACTION,
				     setting->value);
	if (setting->force)
		icmpg_nlattr_put_flag(msg, ICMPGUARD_A_TYPE_FORCE);
}

static void icmpg_model_put_inside(struct icmpg_message *msg,
				   const struct icmpg_setting *setting)
{
	switch (setting->key) {
	case ICMPG_KEY_CLASS:
		icmpg_model_put_class(msg, setting);
		break;
	case ICMPG_KEY_TYPE:
		icmpg_model_put_type(msg, setting);
		break;
	case ICMPG_KEY_LIMIT:
		icmpg_model_put_limit(msg, setting);
		break;
	case ICMPG_KEY_CHECK:
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_CHECK_ID, setting->check);
		icmpg_nlattr_put_u8(msg, ICMPGUARD_A_CHECK_ENABLED,
				    setting->value > 0);
		if (setting->value > 1)
			icmpg_nlattr_put_u8(msg, ICMPGUARD_A_CHECK_TRANSIT, 1);
		break;
	case ICMPG_KEY_WIDTH:
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WIDTH_SCOPE,
				     setting->scope);
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WIDTH_FAMILY,
				     setting->family);
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WIDTH_BITS,
				     setting->value);
		break;
	default:
		icmpg_model_put_prefix(msg, setting);
		break;
	}
}

/* The attribute of the message that holds a key's settings. */
static const uint16_t icmpg_model_type[] = {
	[ICMPG_KEY_MODE] = ICMPGUARD_A_CONFIG_MODE,
	[ICMPG_KEY_MAX_MESSAGE] = ICMPGUARD_A_CONFIG_MAX_MESSAGE,
	[ICMPG_KEY_TABLE_SIZE] = ICMPGUARD_A_CONFIG_TABLE_SIZE,
	[ICMPG_KEY_CANDIDATE_SIZE] = ICMPGUARD_A_CONFIG_CANDIDATE_SIZE,
	[ICMPG_KEY_KNOWN_FIRST] = ICMPGUARD_A_CONFIG_KNOWN_FIRST,
	[ICMPG_KEY_RANDOMISE] = ICMPGUARD_A_CONFIG_RANDOMISE,
	[ICMPG_KEY_BRIDGED] = ICMPGUARD_A_CONFIG_BRIDGED,
	[ICMPG_KEY_CHECK] = ICMPGUARD_A_CONFIG_CHECK,
	[ICMPG_KEY_WIDTH] = ICMPGUARD_A_CONFIG_WIDTH,
	[ICMPG_KEY_CLASS] = ICMPGUARD_A_CONFIG_CLASS,
	[ICMPG_KEY_LIMIT] = ICMPGUARD_A_CONFIG_LIMIT,
	[ICMPG_KEY_TYPE] = ICMPGUARD_A_CONFIG_TYPE,
	[ICMPG_KEY_BROADCAST_ALLOW] = ICMPGUARD_A_CONFIG_BROADCAST_ALLOW,
	[ICMPG_KEY_EXEMPT] = ICMPGUARD_A_CONFIG_EXEMPTION,
};

/**
 * icmpg_model_put() - append a setting to a request
 * @msg: a config-set
 * @setting: at most 64 bytes as attributes
 */
void icmpg_model_put(struct icmpg_message *msg,
		     const struct icmpg_setting *setting)
{
	uint16_t type = icmpg_model_type[setting->key];
	uint32_t nest;

	switch (setting->key) {
	case ICMPG_KEY_MODE:
	case ICMPG_KEY_MAX_MESSAGE:
	case ICMPG_KEY_TABLE_SIZE:
	case ICMPG_KEY_CANDIDATE_SIZE:
		icmpg_nlattr_put_u32(msg, type, setting->value);
		break;
	case ICMPG_KEY_KNOWN_FIRST:
	case ICMPG_KEY_RANDOMISE:
	case ICMPG_KEY_BRIDGED:
		icmpg_nlattr_put_u8(msg, type, (uint8_t)setting->value);
		break;
	default:
		nest = icmpg_nlattr_nest_begin(msg, type);
		icmpg_model_put_inside(msg, setting);
		icmpg_nlattr_nest_end(msg, nest);
		break;
	}
}

/* Where the number of a nested attribute goes; NULL when it is none. */
static uint32_t *icmpg_model_field(struct icmpg_setting *setting, uint16_t type)
{
	uint32_t *const class[] = {
		[ICMPGUARD_A_CLASS_ID] = &setting->class,
		[ICMPGUARD_A_CLASS_ACTION] = &setting->value,
		[ICMPGUARD_A_CLASS_DIRECTION] = &setting->direction,
	};
	uint32_t *const kind[] = {
		[ICMPGUARD_A_TYPE_FAMILY] = &setting->family,
		[ICMPGUARD_A_TYPE_TYPE] = &setting->type,
		[ICMPGUARD_A_TYPE_CODE] = &setting->code,
		[ICMPGUARD_A_TYPE_ACTION] = &setting->value,
	};
	uint32_t *const limit[] = {
		[ICMPGUARD_A_LIMIT_CLASS] = &setting->class,
		[ICMPGUARD_A_LIMIT_SCOPE] = &setting->scope,
		[ICMPGUARD_A_LIMIT_COUNT] = &setting->value,
		[ICMPGUARD_A_LIMIT_UNIT] = &setting->unit,
		[ICMPGUARD_A_LIMIT_BURST] = &setting->burst,
	};
	uint32_t *const check[] = {
		[ICMPGUARD_A_CHECK_ID] = &setting->check,
		[ICMPGUARD_A_CHECK_ENABLED] = &setting->value,
	};
	uint32_t *const width[] = {
		[ICMPGUARD_A_WIDTH_SCOPE] = &setting->scope,
		[ICMPGUARD_A_WIDTH_FAMILY] = &setting->family,
		[ICMPGUARD_A_WIDTH_BITS] = &setting->value,
	};
	uint32_t *const prefix[] = {
		[ICMPGUARD_A_PREFIX_BITS] = &setting->prefix.bits,
	};

#define ICMPG_MODEL_PICK(array)						\
	(type < sizeof(array) / sizeof((array)[0]) ? (array)[type] : NULL)
	switch (setting->key) {
	case ICMPG_KEY_CLASS:
		return ICMPG_MODEL_PICK(class);
	case ICMPG_KEY_TYPE:
		return ICMPG_MODEL_PICK(kind);
	case ICMPG_KEY_LIMIT:
		return ICMPG_MODEL_PICK(limit);
	case ICMPG_KEY_CHECK:
		return ICMPG_MODEL_PICK(check);
	case ICMPG_KEY_WIDTH:
		return ICMPG_MODEL_PICK(width);
	default:
		return ICMPG_MODEL_PICK(prefix);
	}
#undef ICMPG_MODEL_PICK
}

/* What isn't a number inside an exemption or an allowed group. */
static bool icmpg_model_get_prefix(const struct icmpg_attribute *attr,
				   struct icmpg_setting *setting)
{
	struct icmpg_prefix *prefix = &setting->prefix;

	switch (attr->type) {
	case ICMPGUARD_A_PREFIX_ADDRESS:
		if (attr->size != 4 && attr->size != 16)
			return false;
		prefix->family = attr->size == 4 ? AF_INET : AF_INET6;
		memcpy(prefix->address, attr->data, attr->size);
		return true;
	case ICMPGUARD_A_PREFIX_DEVICE:
		return icmpg_nlattr_get_string(attr, prefix->device,
					       sizeof(prefix->device));
	case ICMPGUARD_A_PREFIX_DELETE:
		setting->off = true;
		return true;
	default:
		return true;
	}
}

/* A check that is on: is it for all? Comes after what says that it is on. */
static bool icmpg_model_get_transit(const struct icmpg_attribute *attr,
				    struct icmpg_setting *setting)
{
	uint32_t transit;

	if (!icmpg_nlattr_get_u32(attr, &transit))
		return false;
	if (setting->value && transit)
		setting->value = 2;
	return true;
}

/* One attribute inside a setting's nest; false when it makes no sense. */
static bool icmpg_model_get_inside(const struct icmpg_attribute *attr,
				   struct icmpg_setting *setting)
{
	uint32_t *field = icmpg_model_field(setting, attr->type);

	if (field)
		return icmpg_nlattr_get_u32(attr, field);
	switch (setting->key) {
	case ICMPG_KEY_CLASS:
		if (attr->type == ICMPGUARD_A_CLASS_FORCE)
			setting->force = true;
		return true;
	case ICMPG_KEY_TYPE:
		if (attr->type == ICMPGUARD_A_TYPE_FORCE)
			setting->force = true;
		if (attr->type == ICMPGUARD_A_TYPE_DELETE)
			setting->off = true;
		return true;
	case ICMPG_KEY_LIMIT:
		if (attr->type == ICMPGUARD_A_LIMIT_OFF)
			setting->off = true;
		return true;
	case ICMPG_KEY_CHECK:
		return attr->type != ICMPGUARD_A_CHECK_TRANSIT ||
		       icmpg_model_get_transit(attr, setting);
	case ICMPG_KEY_BROADCAST_ALLOW:
	case ICMPG_KEY_EXEMPT:
		return icmpg_model_get_prefix(attr, setting);
	default:
		return true;
	}
}

/* Has a setting that was told all that it needs? */
static bool icmpg_model_is_whole(const struct icmpg_setting *setting)
{
	const struct icmpg_prefix *prefix = &setting->prefix;

	switch (setting->key) {
	case ICMPG_KEY_CLASS:
		return setting->class && setting->value;
	case ICMPG_KEY_LIMIT:
		return setting->class && setting->scope &&
		       (setting->off || (setting->value && setting->unit));
	case ICMPG_KEY_TYPE:
		return (setting->family == AF_INET ||
			setting->family == AF_INET6) && setting->type < 256 &&
		       setting->code <= ICMPG_ANY_CODE &&
		       (setting->off || setting->value);
	case ICMPG_KEY_CHECK:
		return setting->check;
	case ICMPG_KEY_WIDTH:
		return setting->scope && setting->family;
	case ICMPG_KEY_BROADCAST_ALLOW:
	case ICMPG_KEY_EXEMPT:
		return (prefix->family || prefix->device[0]) &&
		       prefix->bits <= (prefix->family == AF_INET ? 32 : 128);
	default:
		return true;
	}
}

/**
 * icmpg_model_get() - read a setting that the kernel told
 * @attr: an attribute of a config-get
 * @setting: takes it
 *
 * Return: whether @attr is a setting, and one that makes sense.
 */
bool icmpg_model_get(const struct icmpg_attribute *attr,
		     struct icmpg_setting *setting)
{
	struct icmpg_attribute inside;
	struct icmpg_cursor cursor;
	uint32_t key;

	memset(setting, 0, sizeof(*setting));
	for (key = ICMPG_KEY_MODE; key <= ICMPG_KEY_EXEMPT; key++)
		if (icmpg_model_type[key] == attr->type)
			break;
	if (key > ICMPG_KEY_EXEMPT)
		return false;
	setting->key = key;
	if (key == ICMPG_KEY_TYPE)
		setting->code = ICMPG_ANY_CODE;
	if (key <= ICMPG_KEY_BRIDGED)
		return icmpg_nlattr_get_u32(attr, &setting->value);
	cursor = icmpg_nlattr_nested(attr);
	while (icmpg_nlattr_next(&cursor, &inside))
		if (!icmpg_model_get_inside(&inside, setting))
			return false;
	return icmpg_model_is_whole(setting);
}

/**
 * icmpg_model_word() - which word of a line an attribute was made from
 * @setting: the line
 * @type: of an attribute inside its nest
 *
 * Return: the word's place, the key's is 0; beyond the last word when it was
 * left out.
 */
unsigned int icmpg_model_word(const struct icmpg_setting *setting,
			      uint16_t type)
{
	/* The words come in the order of the numbers, but where said here. */
	switch (setting->key) {
	case ICMPG_KEY_LIMIT:
		if (type == ICMPGUARD_A_LIMIT_OFF ||
		    type == ICMPGUARD_A_LIMIT_UNIT)
			return 3;
		return type;
	case ICMPG_KEY_CHECK:
		return type == ICMPGUARD_A_CHECK_TRANSIT ? 2 : type;
	case ICMPG_KEY_TYPE:
		if (type < ICMPGUARD_A_TYPE_CODE)
			return type;
		/* `code N` may stand before these. */
		return (type == ICMPGUARD_A_TYPE_CODE ? 4 :
			type == ICMPGUARD_A_TYPE_FORCE ? 4 : 3) +
		       (type != ICMPGUARD_A_TYPE_CODE &&
			setting->code != ICMPG_ANY_CODE ? 2 : 0);
	case ICMPG_KEY_CLASS:
		if (type == ICMPGUARD_A_CLASS_DIRECTION)
			return 3;
		return type == ICMPGUARD_A_CLASS_FORCE && setting->direction ?
			4 : type;
	case ICMPG_KEY_WIDTH:
		return type;
	case ICMPG_KEY_BROADCAST_ALLOW:
	case ICMPG_KEY_EXEMPT:
		if (type == ICMPGUARD_A_PREFIX_DEVICE)
			return setting->prefix.family ? 3 : 2;
		return type == ICMPGUARD_A_PREFIX_DELETE ? 2 : 1;
	default:
		return 1;
	}
}
