// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lines of the table: who has a place in a full one, what another CPU may
 * do between two steps, and how a table is told of.
 */
#include <string.h>

#include "guard.h"

/* A packet of the @n-th sender. */
static struct icmpg_pkt sender(u8 class, unsigned int n)
{
	struct icmpg_pkt pkt = unit_pkt(class, "10.0.0.0", "192.0.2.1");

	pkt.src.v4 = htobe32(0x0a000000 + n);
	return pkt;
}

static u64 slot_at(const struct guard *guard, u32 line, unsigned int slot)
{
	return atomic64_read(&guard->limiter->table.line[line].slot[slot]);
}

/* The index and the fingerprint of a sender's slot in a table of one line. */
static u32 tag_of(struct guard *guard, const struct icmpg_pkt *pkt, u32 scopes)
{
	struct icmpg_check check;

	if (!EXPECT(!guard_ask(guard, pkt, scopes, &check)) ||
	    !EXPECT(check.count == 1))
		return 0;
	return check.charge[0].tag;
}

/* Where it is in the first line, or -1. */
static int place_of(const struct guard *guard, u32 tag)
{
	unsigned int i;

	for (i = 0; i < ICMPG_LINE_SLOTS; i++)
		if (slot_at(guard, 0, i) >> ICMPG_TAT_BITS == tag)
			return i;
	return -1;
}

static unsigned int count_in_line(const struct guard *guard, u32 line, u32 tag)
{
	unsigned int i, count = 0;

	for (i = 0; i < ICMPG_LINE_SLOTS; i++)
		count += slot_at(guard, line, i) >> ICMPG_TAT_BITS == tag;
	return count;
}

static void set_pair(struct icmpg_settings *set, u32 count, u32 burst)
{
	unit_settings_init(set);
	unit_set_limit(set, CLASS(OTHER), SCOPE(PAIR), count,
		       ICMPGUARD_UNIT_SECOND, burst);
}

#define ASK_PAIR	ICMPG_SCOPE_BIT(PAIR)

/* Eight senders fit; idle ones make room, first come first. */
static void test_idle_first(void)
{
	struct icmpg_settings set;
	struct icmpg_pkt pkt;
	struct guard guard;
	unsigned int i;
	u32 tag[10];

	set_pair(&set, 1, 100);
	guard_init(&guard, &set, 1);
	for (i = 0; i < 8; i++) {
		/* The one in place 5 owes least, all others much. */
		pkt = sender(CLASS(OTHER), i);
		tag[i] = tag_of(&guard, &pkt, ASK_PAIR);
		EXPECT(guard_send_many(&guard, &pkt, ASK_PAIR,
				       i == 5 ? 2 : 50 + i) > 1);
		EXPECT(place_of(&guard, tag[i]) == (int)i);
	}
	EXPECT(guard.evictions == 0);
	/* Nobody owes less than number 5, but it isn't idle for another unit. */
	guard.now_ns += 2 * SECOND_NS - (4ULL << guard_limit(&guard,
					CLASS(OTHER), SCOPE(PAIR))->shift);
	pkt = sender(CLASS(OTHER), 8);
	EXPECT(guard_debt(&guard, slot_at(&guard, 0, 5)) > 0);
	tag[8] = tag_of(&guard, &pkt, ASK_PAIR);
	EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
	EXPECT(guard.evictions == 1);
	EXPECT(place_of(&guard, tag[8]) == 5);
	EXPECT(place_of(&guard, tag[5]) == -1);
	/* Numbers 5 to 7 idle: the first of them goes, and that is no loss. */
	guard.now_ns += 60 * SECOND_NS;
	pkt = sender(CLASS(OTHER), 0);
	EXPECT(guard_send_many(&guard, &pkt, ASK_PAIR, 40) == 40);
	pkt = sender(CLASS(OTHER), 9);
	tag[9] = tag_of(&guard, &pkt, ASK_PAIR);
	EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
	EXPECT(guard.evictions == 1);
	EXPECT(place_of(&guard, tag[9]) == 1);
	EXPECT(place_of(&guard, tag[0]) == 0);
	guard_exit(&guard);
}

/* One that is there is found wherever it is, also behind an idle slot. */
static void test_own_place(void)
{
	struct icmpg_settings set;
	struct guard guard;
	struct icmpg_pkt pkt;
	unsigned int i;
	u32 tag;

	set_pair(&set, 1, 10);
	guard_init(&guard, &set, 1);
	for (i = 0; i < 8; i++) {
		pkt = sender(CLASS(OTHER), i);
		EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
	}
	guard.now_ns += 100 * SECOND_NS;
	tag = tag_of(&guard, &pkt, ASK_PAIR);
	EXPECT(guard_send_many(&guard, &pkt, ASK_PAIR, 20) == 10);
	EXPECT(place_of(&guard, tag) == 7);
	EXPECT(count_in_line(&guard, 0, tag) == 1);
	guard_exit(&guard);
}

/* By what it may owe, not by how long: of 8 that owe, the one that owes least. */
static void test_least_level(void)
{
	struct icmpg_settings set;
	unsigned int i, round, least;
	struct guard guard;
	u32 tag[8];

	for (round = 0; round < 200; round++) {
		double level[8], best = 10;
		struct icmpg_pkt pkt;

		unit_settings_init(&set);
		unit_set_limit(&set, CLASS(OTHER), SCOPE(PAIR), 100,
			       ICMPGUARD_UNIT_SECOND, 100);
		unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(PAIR), 1,
			       ICMPGUARD_UNIT_MINUTE, 20);
		unit_set_limit(&set, CLASS(FRAGMENT), SCOPE(PAIR), 50000,
			       ICMPGUARD_UNIT_SECOND, 1000);
		guard_init(&guard, &set, 1);
		guard.now_ns += ktap_random_below(SECOND_NS * 100000);
		for (i = least = 0; i < 8; i++) {
			static const u8 classes[] = {
				CLASS(OTHER), CLASS(ECHO_REQUEST),
				CLASS(FRAGMENT),
			};
			static const u32 bursts[] = { 100, 20, 1000 };
			u8 n = ktap_random_below(3);
			u32 packets = 1 + ktap_random_below(bursts[n]);

			pkt = sender(classes[n], i);
			tag[i] = tag_of(&guard, &pkt, ASK_PAIR);
			EXPECT(guard_send_many(&guard, &pkt, ASK_PAIR,
					       packets) == packets);
			level[i] = (double)packets / bursts[n];
			if (level[i] < best - 1e-9) {
				best = level[i];
				least = i;
			}
		}
		pkt = sender(CLASS(OTHER), 100);
		EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
		EXPECT(guard.evictions == 1);
		for (i = 0; i < 8; i++)
			EXPECT((place_of(&guard, tag[i]) < 0) == (i == least) ||
			       level[i] < best * 1.01,
			       "%f, and the least was %f", level[i], best);
		guard_exit(&guard);
	}
}

/*
 * Beside senders limited to one a minute, whose debts are minutes, an offender
 * limited to 100 a second, whose debt is a second at most: by plain debts each
 * newcomer would push it out, and 604 a second passed.
 */
static void test_two_limits(void)
{
	struct icmpg_settings set;
	unsigned int ms, passed = 0, newcomers = 0, n = 1000;
	struct icmpg_pkt offender = sender(CLASS(OTHER), 1);
	struct guard guard;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(OTHER), SCOPE(PAIR), 100,
		       ICMPGUARD_UNIT_SECOND, 100);
	unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(PAIR), 1,
		       ICMPGUARD_UNIT_MINUTE, 20);
	guard_init(&guard, &set, 1);
	for (ms = 0; ms < 60000; ms++) {
		guard.now_ns += 1000000;
		passed += guard_send_many(&guard, &offender, ASK_PAIR, 2);
		/* Newcomers, some of whom come often. */
		if (ms % 5 == 0) {
			struct icmpg_pkt pkt = sender(CLASS(ECHO_REQUEST),
						      n += ktap_random_below(2));

			newcomers += !guard_send(&guard, &pkt, ASK_PAIR);
		}
	}
	printf("# %u a second of an offender limited to 100\n", passed / 60);
	EXPECT(newcomers > 1000 && guard.evictions > 1000);
	EXPECT(passed >= 60 * 100, "%u", passed);
	EXPECT(passed <= 60 * 100 * 101 / 100 + 100, "%u", passed);
	guard_exit(&guard);
}

/* Each time that a slot which owes gets another tag is counted, and no other. */
static void test_evictions(void)
{
	struct icmpg_settings set;
	unsigned int i, n, seen = 0;
	struct guard guard;
	u64 before[8];

	set_pair(&set, 20, 10);
	set.limit[CLASS(OTHER)][SCOPE(SOURCE)] =
		set.limit[CLASS(OTHER)][SCOPE(PAIR)];
	guard_init(&guard, &set, 1);
	for (i = 0; i < 20000; i++) {
		struct icmpg_pkt pkt = sender(CLASS(OTHER),
					      ktap_random_below(30));
		u32 scope = ktap_random_below(2) ? ASK_PAIR :
						   ICMPG_SCOPE_BIT(SOURCE);

		guard.now_ns += ktap_random_below(10000000);
		for (n = 0; n < 8; n++)
			before[n] = slot_at(&guard, 0, n);
		guard_send(&guard, &pkt, scope);
		for (n = 0; n < 8; n++)
			seen += before[n] >> ICMPG_TAT_BITS !=
				slot_at(&guard, 0, n) >> ICMPG_TAT_BITS &&
				guard_debt(&guard, before[n]);
		EXPECT(guard.evictions == seen, "%llu and not %u",
		       (unsigned long long)guard.evictions, seen);
		REQUIRE(!ktap_complaints);
	}
	EXPECT(seen > 1000 && seen < 19000, "%u", seen);
	guard_exit(&guard);
}

/* The buckets of a limit that is gone are as good as idle. */
static void test_gone_limit(void)
{
	struct icmpg_settings set;
	struct guard guard;
	struct icmpg_pkt pkt;
	unsigned int i;

	set_pair(&set, 1, 1);
	guard_init(&guard, &set, 1);
	for (i = 0; i < 8; i++) {
		pkt = sender(CLASS(OTHER), i);
		EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
	}
	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(FRAGMENT), SCOPE(PAIR), 1,
		       ICMPGUARD_UNIT_SECOND, 1);
	guard_change(&guard, &set);
	for (i = 0; i < 8; i++) {
		pkt = sender(CLASS(FRAGMENT), i);
		EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
	}
	EXPECT(guard.evictions == 0);
	guard_exit(&guard);
}

/* ------------------- what another CPU does in between -------------------- */

static struct guard *race_guard;
static struct icmpg_pkt race_pkt[2];
static unsigned int race_count;

/* Runs once, just before the first exchange of what this CPU has found. */
static void race_send(void)
{
	unsigned int i;

	for (i = 0; i < race_count; i++)
		EXPECT(!guard_send(race_guard, &race_pkt[i], SCOPES_EVERY));
}

static void race_with(struct guard *guard, const struct icmpg_pkt *first,
		      const struct icmpg_pkt *second)
{
	race_guard = guard;
	race_count = 0;
	race_pkt[race_count++] = *first;
	if (second)
		race_pkt[race_count++] = *second;
	unit_race = race_send;
}

/* What a sender of a table of one line owes, in packets. */
static u64 owed(struct guard *guard, u32 tag)
{
	const struct icmpg_limit *limit;
	int place = place_of(guard, tag);

	if (place < 0)
		return 0;
	limit = guard->config->limit[tag >> 21];
	return guard_debt(guard, slot_at(guard, 0, place)) / limit->t;
}

/* Both charge a bucket that is there: it pays for both. */
static void test_race_same(void)
{
	struct icmpg_pkt pkt = sender(CLASS(OTHER), 1);
	struct icmpg_settings set;
	struct guard guard;
	u32 tag;

	set_pair(&set, 10, 10);
	guard_init(&guard, &set, 1);
	tag = tag_of(&guard, &pkt, ASK_PAIR);
	EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
	race_with(&guard, &pkt, &pkt);
	EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
	EXPECT(!unit_race);
	EXPECT(owed(&guard, tag) == 4, "%llu",
	       (unsigned long long)owed(&guard, tag));
	EXPECT(count_in_line(&guard, 0, tag) == 1);
	EXPECT(guard_send_many(&guard, &pkt, ASK_PAIR, 20) == 6);
	guard_exit(&guard);
}

/* Both put in a bucket that isn't there: one bucket, which pays for both. */
static void test_race_insert(void)
{
	struct icmpg_pkt pkt = sender(CLASS(OTHER), 1), other;
	struct icmpg_settings set;
	unsigned int senders, i;
	struct guard guard;
	u32 tag;

	/* In an empty line, in a full one, and all between. */
	for (senders = 0; senders <= 9; senders++) {
		set_pair(&set, 10, 10);
		guard_init(&guard, &set, 1);
		for (i = 0; i < senders; i++) {
			other = sender(CLASS(OTHER), 100 + i);
			EXPECT(!guard_send(&guard, &other, ASK_PAIR));
		}
		tag = tag_of(&guard, &pkt, ASK_PAIR);
		race_with(&guard, &pkt, NULL);
		EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
		EXPECT(!unit_race);
		EXPECT(count_in_line(&guard, 0, tag) == 1, "%u", senders);
		EXPECT(owed(&guard, tag) == 2, "%u: %llu", senders,
		       (unsigned long long)owed(&guard, tag));
		/* Pushed out was one, not two. */
		EXPECT(guard.evictions == (senders >= 8 ? senders - 7 : 0),
		       "%u: %llu", senders,
		       (unsigned long long)guard.evictions);
		guard_exit(&guard);
	}
}

/* Another sender takes the place: ours finds another one, and both pay. */
static void test_race_place(void)
{
	struct icmpg_pkt pkt = sender(CLASS(OTHER), 1);
	struct icmpg_pkt taker = sender(CLASS(OTHER), 2), other;
	struct icmpg_settings set;
	unsigned int senders, i;
	struct guard guard;
	u32 tag, taken;

	for (senders = 0; senders <= 6; senders++) {
		set_pair(&set, 10, 10);
		guard_init(&guard, &set, 1);
		for (i = 0; i < senders; i++) {
			other = sender(CLASS(OTHER), 100 + i);
			EXPECT(!guard_send(&guard, &other, ASK_PAIR));
		}
		tag = tag_of(&guard, &pkt, ASK_PAIR);
		taken = tag_of(&guard, &taker, ASK_PAIR);
		race_with(&guard, &taker, NULL);
		EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
		EXPECT(owed(&guard, tag) == 1 && owed(&guard, taken) == 1);
		EXPECT(place_of(&guard, taken) == (int)senders);
		EXPECT(place_of(&guard, tag) == (int)senders + 1);
		EXPECT(guard.evictions == 0);
		guard_exit(&guard);
	}
}

/*
 * Another sender takes the place that ours had chosen, and ours is put in by
 * the other CPU too, elsewhere: no second bucket of the same sender.
 */
static void test_race_both(void)
{
	struct icmpg_pkt pkt = sender(CLASS(OTHER), 1);
	struct icmpg_pkt taker = sender(CLASS(OTHER), 2), other;
	struct icmpg_settings set;
	unsigned int senders, i;
	struct guard guard;
	u32 tag;

	for (senders = 0; senders <= 8; senders++) {
		set_pair(&set, 10, 10);
		guard_init(&guard, &set, 1);
		for (i = 0; i < senders; i++) {
			other = sender(CLASS(OTHER), 100 + i);
			EXPECT(guard_send_many(&guard, &other, ASK_PAIR, 3) ==
			       3);
		}
		tag = tag_of(&guard, &pkt, ASK_PAIR);
		race_with(&guard, &taker, &pkt);
		EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
		EXPECT(count_in_line(&guard, 0, tag) == 1, "%u", senders);
		EXPECT(owed(&guard, tag) == 2, "%u: %llu", senders,
		       (unsigned long long)owed(&guard, tag));
		guard_exit(&guard);
	}
}

/*
 * A bucket that is pushed out between check and charge is put in again, with what
 * it owed.
 */
static void test_race_pushed_out(void)
{
	struct icmpg_pkt pkt = sender(CLASS(OTHER), 1), other;
	struct icmpg_settings set;
	struct guard guard;
	unsigned int i;
	u32 tag;

	set_pair(&set, 10, 10);
	guard_init(&guard, &set, 1);
	tag = tag_of(&guard, &pkt, ASK_PAIR);
	EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
	for (i = 0; i < 7; i++) {
		other = sender(CLASS(OTHER), 100 + i);
		EXPECT(guard_send_many(&guard, &other, ASK_PAIR, 5) == 5);
	}
	other = sender(CLASS(OTHER), 200);
	race_with(&guard, &other, &other);
	EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
	EXPECT(count_in_line(&guard, 0, tag) == 1);
	EXPECT(owed(&guard, tag) == 2);
	guard_exit(&guard);
}

/* After a resize both know the debt from the old table: it counts once. */
static void test_race_resize(void)
{
	struct icmpg_pkt pkt = sender(CLASS(OTHER), 1);
	struct icmpg_settings set;
	struct guard guard;
	u32 tag;

	set_pair(&set, 10, 10);
	guard_init(&guard, &set, 1);
	tag = tag_of(&guard, &pkt, ASK_PAIR);
	EXPECT(guard_send_many(&guard, &pkt, ASK_PAIR, 3) == 3);
	guard_resize(&guard, 1);
	race_with(&guard, &pkt, &pkt);
	EXPECT(!guard_send(&guard, &pkt, ASK_PAIR));
	EXPECT(!unit_race);
	EXPECT(count_in_line(&guard, 0, tag) == 1);
	EXPECT(owed(&guard, tag) == 6, "%llu",
	       (unsigned long long)owed(&guard, tag));
	guard_exit(&guard);
}

/* A bucket of its own: charges of both, whether it owed before or not. */
static void test_race_single(void)
{
	struct icmpg_pkt pkt = sender(CLASS(OTHER), 1);
	const struct icmpg_limit *limit;
	struct icmpg_single *single;
	struct icmpg_settings set;
	struct guard guard;
	u64 idle_ns;

	set_pair(&set, 10, 10);
	unit_set_limit(&set, CLASS(OTHER), SCOPE(ROUTER), 10,
		       ICMPGUARD_UNIT_SECOND, 10);
	for (idle_ns = 0; idle_ns < 3; idle_ns++) {
		guard_init(&guard, &set, 1);
		limit = guard_limit(&guard, CLASS(OTHER), SCOPE(ROUTER));
		single = &guard.limiter->router[CLASS(OTHER)];
		/* Just idle, or for a while. */
		atomic64_set(&single->tat_ns, guard.now_ns - idle_ns);
		race_with(&guard, &pkt, &pkt);
		EXPECT(!guard_send(&guard, &pkt, ICMPG_SCOPE_BIT(ROUTER)));
		EXPECT(atomic64_read(&single->tat_ns) ==
		       (s64)(guard.now_ns + 3 * limit->t_ns));
		EXPECT(guard_send_many(&guard, &pkt, ICMPG_SCOPE_BIT(ROUTER),
				       20) == 7);
		unit_race = NULL;
		guard_exit(&guard);
	}
}

/* ---------------------------- table and status --------------------------- */

/* Which line it is says nothing about the fingerprint, and both are even. */
static void test_spread(void)
{
	struct icmpg_settings set;
	unsigned int i, n, line, senders = 1 << 17;
	static u32 low[64][64], high[64][64], lines[64];
	struct guard guard;
	double square = 0, mean, square_low = 0, square_high = 0;

	set_pair(&set, 1, 1);
	guard_init(&guard, &set, 64);
	memset(low, 0, sizeof(low));
	memset(high, 0, sizeof(high));
	memset(lines, 0, sizeof(lines));
	for (i = 0; i < senders; i++) {
		struct icmpg_pkt pkt = sender(CLASS(OTHER), i);
		struct icmpg_check check;

		EXPECT(!guard_ask(&guard, &pkt, ASK_PAIR, &check));
		line = check.charge[0].line - guard.limiter->table.line;
		REQUIRE(line < 64);
		EXPECT(check.charge[0].tag >> 21 ==
		       icmpg_limit_index(CLASS(OTHER), SCOPE(PAIR)));
		lines[line]++;
		low[line][check.charge[0].tag & 63]++;
		high[line][check.charge[0].tag >> 15 & 63]++;
	}
	for (i = 0; i < 64; i++) {
		mean = senders / 64.0;
		square += (lines[i] - mean) * (lines[i] - mean) / mean;
		mean /= 64;
		for (n = 0; n < 64; n++) {
			square_low += (low[i][n] - mean) * (low[i][n] - mean) /
				      mean;
			square_high += (high[i][n] - mean) *
				       (high[i][n] - mean) / mean;
		}
	}
	/* Six standard deviations of chi-square. */
	EXPECT(square < 63 + 6 * 11.3, "%f", square);
	EXPECT(square_low < 4095 + 6 * 90.5, "%f", square_low);
	EXPECT(square_high < 4095 + 6 * 90.5, "%f", square_high);
	guard_exit(&guard);
}

/* Tables of any number of lines are used from the first to the last. */
static void test_lines(void)
{
	static const u32 sizes[] = { 1, 2, 3, 7, 64, 100, 1000, 1024, 4097 };
	struct icmpg_settings set;
	struct guard guard;
	unsigned int i, n;

	set_pair(&set, 1, 1);
	for (n = 0; n < ARRAY_SIZE(sizes); n++) {
		u32 first = U32_MAX, last = 0;

		guard_init(&guard, &set, sizes[n]);
		EXPECT(guard.limiter->table.lines == sizes[n]);
		for (i = 0; i < 20 * sizes[n] + 100; i++) {
			struct icmpg_pkt pkt = sender(CLASS(OTHER), i);
			struct icmpg_check check;
			u32 line;

			EXPECT(!guard_ask(&guard, &pkt, ASK_PAIR, &check));
			line = check.charge[0].line - guard.limiter->table.line;
			first = line < first ? line : first;
			last = line > last ? line : last;
		}
		EXPECT(first == 0 && last == sizes[n] - 1,
		       "%u lines: %u to %u", sizes[n], first, last);
		guard_exit(&guard);
	}
}

static void check_status(const struct guard *guard, u32 fill, u32 tolerance)
{
	u32 size, told;

	icmpg_limiter_status(guard->limiter, guard->config, guard->now_ns,
			     &size, &told);
	EXPECT(size == guard->limiter->table.lines * 64);
	EXPECT(told >= fill - tolerance && told <= fill + tolerance,
	       "%u lines: %u and not %u", guard->limiter->table.lines, told,
	       fill);
}

/* Of every thousand slots, those that owe now. */
static void test_status(void)
{
	static const u32 sizes[] = { 1, 5, 64, 4095, 4096, 4097, 20000 };
	const struct icmpg_limit *limit;
	struct icmpg_settings set;
	unsigned int i, line, slot;
	struct guard guard;

	set_pair(&set, 1, 10);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		u64 value, owing = 0, slots = sizes[i] * 8;

		guard_init(&guard, &set, sizes[i]);
		limit = guard_limit(&guard, CLASS(OTHER), SCOPE(PAIR));
		value = (u64)limit->index << 57 | 5ULL << 36 |
			(icmpg_limit_now(limit, guard.now_ns) + limit->t);
		check_status(&guard, 0, 0);
		/* Every third slot of the second half. */
		for (line = sizes[i] / 2; line < sizes[i]; line++) {
			for (slot = 0; slot < 8; slot += 3) {
				atomic64_set(&guard.limiter->table.line[line].slot[slot],
					     value);
				owing++;
			}
		}
		check_status(&guard, owing * 1000 / slots,
			     sizes[i] > 4096 ? 1 : 0);
		for (line = 0; line < sizes[i]; line++)
			for (slot = 0; slot < 8; slot++)
				atomic64_set(&guard.limiter->table.line[line].slot[slot],
					     value);
		check_status(&guard, 1000, 0);
		guard.now_ns += 2 * SECOND_NS;
		check_status(&guard, 0, 0);
		guard_exit(&guard);
	}
}

static void test_table(void)
{
	struct icmpg_table table = {};

	EXPECT(!icmpg_table_init(&table, ICMPGUARD_TABLE_SIZE_MIN));
	EXPECT(table.lines == 1024);
	EXPECT((uintptr_t)table.line % 64 == 0);
	EXPECT(sizeof(struct icmpg_line) == 64);
	icmpg_table_exit(&table);
	EXPECT(!table.line && !table.lines);
	icmpg_table_exit(&table);
	EXPECT(!icmpg_table_init(&table, ICMPGUARD_TABLE_SIZE_MIN + 63));
	EXPECT(table.lines == 1024);
	icmpg_table_exit(&table);
	unit_alloc_left = 0;
	EXPECT(icmpg_table_init(&table, ICMPGUARD_TABLE_SIZE_MIN) ==
	       -ENOMEM);
	icmpg_table_exit(&table);
}

static const struct ktap_test tests[] = {
	{ "an idle slot makes room first", test_idle_first },
	{ "a bucket stays where it is", test_own_place },
	{ "else who owes least of what it may", test_least_level },
	{ "an offender beside senders with a slower limit", test_two_limits },
	{ "evictions are counted", test_evictions },
	{ "buckets of a limit that is gone", test_gone_limit },
	{ "another CPU charges the same bucket", test_race_same },
	{ "another CPU puts in the same bucket", test_race_insert },
	{ "another CPU takes the place", test_race_place },
	{ "another CPU takes the place and puts in ours", test_race_both },
	{ "another CPU pushes the bucket out", test_race_pushed_out },
	{ "another CPU knows the debt from the old table", test_race_resize },
	{ "another CPU charges a bucket of its own", test_race_single },
	{ "lines and fingerprints are independent", test_spread },
	{ "all lines of a table are used", test_lines },
	{ "how full a table is", test_status },
	{ "memory of a table", test_table },
};

KTAP_MAIN(tests)
