/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SipHash-1-3 over a few 64-bit words, inline: the kernel's siphash_1u64()
 * costs twice the instructions, and an unkeyed hash would let a sender choose
 * its collisions. Aumasson, Bernstein: SipHash, a fast short-input PRF (2012).
 * Pure; also built in userspace.
 */
#ifndef ICMPG_HASH_H
#define ICMPG_HASH_H

#include <linux/bitops.h>
#include <linux/types.h>

#include "bucket.h"

#define ICMPG_SIPROUND(a, b, c, d) do {					\
	(a) += (b); (b) = rol64((b), 13); (b) ^= (a); (a) = rol64((a), 32); \
	(c) += (d); (d) = rol64((d), 16); (d) ^= (c);			\
	(a) += (d); (d) = rol64((d), 21); (d) ^= (a);			\
	(c) += (b); (b) = rol64((b), 17); (b) ^= (c); (c) = rol64((c), 32); \
} while (0)

/**
 * icmpg_hash() - keyed hash of some words
 * @key: secret key
 * @word: what to hash; the number of words is part of it
 * @words: how many
 *
 * Return: 64 bits, each as good as the others.
 */
static __always_inline u64 icmpg_hash(const struct icmpg_key *key,
				      const u64 *word, unsigned int words)
{
	u64 a = 0x736f6d6570736575ULL ^ key->k[0];
	u64 b = 0x646f72616e646f6dULL ^ key->k[1];
	u64 c = 0x6c7967656e657261ULL ^ key->k[0];
	u64 d = 0x7465646279746573ULL ^ key->k[1];
	u64 last = (u64)words * 8 << 56;
	unsigned int i;

	for (i = 0; i < words; i++) {
		d ^= word[i];
		ICMPG_SIPROUND(a, b, c, d);
		a ^= word[i];
	}
	d ^= last;
	ICMPG_SIPROUND(a, b, c, d);
	a ^= last;
	c ^= 0xff;
	ICMPG_SIPROUND(a, b, c, d);
	ICMPG_SIPROUND(a, b, c, d);
	ICMPG_SIPROUND(a, b, c, d);
	return a ^ b ^ c ^ d;
}

/**
 * icmpg_hash_u32() - keyed hash of four bytes
 * @key: secret key
 * @value: as its bytes lie in memory on a little-endian machine
 *
 * Shorter than a block, so it goes into the one that has the length: a round
 * less than a whole word takes.
 *
 * Return: 64 bits, each as good as the others.
 */
static __always_inline u64 icmpg_hash_u32(const struct icmpg_key *key,
					  u32 value)
{
	u64 a = 0x736f6d6570736575ULL ^ key->k[0];
	u64 b = 0x646f72616e646f6dULL ^ key->k[1];
	u64 c = 0x6c7967656e657261ULL ^ key->k[0];
	u64 d = 0x7465646279746573ULL ^ key->k[1];
	u64 last = (u64)sizeof(value) << 56 | value;

	d ^= last;
	ICMPG_SIPROUND(a, b, c, d);
	a ^= last;
	c ^= 0xff;
	ICMPG_SIPROUND(a, b, c, d);
	ICMPG_SIPROUND(a, b, c, d);
	ICMPG_SIPROUND(a, b, c, d);
	return a ^ b ^ c ^ d;
}

/**
 * icmpg_key_derive() - a subkey for one purpose
 * @key: the namespace's secret
 * @purpose: what the subkey is for; each purpose has its own
 * @out: the subkey
 *
 * A tag XORed into one key would let a sender choose collisions between
 * limits; keys that were hashed have nothing in common.
 */
static inline void icmpg_key_derive(const struct icmpg_key *key, u32 purpose,
				    struct icmpg_key *out)
{
	u64 half = (u64)purpose << 1;

	out->k[0] = icmpg_hash(key, &half, 1);
	half |= 1;
	out->k[1] = icmpg_hash(key, &half, 1);
}

/* The limits' are below 256 in their lower half: 2 * index + family. */
#define ICMPG_KEY_FRAGMENT	256
#define ICMPG_KEY_DESTINATION	257
#define ICMPG_KEY_KNOWN		258	/* and 259: by family */
#define ICMPG_KEY_SOURCE	260	/* and 261: by family */
#define ICMPG_KEY_NETWORK	262	/* and 263: by family */

#endif /* ICMPG_HASH_H */
