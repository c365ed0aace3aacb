/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a packet identifies a bucket, hashed. Also built in userspace. */
#ifndef ICMPG_KEY_H
#define ICMPG_KEY_H

#include "config.h"
#include "hash.h"
#include "packet.h"

/*
 * A hash serves three: the line of a table (the upper part of bits 0 to 31, by
 * multiplication), a fingerprint (up to 21 bits, from bit 63 down), and bits 32
 * to 42 are free.
 */
u64 icmpg_key_hash(const struct icmpg_config *config,
		   const struct icmpg_pkt *pkt, u8 scope,
		   const struct icmpg_key *key);
u64 icmpg_key_source(const struct icmpg_config *config,
		     const struct icmpg_pkt *pkt);
u64 icmpg_key_destination(const struct icmpg_config *config,
			  const struct icmpg_pkt *pkt);

/**
 * icmpg_key_ipv4() - hash an IPv4 address that is unique everywhere
 * @config: says how much of an address is a key
 * @addr: the address
 * @scope: whose part of it
 * @key: secret; each purpose has its own
 *
 * Return: 64 bits, each as good as the others.
 */
static __always_inline u64 icmpg_key_ipv4(const struct icmpg_config *config,
					  __be32 addr, u8 scope,
					  const struct icmpg_key *key)
{
	return icmpg_hash_u32(key,
			      (__force u32)(addr & config->mask_ipv4[scope]));
}

/**
 * icmpg_key_source_ipv4() - icmpg_key_source() of an IPv4 packet in no VRF
 * @config: says how much of an address is a key
 * @addr: its source
 *
 * Return: 64 bits, to be kept secret.
 */
static __always_inline u64
icmpg_key_source_ipv4(const struct icmpg_config *config, __be32 addr)
{
	return icmpg_key_ipv4(config, addr, ICMPGUARD_SCOPE_SOURCE,
			      &config->source_key[ICMPG_IPV4]);
}

/*
 * The upper half of a product on the lower one; @again, the product of that and
 * the upper half likewise. The first half of @key is in @left already.
 */
static __always_inline u64 icmpg_key_fold(u64 left, u64 right, bool again,
					  const struct icmpg_key *key)
{
	right ^= key->k[1];
#if defined(__x86_64__)
	/* What gcc makes of a product of 128 bits goes through the stack. */
	asm("mulq %1" : "+a" (left), "+d" (right) : : "cc");
	if (again) {
		left ^= right;
		asm("mulq %1" : "+a" (left), "+d" (right) : : "cc");
	}
	return left ^ right;
#elif defined(__SIZEOF_INT128__)
	__uint128_t product = (__uint128_t)left * right;
	u64 upper = product >> 64;

	if (again)
		product = (__uint128_t)((u64)product ^ upper) * upper;
	return (u64)product ^ (u64)(product >> 64);
#else
	u64 both[2] = { left, right };

	return icmpg_hash(key, both, 2);
#endif
}

/**
 * icmpg_key_mix() - a hash for one purpose from a hash for all of them
 * @hash: of icmpg_key_source() or icmpg_key_destination(): nobody outside can
 *	know it
 * @key: secret of the purpose
 *
 * A packet's source is in several keys, and SipHash is the dearest part of its
 * way. So the source is hashed once, and the network of its destination, and
 * what each purpose makes of that is the folded product of two factors that
 * nobody outside knows or can relate: who would choose collisions would have to
 * know that hash.
 *
 * Return: 64 bits, each as good as the others.
 */
static __always_inline u64 icmpg_key_mix(u64 hash, const struct icmpg_key *key)
{
	return icmpg_key_fold(hash ^ key->k[0], rol64(hash, 32), false, key);
}

/**
 * icmpg_key_mix_with() - as icmpg_key_mix(), of a hash and what else is in the key
 * @hash: as for icmpg_key_mix()
 * @first: belongs to the key as well; anybody may choose it
 * @second: as @first
 * @key: secret of the purpose
 *
 * For one hash a product is nearly linear in what is chosen: with 1 to 6 % of
 * hashes and keys, addresses in a row would lie in half as many lines of a table
 * as random ones, or fewer. So there are two: the differences of the first one,
 * which are alike, are in both factors of the second.
 *
 * Return: 64 bits, each as good as the others.
 */
static __always_inline u64 icmpg_key_mix_with(u64 hash, u64 first, u64 second,
					      const struct icmpg_key *key)
{
	u64 left = hash ^ first ^ key->k[0];

	return icmpg_key_fold(left, rol64(left, 32) ^ second, true, key);
}

#endif /* ICMPG_KEY_H */
