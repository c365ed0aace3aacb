// SPDX-License-Identifier: GPL-2.0-only
/* Rate arithmetic: what a rate becomes, and what it admits in the long run. */
#include "bucket.h"

#include "ktap.h"
#include "twin.h"

#define SECOND_NS	1000000000ULL
#define WRAP		(1ULL << ICMPG_TAT_BITS)

static const u8 units[] = {
	ICMPGUARD_UNIT_SECOND,
	ICMPGUARD_UNIT_MINUTE,
	ICMPGUARD_UNIT_HOUR,
};

/* 1,000,000 a second, in packets of each unit. */
static const u32 counts_max[] = { 1000000, 60000000, 3600000000U };

static const u64 periods_ns[] = {
	SECOND_NS, 60 * SECOND_NS, 3600 * SECOND_NS,
};

static const u32 bursts[] = {
	1, 2, 3, 5, 10, 50, 99, 1000, 2000, 65535, 65536, 999999, 1000000,
};

/* What a rate must become, by exact arithmetic. */
static void check_build(u8 u, u32 count, u32 burst)
{
	const struct icmpg_rate rate = {
		.count = count,
		.burst = burst,
		.unit = units[u],
	};
	const __int128 period = periods_ns[u];
	struct icmpg_limit limit = {};
	struct twin_rate twin = twin_rate(&rate);
	__int128 cost, error;
	int err;

	err = icmpg_limit_build(&limit, &rate);
	if (!EXPECT(!err, "%u/%u burst %u: %d", count, units[u], burst, err))
		return;
	EXPECT(limit.t >= 512 && limit.t <= 1023, "%u/%u: T is %u units", count,
	       units[u], limit.t);
	/* count * T within 0.1 % of the period. */
	cost = (__int128)count * limit.t << limit.shift;
	error = cost > period ? cost - period : period - cost;
	EXPECT(error * 1000 <= period, "%u/%u: T is %u units of 2^%u ns", count,
	       units[u], limit.t, limit.shift);
	cost = (__int128)count * limit.t_ns;
	error = cost > period ? cost - period : period - cost;
	EXPECT(error * 1000 <= period, "%u/%u: T is %llu ns", count, units[u],
	       (unsigned long long)limit.t_ns);
	EXPECT(limit.t == twin.t && limit.shift == twin.shift &&
	       limit.tau == twin.tau, "%u/%u burst %u", count, units[u], burst);
	EXPECT(limit.t_ns == twin_rate_ns(&rate).t, "%u/%u: T is %llu ns", count,
	       units[u], (unsigned long long)limit.t_ns);
	EXPECT(limit.tau_ns == (burst - 1) * limit.t_ns);
	EXPECT(limit.tau + limit.t <= WRAP / 4, "%u/%u burst %u", count,
	       units[u], burst);
	/* A debt of 64 packets beyond tau still counts, and 67 ms more. */
	EXPECT(limit.window >= limit.tau + 64 * limit.t +
			       ((64ULL << 20) >> limit.shift));
	EXPECT(limit.window < WRAP / 3, "%u/%u burst %u", count, units[u],
	       burst);
}

static void test_build(void)
{
	unsigned int u, b, i;
	u64 count;

	for (u = 0; u < 3; u++) {
		for (b = 0; b < sizeof(bursts) / sizeof(bursts[0]); b++) {
			for (count = 1; count <= counts_max[u];
			     count += count / 64 + 1)
				check_build(u, count, bursts[b]);
			check_build(u, counts_max[u], bursts[b]);
		}
		for (i = 0; i < 100000; i++)
			check_build(u, 1 + ktap_random_below(counts_max[u]),
				    1 + ktap_random_below(1000000));
	}
}

/* Around the powers of two of T, where the unit changes. */
static void test_build_edges(void)
{
	unsigned int u, bit;
	u64 count;
	int off;

	for (u = 0; u < 3; u++) {
		for (bit = 10; bit < 42; bit++) {
			for (off = -3; off <= 3; off++) {
				count = (periods_ns[u] >> bit) + off;
				if (count - 1 < counts_max[u])
					check_build(u, count, 10);
			}
		}
	}
}

static int build(u8 unit, u32 count, u32 burst)
{
	const struct icmpg_rate rate = {
		.count = count,
		.burst = burst,
		.unit = unit,
	};
	struct icmpg_limit limit;

	return icmpg_limit_build(&limit, &rate);
}

static void test_refused(void)
{
	unsigned int u;

	for (u = 0; u < 3; u++) {
		EXPECT(build(units[u], 1, 1) == 0);
		EXPECT(build(units[u], counts_max[u], 1) == 0);
		EXPECT(build(units[u], counts_max[u], 1000000) == 0);
		EXPECT(build(units[u], 1, 1000000) == 0);
		EXPECT(build(units[u], 0, 1) == -EINVAL);
		EXPECT(build(units[u], counts_max[u] + 1, 1) == -EINVAL);
		EXPECT(build(units[u], UINT32_MAX, 1) == -EINVAL);
		EXPECT(build(units[u], 1, 0) == -EINVAL);
		EXPECT(build(units[u], 1, 1000001) == -EINVAL);
		EXPECT(build(units[u], 1, UINT32_MAX) == -EINVAL);
	}
	EXPECT(build(0, 1, 1) == -EINVAL);
	EXPECT(build(ICMPGUARD_UNIT_MAX + 1, 1, 1) == -EINVAL);
	EXPECT(build(255, 1, 1) == -EINVAL);
}

static u32 default_burst(u8 unit, u32 count)
{
	const struct icmpg_rate rate = { .count = count, .unit = unit };

	return icmpg_rate_default_burst(&rate);
}

static void test_default_burst(void)
{
	EXPECT(default_burst(ICMPGUARD_UNIT_SECOND, 1) == 2);
	EXPECT(default_burst(ICMPGUARD_UNIT_SECOND, 50) == 100);
	EXPECT(default_burst(ICMPGUARD_UNIT_SECOND, 500000) == 1000000);
	EXPECT(default_burst(ICMPGUARD_UNIT_SECOND, 500001) == 1000000);
	EXPECT(default_burst(ICMPGUARD_UNIT_SECOND, 1000000) == 1000000);
	EXPECT(default_burst(ICMPGUARD_UNIT_MINUTE, 1) == 1);
	EXPECT(default_burst(ICMPGUARD_UNIT_MINUTE, 30) == 1);
	EXPECT(default_burst(ICMPGUARD_UNIT_MINUTE, 59) == 1);
	EXPECT(default_burst(ICMPGUARD_UNIT_MINUTE, 60) == 2);
	EXPECT(default_burst(ICMPGUARD_UNIT_MINUTE, 60000000) == 1000000);
	EXPECT(default_burst(ICMPGUARD_UNIT_HOUR, 1) == 1);
	EXPECT(default_burst(ICMPGUARD_UNIT_HOUR, 7200) == 4);
	EXPECT(default_burst(ICMPGUARD_UNIT_HOUR, 3600000000U) == 1000000);
}

/**
 * struct lone - one bucket as the table has it, beside its exact twin
 * @limit: of both
 * @tat: in as many bits as a slot has
 * @exact: the twin's, never wraps
 * @passed: packets
 * @differences: between the two
 */
struct lone {
	struct icmpg_limit limit;
	u64 tat;
	unsigned __int128 exact;
	u64 passed;
	u64 differences;
};

/* One packet to both of them, at a clock that never wraps. */
static bool lone_send(struct lone *lone, unsigned __int128 now_ns)
{
	const struct icmpg_limit *limit = &lone->limit;
	unsigned __int128 exact_now = now_ns >> limit->shift;
	u64 now = icmpg_limit_now(limit, (u64)now_ns);
	u64 debt = icmpg_bucket_debt(limit, lone->tat, now);
	bool passes = icmpg_bucket_conforms(limit, debt);

	lone->differences += passes != (lone->exact <= exact_now + limit->tau);
	if (!passes)
		return false;
	lone->tat = (now + debt + limit->t) & ICMPG_TAT_MASK;
	if (lone->exact < exact_now)
		lone->exact = exact_now;
	lone->exact += limit->t;
	lone->passed++;
	return true;
}

/* More than a rate allows, for 50 bursts or 3000 packets: what passes? */
static void check_long_run(u8 u, u32 count, u32 burst)
{
	const struct icmpg_rate rate = {
		.count = count,
		.burst = burst,
		.unit = units[u],
	};
	u64 step_ns, time_ns = 0, packets = burst * 20ULL;
	struct lone lone = {};
	long double due;

	REQUIRE(!icmpg_limit_build(&lone.limit, &rate));
	if (packets < 1000)
		packets = 1000;
	/* Without a burst, what comes late is lost. */
	step_ns = lone.limit.t_ns / (burst > 1 ? 3 : 256) + 1;
	while (lone.passed < packets &&
	       time_ns < 2 * packets * lone.limit.t_ns) {
		lone_send(&lone, SECOND_NS + time_ns);
		time_ns += step_ns + ktap_random_below(step_ns / 8 + 1);
	}
	due = (long double)time_ns * count / periods_ns[u] + burst;
	EXPECT(lone.passed >= due * 0.99L && lone.passed <= due * 1.01L,
	       "%u/%u burst %u: %llu of %Lf passed", count, units[u], burst,
	       (unsigned long long)lone.passed, due);
	EXPECT(!lone.differences, "%u/%u burst %u", count, units[u], burst);
}

static void test_long_run(void)
{
	static const u32 rates[] = {
		1, 2, 7, 10, 59, 60, 100, 1000, 4095, 4096, 33333, 999999,
		1000000,
	};
	unsigned int u, i;

	for (u = 0; u < 3; u++) {
		for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
			check_long_run(u, rates[i], 1);
			check_long_run(u, rates[i], 20);
			check_long_run(u, rates[i], 1500);
		}
	}
}

/* A burst at once, then exactly one for each T. */
static void test_burst(void)
{
	const struct icmpg_rate rate = {
		.count = 10,
		.burst = 50,
		.unit = ICMPGUARD_UNIT_SECOND,
	};
	struct lone lone = {};
	u64 unit_ns, now_ns = 77 * SECOND_NS;
	unsigned int i;

	REQUIRE(!icmpg_limit_build(&lone.limit, &rate));
	unit_ns = 1ULL << lone.limit.shift;
	now_ns = now_ns / unit_ns * unit_ns;
	for (i = 0; i < 50; i++)
		EXPECT(lone_send(&lone, now_ns), "packet %u", i);
	EXPECT(!lone_send(&lone, now_ns));
	/* A refused packet consumes nothing: one more, a unit before T is up. */
	EXPECT(!lone_send(&lone, now_ns + lone.limit.t * unit_ns - 1));
	EXPECT(lone_send(&lone, now_ns + lone.limit.t * unit_ns));
	EXPECT(!lone_send(&lone, now_ns + lone.limit.t * unit_ns));
	/* Full again when the TAT has passed, and not fuller. */
	now_ns += 3600 * SECOND_NS;
	for (i = 0; i < 50; i++)
		EXPECT(lone_send(&lone, now_ns), "packet %u", i);
	EXPECT(!lone_send(&lone, now_ns));
	EXPECT(!lone.differences);
}

/*
 * A sender that is always over its limit, at all times around the wraps of the
 * field and at random times between, against a twin that never wraps.
 */
static void check_wraps(const struct icmpg_rate *rate)
{
	unsigned __int128 wrap_ns, now_ns;
	struct lone lone = {};
	unsigned int wrap, i;
	u64 gap_ns;

	REQUIRE(!icmpg_limit_build(&lone.limit, rate));
	wrap_ns = (unsigned __int128)WRAP << lone.limit.shift;
	for (wrap = 0; wrap < 3; wrap++) {
		/* Once between, so that what is left there isn't from a wrap ago. */
		lone_send(&lone, wrap_ns * wrap + wrap_ns / 2);
		now_ns = wrap_ns * (wrap + 1) - lone.limit.t_ns * 600;
		for (i = 0; i < 4000; i++) {
			lone_send(&lone, now_ns);
			now_ns += lone.limit.t_ns / 4 +
				  ktap_random_below(lone.limit.t_ns / 8 + 1);
		}
		/* Now and then it is quiet until its bucket is full. */
		for (i = 0; i < 4000; i++) {
			lone_send(&lone, now_ns);
			gap_ns = ktap_random_below(lone.limit.t_ns);
			if (!ktap_random_below(50))
				gap_ns += lone.limit.tau_ns * 2;
			now_ns += gap_ns;
		}
	}
	EXPECT(now_ns > wrap_ns * 3);
	EXPECT(lone.passed > 1000);
	EXPECT(!lone.differences, "%u/%u burst %u: %llu differences",
	       rate->count, rate->unit, rate->burst,
	       (unsigned long long)lone.differences);
}

static void test_wraps(void)
{
	static const struct icmpg_rate rates[] = {
		{ 1000000, 100, ICMPGUARD_UNIT_SECOND },	/* unit 1 ns */
		{ 999999, 1, ICMPGUARD_UNIT_SECOND },
		{ 1000, 2000, ICMPGUARD_UNIT_SECOND },
		{ 10, 50, ICMPGUARD_UNIT_SECOND },
		{ 1, 1, ICMPGUARD_UNIT_SECOND },
		/* Unit 67 ms: the coarsest that wraps before the clock does. */
		{ 1, 20, ICMPGUARD_UNIT_MINUTE },
	};
	unsigned int i;

	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		check_wraps(&rates[i]);
}

/*
 * An idle entry that nobody writes seems to owe again when the clock comes by
 * its TAT after a wrap: for window / 2^36 of the time, as bucket.h says.
 */
static void check_idle(const struct icmpg_rate *rate)
{
	u64 tat, owing = 0, refusing = 0, samples = 0, step, clock;
	struct icmpg_limit limit = {};
	double share, bound;

	REQUIRE(!icmpg_limit_build(&limit, rate));
	tat = ktap_random_below(WRAP / 4);
	step = WRAP / 1000003;
	for (clock = tat; clock < tat + 3 * WRAP; clock += step) {
		u64 now = icmpg_limit_now(&limit, clock << limit.shift);
		u64 debt = icmpg_bucket_debt(&limit, tat, now);

		EXPECT(now < WRAP);
		samples++;
		owing += debt > 0;
		refusing += !icmpg_bucket_conforms(&limit, debt);
	}
	share = (double)owing / samples;
	bound = (double)limit.window / WRAP;
	printf("# %u/%u burst %u: %.2g of the time, bound %.2g\n", rate->count,
	       rate->unit, rate->burst, share, bound);
	EXPECT(share <= bound * 1.01 + 3e-6);
	EXPECT(share >= bound * 0.99 - 3e-6);
	EXPECT((double)refusing / samples <=
	       (double)(limit.window - limit.tau) / WRAP * 1.01 + 3e-6);
	/* As soon as its time has passed it is full, and stays so. */
	EXPECT(!icmpg_bucket_debt(&limit, tat, tat));
	EXPECT(!icmpg_bucket_debt(&limit, tat, (tat + 1) & ICMPG_TAT_MASK));
	EXPECT(!icmpg_bucket_debt(&limit, tat,
				  (tat + WRAP / 2) & ICMPG_TAT_MASK));
}

static void test_idle(void)
{
	static const struct icmpg_rate rates[] = {
		{ 1000000, 1000000, ICMPGUARD_UNIT_SECOND },
		{ 1000000, 1, ICMPGUARD_UNIT_SECOND },
		{ 10, 50, ICMPGUARD_UNIT_SECOND },
		{ 2000, 100000, ICMPGUARD_UNIT_SECOND },
		{ 1, 1000000, ICMPGUARD_UNIT_MINUTE },
		{ 1, 20, ICMPGUARD_UNIT_MINUTE },
	};
	unsigned int i;

	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		check_idle(&rates[i]);
}

/*
 * The precise clock, then the tick clock, which is up to a tick behind it, and
 * back: nobody is refused for it who wasn't, and nobody gets a second burst.
 */
static void check_backwards(const struct icmpg_rate *rate, u64 back_ns)
{
	u64 now_ns = 1000 * SECOND_NS, before, after;
	struct icmpg_limit limit = {};
	struct lone lone = {};
	unsigned int i;

	REQUIRE(!icmpg_limit_build(&limit, rate));
	lone.limit = limit;
	for (i = 0; i < 100; i++) {
		u64 debt, late, sent;

		/* In debt, whether by a packet or a whole burst. */
		sent = 0;
		while (lone_send(&lone, now_ns) &&
		       sent++ < ktap_random_below(2 * rate->burst))
			;
		before = icmpg_limit_now(&limit, now_ns);
		debt = icmpg_bucket_debt(&limit, lone.tat, before);
		after = icmpg_limit_now(&limit, now_ns - back_ns);
		late = icmpg_bucket_debt(&limit, lone.tat, after);
		/* The debt has grown by as much, and hasn't been forgotten. */
		EXPECT(late == debt + before - after, "%u/%u burst %u: %llu",
		       rate->count, rate->unit, rate->burst,
		       (unsigned long long)late);
		/* The TAT of another CPU's last instant: still no second burst. */
		lone_send(&lone, now_ns - back_ns);
		late = icmpg_bucket_debt(&limit, lone.tat, after);
		EXPECT(late >= debt + before - after);
		now_ns += ktap_random_below(3 * limit.t_ns);
	}
}

static void test_backwards(void)
{
	static const struct icmpg_rate rates[] = {
		{ 1000000, 1, ICMPGUARD_UNIT_SECOND },
		{ 1000000, 1000, ICMPGUARD_UNIT_SECOND },
		{ 10, 1, ICMPGUARD_UNIT_SECOND },
		{ 10, 50, ICMPGUARD_UNIT_SECOND },
		{ 1, 20, ICMPGUARD_UNIT_HOUR },
	};
	/* A tick at HZ=1000, 250 and 100, and 60 ms. */
	static const u64 backs_ns[] = { 1000000, 4000000, 10000000, 60000000 };
	unsigned int i, n;

	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		for (n = 0; n < sizeof(backs_ns) / sizeof(backs_ns[0]); n++)
			check_backwards(&rates[i], backs_ns[n]);
}

/* As many CPUs as there may be admit a packet at once: all are paid back. */
static void test_many_cpus(void)
{
	const struct icmpg_rate rate = {
		.count = 100,
		.burst = 10,
		.unit = ICMPGUARD_UNIT_SECOND,
	};
	struct icmpg_limit limit = {};
	u64 now = 12345, tat;

	REQUIRE(!icmpg_limit_build(&limit, &rate));
	tat = now + limit.tau + 64 * limit.t;
	EXPECT(icmpg_bucket_debt(&limit, tat, now) == tat - now);
	EXPECT(!icmpg_bucket_conforms(&limit, tat - now));
}

/* With a clock that ticks every 4 ms, a limit that isn't short stays exact. */
static void check_ticks(u32 count, u32 burst, bool shared, u64 tick_ns)
{
	const struct icmpg_rate rate = {
		.count = count,
		.burst = burst,
		.unit = ICMPGUARD_UNIT_SECOND,
	};
	struct lone lone = {};
	u64 tick, ticks, due, sent;
	bool is_short;

	REQUIRE(!icmpg_limit_build(&lone.limit, &rate));
	is_short = (u64)burst * SECOND_NS / count <
		   (shared ? 6 : 2) * tick_ns;
	/* Without a burst, a packet is late by up to a tick: at most 1 %. */
	if (burst == 1)
		is_short |= SECOND_NS / count < 100 * tick_ns;
	EXPECT(icmpg_limit_is_short(&lone.limit, shared, tick_ns) == is_short,
	       "%u/s burst %u", count, burst);
	if (is_short)
		return;
	ticks = 100 * SECOND_NS / tick_ns;
	for (tick = 0; tick <= ticks; tick++) {
		sent = 0;
		while (lone_send(&lone, SECOND_NS + tick * tick_ns) &&
		       ++sent < 2 * burst)
			;
	}
	due = count * 100 + burst;
	EXPECT(lone.passed * 100 >= due * 99 && lone.passed * 100 <= due * 101,
	       "%u/s burst %u: %llu of %llu", count, burst,
	       (unsigned long long)lone.passed, (unsigned long long)due);
}

static void test_ticks(void)
{
	static const u64 ticks_ns[] = { 1000000, 4000000, 10000000 };
	static const u32 rates[] = { 1, 10, 125, 500, 1000, 10000 };
	unsigned int t, r;
	u32 burst;

	for (t = 0; t < 3; t++) {
		for (r = 0; r < 6; r++) {
			for (burst = 1; burst < 1000; burst += burst / 2 + 1) {
				check_ticks(rates[r], burst, false,
					    ticks_ns[t]);
				check_ticks(rates[r], burst, true, ticks_ns[t]);
			}
		}
	}
}

/* debt / (tau + T), so that it compares across limits. */
static void test_level(void)
{
	static const struct icmpg_rate rates[] = {
		{ 1000000, 1, ICMPGUARD_UNIT_SECOND },
		{ 1000000, 1000000, ICMPGUARD_UNIT_SECOND },
		{ 100, 100, ICMPGUARD_UNIT_SECOND },
		{ 1, 20, ICMPGUARD_UNIT_MINUTE },
		{ 1, 1, ICMPGUARD_UNIT_HOUR },
		{ 1, 1000000, ICMPGUARD_UNIT_HOUR },
	};
	unsigned int i, percent;

	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct icmpg_limit limit = {};
		u64 whole, debt, level;
		double ratio;

		REQUIRE(!icmpg_limit_build(&limit, &rates[i]));
		whole = limit.tau + limit.t;
		for (percent = 1; percent <= 300; percent++) {
			debt = whole * percent / 100;
			level = icmpg_bucket_level(&limit, debt);
			ratio = (double)level / (1ULL << 62);
			EXPECT(ratio > (double)debt / whole * 0.999 &&
			       ratio < (double)debt / whole * 1.001,
			       "%u/%u burst %u at %u %%: %f", rates[i].count,
			       rates[i].unit, rates[i].burst, percent, ratio);
		}
		EXPECT(icmpg_bucket_level(&limit, 0) == 0);
		EXPECT(icmpg_bucket_level(&limit, 1) > 0);
		/* No overflow: who owes most never looks as if it owed least. */
		EXPECT(icmpg_bucket_level(&limit, limit.window) >=
		       icmpg_bucket_level(&limit, whole));
		EXPECT(icmpg_bucket_level(&limit, ICMPG_TAT_MASK) >=
		       icmpg_bucket_level(&limit, 2 * whole));
	}
}

static const struct ktap_test tests[] = {
	{ "rates of all units become limits within 0.1 %", test_build },
	{ "rates where the unit of a limit changes", test_build_edges },
	{ "rates and bursts out of range are refused", test_refused },
	{ "burst of a rate that has none", test_default_burst },
	{ "a burst at once, then the rate", test_burst },
	{ "admitted in the long run, as an exact twin does", test_long_run },
	{ "three wraps of the clock", test_wraps },
	{ "an idle entry after a wrap", test_idle },
	{ "a clock that goes back by a tick", test_backwards },
	{ "a packet too many from each CPU", test_many_cpus },
	{ "a clock that ticks", test_ticks },
	{ "debts compare across limits", test_level },
};

KTAP_MAIN(tests)
