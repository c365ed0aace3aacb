// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables and scopes: finds the buckets that a packet is measured by, asks them
 * all, then charges them all. Softirq; no lock, no allocation, no walk. A
 * refused packet writes nothing. The only keyed hash table. Also built in
 * userspace; must not know skbs, netfilter or where the clock comes from.
 */
#include "limiter.h"

#include <linux/errno.h>
#include <linux/kernel.h>

#include "key.h"

#define ICMPG_STATUS_LINES	4096	/* looked at for the fill of a table */
#define ICMPG_SINGLE_SLACK_T	1024	/* packets beyond the burst */

/* Of those that senders share: cheapest and most telling first. */
static const u8 icmpg_limiter_order[] = {
	ICMPGUARD_SCOPE_DESTINATION,
	ICMPGUARD_SCOPE_DESTINATION_NET,
	ICMPGUARD_SCOPE_SOURCE_NET,
	ICMPGUARD_SCOPE_INTERFACE,
	ICMPGUARD_SCOPE_TOTAL,
};

static u64 icmpg_limiter_slot(u32 tag, u64 tat)
{
	return (u64)tag << ICMPG_TAT_BITS | (tat & ICMPG_TAT_MASK);
}

static u32 icmpg_limiter_slot_tag(u64 slot)
{
	return slot >> ICMPG_TAT_BITS;
}

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
				ICMPG_TAT_BITS, tat);
}

/* The hash of a packet's source, made once. */
static __always_inline u64 icmpg_limiter_source(struct icmpg_check *check)
{
	if (!check->has_source) {
		check->source = icmpg_key_source(check->config, check->pkt);
		check->has_source = true;
	}
	return check->source;
}

/* What identifies a bucket of a limit, hashed. */
static __always_inline u64 icmpg_limiter_hash(struct icmpg_check *check,
					      const struct icmpg_limit *limit,
					      u8 scope)
{
	const struct icmpg_pkt *pkt = check->pkt;
	const struct icmpg_key *key = &limit->key[pkt->family];
	u64 hash;

	if (scope != ICMPGUARD_SCOPE_PAIR && scope != ICMPGUARD_SCOPE_SOURCE)
		return icmpg_key_hash(check->config, pkt, scope, key);
	hash = icmpg_limiter_source(check);
	if (scope == ICMPGUARD_SCOPE_SOURCE)
		return icmpg_key_mix(hash, 0, 0, key);
	if (unlikely(pkt->dst_zone))
		hash = icmpg_key_mix(hash, pkt->dst_zone, 0, key);
	return icmpg_key_mix(hash, (__force u64)pkt->dst.word[0],
			     (__force u64)pkt->dst.word[1], key);
}

/* Look for the sender of a packet, once. There is memory for known ones. */
static void icmpg_limiter_look(struct icmpg_check *check)
{
	const struct icmpg_known *known = &check->limiter->known;
	u64 hash;

	if (check->sender.is_done)
		return;
	hash = icmpg_key_mix(icmpg_limiter_source(check), 0, 0,
			     &known->key[check->pkt->family]);
	icmpg_known_look(known, hash, check->now_ns, &check->sender);
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
 * @charge: line, tag and old_tat are filled
 *
 * Return: units that it owes.
 */
static __always_inline u64
icmpg_limiter_find_keyed(struct icmpg_check *check,
			 const struct icmpg_limit *limit, u8 scope,
			 struct icmpg_charge *charge)
{
	u64 hash = icmpg_limiter_hash(check, limit, scope);
	const struct icmpg_limiter *limiter = check->limiter;
	u64 now = icmpg_limit_now(limit, check->now_ns);
	u64 tat;

	charge->tag = icmpg_limiter_tag(limit, hash);
	charge->line = icmpg_table_line(&limiter->table, hash);
	charge->old_tat = 0;
	if (icmpg_table_find(charge->line, charge->tag, ICMPG_TAT_BITS, &tat))
		return icmpg_bucket_debt(limit, tat, now);
	if (!icmpg_limiter_find_old(limiter, hash, check->now_ns, charge->tag,
				    &tat))
		return 0;
	charge->old_tat = tat;
	return icmpg_bucket_debt(limit, tat, now);
}

/* A bucket has agreed: how it is charged if all others do. */
static __always_inline void icmpg_limiter_agree(struct icmpg_check *check,
						const struct icmpg_limit *limit,
						const struct icmpg_charge *charge,
						bool shared)
{
	struct icmpg_charge *to = &check->charge[check->count++];

	to->limit = limit;
	to->line = charge->line;
	to->single = charge->single;
	to->old_tat = charge->old_tat;
	to->tag = charge->tag;
	to->shared = shared;
}

/* Does the packet conform? If so, a charge has been noted. */
static __always_inline bool
icmpg_limiter_check_keyed(struct icmpg_check *check,
			  const struct icmpg_limit *limit, u8 scope)
{
	struct icmpg_charge charge = { .single = NULL };
	bool shared = !(BIT(scope) & ICMPG_SCOPES_OWN);
	u64 debt = icmpg_limiter_find_keyed(check, limit, scope, &charge);

	/* Who sent it doesn't matter to a limit of its own. */
	if (shared ? !icmpg_limiter_admits(check, limit, debt) :
		     !icmpg_bucket_conforms(limit, debt))
		return false;
	icmpg_limiter_agree(check, limit, &charge, shared);
	return true;
}

/*
 * As icmpg_bucket_debt(): a TAT that is further ahead than the limit lets it
 * get comes from a slower limit that was in force before, and is forgiven. All
 * CPUs may charge this one bucket at once, and its field doesn't wrap.
 */
static u64 icmpg_limiter_single_debt_ns(const struct icmpg_limit *limit,
					s64 tat_ns, u64 now_ns)
{
	s64 debt = tat_ns - (s64)now_ns;
	s64 window = limit->tau_ns + ICMPG_SINGLE_SLACK_T * limit->t_ns +
		     ICMPG_SLACK_NS;

	return debt > 0 && debt <= window ? debt : 0;
}

/* As icmpg_limiter_check_keyed(), for a bucket without a key. */
static __always_inline bool
icmpg_limiter_check_single(struct icmpg_check *check,
			   const struct icmpg_limit *limit,
			   struct icmpg_single *single)
{
	struct icmpg_charge charge = { .single = single };
	s64 tat = atomic64_read(&single->tat_ns);

	if (!icmpg_limiter_admits(check, limit,
				  icmpg_limiter_single_debt_ns(limit, tat,
							       check->now_ns)))
		return false;
	icmpg_limiter_agree(check, limit, &charge, true);
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

static u8 icmpg_limiter_reason(u8 scope)
{
	return ICMPGUARD_REASON_LIMIT_PAIR - ICMPGUARD_SCOPE_PAIR + scope;
}

/* All that is neither its sender's own nor the router's. */
static noinline u8 icmpg_limiter_check_rest(struct icmpg_check *check, u8 class,
					    u32 scopes)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(icmpg_limiter_order); i++) {
		u8 scope = icmpg_limiter_order[i];

		if (scopes & BIT(scope) &&
		    !icmpg_limiter_check_scope(check,
					       &check->config->class[class],
					       class, scope))
			return icmpg_limiter_reason(scope);
	}
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
	if (scopes & ICMPG_SCOPE_BIT(PAIR) &&
	    !icmpg_limiter_check_scope(check, config, class,
				       ICMPGUARD_SCOPE_PAIR))
		return ICMPGUARD_REASON_LIMIT_PAIR;
	if (scopes & ICMPG_SCOPE_BIT(SOURCE) &&
	    !icmpg_limiter_check_scope(check, config, class,
				       ICMPGUARD_SCOPE_SOURCE))
		return ICMPGUARD_REASON_LIMIT_SOURCE;
	if (!(scopes & ~ICMPG_SCOPES_OWN))
		return 0;
	check->is_shared = true;
	if (scopes & ICMPG_SCOPE_BIT(ROUTER) &&
	    !icmpg_limiter_check_scope(check, config, class,
				       ICMPGUARD_SCOPE_ROUTER))
		return ICMPGUARD_REASON_LIMIT_ROUTER;
	scopes &= ~(ICMPG_SCOPES_OWN | ICMPG_SCOPE_BIT(ROUTER));
	return scopes ? icmpg_limiter_check_rest(check, class, scopes) : 0;
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
	debt = icmpg_limiter_find_keyed(check, limit, scope, &charge);
	return debt <= room ? div_u64(room - debt, limit->t) + 1 : 0;
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

	if (!known->history.line)
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
 * icmpg_limiter_place() - where a bucket is or goes in its line
 * @check: for the clock and the limits of the other slots
 * @line: the line
 * @tag: of the bucket
 * @slot: what is there now
 * @level: 0 if nothing is lost by writing there, else what the slot owes
 *
 * Its own slot; else one that owes nothing; else the one that owes least of
 * what it may: plain debts would let one limited to 100/s push out one
 * limited to 1/min. The first minimum wins, so that two CPUs which insert the
 * same bucket choose the same slot and one of them sees the other's. RACE: if
 * their clocks differ by a tick they may choose two; one charge is then lost.
 *
 * Return: index of a slot.
 */
static unsigned int icmpg_limiter_place(const struct icmpg_check *check,
					const struct icmpg_line *line, u32 tag,
					s64 *slot, u64 *level)
{
	unsigned int i, best = 0;

	*level = U64_MAX;
	for (i = 0; i < ICMPG_LINE_SLOTS; i++) {
		s64 value = atomic64_read(&line->slot[i]);
		u32 other = icmpg_limiter_slot_tag(value);
		const struct icmpg_limit *limit;
		u64 owes = 0, debt;

		limit = check->config->limit[other >> ICMPG_FINGERPRINT_BITS];
		if (other == tag) {
			*slot = value;
			*level = 0;
			return i;
		}
		if (limit) {
			debt = icmpg_bucket_debt(limit, value,
						 icmpg_limit_now(limit, check->now_ns));
			owes = icmpg_bucket_level(limit, debt);
		}
		if (owes < *level) {
			*level = owes;
			*slot = value;
			best = i;
		}
	}
	return best;
}

/**
 * icmpg_limiter_charge_keyed() - make a bucket of the table pay
 * @check: the packet
 * @charge: which bucket
 * @packets: how many it pays for
 *
 * RACE: between check and charge other CPUs may have admitted one packet each;
 * they are all added, so the bucket pays back.
 *
 * Return: 1 if another bucket that owed was forgotten for it, else 0.
 */
static u32 icmpg_limiter_charge_keyed(const struct icmpg_check *check,
				      const struct icmpg_charge *charge,
				      u32 packets)
{
	const struct icmpg_limit *limit = charge->limit;
	u64 now = icmpg_limit_now(limit, check->now_ns);
	u64 tat, level;
	unsigned int i;
	s64 slot;

	do {
		i = icmpg_limiter_place(check, charge->line, charge->tag, &slot,
					&level);
		if (icmpg_limiter_slot_tag(slot) == charge->tag)
			tat = slot;
		else
			tat = charge->old_tat ?: now;
		tat = now + icmpg_bucket_debt(limit, tat, now) +
		      (u64)packets * limit->t;
	} while (!atomic64_try_cmpxchg(&charge->line->slot[i], &slot,
				       icmpg_limiter_slot(charge->tag, tat)));
	return level ? 1 : 0;
}

/* The same for a bucket of its own: one in debt takes a plain addition. */
static void icmpg_limiter_charge_single(const struct icmpg_check *check,
					const struct icmpg_charge *charge,
					u32 packets)
{
	u64 cost = packets * charge->limit->t_ns;
	s64 tat = atomic64_read(&charge->single->tat_ns);

	do {
		if (icmpg_limiter_single_debt_ns(charge->limit, tat,
						 check->now_ns)) {
			atomic64_add(cost, &charge->single->tat_ns);
			return;
		}
	} while (!atomic64_try_cmpxchg(&charge->single->tat_ns, &tat,
				       check->now_ns + cost));
}

/**
 * icmpg_limiter_charge() - every scope agreed: charge them all
 * @check: the packet, after icmpg_limiter_check()
 * @random: 32 random bits, used where the configuration says randomise
 *
 * A shared bucket pays for 0, 1 or 2 packets, 1 in the mean, so that nobody
 * can count another's packets by what is left (SAD DNS, CVE-2020-25705).
 *
 * Context: as icmpg_limiter_check().
 * Return: how many buckets that owed were forgotten for want of space.
 */
u32 icmpg_limiter_charge(struct icmpg_check *check, u32 random)
{
	bool randomise = check->config->set.randomise;
	u32 packets, evictions = 0;
	unsigned int i;

	for (i = 0; i < check->count; i++) {
		const struct icmpg_charge *charge = &check->charge[i];

		packets = 1;
		if (charge->shared && randomise) {
			u64 product = (u64)random * 3;

			/* The next digit of a fraction in base 3. */
			packets = product >> 32;
			random = product;
		}
		if (!packets)
			continue;
		if (charge->single)
			icmpg_limiter_charge_single(check, charge, packets);
		else
			evictions += icmpg_limiter_charge_keyed(check, charge,
								packets);
	}
	return evictions;
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
