// SPDX-License-Identifier: GPL-2.0-only
/*
 * What fragments of a message know of each other. fragment.c is included, so
 * that messages can be chosen whose marks lie in one line.
 */
#include "fragment.c"

#include <string.h>

#include "unit.h"

static const struct icmpg_key secret = { .k = { 3, 4 } };

/* A later fragment of a message. */
static struct icmpg_pkt message(const char *src, const char *dst, u32 id)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(FRAGMENT), src, dst);

	pkt.part = ICMPG_PART_LATER;
	pkt.id = cpu_to_be32(id);
	return pkt;
}

#define START_NS	(1000 * SECOND_NS)

static void check_differs(const struct icmpg_pkt *marked,
			  const struct icmpg_pkt *other, const char *what)
{
	struct icmpg_fragments *marks = icmpg_fragments_create(&secret);

	EXPECT(icmpg_fragment_find(marks, marked, START_NS) == ICMPG_MARK_NONE);
	icmpg_fragment_mark(marks, marked, ICMPG_MARK_REFUSED, START_NS);
	EXPECT(icmpg_fragment_find(marks, marked, START_NS) ==
	       ICMPG_MARK_REFUSED, "%s", what);
	EXPECT(icmpg_fragment_find(marks, other, START_NS) == ICMPG_MARK_NONE,
	       "%s", what);
	icmpg_fragments_destroy(marks);
}

/* A message is source, destination, identification and where they are unique. */
static void test_message(void)
{
	struct icmpg_pkt v4 = message("10.0.0.1", "10.0.0.2", 7);
	struct icmpg_pkt v6 = message("2001:db8::1", "2001:db8::2", 7), other;

	other = message("10.0.0.1", "10.0.0.2", 8);
	check_differs(&v4, &other, "v4 identification");
	other = message("10.0.0.3", "10.0.0.2", 7);
	check_differs(&v4, &other, "v4 source");
	other = message("10.0.0.1", "10.0.0.3", 7);
	check_differs(&v4, &other, "v4 destination");
	other = message("10.0.0.2", "10.0.0.1", 7);
	check_differs(&v4, &other, "v4 the other way round");
	other = v4;
	other.src_zone = 5;
	check_differs(&v4, &other, "v4 zone");
	check_differs(&v4, &v6, "families");
	other = message("2001:db8::1", "2001:db8::2", 7U << 24);
	check_differs(&v6, &other, "v6 identification");
	other = message("2001:db8::3", "2001:db8::2", 7);
	check_differs(&v6, &other, "v6 lower source");
	other = message("2001:db9::1", "2001:db8::2", 7);
	check_differs(&v6, &other, "v6 upper source");
	other = message("2001:db8::1", "2001:db8::3", 7);
	check_differs(&v6, &other, "v6 lower destination");
	other = message("2001:db8::1", "2001:db9::2", 7);
	check_differs(&v6, &other, "v6 upper destination");
	other = message("2001:db8::2", "2001:db8::1", 7);
	check_differs(&v6, &other, "v6 the other way round");
	other = v6;
	other.src_zone = 5;
	check_differs(&v6, &other, "v6 zone");
}

/* What tells nothing about the message doesn't matter. */
static void test_same_message(void)
{
	struct icmpg_pkt pkt = message("2001:db8::1", "2001:db8::2", 7);
	struct icmpg_fragments *marks = icmpg_fragments_create(&secret);
	struct icmpg_pkt first = pkt;

	first.part = ICMPG_PART_FIRST;
	first.class = CLASS(ECHO_REQUEST);
	first.type = 128;
	first.end = 1448;
	first.length = 1448;
	first.headers = 8;
	first.ifindex = 9;
	first.hop_limit = 3;
	first.more = true;
	icmpg_fragment_mark(marks, &first, ICMPG_MARK_ICMP, START_NS);
	pkt.icmp = false;
	EXPECT(icmpg_fragment_find(marks, &pkt, START_NS) == ICMPG_MARK_ICMP);
	icmpg_fragments_destroy(marks);
}

/* A mark lasts a second, at any time of the clock. */
static void test_second(void)
{
	static const u64 starts_ns[] = {
		0, 1, SECOND_NS, START_NS, (1ULL << 44) - 1, 1ULL << 44,
		(1ULL << 44) - SECOND_NS / 2, 86400 * 365 * SECOND_NS,
	};
	struct icmpg_pkt pkt = message("10.0.0.1", "10.0.0.2", 7);
	unsigned int i;
	u64 ns;

	for (i = 0; i < ARRAY_SIZE(starts_ns); i++) {
		struct icmpg_fragments *marks = icmpg_fragments_create(&secret);

		icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_REFUSED,
				    starts_ns[i]);
		for (ns = 0; ns < 3 * SECOND_NS; ns += 500000) {
			u8 mark = icmpg_fragment_find(marks, &pkt,
						      starts_ns[i] + ns);

			/* It counts units of about a millisecond. */
			if (ns < SECOND_NS - 2000000)
				EXPECT(mark == ICMPG_MARK_REFUSED, "%llu ns",
				       (unsigned long long)ns);
			if (ns > SECOND_NS + 2000000)
				EXPECT(mark == ICMPG_MARK_NONE, "%llu ns",
				       (unsigned long long)ns);
		}
		/* Marked again, it lasts for another one. */
		icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_ICMP,
				    starts_ns[i] + 2 * SECOND_NS);
		EXPECT(icmpg_fragment_find(marks, &pkt, starts_ns[i] +
					   2900 * (SECOND_NS / 1000)) ==
		       ICMPG_MARK_ICMP);
		icmpg_fragments_destroy(marks);
	}
}

/* The last mark is what counts; none takes off the one that is there. */
static void test_last(void)
{
	struct icmpg_pkt pkt = message("2001:db8::1", "2001:db8::2", 7);
	struct icmpg_fragments *marks = icmpg_fragments_create(&secret);
	unsigned int i, n, used = 0;

	icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_NONE, START_NS);
	icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_ICMP, START_NS);
	EXPECT(icmpg_fragment_find(marks, &pkt, START_NS) == ICMPG_MARK_ICMP);
	icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_REFUSED, START_NS);
	EXPECT(icmpg_fragment_find(marks, &pkt, START_NS) ==
	       ICMPG_MARK_REFUSED);
	/* The identification is used again, for a message that is fine. */
	icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_ICMP, START_NS);
	EXPECT(icmpg_fragment_find(marks, &pkt, START_NS) == ICMPG_MARK_ICMP);
	icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_REFUSED, START_NS);
	icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_NONE, START_NS);
	EXPECT(icmpg_fragment_find(marks, &pkt, START_NS) == ICMPG_MARK_NONE);
	for (i = 0; i < ICMPG_MARK_LINES; i++)
		for (n = 0; n < ICMPG_MARK_SLOTS; n++)
			used += !!atomic64_read(&marks->line[i][n]);
	EXPECT(used == 1, "%u slots for one message", used);
	icmpg_fragments_destroy(marks);
}

/* The @n-th message whose mark lies in the line of the first. */
static struct icmpg_pkt neighbour(const struct icmpg_fragments *marks,
				  unsigned int n)
{
	struct icmpg_pkt pkt = message("10.0.0.1", "10.0.0.2", 0);
	u64 line = icmpg_fragment_hash(marks, &pkt) % ICMPG_MARK_LINES;
	u32 id = 0;

	while (n) {
		pkt.id = cpu_to_be32(++id);
		n -= icmpg_fragment_hash(marks, &pkt) % ICMPG_MARK_LINES == line;
	}
	return pkt;
}

/* Fill a line: @kinds says what each is, at intervals of @ms. */
static struct icmpg_fragments *full_line(const char *kinds, u32 ms)
{
	struct icmpg_fragments *marks = icmpg_fragments_create(&secret);
	unsigned int i;

	for (i = 0; kinds[i]; i++) {
		struct icmpg_pkt pkt = neighbour(marks, i);

		icmpg_fragment_mark(marks, &pkt,
				    kinds[i] == 'i' ? ICMPG_MARK_ICMP :
						      ICMPG_MARK_REFUSED,
				    START_NS + i * ms * 1000000ULL);
	}
	return marks;
}

/* One more mark, @ms after the last: who has been forgotten for it? */
static int forgotten(struct icmpg_fragments *marks, u8 kind, u32 ms)
{
	struct icmpg_pkt newcomer = neighbour(marks, ICMPG_MARK_SLOTS);
	u64 now_ns = START_NS + ms * 1000000ULL;
	int lost = -1;
	unsigned int i;

	icmpg_fragment_mark(marks, &newcomer, kind, now_ns);
	EXPECT(icmpg_fragment_find(marks, &newcomer, now_ns) == kind);
	for (i = 0; i < ICMPG_MARK_SLOTS; i++) {
		struct icmpg_pkt pkt = neighbour(marks, i);

		/* Asked when none of them was over. */
		if (icmpg_fragment_find(marks, &pkt, START_NS +
					8 * 10 * 1000000ULL))
			continue;
		EXPECT(lost < 0, "%d and %u", lost, i);
		lost = i;
	}
	icmpg_fragments_destroy(marks);
	return lost;
}

/* A full line: refused ones go first, of these the oldest. */
static void test_full(void)
{
	EXPECT(forgotten(full_line("rrrrrrrr", 10), ICMPG_MARK_REFUSED, 80) ==
	       0);
	EXPECT(forgotten(full_line("rrrrrrrr", 10), ICMPG_MARK_ICMP, 80) == 0);
	EXPECT(forgotten(full_line("iirirrii", 10), ICMPG_MARK_REFUSED, 80) ==
	       2);
	EXPECT(forgotten(full_line("iiiiiiir", 10), ICMPG_MARK_ICMP, 80) == 7);
	EXPECT(forgotten(full_line("iiiiiiii", 10), ICMPG_MARK_ICMP, 80) == 0);
	/* Also when all of them came at once. */
	EXPECT(forgotten(full_line("irrrrrrr", 0), ICMPG_MARK_REFUSED, 0) == 1);
	/* Whatever is over goes before what isn't: the first is, at 1.03 s. */
	EXPECT(forgotten(full_line("irrrrrrr", 10), ICMPG_MARK_REFUSED, 1005) ==
	       0);
	EXPECT(forgotten(full_line("riiiiiii", 10), ICMPG_MARK_REFUSED, 1005) ==
	       0);
}

/* Of those that keep a message from hiding the oldest, wherever it lies. */
static void test_full_oldest(void)
{
	struct icmpg_fragments *marks = full_line("iiiiiiii", 10);
	struct icmpg_pkt pkt = neighbour(marks, 0);

	icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_ICMP,
			    START_NS + 80 * 1000000ULL);
	EXPECT(forgotten(marks, ICMPG_MARK_ICMP, 80) == 1);
}

/* The precise clock, then the tick clock, which is behind it by 10 ms. */
static void test_backwards(void)
{
	struct icmpg_fragments *marks = full_line("rrrrrrrr", 0);
	struct icmpg_pkt pkt = neighbour(marks, 0);
	struct icmpg_pkt newcomer = neighbour(marks, ICMPG_MARK_SLOTS);

	icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_REFUSED,
			    START_NS + SECOND_NS / 50);
	EXPECT(icmpg_fragment_find(marks, &pkt, START_NS + SECOND_NS / 100) ==
	       ICMPG_MARK_REFUSED);
	icmpg_fragment_mark(marks, &newcomer, ICMPG_MARK_REFUSED,
			    START_NS + SECOND_NS / 100);
	EXPECT(icmpg_fragment_find(marks, &pkt, START_NS + SECOND_NS / 50) ==
	       ICMPG_MARK_REFUSED);
	icmpg_fragments_destroy(marks);
}

/* One that is there, or that needs no mark, pushes nobody out. */
static void test_full_own(void)
{
	struct icmpg_fragments *marks = full_line("iririrri", 10);
	struct icmpg_pkt pkt = neighbour(marks, 3);
	u64 now_ns = START_NS + 80 * 1000000ULL;
	unsigned int i;

	icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_ICMP, now_ns);
	pkt = neighbour(marks, ICMPG_MARK_SLOTS);
	icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_NONE, now_ns);
	for (i = 0; i < ICMPG_MARK_SLOTS; i++) {
		pkt = neighbour(marks, i);
		EXPECT(icmpg_fragment_find(marks, &pkt, now_ns) ==
		       (strchr("0234 7", '0' + i) ? ICMPG_MARK_ICMP :
						    ICMPG_MARK_REFUSED),
		       "%u", i);
	}
	icmpg_fragments_destroy(marks);
}

#define MESSAGES	100

/* So few messages that none is pushed out, against an array. */
static void test_random(void)
{
	struct icmpg_fragments *marks = icmpg_fragments_create(&secret);
	struct icmpg_pkt pkt[MESSAGES];
	u64 marked_ns[MESSAGES] = { 0 }, now_ns = START_NS;
	u8 mark[MESSAGES] = { 0 };
	unsigned int i, n;

	for (i = 0; i < MESSAGES; i++) {
		pkt[i] = message(i % 2 ? "10.0.0.1" : "2001:db8::1",
				 i % 2 ? "10.0.0.2" : "2001:db8::2", i / 2);
		if (i % 8 >= 4)
			pkt[i].src_zone = 3;
	}
	for (i = 0; i < 100000; i++) {
		u64 age_ns;
		u8 found;

		now_ns += ktap_random_below(20000000);
		n = ktap_random_below(MESSAGES);
		if (!ktap_random_below(4)) {
			mark[n] = ktap_random_below(3);
			marked_ns[n] = now_ns;
			icmpg_fragment_mark(marks, &pkt[n], mark[n], now_ns);
			continue;
		}
		found = icmpg_fragment_find(marks, &pkt[n], now_ns);
		age_ns = now_ns - marked_ns[n];
		if (age_ns < SECOND_NS - 2000000)
			EXPECT(found == mark[n], "%u and not %u", found,
			       mark[n]);
		else if (age_ns > SECOND_NS + 2000000)
			EXPECT(found == ICMPG_MARK_NONE, "%u", found);
	}
	icmpg_fragments_destroy(marks);
}

/* Nobody who doesn't know the namespace's key can choose a line. */
static void test_key(void)
{
	struct icmpg_fragments *one = icmpg_fragments_create(&secret);
	struct icmpg_fragments *other =
		icmpg_fragments_create(&(struct icmpg_key){ { 3, 5 } });
	struct icmpg_pkt pkt = message("10.0.0.1", "10.0.0.2", 7);
	struct icmpg_key key;

	EXPECT(icmpg_fragment_hash(one, &pkt) !=
	       icmpg_fragment_hash(other, &pkt));
	icmpg_key_derive(&secret, ICMPG_KEY_FRAGMENT, &key);
	EXPECT(!memcmp(&key, &one->key, sizeof(key)));
	icmpg_fragments_destroy(one);
	icmpg_fragments_destroy(other);
	unit_alloc_left = 0;
	EXPECT(!icmpg_fragments_create(&secret));
	icmpg_fragments_destroy(NULL);
}

static const struct ktap_test tests[] = {
	{ "marks are for one message", test_message },
	{ "all fragments of a message see its mark", test_same_message },
	{ "a mark lasts a second", test_second },
	{ "the last mark counts", test_last },
	{ "who is forgotten in a full line", test_full },
	{ "who is forgotten when all are alike", test_full_oldest },
	{ "who is not", test_full_own },
	{ "a clock that goes back by a tick", test_backwards },
	{ "random marks, as an array has them", test_random },
	{ "marks are keyed", test_key },
};

KTAP_MAIN(tests)
