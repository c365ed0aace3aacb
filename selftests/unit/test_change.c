// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes under way: another table, another rate, another clock. What is owed
 * stays owed, and nobody is refused for what others had set.
 */
#include "guard.h"

#define PAIR	ICMPG_SCOPE_BIT(PAIR)
#define ROUTER	ICMPG_SCOPE_BIT(ROUTER)
#define TOTAL	ICMPG_SCOPE_BIT(TOTAL)

static struct icmpg_pkt sender(unsigned int n)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.0", "192.0.2.1");

	pkt.src.v4 = htobe32(0x0a000000 + n);
	return pkt;
}

/* One limit for a pair, one for the router, one for all, of the same rate. */
static void set_rate(struct icmpg_settings *set, u32 count, u8 unit, u32 burst)
{
	unit_settings_init(set);
	unit_set_limit(set, CLASS(OTHER), SCOPE(PAIR), count, unit, burst);
	unit_set_limit(set, CLASS(OTHER), SCOPE(ROUTER), count, unit, burst);
	set->limit[CLASS(ALL)][SCOPE(TOTAL)] =
		set->limit[CLASS(OTHER)][SCOPE(PAIR)];
}

/* To a larger or a smaller table, while many owe: they are all known. */
static void check_resize(u32 before, u32 after)
{
	const unsigned int senders = before < after ? before : after;
	struct icmpg_settings set;
	struct guard guard;
	struct icmpg_pkt pkt;
	unsigned int i;

	set_rate(&set, 1, ICMPGUARD_UNIT_SECOND, 30);
	guard_init(&guard, &set, before);
	for (i = 0; i < senders; i++) {
		pkt = sender(i);
		EXPECT(guard_send_many(&guard, &pkt, PAIR, 20) == 20);
	}
	REQUIRE(!guard.evictions);
	guard_resize(&guard, after);
	EXPECT(guard.limiter->table.lines == after);
	EXPECT(guard.limiter->old.lines == before);
	/* T is rounded: a little more than 5 s. */
	guard.now_ns += 5 * SECOND_NS + SECOND_NS / 20;
	for (i = 0; i < senders; i++) {
		/* Each owes 15 now; whoever is new may send 30. */
		pkt = sender(i);
		EXPECT(guard_send_many(&guard, &pkt, PAIR, 50) == 15, "%u", i);
	}
	pkt = sender(senders);
	EXPECT(guard_send_many(&guard, &pkt, PAIR, 50) == 30);
	/* In the new table from now on, with or without the old one. */
	guard.now_ns += 6 * SECOND_NS;
	EXPECT(guard.now_ns > guard.limiter->old_until_ns);
	for (i = 0; i < senders; i++) {
		pkt = sender(i);
		EXPECT(guard_send_many(&guard, &pkt, PAIR, 50) == 6, "%u", i);
	}
	guard_exit(&guard);
}

static void test_resize(void)
{
	check_resize(1024, 4096);
	check_resize(4096, 1024);
	check_resize(1024, 1024);
	check_resize(1000, 1023);
}

/* The old table is read for 10 s, and written never. */
static void test_old_table(void)
{
	struct icmpg_settings set;
	struct guard guard;
	struct icmpg_pkt pkt = sender(1), late = sender(2);
	s64 slot[8];
	unsigned int i;

	set_rate(&set, 1, ICMPGUARD_UNIT_MINUTE, 20);
	guard_init(&guard, &set, 1);
	EXPECT(guard_send_many(&guard, &pkt, PAIR, 30) == 20);
	EXPECT(guard_send_many(&guard, &late, PAIR, 30) == 20);
	guard_resize(&guard, 1024);
	for (i = 0; i < 8; i++)
		slot[i] = atomic64_read(&guard.limiter->old.line[0].slot[i]);
	guard.now_ns += 10 * SECOND_NS - 1;
	EXPECT(guard_send(&guard, &pkt, PAIR) == REASON(LIMIT_PAIR));
	EXPECT(guard_send(&guard, &late, PAIR) == REASON(LIMIT_PAIR));
	guard.now_ns += 1;
	EXPECT(guard_send_many(&guard, &late, PAIR, 30) == 20);
	for (i = 0; i < 8; i++)
		EXPECT(slot[i] ==
		       atomic64_read(&guard.limiter->old.line[0].slot[i]));
	guard_exit(&guard);
}

/* It is taken away when its time is up; the clock may go back by a tick then. */
static void test_no_old_table(void)
{
	struct icmpg_settings set;
	struct icmpg_pkt pkt = sender(1);
	struct guard guard;

	set_rate(&set, 1, ICMPGUARD_UNIT_MINUTE, 20);
	guard_init(&guard, &set, 64);
	EXPECT(guard_send_many(&guard, &pkt, PAIR, 30) == 20);
	guard_resize(&guard, 64);
	icmpg_table_exit(&guard.limiter->old);
	guard.now_ns += ICMPG_RESIZE_NS - 1;
	EXPECT(guard_send_many(&guard, &pkt, PAIR, 30) == 20);
	guard_exit(&guard);
}

/* What is known from the old table is charged on top of what it owed there. */
static void test_old_debt(void)
{
	struct icmpg_settings set;
	struct icmpg_pkt pkt = sender(1);
	struct guard guard;

	set_rate(&set, 1, ICMPGUARD_UNIT_MINUTE, 20);
	guard_init(&guard, &set, 64);
	EXPECT(guard_send_many(&guard, &pkt, PAIR, 12) == 12);
	guard_resize(&guard, 128);
	EXPECT(guard_send_many(&guard, &pkt, PAIR, 1) == 1);
	/* The old table is gone; the debt of 13 isn't. */
	guard.now_ns += 11 * SECOND_NS;
	EXPECT(guard_send_many(&guard, &pkt, PAIR, 30) == 7);
	guard_exit(&guard);
}

/* A table that has been resized again: of the two old ones the first is gone. */
static void test_resize_twice(void)
{
	struct icmpg_pkt first = sender(1), second = sender(2);
	struct icmpg_settings set;
	struct guard guard;

	set_rate(&set, 1, ICMPGUARD_UNIT_MINUTE, 20);
	guard_init(&guard, &set, 64);
	EXPECT(guard_send_many(&guard, &first, PAIR, 20) == 20);
	guard_resize(&guard, 128);
	EXPECT(guard_send_many(&guard, &second, PAIR, 20) == 20);
	guard_resize(&guard, 256);
	EXPECT(guard_send_many(&guard, &second, PAIR, 20) == 0);
	EXPECT(guard_send_many(&guard, &first, PAIR, 20) == 20);
	guard_exit(&guard);
}

/* Buckets without a key go along, each with its own class's. */
static void test_resize_singles(void)
{
	struct icmpg_settings set;
	struct guard guard;
	struct icmpg_pkt pkt = sender(1);
	u8 class;

	unit_settings_init(&set);
	for (class = 1; class < CLASS(ALL); class++)
		unit_set_limit(&set, class, SCOPE(ROUTER), 1,
			       ICMPGUARD_UNIT_HOUR, 100);
	unit_set_limit(&set, CLASS(ALL), SCOPE(ROUTER), 1, ICMPGUARD_UNIT_HOUR,
		       1000);
	unit_set_limit(&set, CLASS(ALL), SCOPE(TOTAL), 1, ICMPGUARD_UNIT_HOUR,
		       1000);
	guard_init(&guard, &set, 64);
	for (class = 1; class < CLASS(ALL); class++) {
		pkt.class = class;
		EXPECT(guard_send_many(&guard, &pkt, ~0U, class) == class);
	}
	guard_resize(&guard, 128);
	for (class = 1; class < CLASS(ALL); class++) {
		u64 debt = atomic64_read(&guard.limiter->router[class].tat_ns) -
			   guard.now_ns;

		EXPECT(debt == class * 3600 * SECOND_NS, "class %u", class);
	}
	EXPECT(atomic64_read(&guard.limiter->total.tat_ns) -
	       (s64)guard.now_ns ==
	       (s64)((210 - 5 - 12 - 13 - 14) * 3600 * SECOND_NS));
	EXPECT(atomic64_read(&guard.limiter->router[CLASS(ALL)].tat_ns) ==
	       atomic64_read(&guard.limiter->total.tat_ns));
	guard_exit(&guard);
}

/**
 * struct rate_change - from one limit to another
 * @from: in force first, and used up
 * @to: in force then
 */
struct rate_change {
	struct icmpg_rate from;
	struct icmpg_rate to;
};

#define S	ICMPGUARD_UNIT_SECOND
#define M	ICMPGUARD_UNIT_MINUTE
#define H	ICMPGUARD_UNIT_HOUR

static const struct rate_change rate_changes[] = {
	{ { 1, 20, H }, { 1000, 100, S } },
	{ { 1, 20, M }, { 2000, 2000, S } },
	{ { 1, 600, M }, { 30, 30, M } },
	{ { 1, 20, M }, { 30, 20, M } },
	{ { 10, 50, S }, { 5, 10, S } },
	{ { 10, 50, S }, { 100, 200, S } },
	{ { 100, 1000, S }, { 104, 10, S } },
	{ { 100, 1000, S }, { 96, 1, S } },
	{ { 1000, 2000, S }, { 1, 1, S } },
	{ { 1000, 2000, S }, { 1, 1, H } },
	{ { 1000000, 1000000, S }, { 1, 1, S } },
	{ { 1, 1000000, H }, { 1, 1, S } },
	{ { 1, 1000000, H }, { 1000000, 1, S } },
};

static void set_scope(struct icmpg_settings *set, u32 scope,
		      const struct icmpg_rate *rate)
{
	unit_settings_init(set);
	if (scope == PAIR)
		unit_set_limit(set, CLASS(OTHER), SCOPE(PAIR), rate->count,
			       rate->unit, rate->burst);
	else if (scope == ROUTER)
		unit_set_limit(set, CLASS(OTHER), SCOPE(ROUTER), rate->count,
			       rate->unit, rate->burst);
	else
		set->limit[CLASS(ALL)][SCOPE(TOTAL)] = *rate;
}

static u64 t_ns(const struct icmpg_rate *rate)
{
	static const u64 periods[] = {
		[S] = SECOND_NS, [M] = 60 * SECOND_NS, [H] = 3600 * SECOND_NS,
	};

	return periods[rate->unit] / rate->count;
}

/*
 * A bucket that owes all it may, then another limit. Nobody gets more than the
 * new limit's burst and rate, and all that is owed is paid back after what the
 * new limit lets a bucket owe and the 64 packets beyond that count as owing,
 * whatever the old one was: nobody is refused for longer.
 */
static void check_rate_change(const struct rate_change *change, u32 scope,
			      u64 now_ns)
{
	u64 whole = t_ns(&change->to) * change->to.burst;
	const struct icmpg_rate *to = &change->to;
	struct icmpg_pkt pkt = sender(1);
	u32 passed, at_once, slack;
	struct icmpg_settings set;
	struct guard guard;
	unsigned int i;

	set_scope(&set, scope, &change->from);
	guard_init(&guard, &set, 64);
	guard.now_ns = now_ns;
	at_once = guard_send_many(&guard, &pkt, scope, change->from.burst + 5);
	EXPECT(at_once == change->from.burst);
	set_scope(&set, scope, to);
	guard_change(&guard, &set);
	passed = 0;
	for (i = 0; i < 1000; i++) {
		if (!guard_send(&guard, &pkt, scope))
			passed++;
		EXPECT(passed <= to->burst + i * 5 / 4 + 1,
		       "%u/%u burst %u to %u/%u burst %u: %u", change->from.count,
		       change->from.unit, change->from.burst, to->count,
		       to->unit, to->burst, passed);
		guard.now_ns += t_ns(to);
		if (ktap_complaints)
			break;
	}
	/* Singles have room for more CPUs, and a slack in time. */
	slack = scope == PAIR ? 64 : 1024;
	guard.now_ns += whole + slack * t_ns(to) + SECOND_NS / 10;
	EXPECT(!guard_send(&guard, &pkt, scope),
	       "%u/%u burst %u to %u/%u burst %u, scopes %x, now %llu",
	       change->from.count, change->from.unit, change->from.burst,
	       to->count, to->unit, to->burst, scope,
	       (unsigned long long)now_ns);
	guard_exit(&guard);
}

/* Also long ago, when it is up for a second or a year: it's a matter of units. */
static void test_rate_change(void)
{
	static const u64 nows_ns[] = {
		1000, SECOND_NS, 60 * SECOND_NS, 3600 * SECOND_NS,
		86400 * SECOND_NS, 86400 * 365 * SECOND_NS,
	};
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(rate_changes); i++) {
		for (n = 0; n < ARRAY_SIZE(nows_ns); n++) {
			check_rate_change(&rate_changes[i], PAIR, nows_ns[n]);
			check_rate_change(&rate_changes[i], ROUTER, nows_ns[n]);
			check_rate_change(&rate_changes[i], TOTAL, nows_ns[n]);
		}
	}
}

/* A sender that was quiet for long isn't refused because a rate is changed. */
static void test_rate_change_idle(void)
{
	static const u32 counts[] = { 1, 2, 4, 10, 20, 30, 60, 120, 600, 6000 };
	struct icmpg_settings set;
	struct guard guard;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		for (n = 0; n < ARRAY_SIZE(counts); n++) {
			struct icmpg_pkt pkt = sender(1);

			set_rate(&set, counts[i], M, 20);
			guard_init(&guard, &set, 64);
			guard.now_ns = 600 * SECOND_NS;
			EXPECT(!guard_send(&guard, &pkt, ~0U));
			guard.now_ns += 3600 * SECOND_NS;
			set_rate(&set, counts[n], M, 20);
			guard_change(&guard, &set);
			EXPECT(!guard_send(&guard, &pkt, ~0U),
			       "%u/m to %u/m", counts[i], counts[n]);
			guard_exit(&guard);
		}
	}
}

/* A change of anything else leaves all buckets as they are. */
static void test_other_change(void)
{
	struct icmpg_pkt pkt = sender(1);
	struct icmpg_settings set;
	struct guard guard;

	set_rate(&set, 1, M, 20);
	guard_init(&guard, &set, 64);
	EXPECT(guard_send_many(&guard, &pkt, ~0U, 15) == 15);
	set.max_message = 1000;
	set.limit[CLASS(OTHER)][SCOPE(PAIR)].burst = 18;
	unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(PAIR), 1, S, 1);
	guard_change(&guard, &set);
	EXPECT(guard_send_many(&guard, &pkt, ~0U, 15) == 3);
	guard_exit(&guard);
}

/*
 * From the precise clock to the tick clock, which is behind by up to a tick, and
 * back, while a sender is over its limit: 1 % at most, and no second burst.
 */
static void check_clock(u32 count, u32 burst, u32 scope)
{
	const u64 tick_ns = 4000000, start_ns = 77 * SECOND_NS + 12345;
	const struct icmpg_rate rate = { count, burst, S };
	struct icmpg_pkt pkt = sender(1);
	struct icmpg_settings set;
	struct guard guard;
	u64 ns, due, passed = 0;
	bool precise = true;

	set_scope(&set, scope, &rate);
	guard_init(&guard, &set, 64);
	for (ns = 0; ns < 20 * SECOND_NS; ns += SECOND_NS / count / 4) {
		if (!ktap_random_below(500))
			precise = !precise;
		guard.now_ns = start_ns + (precise ? ns : ns / tick_ns * tick_ns);
		passed += guard_send_many(&guard, &pkt, scope, 3);
	}
	due = burst + 20 * count;
	EXPECT(passed * 100 <= due * 101 && passed * 100 >= due * 99,
	       "%u/s burst %u: %llu of %llu", count, burst,
	       (unsigned long long)passed, (unsigned long long)due);
	guard_exit(&guard);
}

static void test_clock(void)
{
	static const u32 scopes[] = { PAIR, ROUTER, TOTAL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(scopes); i++) {
		check_clock(10, 50, scopes[i]);
		check_clock(10, 10, scopes[i]);
		check_clock(1000, 2000, scopes[i]);
		check_clock(1000, 24, scopes[i]);
		check_clock(5000, 10000, scopes[i]);
	}
}

static const struct ktap_test tests[] = {
	{ "debts are known after a resize", test_resize },
	{ "the old table is read for 10 s", test_old_table },
	{ "the old table is taken away", test_no_old_table },
	{ "debts of the old table grow in the new one", test_old_debt },
	{ "two resizes", test_resize_twice },
	{ "router and total go along", test_resize_singles },
	{ "another rate, under debt", test_rate_change },
	{ "another rate, after a quiet hour", test_rate_change_idle },
	{ "a change of something else", test_other_change },
	{ "another clock, under load", test_clock },
};

KTAP_MAIN(tests)
