/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rate arithmetic: the generic cell rate algorithm (ITU-T I.371 annex A) on a
 * bucket that is one number, its theoretical arrival time (TAT). Pure: no
 * clock, no lock, no memory; `now` is a parameter. Also built in userspace.
 *
 * T = 1 / rate, tau = (burst - 1) * T. A packet conforms when
 * TAT - now <= tau; accepting it sets TAT = max(TAT, now) + T. Once the TAT
 * has passed the bucket is full and says nothing: idle is the same as absent.
 */
#ifndef ICMPG_BUCKET_H
#define ICMPG_BUCKET_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/types.h>
#include <linux/icmpguard.h>

/*
 * A slot of the table keeps a TAT in this many bits, in the limit's own units
 * of 2^shift ns, chosen so that T is 512 to 1023 units: an error of at most
 * 0.1 %, and 67 million packets until the field wraps.
 */
#define ICMPG_TAT_BITS	36
#define ICMPG_TAT_MASK	((1ULL << ICMPG_TAT_BITS) - 1)
#define ICMPG_T_MIN	512	/* units */

/*
 * RACE: how far beyond tau a TAT may be and still count as owing: other CPUs
 * may admit a packet of the same sender in the same instant (64 T: beyond that
 * its debt is forgotten), and a change from the precise to the tick clock sets
 * `now` back (2^26 ns, 67 ms: 16 ticks at HZ=250). The larger it is, the longer
 * an idle entry can seem to owe after a wrap. A CPU that is held up for longer
 * between reading the clock and charging gives its sender one burst more.
 */
#define ICMPG_SLACK_T	64
#define ICMPG_SLACK_NS	(64ULL << 20)
#define ICMPG_SINGLE_SLACK_T	1024	/* one bucket, and all CPUs charge it */

/*
 * How far a sender is trusted (known.c). A shared bucket may owe the more when
 * its packet still passes: icmpg_limit.room. What an operator is told of it is
 * unknown, junior or known.
 */
enum icmpg_level {
	ICMPG_LEVEL_UNKNOWN,	/* never seen, or not seen to come back */
	ICMPG_LEVEL_JUNIOR,	/* came back quietly, once or twice, in an attack */
	ICMPG_LEVEL_QUIET,	/* a junior that went on to do so */
	ICMPG_LEVEL_SENIOR,	/* in the history: came back in quiet times */
	ICMPG_LEVEL_MINUTE,	/* has been seen there over a minute */
	ICMPG_LEVEL_MINUTES,	/* over 10 minutes */
	ICMPG_LEVEL_HOURS,	/* over 2 hours */
	ICMPG_LEVEL_DAY,	/* over a day */
	ICMPG_LEVELS
};

/**
 * struct icmpg_rate - a rate as an operator says it: COUNT/UNIT burst BURST
 * @count: packets per unit; 0 means no limit
 * @burst: packets at once
 * @unit: enum icmpguard_unit
 */
struct icmpg_rate {
	u32 count;
	u32 burst;
	u8 unit;
};

/**
 * struct icmpg_key - a key of the keyed hash
 * @k: 128 secret bits
 */
struct icmpg_key {
	u64 k[2];
};

/**
 * struct icmpg_limit - a rate as the packet path wants it
 * @tau: units; how far the TAT may be ahead of the clock
 * @window: units; a TAT further ahead than this is one that has passed
 * @inv: 2^62 / (tau + T): debts times this compare across limits
 * @tau_ns: nanoseconds; the same for a bucket that isn't in the table
 * @window_ns: nanoseconds; @window for a bucket that isn't in the table
 * @t_ns: nanoseconds
 * @t: units; what one packet costs
 * @room: how much a bucket may owe when it still admits a packet of a sender of
 *	each level, enum icmpg_level; all of it for a sender's own limit.
 *	Nanoseconds where the bucket isn't in the table, else units.
 * @overload: a divided bucket that owes more is overloaded; as @room
 * @shift: a unit is 2^shift ns
 * @index: 1 to 127, in the table; stable for a class and scope
 * @key: subkey of the hash, by family
 */
struct icmpg_limit {
	u64 tau;
	u64 window;
	u64 inv;
	u64 tau_ns;
	u64 window_ns;
	u64 t_ns;
	u32 t;
	u64 room[ICMPG_LEVELS];
	u64 overload;
	u8 shift;
	u8 index;
	struct icmpg_key key[2];
};

/* Nanoseconds of a unit; 0 if there is no such unit. */
static inline u64 icmpg_unit_ns(u8 unit)
{
	switch (unit) {
	case ICMPGUARD_UNIT_SECOND:
		return 1000000000ULL;
	case ICMPGUARD_UNIT_MINUTE:
		return 60 * 1000000000ULL;
	case ICMPGUARD_UNIT_HOUR:
		return 3600 * 1000000000ULL;
	}
	return 0;
}

/* Packets of a unit at the highest rate, 1,000,000 a second. */
static inline u64 icmpg_rate_max_count(u8 unit)
{
	return div_u64(icmpg_unit_ns(unit), 1000000000 / ICMPGUARD_RATE_MAX_PPS);
}

/**
 * icmpg_rate_default_burst() - the burst of a rate that was given without one
 * @rate: its count and unit are valid
 *
 * Return: twice a second's packets, at least 1, at most ICMPGUARD_BURST_MAX.
 */
static inline u32 icmpg_rate_default_burst(const struct icmpg_rate *rate)
{
	u64 ns = icmpg_unit_ns(rate->unit);
	u64 burst = div64_u64(2000000000ULL * rate->count, ns);

	return clamp_t(u64, burst, 1, ICMPGUARD_BURST_MAX);
}

#define ICMPG_SHARE_MIN	64	/* packets */

/**
 * icmpg_limit_share() - divide a limit's burst among levels of senders
 * @limit: has tau and tau_ns
 * @shared: its bucket is shared among senders
 * @single: its bucket isn't in the table
 * @known_first: who isn't known may use the first half of a shared one only
 *
 * Trunk reservation, as telephone networks do it: one comparison, strict
 * priority, and nothing is held back that nobody with a right to it wants. A
 * burst of fewer than ICMPG_SHARE_MIN packets isn't divided: each sixteenth
 * must hold some, as a packet costs 0 to 2.
 */
static inline void icmpg_limit_share(struct icmpg_limit *limit, bool shared,
				     bool single, bool known_first)
{
	static const u8 sixteenths[ICMPG_LEVELS] = {
		8, 9, 10, 11, 12, 13, 14, 16
	};
	bool divide = shared && known_first &&
		      limit->tau >= (ICMPG_SHARE_MIN - 1ULL) * limit->t;
	u64 all = single ? limit->tau_ns : limit->tau;
	unsigned int level;

	for (level = 0; level < ICMPG_LEVELS; level++)
		limit->room[level] = divide ? all / 16 * sixteenths[level] : all;
	limit->overload = divide ? all / 4 : U64_MAX;
}

/**
 * icmpg_limit_build() - compute a limit from a rate
 * @limit: filled, but for index and key, as a sender's own
 * @rate: as an operator set it
 *
 * Return: 0; -EINVAL if count, unit or burst is out of range; -ERANGE if
 * tau + T would not fit into a quarter of the TAT's field.
 */
static inline int icmpg_limit_build(struct icmpg_limit *limit,
				    const struct icmpg_rate *rate)
{
	u64 period = icmpg_unit_ns(rate->unit), units, debt;
	u8 shift;

	if (!period || !rate->count ||
	    rate->count > icmpg_rate_max_count(rate->unit) ||
	    !rate->burst || rate->burst > ICMPGUARD_BURST_MAX)
		return -EINVAL;
	limit->t_ns = div_u64(period + rate->count / 2, rate->count);
	shift = ilog2(limit->t_ns) - ilog2(ICMPG_T_MIN);
	units = div64_u64(period + (((u64)rate->count << shift) >> 1),
			  (u64)rate->count << shift);
	if (units >= 2ULL * ICMPG_T_MIN) {
		shift++;
		units = ICMPG_T_MIN;
	}
	limit->t = units;
	limit->shift = shift;
	if (check_mul_overflow(units, (u64)rate->burst, &debt) ||
	    debt > (ICMPG_TAT_MASK >> 2) ||
	    check_mul_overflow(limit->t_ns, (u64)rate->burst - 1,
			       &limit->tau_ns))
		return -ERANGE;
	limit->tau = debt - units;
	limit->window = limit->tau + ICMPG_SLACK_T * units +
			(ICMPG_SLACK_NS >> shift);
	limit->window_ns = limit->tau_ns + ICMPG_SINGLE_SLACK_T * limit->t_ns +
			   ICMPG_SLACK_NS;
	limit->inv = div64_u64(1ULL << 62, debt);
	icmpg_limit_share(limit, false, false, false);
	return 0;
}

/**
 * icmpg_limit_is_short() - is a limit too short for a clock that ticks?
 * @limit: built
 * @shared: its bucket is shared among senders
 * @tick_ns: nanoseconds of a tick
 *
 * A sender's own burst must last 2 ticks to stay exact in the long run, a
 * shared one 6, so that its thirds are visible. With a burst of one packet,
 * each waits up to a tick longer than T: 100 ticks for T make that 1 %.
 *
 * Return: true if it needs the clock that doesn't tick.
 */
static inline bool icmpg_limit_is_short(const struct icmpg_limit *limit,
					bool shared, u64 tick_ns)
{
	return limit->tau_ns + limit->t_ns < (shared ? 6 : 2) * tick_ns ||
	       (!limit->tau_ns && limit->t_ns < 100 * tick_ns);
}

/* The clock in the units of a limit, as wide as the TAT's field. */
static inline u64 icmpg_limit_now(const struct icmpg_limit *limit, u64 now_ns)
{
	return (now_ns >> limit->shift) & ICMPG_TAT_MASK;
}

/**
 * icmpg_bucket_debt() - what a bucket owes
 * @limit: its limit
 * @tat: theoretical arrival time, units
 * @now: icmpg_limit_now()
 *
 * RACE: an idle entry seems to owe again while the clock has wrapped to just
 * before its TAT, window / 2^36 of the time.
 *
 * Return: units until it is full again, 0 if it is.
 */
static inline u64 icmpg_bucket_debt(const struct icmpg_limit *limit, u64 tat,
				    u64 now)
{
	u64 debt = (tat - now) & ICMPG_TAT_MASK;

	return debt <= limit->window ? debt : 0;
}

/* Does a bucket that owes @debt units admit one more packet? */
static inline bool icmpg_bucket_conforms(const struct icmpg_limit *limit,
					 u64 debt)
{
	return debt <= limit->tau;
}

/**
 * icmpg_bucket_level() - a debt that compares across limits
 * @limit: its limit
 * @debt: units
 *
 * Return: debt / (tau + T) in units of 2^-62, at most 3 (and then some).
 */
static inline u64 icmpg_bucket_level(const struct icmpg_limit *limit, u64 debt)
{
	return min(debt, 3 * (limit->tau + limit->t)) * limit->inv;
}

#endif /* ICMPG_BUCKET_H */
