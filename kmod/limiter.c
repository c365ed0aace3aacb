// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables and scopes: finds the buckets that a packet is measured by and asks
 * them; charge.c makes them pay. Softirq; no lock, no allocation, no walk.
 * Writes nothing. The only keyed hash table. Also built in
 * userspace; must not know skbs, netfilter or where the clock comes from.
 */
#include "limiter.h"

#include <linux/errno.h>
#include <linux/kernel.h>

#include "key.h"
#include "stranger.h"

#define ICMPG_STATUS_LINES	4096	/* looked at for the fill of a table */

/* RCU: net.c takes the line away and waits before it frees the old table. */
static bool icmpg_limiter_find_old(const struct icmpg_limiter *limiter,
				   u64 hash, u64 now_ns, u32 tag, u64 *tat)
{
	struct icmpg_table old;

	old.line = READ_ONCE(limiter->old.line);
	if (likely(!old.line) || now_ns >= limiter->old_until_ns)
		return false;
	old.lines = limiter->old.lines;
	return icmpg_table_find(icmpg_table_line(&old, hash), tag,
				ICMPG_TAT_BITS, tat) != ICMPG_LINE_SLOTS;
}

/*
 * The hash of a packet's source, made once; what comes out as 0, one in 2^64,
 * is made again.
 */
static __always_inline u64 icmpg_limiter_source(struct icmpg_check *check)
{
	if (!check->source)
		check->source = icmpg_key_source(check->config, check->pkt);
	return check->source;
}

/* The hash of its destination's network, made once, as that of its source. */
static __always_inline u64 icmpg_limiter_destination(struct icmpg_check *check)
{
	if (!check->destination)
		check->destination = icmpg_key_destination(check->config,
							   check->pkt);
	return check->destination;
}

/* What identifies a bucket of a limit, hashed. */
static __always_inline u64 icmpg_limiter_hash(struct icmpg_check *check,
					      const struct icmpg_limit *limit,
					      u8 scope)
{
	const struct icmpg_pkt *pkt = check->pkt;
	const struct icmpg_key *key = &limit->key[pkt->family];
	u64 first = (__force u64)pkt->dst.word[0];
	u64 second = (__force u64)pkt->dst.word[1];
	u64 hash;

	switch (scope) {
	case ICMPGUARD_SCOPE_PAIR:
		hash = icmpg_limiter_source(check);
		if (unlikely(pkt->dst_zone))
			hash = icmpg_key_mix_with(hash, pkt->dst_zone, 0, key);
		return icmpg_key_mix_with(hash, first, second, key);
	case ICMPGUARD_SCOPE_SOURCE:
		return icmpg_key_mix(icmpg_limiter_source(check), key);
	case ICMPGUARD_SCOPE_DESTINATION:
		return icmpg_key_mix_with(icmpg_limiter_destination(check),
					  first, second, key);
	case ICMPGUARD_SCOPE_DESTINATION_NET:
		return icmpg_key_mix(icmpg_limiter_destination(check), key);
	default:
		return icmpg_key_hash(check->config, pkt, scope, key);
	}
}

/* What finds the sender of a packet among the known ones. */
static __always_inline u64 icmpg_limiter_sender(struct icmpg_check *check)
{
	return icmpg_key_mix(icmpg_limiter_source(check),
			     &check->limiter->known.key[check->pkt->family]);
}

/* Look for the sender of a packet, once. There is memory for known ones. */
static noinline void icmpg_limiter_look(struct icmpg_check *check)
{
	if (!check->sender.is_done)
		icmpg_known_look(&check->limiter->known,
				 icmpg_limiter_sender(check), check->now_ns,
				 &check->sender);
}

/*
 * Does a bucket with this debt admit the packet? Who sent it matters only to
 * shared ones, beyond what anybody may use.
 */
static bool icmpg_limiter_admits(struct icmpg_check *check,
				 const struct icmpg_limit *limit, u64 debt)
{
	const u64 *room = limit->room;

	check->overloaded |= debt > limit->overload;
	if (debt <= room[ICMPG_LEVEL_UNKNOWN])
		return true;
	if (debt > room[ICMPG_LEVELS - 1] ||
	    !check->limiter->known.history.line)
		return false;
	icmpg_limiter_look(check);
	return debt <= room[check->sender.level];
}

/**
 * icmpg_limiter_find_keyed() - find a bucket of the table
 * @check: the packet
 * @limit: the limit
 * @scope: its scope, one with a key
 * @charge: all but shared is filled
 */
static __always_inline void
icmpg_limiter_find_keyed(struct icmpg_check *check,
			 const struct icmpg_limit *limit, u8 scope,
			 struct icmpg_charge *charge)
{
	u64 hash = icmpg_limiter_hash(check, limit, scope);
	const struct icmpg_limiter *limiter = check->limiter;
	u64 now = icmpg_limit_now(limit, check->now_ns);
	unsigned int place;
	u64 tat;

	charge->limit = limit;
	charge->tag = icmpg_limiter_tag(limit, hash);
	charge->line = icmpg_table_line(&limiter->table, hash);
	place = icmpg_table_find(charge->line, charge->tag, ICMPG_TAT_BITS,
				 &tat);
	if (place != ICMPG_LINE_SLOTS) {
		charge->bucket = &charge->line->slot[place];
		charge->value = (u64)charge->tag << ICMPG_TAT_BITS | tat;
		charge->debt = icmpg_bucket_debt(limit, tat, now);
		return;
	}
	charge->bucket = NULL;
	charge->debt = 0;
	if (unlikely(READ_ONCE(limiter->old.line)) &&
	    icmpg_limiter_find_old(limiter, hash, check->now_ns, charge->tag,
				   &tat))
		charge->debt = icmpg_bucket_debt(limit, tat, now);
}

/* Does the packet conform? If so, a charge has been noted. */
static __always_inline bool
icmpg_limiter_check_keyed(struct icmpg_check *check,
			  const struct icmpg_limit *limit, u8 scope)
{
	struct icmpg_charge *charge = &check->charge[check->count];
	bool shared = !(BIT(scope) & ICMPG_SCOPES_OWN);

	icmpg_limiter_find_keyed(check, limit, scope, charge);
	/* Who sent it doesn't matter to a limit of its own. */
	if (shared ? !icmpg_limiter_admits(check, limit, charge->debt) :
		     !icmpg_bucket_conforms(limit, charge->debt))
		return false;
	charge->shared = shared;
	check->count++;
	return true;
}

/* As icmpg_limiter_check_keyed(), for a bucket without a key. */
static __always_inline bool
icmpg_limiter_check_single(struct icmpg_check *check,
			   const struct icmpg_limit *limit,
			   struct icmpg_single *single)
{
	struct icmpg_charge *charge = &check->charge[check->count];
	s64 tat = atomic64_read(&single->tat_ns);

	charge->debt = icmpg_limiter_single_debt_ns(limit, tat, check->now_ns);
	if (!icmpg_limiter_admits(check, limit, charge->debt))
		return false;
	charge->limit = limit;
	charge->line = NULL;
	charge->bucket = &single->tat_ns;
	charge->shared = true;
	check->count++;
	return true;
}

/* The bucket of a scope that has one only. */
static __always_inline struct icmpg_single *
icmpg_limiter_single(struct icmpg_limiter *limiter, u8 class, u8 scope)
{
	return scope == ICMPGUARD_SCOPE_ROUTER ? &limiter->router[class] :
						 &limiter->total;
}

/* Of a scope that the class has a limit for. */
static __always_inline bool
icmpg_limiter_check_scope(struct icmpg_check *check,
			  const struct icmpg_class_config *config, u8 class,
			  u8 scope)
{
	const struct icmpg_limit *limit = &config->limit[scope];

	if (BIT(scope) & ICMPG_SCOPES_SINGLE)
		return icmpg_limiter_check_single(check, limit,
				icmpg_limiter_single(check->limiter, class,
						     scope));
	return icmpg_limiter_check_keyed(check, limit, scope);
}

/* Does one of its scopes refuse? Each has code of its own. */
#define ICMPG_LIMITER_REFUSES(check, config, class, scopes, scope)	\
	((scopes) & ICMPG_SCOPE_BIT(scope) &&				\
	 !icmpg_limiter_check_scope(check, config, class,		\
				    ICMPGUARD_SCOPE_##scope))

/*
 * All that is neither its sender's own nor the router's: cheapest and most
 * telling first.
 */
static noinline u8 icmpg_limiter_check_rest(struct icmpg_check *check,
					    const struct icmpg_class_config *config,
					    u8 class, u32 scopes)
{
	if (ICMPG_LIMITER_REFUSES(check, config, class, scopes, DESTINATION))
		return ICMPGUARD_REASON_LIMIT_DESTINATION;
	if (ICMPG_LIMITER_REFUSES(check, config, class, scopes, DESTINATION_NET))
		return ICMPGUARD_REASON_LIMIT_DESTINATION_NET;
	if (ICMPG_LIMITER_REFUSES(check, config, class, scopes, SOURCE_NET))
		return ICMPGUARD_REASON_LIMIT_SOURCE_NET;
	if (ICMPG_LIMITER_REFUSES(check, config, class, scopes, INTERFACE))
		return ICMPGUARD_REASON_LIMIT_INTERFACE;
	if (ICMPG_LIMITER_REFUSES(check, config, class, scopes, TOTAL))
		return ICMPGUARD_REASON_LIMIT_TOTAL;
	return 0;
}

/**
 * icmpg_limiter_check() - ask the buckets of a class
 * @check: the packet; what agrees is noted in it. Zero @check->count first.
 * @class: enum icmpguard_class
 * @scopes: which of its scopes to ask; those it has no limit for are left out
 *
 * Reads only. The first scope that refuses ends it. Those that refuse the most
 * in a flood have code of their own.
 *
 * Context: softirq or user space, under rcu_read_lock(); takes no lock.
 * Return: 0 if all agree, else enum icmpguard_reason of the scope that refused.
 */
u8 icmpg_limiter_check(struct icmpg_check *check, u8 class, u32 scopes)
{
	const struct icmpg_class_config *config = &check->config->class[class];

	scopes &= config->scopes;
	if (ICMPG_LIMITER_REFUSES(check, config, class, scopes, PAIR))
		return ICMPGUARD_REASON_LIMIT_PAIR;
	if (ICMPG_LIMITER_REFUSES(check, config, class, scopes, SOURCE))
		return ICMPGUARD_REASON_LIMIT_SOURCE;
	if (!(scopes & ~ICMPG_SCOPES_OWN))
		return 0;
	check->is_shared = true;
	if (ICMPG_LIMITER_REFUSES(check, config, class, scopes, ROUTER))
		return ICMPGUARD_REASON_LIMIT_ROUTER;
	scopes &= ~(ICMPG_SCOPES_OWN | ICMPG_SCOPE_BIT(ROUTER));
	return scopes ? icmpg_limiter_check_rest(check, config, class, scopes) :
			0;
}

/**
 * icmpg_limiter_left() - what is left in a bucket
 * @check: the packet
 * @class: enum icmpguard_class
 * @scope: enum icmpguard_scope, one that the class has a limit for
 *
 * Context: as icmpg_limiter_check(). Reads only.
 * Return: packets that the bucket would let pass at once from this sender, if
 * each cost one; 0 if the packet wouldn't conform.
 */
u32 icmpg_limiter_left(struct icmpg_check *check, u8 class, u8 scope)
{
	const struct icmpg_limit *limit =
		&check->config->class[class].limit[scope];
	struct icmpg_single *single;
	struct icmpg_charge charge;
	u64 debt, room, tat_ns;

	if (check->limiter->known.history.line)
		icmpg_limiter_look(check);
	room = limit->room[check->sender.level];
	if (BIT(scope) & ICMPG_SCOPES_SINGLE) {
		single = icmpg_limiter_single(check->limiter, class, scope);
		tat_ns = atomic64_read(&single->tat_ns);
		debt = icmpg_limiter_single_debt_ns(limit, tat_ns,
						    check->now_ns);
		return debt <= room ?
			div64_u64(room - debt, limit->t_ns) + 1 : 0;
	}
	icmpg_limiter_find_keyed(check, limit, scope, &charge);
	return charge.debt <= room ?
		div_u64(room - charge.debt, limit->t) + 1 : 0;
}

/**
 * icmpg_limiter_note() - remember the sender of a packet
 * @check: the packet, after its shared limits were asked; passed or refused
 *
 * Context: softirq, under rcu_read_lock(); takes no lock.
 */
void icmpg_limiter_note(struct icmpg_check *check)
{
	struct icmpg_known *known = &check->limiter->known;

	if (!known->history.line ||
	    (!check->overloaded && !READ_ONCE(known->old.line) &&
	     icmpg_stranger_is_none(known, icmpg_limiter_sender(check),
				    check->now_ns)))
		return;
	icmpg_limiter_look(check);
	icmpg_known_note(known, &check->sender, check->overloaded,
			 check->now_ns);
}

/**
 * icmpg_limiter_known() - what is known of the sender of a packet
 * @check: the packet, before or after its limits were asked
 * @info: filled; level unknown while known-first is off
 *
 * Reads only.
 *
 * Context: softirq or user space, under rcu_read_lock(); takes no lock.
 */
void icmpg_limiter_known(struct icmpg_check *check,
			 struct icmpg_known_info *info)
{
	*info = (struct icmpg_known_info){};
	if (!check->limiter->known.history.line)
		return;
	icmpg_limiter_look(check);
	icmpg_known_info(&check->sender, check->now_ns, info);
}

/**
 * icmpg_limiter_status() - how full the table is
 * @limiter: the buckets
 * @config: the configuration in force
 * @now_ns: the guard's clock
 * @size: bytes of the table
 * @fill: of every 1000 slots, how many owe now, from at most 4096 lines
 *
 * Context: any, under rcu_read_lock().
 */
void icmpg_limiter_status(const struct icmpg_limiter *limiter,
			  const struct icmpg_config *config, u64 now_ns,
			  u32 *size, u32 *fill)
{
	const struct icmpg_table *table = &limiter->table;
	u32 lines = min_t(u32, table->lines, ICMPG_STATUS_LINES), i, n, owing = 0;

	for (i = 0; i < lines; i++) {
		const struct icmpg_line *line;

		line = &table->line[div_u64((u64)i * table->lines, lines)];
		for (n = 0; n < ICMPG_LINE_SLOTS; n++) {
			u64 slot = atomic64_read(&line->slot[n]);
			const struct icmpg_limit *limit;

			limit = config->limit[slot >> (ICMPG_TAT_BITS +
						ICMPG_FINGERPRINT_BITS)];
			if (limit &&
			    icmpg_bucket_debt(limit, slot,
					      icmpg_limit_now(limit, now_ns)))
				owing++;
		}
	}
	*size = table->lines * sizeof(struct icmpg_line);
	*fill = lines ? owing * 1000 / (lines * ICMPG_LINE_SLOTS) : 0;
}

#ifdef ICMPG_SELFTEST
#include "selftest/limiter.c"
#endif
