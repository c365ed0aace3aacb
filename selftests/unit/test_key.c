// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hashes made of a sender's: what is chosen in a row, as hosts of a network or
 * networks are, must lie in the lines of a table as random numbers do.
 */
#include "key.h"

#include <math.h>
#include <string.h>

#include "ktap.h"

#define ROW_MAX		65536
#define LINES_MAX	(16 * 4096)

/* Standard deviations: what random numbers reach now and then, and never. */
#define CROWDED		4
#define TOO_CROWDED	15

/**
 * enum part - what counts up in a row
 * @FIRST: the first word of the destination
 * @SECOND: the second
 * @BOTH: both, so that icmpg_key_mix_with() has it in one factor only
 * @SENDER: the sender, to one destination
 * @ALONE: the sender, and there is no destination
 */
enum part { FIRST, SECOND, BOTH, SENDER, ALONE };

/**
 * struct row - addresses that follow one another
 * @name: of what
 * @part: enum part
 * @shift: where it counts, in the word as a number
 * @is_big: as a big-endian machine reads the word
 */
struct row {
	const char *name;
	enum part part;
	u8 shift;
	bool is_big;
};

#define BOTH_ORDERS(name, part, shift)					\
	{ name, part, shift, false }, { name ", big-endian", part, shift, true }

/* An IPv4 address is the upper half of its word. */
static const struct row rows[] = {
	BOTH_ORDERS("IPv4 hosts", FIRST, 32),
	BOTH_ORDERS("every eighth IPv4 host", FIRST, 35),
	BOTH_ORDERS("IPv4 networks of 24 bits", FIRST, 40),
	BOTH_ORDERS("IPv4 networks of 16 bits", FIRST, 48),
	BOTH_ORDERS("IPv6 hosts", SECOND, 0),
	BOTH_ORDERS("IPv6 hosts by their last but one byte", SECOND, 8),
	BOTH_ORDERS("IPv6 hosts by the word before their last", SECOND, 16),
	BOTH_ORDERS("IPv6 hosts by their upper half", SECOND, 32),
	BOTH_ORDERS("IPv6 hosts by their first word", SECOND, 48),
	BOTH_ORDERS("IPv6 networks of 64 bits", FIRST, 0),
	BOTH_ORDERS("IPv6 networks of 48 bits", FIRST, 16),
	BOTH_ORDERS("IPv6 networks of 32 bits", FIRST, 32),
	BOTH_ORDERS("one factor", BOTH, 0),
	BOTH_ORDERS("one factor, by the upper half", BOTH, 32),
	{ "senders", SENDER, 0, false },
	{ "senders alone", ALONE, 0, false },
};

/**
 * struct base - what stays as it is in a row
 * @hash: of the sender
 * @word: the destination
 * @key: of the purpose
 */
struct base {
	u64 hash;
	u64 word[2];
	struct icmpg_key key;
};

static u64 random_hash(u64 hash, u64 first, u64 second,
		       const struct icmpg_key *key)
{
	const u64 word[3] = { hash, first, second };

	return icmpg_hash(key, word, 3);
}

static u64 mixed_hash(u64 hash, u64 first, u64 second,
		      const struct icmpg_key *key)
{
	return icmpg_key_mix_with(hash, first, second, key);
}

typedef u64 make_hash(u64 hash, u64 first, u64 second,
		      const struct icmpg_key *key);

/* The @n-th of a row. */
static u64 hash_of(const struct row *row, const struct base *base, u32 n,
		   make_hash *make)
{
	u64 add = (u64)n << row->shift;
	u64 first = base->word[0], second = base->word[1];

	if (!row->is_big)
		add = __builtin_bswap64(add);
	switch (row->part) {
	case FIRST:
		return make(base->hash, first ^ add, second, &base->key);
	case SECOND:
		return make(base->hash, first, second ^ add, &base->key);
	case BOTH:
		return make(base->hash, first ^ add, second ^ rol64(add, 32),
			    &base->key);
	case SENDER:
		return make(icmpg_hash_u32(&base->key, base->hash + n), first,
			    second, &base->key);
	default:
		if (make == random_hash)
			return icmpg_hash_u32(&base->key, base->hash + n);
		return icmpg_key_mix(icmpg_hash_u32(&base->key, base->hash + n),
				     &base->key);
	}
}

/* Where limiter.c looks; by what it knows a slot; both, four bits of it. */
static u32 line_of(u64 hash, u32 lines)
{
	return (u64)(u32)hash * lines >> 32;
}

static u32 print_of(u64 hash, u32 lines)
{
	return (hash >> 43) * lines >> 21;
}

static u32 both_of(u64 hash, u32 lines)
{
	return line_of(hash, lines / 16) * 16 + (hash >> 60);
}

typedef u32 place_of(u64 hash, u32 lines);

/* Pairs in the same line beyond what random numbers have, standard deviations. */
static double crowding(const u64 *hash, u32 count, u32 lines, place_of *place)
{
	static u32 load[LINES_MAX];
	double mean = (double)count * (count - 1) / 2 / lines;
	u64 pairs = 0;
	u32 i;

	for (i = 0; i < count; i++)
		pairs += load[place(hash[i], lines)]++;
	for (i = 0; i < count; i++)
		load[place(hash[i], lines)] = 0;
	return (pairs - mean) / sqrt(mean * (1 - 1.0 / lines));
}

/**
 * struct tally - what a kind of hash does with many rows
 * @worst: standard deviations
 * @crowded: how often more than CROWDED
 * @row: the worst one
 */
struct tally {
	double worst;
	u32 crowded;
	const struct row *row;
};

static void tally_row(struct tally *tally, const struct row *row,
		      const u64 *hash, u32 count)
{
	static place_of *const place[] = { line_of, print_of, both_of };
	u32 lines, i;

	for (lines = count / 16; lines <= 16 * count && lines <= LINES_MAX;
	     lines *= 16) {
		for (i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
			double more = crowding(hash, count, lines, place[i]);

			tally->crowded += more > CROWDED;
			if (more <= tally->worst)
				continue;
			tally->worst = more;
			tally->row = row;
		}
	}
}

static void tally_rows(struct tally *tally, u32 count, u32 rounds,
		       make_hash *make)
{
	static u64 hash[ROW_MAX];
	struct base base;
	u32 round, n;
	u64 *word;
	size_t i;

	memset(tally, 0, sizeof(*tally));
	for (round = 0; round < rounds; round++) {
		for (word = (u64 *)&base; word < (u64 *)(&base + 1); word++)
			*word = ktap_random();
		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			for (n = 0; n < count; n++)
				hash[n] = hash_of(&rows[i], &base, n, make);
			tally_row(tally, &rows[i], hash, count);
		}
	}
}

/* No more often crowded than SipHash of all three words, and never by much. */
static void expect_random(u32 count, u32 rounds)
{
	struct tally mixed, random;

	tally_rows(&random, count, rounds, random_hash);
	tally_rows(&mixed, count, rounds, mixed_hash);
	EXPECT(random.worst < TOO_CROWDED, "SipHash: %f, %s", random.worst,
	       random.row->name);
	EXPECT(mixed.worst < TOO_CROWDED, "%u %s: %f", count, mixed.row->name,
	       mixed.worst);
	EXPECT(mixed.crowded <= 2 * random.crowded + 10, "%u: %u, SipHash %u",
	       count, mixed.crowded, random.crowded);
}

static void test_short(void)
{
	expect_random(256, 1000);
}

static void test_middle(void)
{
	expect_random(4096, 100);
}

static void test_long(void)
{
	expect_random(65536, 5);
}

/* What both are, in plain C. */
static u64 fold(u64 left, u64 right)
{
	__uint128_t product = (__uint128_t)left * right;

	return (u64)product ^ (u64)(product >> 64);
}

static void test_plain(void)
{
	u64 hash, first, second, left, right;
	struct icmpg_key key;
	u32 i;

	for (i = 0; i < 20000; i++) {
		hash = ktap_random();
		first = ktap_random();
		second = ktap_random();
		key.k[0] = ktap_random();
		key.k[1] = ktap_random();
		left = hash ^ key.k[0];
		right = (hash << 32 | hash >> 32) ^ key.k[1];
		EXPECT(icmpg_key_mix(hash, &key) == fold(left, right));
		left ^= first;
		right ^= (first ^ key.k[0]) << 32 | (first ^ key.k[0]) >> 32;
		right ^= second;
		EXPECT(icmpg_key_mix_with(hash, first, second, &key) ==
		       fold(fold(left, right),
			    (__uint128_t)left * right >> 64));
	}
}

static const struct ktap_test tests[] = {
	{ "the products are what they are in plain C", test_plain },
	{ "256 in a row lie as random numbers do", test_short },
	{ "4096 in a row lie as random numbers do", test_middle },
	{ "65536 in a row lie as random numbers do", test_long },
};

KTAP_MAIN(tests)
