// SPDX-License-Identifier: GPL-2.0-only
/*
 * Types of messages and their classes, in both directions. Pure: no skb, clock,
 * lock or memory. Also built in userspace. Must not know the configuration.
 */
#include "classify_type.h"

#include <linux/icmp.h>

/* UAPI: each type number of each family is in exactly one class. */
static const u8 icmpg_classify_table[ICMPG_FAMILIES][256] = {
	[ICMPG_IPV4] = {
		[0] = ICMPGUARD_CLASS_ECHO_REPLY,
		[1 ... 2] = ICMPGUARD_CLASS_OTHER,
		[3] = ICMPGUARD_CLASS_UNREACHABLE,
		[4] = ICMPGUARD_CLASS_SOURCE_QUENCH,
		[5] = ICMPGUARD_CLASS_REDIRECT,
		[6] = ICMPGUARD_CLASS_DEPRECATED,
		[7] = ICMPGUARD_CLASS_OTHER,
		[8] = ICMPGUARD_CLASS_ECHO_REQUEST,
		[9 ... 10] = ICMPGUARD_CLASS_ROUTER_DISCOVERY,
		[11] = ICMPGUARD_CLASS_TIME_EXCEEDED,
		[12] = ICMPGUARD_CLASS_PARAMETER_PROBLEM,
		[13 ... 14] = ICMPGUARD_CLASS_TIMESTAMP,
		[15 ... 18] = ICMPGUARD_CLASS_DEPRECATED,
		[19 ... 29] = ICMPGUARD_CLASS_OTHER,
		[30 ... 39] = ICMPGUARD_CLASS_DEPRECATED,
		[40 ... 41] = ICMPGUARD_CLASS_OTHER,
		[42] = ICMPGUARD_CLASS_PROBE_REQUEST,
		[43] = ICMPGUARD_CLASS_PROBE_REPLY,
		[44 ... 255] = ICMPGUARD_CLASS_OTHER,
	},
	[ICMPG_IPV6] = {
		[0] = ICMPGUARD_CLASS_OTHER,
		[1] = ICMPGUARD_CLASS_UNREACHABLE,
		[2] = ICMPGUARD_CLASS_PATH_MTU,
		[3] = ICMPGUARD_CLASS_TIME_EXCEEDED,
		[4] = ICMPGUARD_CLASS_PARAMETER_PROBLEM,
		[5 ... 127] = ICMPGUARD_CLASS_OTHER,
		[128] = ICMPGUARD_CLASS_ECHO_REQUEST,
		[129] = ICMPGUARD_CLASS_ECHO_REPLY,
		[130 ... 132] = ICMPGUARD_CLASS_MULTICAST_LISTENER,
		[133 ... 134] = ICMPGUARD_CLASS_ROUTER_DISCOVERY,
		[135 ... 136] = ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY,
		[137] = ICMPGUARD_CLASS_REDIRECT,
		[138 ... 140] = ICMPGUARD_CLASS_NODE_INFORMATION,
		[141 ... 142] = ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY,
		[143] = ICMPGUARD_CLASS_MULTICAST_LISTENER,
		[144 ... 147] = ICMPGUARD_CLASS_MOBILITY,
		[148 ... 149] = ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY,
		[150] = ICMPGUARD_CLASS_OTHER,
		[151 ... 153] = ICMPGUARD_CLASS_MULTICAST_LISTENER,
		[154] = ICMPGUARD_CLASS_MOBILITY,
		[155] = ICMPGUARD_CLASS_LOW_POWER,
		[156] = ICMPGUARD_CLASS_OTHER,
		[157 ... 159] = ICMPGUARD_CLASS_LOW_POWER,
		[160] = ICMPGUARD_CLASS_PROBE_REQUEST,
		[161] = ICMPGUARD_CLASS_PROBE_REPLY,
		[162 ... 255] = ICMPGUARD_CLASS_OTHER,
	},
};

/**
 * icmpg_classify_type() - the class of an ICMP message
 * @family: enum icmpg_family
 * @type: ICMP type
 * @code: ICMP code
 *
 * Return: enum icmpguard_class.
 */
u8 icmpg_classify_type(u8 family, u8 type, u8 code)
{
	if (family == ICMPG_IPV4 && type == ICMP_DEST_UNREACH &&
	    code == ICMP_FRAG_NEEDED)
		return ICMPGUARD_CLASS_PATH_MTU;
	return icmpg_classify_table[family][type];
}

/**
 * icmpg_classify_example() - a type that a class has
 * @family: enum icmpg_family
 * @class: enum icmpguard_class
 * @type: set to an ICMP type of it, perhaps one that is so by its code
 *
 * Return: has the family messages of this class, as far as a type tells?
 */
bool icmpg_classify_example(u8 family, u8 class, u8 *type)
{
	unsigned int each;

	for (each = 0; each < 256; each++) {
		*type = each;
		if (icmpg_classify_type(family, each, 0) == class ||
		    icmpg_classify_type(family, each, ICMP_FRAG_NEEDED) == class)
			return true;
	}
	return false;
}

/**
 * icmpg_classify_is_guarded() - is the network unusable without this message?
 * @family: enum icmpg_family
 * @type: ICMP type
 * @code: ICMP code, or ICMPG_ANY_CODE: is it unusable without any of them?
 *
 * Context: any.
 * Return: true if so.
 */
bool icmpg_classify_is_guarded(u8 family, u8 type, u16 code)
{
	if (code != ICMPG_ANY_CODE)
		return icmpg_class_is_guarded(icmpg_classify_type(family, type,
								  code));
	return icmpg_class_is_guarded(icmpg_classify_type(family, type, 0)) ||
	       icmpg_class_is_guarded(icmpg_classify_type(family, type,
							  ICMP_FRAG_NEEDED));
}
