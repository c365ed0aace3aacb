// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an operator sets: the defaults, copies, and what is valid, with a
 * sentence for each refusal. Process context; copies may sleep. No lock: what
 * is worked on isn't published. Also built in userspace: knows neither skb nor
 * namespace, nor what the packet path makes of it (config.c).
 */
#include "config.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "words.h"

#define X(symbol, word) [ICMPGUARD_CLASS_##symbol] = word,
const char *const icmpg_class_word[ICMPG_CLASS_SLOTS] = {
	ICMPG_LIMIT_CLASSES(X)
};
#undef X

#define X(symbol, word) [ICMPGUARD_SCOPE_##symbol] = word,
const char *const icmpg_scope_word[ICMPG_SCOPE_SLOTS] = { ICMPG_SCOPES(X) };
#undef X

#define X(symbol, word) [ICMPGUARD_CHECK_##symbol] = word,
const char *const icmpg_check_word[ICMPG_CHECK_SLOTS] = { ICMPG_CHECKS(X) };
#undef X

#define X(symbol, word) [ICMPGUARD_MODE_##symbol] = word,
const char *const icmpg_mode_word[ICMPGUARD_MODE_MAX + 1] = { ICMPG_MODES(X) };
#undef X

/**
 * struct icmpg_settings_class - what is done with a class unless told otherwise
 * @action: enum icmpguard_action
 * @limit: by scope
 */
struct icmpg_settings_class {
	u8 action;
	struct icmpg_rate limit[ICMPG_SCOPE_SLOTS];
};

#define ACCEPT	.action = ICMPGUARD_ACTION_ACCEPT
#define LIMIT	.action = ICMPGUARD_ACTION_LIMIT
#define DROP	.action = ICMPGUARD_ACTION_DROP
/* Packets a second, packets at once. */
#define RATE(scope, pps, at_once)					\
	.limit[ICMPGUARD_SCOPE_##scope] = {				\
		.count = pps,						\
		.burst = at_once,					\
		.unit = ICMPGUARD_UNIT_SECOND,				\
	}

static const struct icmpg_settings_class
icmpg_settings_defaults[ICMPG_CLASS_SLOTS] = {
	[ICMPGUARD_CLASS_ECHO_REQUEST] = {
		LIMIT,
		RATE(PAIR, 10, 50),
		RATE(SOURCE, 1000, 2000),
		RATE(SOURCE_NET, 5000, 10000),
		RATE(DESTINATION, 2000, 2000),
		RATE(DESTINATION_NET, 5000, 5000),
		/*
		 * Two of its addresses, or one in each family, can be attacked
		 * and get their all, and it still answers at the others.
		 */
		RATE(ROUTER, 5000, 5000),
	},
	[ICMPGUARD_CLASS_ECHO_REPLY] = {
		LIMIT,
		RATE(DESTINATION, 4000, 8000),
	},
	[ICMPGUARD_CLASS_PROBE_REQUEST] = {
		LIMIT,
		RATE(PAIR, 2, 10),
		RATE(DESTINATION, 200, 400),
		RATE(ROUTER, 200, 400),
	},
	[ICMPGUARD_CLASS_PROBE_REPLY] = {
		LIMIT,
		RATE(DESTINATION, 500, 1000),
	},
	[ICMPGUARD_CLASS_PATH_MTU] = { ACCEPT },
	[ICMPGUARD_CLASS_UNREACHABLE] = {
		LIMIT,
		RATE(SOURCE, 100, 200),
		RATE(DESTINATION, 1000, 2000),
	},
	[ICMPGUARD_CLASS_TIME_EXCEEDED] = {
		LIMIT,
		RATE(DESTINATION, 2000, 4000),
	},
	[ICMPGUARD_CLASS_PARAMETER_PROBLEM] = {
		LIMIT,
		RATE(DESTINATION, 500, 1000),
	},
	[ICMPGUARD_CLASS_REDIRECT] = { DROP },
	[ICMPGUARD_CLASS_SOURCE_QUENCH] = { DROP },
	[ICMPGUARD_CLASS_TIMESTAMP] = {
		LIMIT,
		RATE(PAIR, 2, 10),
		RATE(DESTINATION, 200, 400),
		RATE(ROUTER, 200, 400),
	},
	[ICMPGUARD_CLASS_ROUTER_DISCOVERY] = {
		LIMIT,
		RATE(SOURCE, 100, 200),
		RATE(INTERFACE, 1000, 2000),
	},
	[ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY] = {
		LIMIT,
		RATE(SOURCE, 200, 400),
		RATE(INTERFACE, 2000, 4000),
	},
	[ICMPGUARD_CLASS_MULTICAST_LISTENER] = {
		LIMIT,
		RATE(SOURCE, 200, 400),
		RATE(INTERFACE, 2000, 4000),
	},
	[ICMPGUARD_CLASS_MOBILITY] = {
		LIMIT,
		RATE(PAIR, 2, 10),
		RATE(DESTINATION, 500, 1000),
		RATE(ROUTER, 200, 400),
	},
	[ICMPGUARD_CLASS_LOW_POWER] = {
		LIMIT,
		RATE(PAIR, 20, 100),
		RATE(DESTINATION, 2000, 4000),
		RATE(ROUTER, 2000, 4000),
	},
	[ICMPGUARD_CLASS_NODE_INFORMATION] = { DROP },
	[ICMPGUARD_CLASS_DEPRECATED] = { DROP },
	/*
	 * RFC 4890 section 4.4.5 would have some dropped: experiments, and what isn't
	 * allocated yet. Who has them would need them; 2 a second do no harm.
	 */
	[ICMPGUARD_CLASS_OTHER] = {
		LIMIT,
		RATE(PAIR, 2, 10),
		RATE(DESTINATION, 200, 400),
		RATE(ROUTER, 200, 400),
	},
	[ICMPGUARD_CLASS_FRAGMENT] = {
		LIMIT,
		RATE(PAIR, 60, 400),
		RATE(SOURCE, 1000, 4000),
		RATE(DESTINATION, 4000, 8000),
		RATE(ROUTER, 6000, 12000),
	},
	/* Not an action of its own: whatever limits it has apply. */
	[ICMPGUARD_CLASS_ALL] = { LIMIT },
};

#undef ACCEPT
#undef LIMIT
#undef DROP
#undef RATE

#define ICMPG_SETTINGS_MAX_MESSAGE	9216		/* bytes: a jumbo frame */
#define ICMPG_SETTINGS_TABLE_SIZE		(1024 * 1024)	/* bytes */
#define ICMPG_SETTINGS_CANDIDATE_SIZE	(1024 * 1024)	/* bytes */

static const u8 icmpg_settings_widths[ICMPG_SCOPE_SLOTS][ICMPG_FAMILIES] = {
	[ICMPGUARD_SCOPE_SOURCE] = { 32, 64 },
	[ICMPGUARD_SCOPE_SOURCE_NET] = { 24, 48 },
	[ICMPGUARD_SCOPE_DESTINATION_NET] = { 24, 64 },
};

/**
 * icmpg_settings_default_limit() - the limit that a class has from the start
 * @class: enum icmpguard_class
 * @scope: enum icmpguard_scope
 *
 * Context: any.
 * Return: static memory; a count of 0 means no limit.
 */
const struct icmpg_rate *icmpg_settings_default_limit(u8 class, u8 scope)
{
	return &icmpg_settings_defaults[class].limit[scope];
}

/**
 * icmpg_settings_has_width() - is a scope's key a part of an address?
 * @scope: enum icmpguard_scope
 *
 * Context: any.
 * Return: true if so.
 */
bool icmpg_settings_has_width(u8 scope)
{
	return icmpg_settings_widths[scope][ICMPG_IPV4];
}

/**
 * icmpg_settings_init() - the defaults
 * @set: filled; owns nothing yet
 * @mode: enum icmpguard_mode
 *
 * Context: any.
 */
void icmpg_settings_init(struct icmpg_settings *set, u8 mode)
{
	u8 class, check;

	memset(set, 0, sizeof(*set));
	set->mode = mode;
	set->randomise = true;
	set->max_message = ICMPG_SETTINGS_MAX_MESSAGE;
	set->known_first = true;
	set->table_size = ICMPG_SETTINGS_TABLE_SIZE;
	set->candidate_size = ICMPG_SETTINGS_CANDIDATE_SIZE;
	for (check = 1; check <= ICMPGUARD_CHECK_MAX; check++)
		set->check[check] = check != ICMPGUARD_CHECK_RA_SANITY;
	for (class = 1; class <= ICMPGUARD_CLASS_MAX; class++) {
		set->class[class].action = icmpg_settings_defaults[class].action;
		memcpy(set->limit[class], icmpg_settings_defaults[class].limit,
		       sizeof(set->limit[class]));
	}
	memcpy(set->width, icmpg_settings_widths, sizeof(set->width));
}

/**
 * icmpg_settings_copy() - a copy that owns its own lists
 * @to: overwritten, not freed before; owns nothing if this fails
 * @from: left alone
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int icmpg_settings_copy(struct icmpg_settings *to,
			const struct icmpg_settings *from)
{
	int err;

	*to = *from;
	to->broadcast_allow = NULL;
	to->exempt = NULL;
	err = icmpg_prefix_list_copy(&to->broadcast_allow,
				     from->broadcast_allow);
	if (!err)
		err = icmpg_prefix_list_copy(&to->exempt, from->exempt);
	if (err)
		icmpg_settings_exit(to);
	return err;
}

/**
 * icmpg_settings_exit() - free what settings own
 * @set: may be all zero, and may be given again
 *
 * Context: any that may kvfree(), RCU callbacks included.
 */
void icmpg_settings_exit(struct icmpg_settings *set)
{
	kvfree(set->broadcast_allow);
	kvfree(set->exempt);
	set->broadcast_allow = NULL;
	set->exempt = NULL;
}

/**
 * icmpg_settings_memory() - what the limiter of a namespace takes
 * @set: valid
 *
 * Context: any.
 * Return: bytes of buckets, known senders and candidates, mode or no mode.
 */
u64 icmpg_settings_memory(const struct icmpg_settings *set)
{
	u64 bytes = set->table_size;

	if (set->known_first)
		bytes += ICMPG_HISTORY_BYTES(set->table_size) +
			 set->candidate_size;
	return bytes;
}

/* Sentences that name a class: extack wants each of them whole and static. */
static void icmpg_settings_say_guarded(u8 class, struct netlink_ext_ack *extack)
{
	switch (class) {
#define X(symbol, word)							\
	case ICMPGUARD_CLASS_##symbol:					\
		NL_SET_ERR_MSG(extack, "class " word " is guarded, the " \
			       "network needs it: to drop it all the "	\
			       "same, set class " word " drop force");	\
		break;
	ICMPG_CLASSES(X)
#undef X
	}
}

static void icmpg_settings_say_unshared(u8 class, bool by_type,
					struct netlink_ext_ack *extack)
{
	switch (class) {
#define SAY(word, what, other)						\
	NL_SET_ERR_MSG(extack, what " action limit but no limit that "	\
		       "senders share, so spoofed ones would all pass: " \
		       "set limit " word " destination RATE (or "	\
		       "source-net, destination-net, interface, router), " \
		       "or " other)
#define X(symbol, word)							\
	case ICMPGUARD_CLASS_##symbol:					\
		if (by_type)						\
			SAY(word, "a type of class " word " has",	\
			    "give the type another action, or name a code"); \
		else							\
			SAY(word, "class " word " has",			\
			    "set class " word " accept");		\
		break;
	ICMPG_CLASSES(X)
#undef X
#undef SAY
	}
}

/**
 * icmpg_settings_check_limit() - may a class have this limit?
 * @class: enum icmpguard_class
 * @scope: enum icmpguard_scope
 * @rate: its rate, or NULL when the question is only about class and scope
 * @extack: gets a sentence
 *
 * Context: any.
 * Return: 0, -EINVAL or -ERANGE.
 */
int icmpg_settings_check_limit(u8 class, u8 scope,
			       const struct icmpg_rate *rate,
			       struct netlink_ext_ack *extack)
{
	struct icmpg_limit limit;

	if (class == ICMPGUARD_CLASS_ALL &&
	    !(ICMPG_SCOPES_ALL & (1u << scope))) {
		NL_SET_ERR_MSG(extack,
			       "all takes limits of scope interface, router or total");
		return -EINVAL;
	}
	if (class != ICMPGUARD_CLASS_ALL && scope == ICMPGUARD_SCOPE_TOTAL) {
		NL_SET_ERR_MSG(extack,
			       "scope total goes with all, not with one class: set limit all total RATE");
		return -EINVAL;
	}
	if (rate && icmpg_limit_build(&limit, rate)) {
		NL_SET_ERR_MSG(extack,
			       "rates go from 1/h to 1000000/s, bursts from 1 to 1000000");
		return -ERANGE;
	}
	return 0;
}

static int icmpg_settings_check_action(const struct icmpg_class_setting *setting,
				       u8 class, struct netlink_ext_ack *extack)
{
	switch (setting->action) {
	case ICMPGUARD_ACTION_ACCEPT:
	case ICMPGUARD_ACTION_LIMIT:
		return 0;
	case ICMPGUARD_ACTION_DROP:
		if (setting->force || !icmpg_class_is_guarded(class))
			return 0;
		icmpg_settings_say_guarded(class, extack);
		return -EINVAL;
	}
	NL_SET_ERR_MSG(extack, "an action is accept, limit or drop");
	return -EINVAL;
}

/* Is it the class itself that has the action, in any direction? */
static bool icmpg_settings_limits(const struct icmpg_settings *set, u8 class)
{
	u8 i;

	if (set->class[class].action == ICMPGUARD_ACTION_LIMIT)
		return true;
	for (i = 1; i <= ICMPGUARD_DIRECTION_MAX; i++)
		if (set->direction[class][i].action == ICMPGUARD_ACTION_LIMIT)
			return true;
	return false;
}

/**
 * icmpg_settings_is_limited() - are there messages that a class's limits are for?
 * @set: the whole
 * @class: enum icmpguard_class, the pseudo-class all included
 *
 * Context: any.
 * Return: true if so.
 */
bool icmpg_settings_is_limited(const struct icmpg_settings *set, u8 class)
{
	return icmpg_settings_limits(set, class) ||
	       icmpg_types_limits(set, class);
}

/**
 * icmpg_settings_check_class() - may a class be treated like this?
 * @set: the whole
 * @class: enum icmpguard_class, the pseudo-class all included
 * @extack: gets a sentence
 *
 * Context: any.
 * Return: 0, -EINVAL or -ERANGE.
 */
int icmpg_settings_check_class(const struct icmpg_settings *set, u8 class,
			       struct netlink_ext_ack *extack)
{
	bool shared = class == ICMPGUARD_CLASS_ALL;
	u8 scope, i;
	int err;

	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
		if (!set->limit[class][scope].count)
			continue;
		err = icmpg_settings_check_limit(class, scope,
						 &set->limit[class][scope],
						 extack);
		if (err)
			return err;
		shared |= !(ICMPG_SCOPES_OWN & (1u << scope));
	}
	err = icmpg_settings_check_action(&set->class[class], class, extack);
	for (i = 1; !err && i <= ICMPGUARD_DIRECTION_MAX; i++)
		if (set->direction[class][i].action)
			err = icmpg_settings_check_action(&set->direction[class][i],
							  class, extack);
	if (err || shared || !icmpg_settings_is_limited(set, class))
		return err;
	icmpg_settings_say_unshared(class, !icmpg_settings_limits(set, class),
				    extack);
	return -EINVAL;
}

static int icmpg_settings_check_widths(const struct icmpg_settings *set,
				       struct netlink_ext_ack *extack)
{
	u8 scope, family, bits;

	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
		if (!icmpg_settings_has_width(scope))
			continue;
		for (family = 0; family < ICMPG_FAMILIES; family++) {
			bits = set->width[scope][family];
			if (bits && bits <= icmpg_family_bits(family))
				continue;
			NL_SET_ERR_MSG(extack,
				       "a width is 1 to 32 in IPv4, 1 to 128 in IPv6");
			return -ERANGE;
		}
	}
	for (family = 0; family < ICMPG_FAMILIES; family++) {
		if (set->width[ICMPGUARD_SCOPE_SOURCE_NET][family] <=
		    set->width[ICMPGUARD_SCOPE_SOURCE][family])
			continue;
		NL_SET_ERR_MSG(extack,
			       "width source-net may not be longer than width source of the same family");
		return -EINVAL;
	}
	return 0;
}

/**
 * icmpg_settings_check() - is this a valid configuration?
 * @set: the whole; its lists are valid by construction
 * @extack: gets a sentence
 *
 * Context: any.
 * Return: 0, -EINVAL or -ERANGE.
 */
int icmpg_settings_check(const struct icmpg_settings *set,
			 struct netlink_ext_ack *extack)
{
	u8 class;
	int err;

	if (!set->mode || set->mode > ICMPGUARD_MODE_MAX) {
		NL_SET_ERR_MSG(extack, "a mode is off, monitor or enforce");
		return -EINVAL;
	}
	if (set->max_message < ICMPGUARD_MAX_MESSAGE_MIN ||
	    set->max_message > ICMPGUARD_MAX_MESSAGE_MAX) {
		NL_SET_ERR_MSG(extack, "max-message is 576 to 65535 bytes");
		return -ERANGE;
	}
	if (set->table_size < ICMPGUARD_TABLE_SIZE_MIN ||
	    set->table_size > ICMPGUARD_TABLE_SIZE_MAX) {
		NL_SET_ERR_MSG(extack, "table-size is 64K to 1G");
		return -ERANGE;
	}
	if (set->candidate_size < ICMPGUARD_CANDIDATE_SIZE_MIN ||
	    set->candidate_size > ICMPGUARD_CANDIDATE_SIZE_MAX) {
		NL_SET_ERR_MSG(extack, "candidate-size is 16K to 1G");
		return -ERANGE;
	}
	for (class = 1; class <= ICMPGUARD_CLASS_MAX; class++) {
		err = icmpg_settings_check_class(set, class, extack);
		if (err)
			return err;
	}
	err = icmpg_types_check(set, extack);
	return err ?: icmpg_settings_check_widths(set, extack);
}
