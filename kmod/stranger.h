/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of known.c most packets need, inline: for the short way (flood.h) what is
 * done with strangers, who have never been seen, as floods are made of them; and
 * that nothing is to be done for who was seen just now. Also built in userspace.
 */
#ifndef ICMPG_STRANGER_H
#define ICMPG_STRANGER_H

#include "known.h"

#define ICMPG_KNOWN_TAG_SHIFT	44	/* of a word of the history */
#define ICMPG_KNOWN_LAST_SHIFT	20
#define ICMPG_KNOWN_LAST_MASK	((1U << 24) - 1)
#define ICMPG_KNOWN_UNIT_SHIFT	30	/* ns; about a second */
#define ICMPG_KNOWN_TOUCH	4	/* units; seen sooner, nothing is written */
#define ICMPG_CANDIDATE_TAG_SHIFT	14	/* of an entry of the candidates */
#define ICMPG_CANDIDATE_TIME_MASK	((1U << 12) - 1)
#define ICMPG_CANDIDATE_QUIET	5	/* 0.27 s: sooner is no coming back */
#define ICMPG_KNOWN_OVERLOAD_NS	(10 * 1000000000ULL)

/* Beside a hash's bits 0 to 31, as key.h says. */
static __always_inline u32 icmpg_stranger_tag(u64 hash)
{
	return hash >> ICMPG_KNOWN_TAG_SHIFT ?: 1;
}

static __always_inline u32 icmpg_stranger_units(u64 now_ns)
{
	return now_ns >> ICMPG_KNOWN_UNIT_SHIFT & ICMPG_KNOWN_LAST_MASK;
}

/*
 * RACE: the clock of a word wraps in 208 days: one that nobody has pushed out
 * until then seems to have been seen just now.
 */
static __always_inline u32 icmpg_stranger_idle(u64 word, u64 now_ns)
{
	return (icmpg_stranger_units(now_ns) -
		(word >> ICMPG_KNOWN_LAST_SHIFT)) & ICMPG_KNOWN_LAST_MASK;
}

static __always_inline u32 icmpg_stranger_time(u64 now_ns)
{
	return now_ns >> ICMPG_CANDIDATE_UNIT_SHIFT & ICMPG_CANDIDATE_TIME_MASK;
}

/* Units since a candidate was last seen; they wrap in 4.6 minutes. */
static __always_inline u32 icmpg_stranger_gap(u32 entry, u64 now_ns)
{
	return (icmpg_stranger_time(now_ns) - entry) &
	       ICMPG_CANDIDATE_TIME_MASK;
}

static __always_inline u32 icmpg_stranger_candidate_tag(u64 hash)
{
	return hash >> (32 + ICMPG_CANDIDATE_TAG_SHIFT) ?: 1;
}

static __always_inline struct icmpg_candidates *
icmpg_stranger_set(const struct icmpg_known *known, u64 hash)
{
	return &known->candidates[(u64)(u32)hash * known->sets >> 32];
}

static __always_inline bool
icmpg_stranger_has(const struct icmpg_candidates *set, unsigned int place,
		   u32 tag)
{
	return READ_ONCE(set->entry[place]) >> ICMPG_CANDIDATE_TAG_SHIFT == tag;
}

/*
 * Is a candidate one that has come too soon to have come back, in quiet times?
 * 10 s without overload are more than what it waited.
 */
static __always_inline bool
icmpg_stranger_is_early(const struct icmpg_known *known,
			const struct icmpg_candidates *set, unsigned int place,
			u64 now_ns)
{
	u64 last_ns = atomic64_read(&known->overload_ns);

	return icmpg_stranger_gap(READ_ONCE(set->entry[place]), now_ns) <
	       ICMPG_CANDIDATE_QUIET &&
	       (!last_ns || (s64)(now_ns - last_ns) >=
			    (s64)ICMPG_KNOWN_OVERLOAD_NS);
}

/**
 * icmpg_stranger_is_none() - is there nothing to note about a sender?
 * @known: with memory, and no history before a resize
 * @hash: of its source, by icmpg_key_mix() with the subkey of its family
 * @now_ns: the guard's clock
 *
 * While no bucket of its packet is overloaded. What icmpg_known_note() would do
 * with most of the packets that pass: nothing.
 *
 * Context: softirq, under rcu_read_lock(). Reads only.
 * Return: true if it has been seen just now, in the history or as a candidate.
 */
static __always_inline bool
icmpg_stranger_is_none(const struct icmpg_known *known, u64 hash, u64 now_ns)
{
	const struct icmpg_candidates *set = icmpg_stranger_set(known, hash);
	u32 tag = icmpg_stranger_candidate_tag(hash);
	unsigned int place;
	u64 rest;

	if (icmpg_table_find(icmpg_table_line(&known->history, hash),
			     icmpg_stranger_tag(hash), ICMPG_KNOWN_TAG_SHIFT,
			     &rest) != ICMPG_LINE_SLOTS)
		return icmpg_stranger_idle(rest, now_ns) < ICMPG_KNOWN_TOUCH;
	for (place = 0; place < ICMPG_CANDIDATES; place++)
		if (icmpg_stranger_has(set, place, tag))
			return icmpg_stranger_is_early(known, set, place,
						       now_ns);
	return false;
}

/**
 * icmpg_stranger_is() - would icmpg_known_look() find nothing in the history?
 * @known: with memory, and no history before a resize
 * @hash: of its source, by icmpg_key_mix() with the subkey of its family
 *
 * Context: softirq, under rcu_read_lock(). Reads only.
 * Return: true if it isn't there.
 */
static __always_inline bool icmpg_stranger_is(const struct icmpg_known *known,
					      u64 hash)
{
	u64 rest;

	return icmpg_table_find(icmpg_table_line(&known->history, hash),
				icmpg_stranger_tag(hash), ICMPG_KNOWN_TAG_SHIFT,
				&rest) == ICMPG_LINE_SLOTS;
}

/**
 * icmpg_stranger_is_candidate() - is one for whom icmpg_stranger_is() a candidate?
 * @known: as icmpg_stranger_is()
 * @hash: as icmpg_stranger_is()
 *
 * Context: as icmpg_stranger_is().
 * Return: true if so.
 */
static __always_inline bool
icmpg_stranger_is_candidate(const struct icmpg_known *known, u64 hash)
{
	const struct icmpg_candidates *set = icmpg_stranger_set(known, hash);
	u32 tag = icmpg_stranger_candidate_tag(hash);

	return icmpg_stranger_has(set, 0, tag) ||
	       icmpg_stranger_has(set, 1, tag) ||
	       icmpg_stranger_has(set, 2, tag) ||
	       icmpg_stranger_has(set, 3, tag);
}

/*
 * Is one more sighting to be written down? Marsaglia, Xorshift RNGs (2003).
 * RACE: on a kernel that preempts softirqs another one may take the same CPU's
 * numbers meanwhile: it draws the same lot, or isn't counted.
 */
static __always_inline bool icmpg_stranger_samples(struct icmpg_known *known,
						   u64 now_ns)
{
	struct icmpg_known_cpu *cpu = this_cpu_ptr(known->cpu);
	u32 window = now_ns >> ICMPG_CANDIDATE_UNIT_SHIFT;
	u32 random = cpu->random ?: 1 + window;

	cpu->count++;
	if (unlikely(window != cpu->window))
		icmpg_known_take_stock(known, cpu, window);
	random ^= random << 13;
	random ^= random >> 17;
	random ^= random << 5;
	cpu->random = random;
	return random <= cpu->probability;
}

/* A shared bucket is overloaded. One line for all CPUs: written now and then. */
static __always_inline void icmpg_stranger_overload(struct icmpg_known *known,
						    u64 now_ns)
{
	u64 last_ns = atomic64_read(&known->overload_ns);

	if (last_ns >> ICMPG_CANDIDATE_UNIT_SHIFT !=
	    now_ns >> ICMPG_CANDIDATE_UNIT_SHIFT)
		atomic64_set(&known->overload_ns, now_ns);
}

/**
 * icmpg_stranger_note() - icmpg_known_note() of a stranger who is no candidate
 * @known: with memory
 * @hash: as icmpg_stranger_is()
 * @overloaded: a shared bucket of the packet is overloaded
 * @now_ns: the guard's clock
 *
 * Context: softirq, under rcu_read_lock(); takes no lock.
 */
static __always_inline void icmpg_stranger_note(struct icmpg_known *known,
						u64 hash, bool overloaded,
						u64 now_ns)
{
	if (overloaded)
		icmpg_stranger_overload(known, now_ns);
	if (unlikely(icmpg_stranger_samples(known, now_ns)))
		icmpg_known_begin_stranger(known, hash, now_ns);
}

#endif /* ICMPG_STRANGER_H */
