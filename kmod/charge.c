// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the buckets pay that have agreed to a packet. Softirq; no lock: a word
 * is exchanged whole, and who was slower adds to what it finds. Also built in
 * userspace; must not know skbs, scopes or where the clock comes from.
 */
#include "charge.h"

#include <linux/kernel.h>

/**
 * icmpg_charge_place() - where a bucket is or goes in its line
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
static unsigned int icmpg_charge_place(const struct icmpg_check *check,
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

/* Its place in the line is somebody else's, or has changed: look again. */
static noinline u32 icmpg_charge_again(const struct icmpg_check *check,
				       const struct icmpg_charge *charge,
				       u32 packets)
{
	const struct icmpg_limit *limit = charge->limit;
	u64 now = icmpg_limit_now(limit, check->now_ns);
	u64 debt, level;
	unsigned int i;
	s64 slot;

	do {
		i = icmpg_charge_place(check, charge->line, charge->tag, &slot,
				       &level);
		debt = icmpg_limiter_slot_tag(slot) == charge->tag ?
		       icmpg_bucket_debt(limit, slot, now) : charge->debt;
	} while (!atomic64_try_cmpxchg(&charge->line->slot[i], &slot,
				       icmpg_limiter_slot(charge->tag,
							  now + debt + (u64)packets * limit->t)));
	return level ? 1 : 0;
}

/**
 * icmpg_charge_keyed() - make a bucket of the table pay
 * @check: the packet
 * @charge: which bucket
 * @packets: how many it pays for
 *
 * Most are where they were found, and as they were. RACE: between check and
 * charge other CPUs may have admitted one packet each; they are all added, so
 * the bucket pays back.
 *
 * Return: 1 if another bucket that owed was forgotten for it, else 0.
 */
static __always_inline u32 icmpg_charge_keyed(const struct icmpg_check *check,
					      const struct icmpg_charge *charge,
					      u32 packets)
{
	const struct icmpg_limit *limit = charge->limit;
	s64 value = charge->value;
	u64 tat;

	if (unlikely(!charge->bucket))
		return icmpg_charge_again(check, charge, packets);
	tat = icmpg_limit_now(limit, check->now_ns) + charge->debt +
	      (u64)packets * limit->t;
	if (likely(atomic64_try_cmpxchg(charge->bucket, &value,
					icmpg_limiter_slot(charge->tag, tat))))
		return 0;
	return icmpg_charge_again(check, charge, packets);
}

/* The same for a bucket of its own: one in debt takes a plain addition. */
static __always_inline void
icmpg_charge_single(const struct icmpg_check *check,
		    const struct icmpg_charge *charge, u32 packets)
{
	u64 cost = packets * charge->limit->t_ns;
	s64 tat;

	if (likely(charge->debt)) {
		atomic64_add(cost, charge->bucket);
		return;
	}
	tat = atomic64_read(charge->bucket);
	do {
		if (icmpg_limiter_single_debt_ns(charge->limit, tat,
						 check->now_ns)) {
			atomic64_add(cost, charge->bucket);
			return;
		}
	} while (!atomic64_try_cmpxchg(charge->bucket, &tat,
				       check->now_ns + cost));
}

/*
 * The next digit of a fraction in base 3: what is above the point of three times
 * the fraction.
 */
static __always_inline u32 icmpg_charge_digit(u64 *fraction)
{
	u64 twice = *fraction << 1, thrice = twice + *fraction;
	u32 digit = (*fraction >> 63) + (thrice < twice);

	*fraction = thrice;
	return digit;
}

/**
 * icmpg_charge_all() - every scope agreed: charge them all
 * @check: the packet, after icmpg_limiter_check()
 * @random: 64 random bits, used where the configuration says randomise; what
 *	is left of them is good for as many packets as ICMPG_CHARGE_DIGITS says
 *
 * A shared bucket pays for 0, 1 or 2 packets, 1 in the mean, so that nobody
 * can count another's packets by what is left (SAD DNS, CVE-2020-25705).
 *
 * Context: as icmpg_limiter_check().
 * Return: how many buckets that owed were forgotten for want of space.
 */
u32 icmpg_charge_all(const struct icmpg_check *check, u64 *random)
{
	bool randomise = check->config->set.randomise;
	const struct icmpg_charge *charge = check->charge;
	const struct icmpg_charge *end = charge + check->count;
	u32 packets, evictions = 0;

	for (; charge < end; charge++) {
		packets = charge->shared && randomise ?
			  icmpg_charge_digit(random) : 1;
		if (!packets)
			continue;
		if (!charge->line)
			icmpg_charge_single(check, charge, packets);
		else
			evictions += icmpg_charge_keyed(check, charge, packets);
	}
	return evictions;
}
