/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The short way through the limits: those that refuse most of a flood, a
 * sender's own, the router's and the destination's, in the order of the long way
 * (limiter.c), which it leaves whatever it can't refuse itself. No memory, no lock. Also
 * built in userspace, where test_flood.c holds it against the long way.
 */
#ifndef ICMPG_FLOOD_LIMITS_H
#define ICMPG_FLOOD_LIMITS_H

#include "key.h"
#include "limiter.h"
#include "stranger.h"

/* Beside enum icmpguard_reason. */
#define ICMPG_FLOOD_SEEN	BIT(8)	/* a candidate, who may have come back */
#define ICMPG_FLOOD_OVERLOADED	BIT(9)	/* a shared bucket is */

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

/* As struct icmpg_pkt has it: in the first bytes of its word. */
static __always_inline u64 icmpg_flood_word(__be32 addr)
{
	union icmpg_addr word = { .word = { 0, 0 } };

	word.v4 = addr;
	return (__force u64)word.word[0];
}

static __always_inline const struct icmpg_class_config *
icmpg_flood_class(const struct icmpg_flood_ask *ask)
{
	return &ask->config->class[ICMPGUARD_CLASS_ECHO_REQUEST];
}

/* What a bucket of the table owes, units of its limit. */
static __always_inline u64 icmpg_flood_debt(const struct icmpg_flood_ask *ask,
					    const struct icmpg_limit *limit,
					    u64 hash)
{
	const struct icmpg_table *table = &ask->limiter->table;
	u64 tat;

	if (icmpg_table_find(icmpg_table_line(table, hash),
			     icmpg_limiter_tag(limit, hash), ICMPG_TAT_BITS,
			     &tat) == ICMPG_LINE_SLOTS)
		return 0;
	return icmpg_bucket_debt(limit, tat,
				 icmpg_limit_now(limit, ask->now_ns));
}

/* Does a bucket of the sender's own owe more than it may? */
static __always_inline bool icmpg_flood_owes(const struct icmpg_flood_ask *ask,
					     const struct icmpg_limit *limit,
					     u64 hash)
{
	return !icmpg_bucket_conforms(limit,
				      icmpg_flood_debt(ask, limit, hash));
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
	const struct icmpg_limit *limit =
		&icmpg_flood_class(ask)->limit[ICMPGUARD_SCOPE_PAIR];

	return icmpg_flood_owes(ask, limit,
				icmpg_key_mix_with(ask->source, ask->first,
						   ask->second,
						   &limit->key[ask->family]));
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
	const struct icmpg_limit *limit =
		&icmpg_flood_class(ask)->limit[ICMPGUARD_SCOPE_SOURCE];

	return icmpg_flood_class(ask)->scopes & ICMPG_SCOPE_BIT(SOURCE) &&
	       icmpg_flood_owes(ask, limit,
				icmpg_key_mix(ask->source,
					      &limit->key[ask->family]));
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
 * Return: true if so.
 */
static __always_inline bool
icmpg_flood_is_full(const struct icmpg_flood_ask *ask, bool *overloaded)
{
	const struct icmpg_limit *limit =
		&icmpg_flood_class(ask)->limit[ICMPGUARD_SCOPE_ROUTER];
	const struct icmpg_single *single =
		&ask->limiter->router[ICMPGUARD_CLASS_ECHO_REQUEST];
	u64 debt;

	*overloaded = false;
	if (!(icmpg_flood_class(ask)->scopes & ICMPG_SCOPE_BIT(ROUTER)))
		return false;
	debt = icmpg_limiter_single_debt_ns(limit,
					    atomic64_read(&single->tat_ns),
					    ask->now_ns);
	*overloaded = debt > limit->overload;
	return debt > limit->room[ICMPG_LEVEL_UNKNOWN];
}

/**
 * icmpg_flood_is_attacked() - is a destination's budget worth a look?
 * @ask: the packet
 *
 * Only where a shared bucket was overloaded within the last 10 s: what passes in
 * quiet times doesn't pay for the look.
 *
 * Context: as icmpg_flood_owes_pair().
 * Return: true if so.
 */
static __always_inline bool
icmpg_flood_is_attacked(const struct icmpg_flood_ask *ask)
{
	u64 last_ns = atomic64_read(&ask->limiter->known.overload_ns);

	return ask->now_ns - last_ns < ICMPG_KNOWN_OVERLOAD_NS && last_ns &&
	       icmpg_flood_class(ask)->scopes & ICMPG_SCOPE_BIT(DESTINATION);
}

/* The hash of its destination's network, as icmpg_key_destination() makes it. */
static __always_inline u64
icmpg_flood_network(const struct icmpg_flood_ask *ask)
{
	const struct icmpg_config *config = ask->config;
	const struct icmpg_key *key = &config->destination_key[ask->family];
	const __be64 *mask =
		config->mask[ICMPGUARD_SCOPE_DESTINATION_NET][ask->family];
	const union icmpg_addr addr = {
		.word = { (__force __be64)ask->first,
			  (__force __be64)ask->second },
	};
	u64 word[2] = { (__force u64)(addr.word[0] & mask[0]),
			(__force u64)(addr.word[1] & mask[1]) };

	if (ask->family == ICMPG_IPV4)
		return icmpg_key_ipv4(config, addr.v4,
				      ICMPGUARD_SCOPE_DESTINATION_NET, key);
	return mask[1] ? icmpg_hash(key, word, 2) : icmpg_hash(key, word, 1);
}

/* Has a destination's budget no room for a stranger? As icmpg_flood_is_full(). */
static __always_inline bool
icmpg_flood_is_destination_full(const struct icmpg_flood_ask *ask,
				bool *overloaded)
{
	const struct icmpg_limit *limit =
		&icmpg_flood_class(ask)->limit[ICMPGUARD_SCOPE_DESTINATION];
	u64 hash = icmpg_key_mix_with(icmpg_flood_network(ask), ask->first,
				      ask->second, &limit->key[ask->family]);
	u64 debt = icmpg_flood_debt(ask, limit, hash);

	*overloaded |= debt > limit->overload;
	return debt > limit->room[ICMPG_LEVEL_UNKNOWN];
}

/*
 * The end of a packet for which a budget has no room if it is a stranger's, whom
 * this then notes as icmpg_limiter_note() does: @reason. Of who is known the long
 * way knows what to do.
 */
static __always_inline u32
icmpg_flood_refuse_stranger(const struct icmpg_flood_ask *ask, u8 reason,
			    bool overloaded, u64 *candidate)
{
	struct icmpg_known *known = &ask->limiter->known;
	u64 hash;

	if (!known->history.line)
		return reason;
	hash = icmpg_key_mix(ask->source, &known->key[ask->family]);
	if (!icmpg_stranger_is(known, hash))
		return 0;
	if (unlikely(icmpg_stranger_is_candidate(known, hash))) {
		*candidate = hash;
		return reason | (overloaded ? ICMPG_FLOOD_OVERLOADED : 0) |
		       ICMPG_FLOOD_SEEN;
	}
	icmpg_stranger_note(known, hash, overloaded, ask->now_ns);
	return reason;
}

/**
 * icmpg_flood_share() - does a shared budget refuse a packet?
 * @ask: the packet, one that its own limits don't refuse
 * @kind: of its destination, enum icmpg_destination, or any other number
 * @is_full: as icmpg_flood_is_full() said
 * @overloaded: as icmpg_flood_is_full() said
 * @candidate: set if the sender is one, for icmpg_known_note_candidate(), which
 *	has the last word
 *
 * The router's is only for what is sent to it, and is asked before that of the
 * destination.
 *
 * Context: softirq, under rcu_read_lock(); takes no lock.
 * Return: 0; or enum icmpguard_reason, then the sender has been noted; or that
 * with ICMPG_FLOOD_SEEN and, if a budget is overloaded, ICMPG_FLOOD_OVERLOADED:
 * a candidate.
 */
static __always_inline u32 icmpg_flood_share(const struct icmpg_flood_ask *ask,
					     u8 kind, bool is_full,
					     bool overloaded, u64 *candidate)
{
	u8 reason = ICMPGUARD_REASON_LIMIT_ROUTER;

	if (kind == ICMPG_DESTINATION_TRANSIT) {
		is_full = false;
		overloaded = false;
	} else if (kind != ICMPG_DESTINATION_LOCAL) {
		return 0;
	}
	if (!is_full) {
		reason = ICMPGUARD_REASON_LIMIT_DESTINATION;
		if (!icmpg_flood_is_attacked(ask) ||
		    !icmpg_flood_is_destination_full(ask, &overloaded))
			return 0;
	}
	return icmpg_flood_refuse_stranger(ask, reason, overloaded, candidate);
}

#endif /* ICMPG_FLOOD_LIMITS_H */
