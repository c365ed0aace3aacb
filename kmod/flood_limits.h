/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The short way through the limits: those that refuse most of a flood, a
 * sender's own and then the router's, in the order of the long way (limiter.c),
 * which it leaves whatever it can't refuse itself. No memory, no lock. Also
 * built in userspace, where test_flood.c holds it against the long way.
 */
#ifndef ICMPG_FLOOD_LIMITS_H
#define ICMPG_FLOOD_LIMITS_H

#include "key.h"
#include "limiter.h"
#include "stranger.h"

/**
 * struct icmpg_flood_ask - a packet on its short way through the limits
 * @config: the configuration in force, with @short_way
 * @limiter: its buckets, with no table from before a resize
 * @source: hash of its source, as icmpg_key_source() makes it
 * @first: first word of its destination
 * @second: second word
 * @now_ns: the guard's clock
 * @family: enum icmpg_family
 */
struct icmpg_flood_ask {
	const struct icmpg_config *config;
	struct icmpg_limiter *limiter;
	u64 source;
	u64 first;
	u64 second;
	u64 now_ns;
	u8 family;
};

static __always_inline const struct icmpg_class_config *
icmpg_flood_class(const struct icmpg_flood_ask *ask)
{
	return &ask->config->class[ICMPGUARD_CLASS_ECHO_REQUEST];
}

/* Does a bucket of the sender's own owe more than it may? */
static __always_inline bool icmpg_flood_owes(const struct icmpg_flood_ask *ask,
					     u8 scope, u64 first, u64 second)
{
	const struct icmpg_limit *limit = &icmpg_flood_class(ask)->limit[scope];
	const struct icmpg_table *table = &ask->limiter->table;
	u64 hash = icmpg_key_mix(ask->source, first, second,
				 &limit->key[ask->family]);
	u64 debt, tat;

	if (icmpg_table_find(icmpg_table_line(table, hash),
			     icmpg_limiter_tag(limit, hash), ICMPG_TAT_BITS,
			     &tat) == ICMPG_LINE_SLOTS)
		return false;
	debt = icmpg_bucket_debt(limit, tat,
				 icmpg_limit_now(limit, ask->now_ns));
	return !icmpg_bucket_conforms(limit, debt);
}

/**
 * icmpg_flood_owes_pair() - does the limit of its pair refuse a packet?
 * @ask: the packet
 *
 * The first limit on the long way.
 *
 * Context: softirq, under rcu_read_lock(). Reads only.
 * Return: true if so.
 */
static __always_inline bool
icmpg_flood_owes_pair(const struct icmpg_flood_ask *ask)
{
	return icmpg_flood_owes(ask, ICMPGUARD_SCOPE_PAIR, ask->first,
				ask->second);
}

/**
 * icmpg_flood_owes_source() - does the limit of its source refuse a packet?
 * @ask: the packet, one that its pair doesn't refuse
 *
 * The second limit on the long way.
 *
 * Context: as icmpg_flood_owes_pair().
 * Return: true if so.
 */
static __always_inline bool
icmpg_flood_owes_source(const struct icmpg_flood_ask *ask)
{
	return icmpg_flood_class(ask)->scopes & ICMPG_SCOPE_BIT(SOURCE) &&
	       icmpg_flood_owes(ask, ICMPGUARD_SCOPE_SOURCE, 0, 0);
}

/**
 * icmpg_flood_is_full() - has the router's budget no room for a stranger?
 * @ask: the packet
 * @overloaded: set to whether it is overloaded
 *
 * Cheap, and false while there is no flood: so it comes before all that it takes
 * to refuse a packet for it.
 *
 * Context: as icmpg_flood_owes_pair().
 * Return: true if so; only then @overloaded is set.
 */
static __always_inline bool
icmpg_flood_is_full(const struct icmpg_flood_ask *ask, bool *overloaded)
{
	const struct icmpg_limit *limit =
		&icmpg_flood_class(ask)->limit[ICMPGUARD_SCOPE_ROUTER];
	const struct icmpg_single *single =
		&ask->limiter->router[ICMPGUARD_CLASS_ECHO_REQUEST];
	u64 debt;

	if (!(icmpg_flood_class(ask)->scopes & ICMPG_SCOPE_BIT(ROUTER)))
		return false;
	debt = icmpg_limiter_single_debt_ns(limit,
					    atomic64_read(&single->tat_ns),
					    ask->now_ns);
	*overloaded = debt > limit->overload;
	return debt > limit->room[ICMPG_LEVEL_UNKNOWN];
}

/**
 * icmpg_flood_is_stranger() - is a packet from a sender that has no rights?
 * @ask: the packet, for this host, that its own limits don't refuse
 * @overloaded: as icmpg_flood_is_full() says
 *
 * With a budget that is full to strangers that refuses it, and so notes it as
 * icmpg_limiter_note() does. Of who is known, or has been seen, the long way
 * knows what to do.
 *
 * Context: softirq, under rcu_read_lock(); takes no lock.
 * Return: true if it is, and has been noted.
 */
static __always_inline bool
icmpg_flood_is_stranger(const struct icmpg_flood_ask *ask, bool overloaded)
{
	struct icmpg_known *known = &ask->limiter->known;
	u64 hash;

	if (!known->history.line)
		return true;
	hash = icmpg_key_mix(ask->source, 0, 0, &known->key[ask->family]);
	if (!icmpg_stranger_is(known, hash))
		return false;
	icmpg_stranger_note(known, hash, overloaded, ask->now_ns);
	return true;
}

#endif /* ICMPG_FLOOD_LIMITS_H */
