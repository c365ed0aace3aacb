// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an operator says about single types of messages: changes of the list,
 * what is valid, what is computed from it, and the search in it that packets
 * do. Changes: process context, of settings that aren't in force; no lock.
 * Search: any. Also built in userspace: knows neither skb nor namespace.
 */
#include <linux/errno.h>
#include <linux/icmp.h>
#include <linux/netlink.h>
#include <linux/string.h>

#include "classify_type.h"

static int icmpg_types_compare(const struct icmpg_type_setting *left,
			       u8 family, u8 type, u16 code)
{
	if (left->family != family)
		return left->family - family;
	if (left->type != type)
		return left->type - type;
	return left->code - code;
}

/* The first one that isn't before it. */
static u32 icmpg_types_place(const struct icmpg_settings *set, u8 family,
			     u8 type, u16 code)
{
	u32 low = 0, high = set->type_count;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (icmpg_types_compare(&set->type[middle], family, type,
					code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/**
 * icmpg_types_find() - what is said about a type and a code
 * @set: the settings
 * @family: enum icmpg_family
 * @type: ICMP type
 * @code: ICMP code, or ICMPG_ANY_CODE; nothing else is looked for
 *
 * Context: any; at most 8 steps.
 * Return: @set's, or NULL if there is none.
 */
const struct icmpg_type_setting *
icmpg_types_find(const struct icmpg_settings *set, u8 family, u8 type, u16 code)
{
	u32 place = icmpg_types_place(set, family, type, code);

	if (place == set->type_count ||
	    icmpg_types_compare(&set->type[place], family, type, code))
		return NULL;
	return &set->type[place];
}

/**
 * icmpg_types_set() - say something about a type
 * @set: the settings
 * @setting: replaces what was said about the same type and code
 * @extack: gets a sentence
 *
 * Context: process.
 * Return: 0 or -ENOSPC.
 */
int icmpg_types_set(struct icmpg_settings *set,
		    const struct icmpg_type_setting *setting,
		    struct netlink_ext_ack *extack)
{
	u32 place = icmpg_types_place(set, setting->family, setting->type,
				      setting->code);

	if (place < set->type_count &&
	    !icmpg_types_compare(&set->type[place], setting->family,
				 setting->type, setting->code)) {
		set->type[place] = *setting;
		return 0;
	}
	if (set->type_count == ICMPGUARD_TYPES_MAX) {
		NL_SET_ERR_MSG(extack,
			       "at most 128 types and codes can have an action of their own");
		return -ENOSPC;
	}
	memmove(&set->type[place + 1], &set->type[place],
		(set->type_count - place) * sizeof(set->type[0]));
	set->type[place] = *setting;
	set->type_count++;
	return 0;
}

/**
 * icmpg_types_delete() - let the class say what is done with a type
 * @set: the settings
 * @setting: its action isn't looked at; one that isn't there is fine
 *
 * Context: process.
 */
void icmpg_types_delete(struct icmpg_settings *set,
			const struct icmpg_type_setting *setting)
{
	u32 place = icmpg_types_place(set, setting->family, setting->type,
				      setting->code);

	if (place == set->type_count ||
	    icmpg_types_compare(&set->type[place], setting->family,
				setting->type, setting->code))
		return;
	set->type_count--;
	memmove(&set->type[place], &set->type[place + 1],
		(set->type_count - place) * sizeof(set->type[0]));
}

/**
 * icmpg_types_check() - may these types be treated like this?
 * @set: the whole
 * @extack: gets a sentence
 *
 * Whether a class has the limits that a type with action limit needs is asked
 * by icmpg_settings_check_class().
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int icmpg_types_check(const struct icmpg_settings *set,
		      struct netlink_ext_ack *extack)
{
	u32 i;

	for (i = 0; i < set->type_count; i++) {
		const struct icmpg_type_setting *at = &set->type[i];

		if (at->action != ICMPGUARD_ACTION_DROP || at->force ||
		    !icmpg_classify_is_guarded(at->family, at->type, at->code))
			continue;
		NL_SET_ERR_MSG(extack,
			       "the network needs messages of this type (their class is guarded): to drop them all the same, add force; or name a code");
		return -EINVAL;
	}
	return 0;
}

/* Of all codes of a type one has a class of its own: fragmentation needed. */
static bool icmpg_types_is_of(const struct icmpg_type_setting *at, u8 class)
{
	if (at->code != ICMPG_ANY_CODE)
		return icmpg_classify_type(at->family, at->type,
					   at->code) == class;
	return icmpg_classify_type(at->family, at->type, 0) == class ||
	       icmpg_classify_type(at->family, at->type,
				   ICMP_FRAG_NEEDED) == class;
}

/**
 * icmpg_types_limits() - has a type of this class the action limit?
 * @set: the settings
 * @class: enum icmpguard_class
 *
 * Context: any.
 * Return: true if so.
 */
bool icmpg_types_limits(const struct icmpg_settings *set, u8 class)
{
	u32 i;

	for (i = 0; i < set->type_count; i++) {
		const struct icmpg_type_setting *at = &set->type[i];

		if (at->action == ICMPGUARD_ACTION_LIMIT &&
		    icmpg_types_is_of(at, class))
			return true;
	}
	return false;
}

/**
 * icmpg_types_build() - what packets read of the types
 * @config: its settings are there
 *
 * Context: any.
 */
void icmpg_types_build(struct icmpg_config *config)
{
	const struct icmpg_settings *set = &config->set;
	u32 i;

	for (i = 0; i < set->type_count; i++) {
		const struct icmpg_type_setting *at = &set->type[i];

		config->type[at->family][at->type] |=
			at->code == ICMPG_ANY_CODE ? at->action :
						     ICMPG_TYPE_BY_CODE;
	}
}
