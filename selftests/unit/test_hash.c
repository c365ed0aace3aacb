// SPDX-License-Identifier: GPL-2.0-only
/* The keyed hash: SipHash-1-3, and what limiter.c takes its bits for. */
#include "hash.h"

#include <string.h>

#include "ktap.h"

/*
 * SipHash-c-d over bytes, after the paper's own words (Aumasson, Bernstein:
 * SipHash, 2012): for any number of rounds, so that the published vectors of
 * SipHash-2-4 prove it right.
 */
static u64 rotate(u64 word, unsigned int left)
{
	return word << left | word >> (64 - left);
}

static void reference_rounds(u64 v[4], unsigned int rounds)
{
	while (rounds--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13);
		v[3] = rotate(v[3], 16);
		v[1] ^= v[0];
		v[3] ^= v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17);
		v[3] = rotate(v[3], 21);
		v[1] ^= v[2];
		v[3] ^= v[0];
		v[2] = rotate(v[2], 32);
	}
}

static u64 reference_word(const u8 *byte, size_t bytes)
{
	u64 word = 0;
	size_t i;

	for (i = 0; i < bytes; i++)
		word |= (u64)byte[i] << 8 * i;
	return word;
}

static u64 reference_hash(const u8 key[16], const u8 *byte, size_t bytes,
			  unsigned int c, unsigned int d)
{
	static const char name[] = "somepseudorandomlygeneratedbytes";
	u64 k[2] = { reference_word(key, 8), reference_word(key + 8, 8) };
	u64 v[4], m;
	size_t i;

	/* The constants are these words, with the first byte uppermost. */
	for (i = 0; i < 4; i++) {
		memcpy(&m, name + 8 * i, 8);
		v[i] = be64toh(m) ^ k[i % 2];
	}
	for (i = 0; i <= bytes; i += 8) {
		if (bytes - i >= 8)
			m = reference_word(byte + i, 8);
		else
			m = reference_word(byte + i, bytes - i) |
			    (u64)bytes << 56;
		v[3] ^= m;
		reference_rounds(v, c);
		v[0] ^= m;
	}
	v[2] ^= 0xff;
	reference_rounds(v, d);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The paper's appendix A, and some of the authors' vectors.h. */
static void test_reference(void)
{
	static const struct {
		size_t bytes;
		u64 hash;
	} vectors[] = {
		{ 0, 0x726fdb47dd0e0e31ULL },
		{ 1, 0x74f839c593dc67fdULL },
		{ 7, 0xab0200f58b01d137ULL },
		{ 8, 0x93f5f5799a932462ULL },
		{ 15, 0xa129ca6149be45e5ULL },
		{ 16, 0x3f2acc7f57c29bdbULL },
		{ 63, 0x958a324ceb064572ULL },
	};
	u8 key[16], byte[64];
	unsigned int i;
	u64 hash;

	for (i = 0; i < sizeof(key); i++)
		key[i] = i;
	for (i = 0; i < sizeof(byte); i++)
		byte[i] = i;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		hash = reference_hash(key, byte, vectors[i].bytes, 2, 4);
		EXPECT(hash == vectors[i].hash, "%zu bytes: %#llx",
		       vectors[i].bytes, (unsigned long long)hash);
	}
}

/* The words of the machine are the bytes of the paper on a little-endian one. */
static u64 reference_1_3(const struct icmpg_key *key, const u64 *word,
			 unsigned int words)
{
	u8 bytes[16], message[8 * 8];
	unsigned int i;

	for (i = 0; i < 16; i++)
		bytes[i] = key->k[i / 8] >> 8 * (i % 8);
	for (i = 0; i < 8 * words; i++)
		message[i] = word[i / 8] >> 8 * (i % 8);
	return reference_hash(bytes, message, 8 * words, 1, 3);
}

static void test_same(void)
{
	struct icmpg_key key;
	unsigned int i, n;
	u64 word[8];

	for (i = 0; i < 20000; i++) {
		unsigned int words = ktap_random_below(7);

		key.k[0] = ktap_random();
		key.k[1] = ktap_random();
		for (n = 0; n < words; n++)
			word[n] = ktap_random();
		EXPECT(icmpg_hash(&key, word, words) ==
		       reference_1_3(&key, word, words), "%u words", words);
	}
}

/* Four bytes, which aren't a whole word. */
static void test_u32(void)
{
	struct icmpg_key key;
	u8 bytes[16], message[4];
	unsigned int i, n;
	u32 value;

	for (i = 0; i < 20000; i++) {
		key.k[0] = ktap_random();
		key.k[1] = ktap_random();
		value = ktap_random();
		for (n = 0; n < 16; n++)
			bytes[n] = key.k[n / 8] >> 8 * (n % 8);
		for (n = 0; n < 4; n++)
			message[n] = value >> 8 * n;
		EXPECT(icmpg_hash_u32(&key, value) ==
		       reference_hash(bytes, message, 4, 1, 3), "%#x", value);
	}
}

/*
 * SipHash-1-3 of the bytes 00 01 02 ..., 0 to 32 of them, with the key 00 01 ...
 * 0f. On 64 bits the kernel's hsiphash is its lower half: lib/siphash_kunit.c.
 */
static void test_vectors(void)
{
	const struct icmpg_key key = {
		.k = { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL },
	};
	static const u64 word[] = {
		0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL,
		0x1716151413121110ULL, 0x1f1e1d1c1b1a1918ULL,
	};
	static const u32 lower[] = {
		0x050fc4dc, 0x8d299a8e, 0x7d908b66, 0x67349c8c, 0x16a7b60d,
	};
	unsigned int i;

	for (i = 0; i < 5; i++)
		EXPECT((u32)icmpg_hash(&key, word, i) == lower[i], "%u words",
		       i);
}

/* The number of words is part of what is hashed. */
static void test_length(void)
{
	const struct icmpg_key key = { .k = { 1, 2 } };
	const u64 zero[8] = { 0 };
	u64 seen[8];
	unsigned int i, n;

	for (i = 0; i < 8; i++) {
		seen[i] = icmpg_hash(&key, zero, i);
		for (n = 0; n < i; n++)
			EXPECT(seen[i] != seen[n], "%u and %u words", i, n);
	}
}

/* One bit of key or word changes half of the hash. */
static void test_avalanche(void)
{
	unsigned int bit, i, rounds = 400;
	struct icmpg_key key, other_key;
	u64 word[2], other[2], changed;
	unsigned int flips;

	for (bit = 0; bit < 256; bit++) {
		flips = 0;
		for (i = 0; i < rounds; i++) {
			key.k[0] = ktap_random();
			key.k[1] = ktap_random();
			word[0] = ktap_random();
			word[1] = ktap_random();
			other_key = key;
			memcpy(other, word, sizeof(other));
			if (bit < 128)
				other[bit / 64] ^= 1ULL << bit % 64;
			else
				other_key.k[bit / 64 - 2] ^= 1ULL << bit % 64;
			changed = icmpg_hash(&key, word, 2) ^
				  icmpg_hash(&other_key, other, 2);
			flips += __builtin_popcountll(changed);
		}
		/* 32 in the mean; standard deviation 4 / sqrt(rounds). */
		EXPECT(flips > (32 - 1.2) * rounds &&
		       flips < (32 + 1.2) * rounds, "bit %u: %f", bit,
		       (double)flips / rounds);
	}
}

/* Chi-square of counts that should all be alike, in standard deviations. */
static double deviation(const u32 *count, unsigned int counts, double mean)
{
	double square = 0;
	unsigned int i;

	for (i = 0; i < counts; i++)
		square += (count[i] - mean) * (count[i] - mean) / mean;
	return (square - (counts - 1)) / __builtin_sqrt(2.0 * (counts - 1));
}

/*
 * What limiter.c takes: the line from the lower half, the fingerprint from the
 * uppermost 21 bits. Each alike, and none tells anything about the other, for
 * addresses that differ as little as they do in a network.
 */
static void test_bits(void)
{
	const struct icmpg_key key = {
		.k = { ktap_random(), ktap_random() },
	};
	static u32 line[256], print[256], both[256 * 256];
	unsigned int i, hashes = 1 << 20;

	memset(line, 0, sizeof(line));
	memset(print, 0, sizeof(print));
	memset(both, 0, sizeof(both));
	for (i = 0; i < hashes; i++) {
		u64 word = 0x0a00000000000000ULL + i;
		u64 hash = icmpg_hash(&key, &word, 1);
		u8 l = (hash & 0xffffffff) * 256 >> 32;
		u8 p = hash >> 43;

		line[l]++;
		print[p]++;
		both[l << 8 | p]++;
	}
	EXPECT(deviation(line, 256, hashes / 256) < 6);
	EXPECT(deviation(print, 256, hashes / 256) < 6);
	EXPECT(deviation(both, 65536, hashes / 65536.0) < 6);
	EXPECT(deviation(line, 256, hashes / 256) > -6);
	EXPECT(deviation(both, 65536, hashes / 65536.0) > -6);
}

/* Every purpose has a key that has nothing to do with the others'. */
static void test_derive(void)
{
	const struct icmpg_key secret = {
		.k = { ktap_random(), ktap_random() },
	};
	const struct icmpg_key other_secret = {
		.k = { secret.k[0] ^ 1, secret.k[1] },
	};
	struct icmpg_key key[300], again;
	unsigned int i, n;

	for (i = 0; i < 300; i++) {
		icmpg_key_derive(&secret, i, &key[i]);
		icmpg_key_derive(&secret, i, &again);
		EXPECT(!memcmp(&key[i], &again, sizeof(again)));
		EXPECT(key[i].k[0] != key[i].k[1]);
		EXPECT(key[i].k[0] != secret.k[0] && key[i].k[1] != secret.k[1]);
		for (n = 0; n < i; n++)
			EXPECT(key[i].k[0] != key[n].k[0] &&
			       key[i].k[1] != key[n].k[1] &&
			       key[i].k[0] != key[n].k[1] &&
			       key[i].k[1] != key[n].k[0], "%u and %u", i, n);
		icmpg_key_derive(&other_secret, i, &again);
		EXPECT(again.k[0] != key[i].k[0] && again.k[1] != key[i].k[1]);
	}
}

/* Limits have the purposes below 256. */
static_assert(ICMPG_KEY_FRAGMENT >= 256 && ICMPG_KEY_DESTINATION >= 256 &&
	      ICMPG_KEY_FRAGMENT != ICMPG_KEY_DESTINATION);

static const struct ktap_test tests[] = {
	{ "the reference agrees with SipHash-2-4's vectors", test_reference },
	{ "hash and reference agree on random words", test_same },
	{ "hash and reference agree on four bytes", test_u32 },
	{ "known hashes", test_vectors },
	{ "words of another number hash differently", test_length },
	{ "each bit of key and words changes half of the hash", test_avalanche },
	{ "line and fingerprint are independent", test_bits },
	{ "each purpose has its own key", test_derive },
};

KTAP_MAIN(tests)
