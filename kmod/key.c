// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of a packet identifies a bucket, or a sender: the parts of addresses
 * that the widths leave, zones, devices; hashed with a secret. Pure: no clock,
 * no lock, no memory. Also built in userspace.
 */
#include "key.h"

#include <linux/kernel.h>

#include "hash.h"

/* Is its address all that there is to say? */
static bool icmpg_key_is_ipv4(const struct icmpg_pkt *pkt, u32 zone)
{
	return pkt->family == ICMPG_IPV4 && !zone;
}

/* The words of @addr that @mask leaves. */
static unsigned int icmpg_key_words(const __be64 *mask,
				    const union icmpg_addr *addr, u64 *word)
{
	word[0] = (__force u64)(addr->word[0] & mask[0]);
	if (!mask[1])
		return 1;
	word[1] = (__force u64)(addr->word[1] & mask[1]);
	return 2;
}

/* A link-local source is its whole address, on its link. */
static unsigned int icmpg_key_source_words(const struct icmpg_config *config,
					   const struct icmpg_pkt *pkt,
					   u8 scope, u64 *word)
{
	const __be64 *mask = config->mask[scope][pkt->family];
	unsigned int words;

	if (likely(!pkt->src_zone))
		return icmpg_key_words(mask, &pkt->src, word);
	if (pkt->src_zone == pkt->ifindex) {
		word[0] = (__force u64)pkt->src.word[0];
		word[1] = (__force u64)pkt->src.word[1];
		words = 2;
	} else {
		words = icmpg_key_words(mask, &pkt->src, word);
	}
	word[words] = pkt->src_zone;
	return words + 1;
}

static unsigned int
icmpg_key_destination_words(const struct icmpg_config *config,
			    const struct icmpg_pkt *pkt, u8 scope, u64 *word)
{
	const __be64 *mask = config->mask[scope][pkt->family];
	unsigned int words = icmpg_key_words(mask, &pkt->dst, word);

	if (unlikely(pkt->dst_zone))
		word[words++] = pkt->dst_zone;
	return words;
}

/**
 * icmpg_key_hash() - hash what identifies a bucket
 * @config: says how much of an address is a key
 * @pkt: the packet
 * @scope: source-net or interface
 * @key: secret; each purpose has its own
 *
 * Context: any, under rcu_read_lock().
 * Return: 64 bits, each as good as the others.
 */
u64 icmpg_key_hash(const struct icmpg_config *config,
		   const struct icmpg_pkt *pkt, u8 scope,
		   const struct icmpg_key *key)
{
	u64 word[3] ICMPG_UNINITIALIZED;
	unsigned int words;

	if (scope == ICMPGUARD_SCOPE_INTERFACE)
		return icmpg_hash_u32(key, pkt->ifindex);
	if (icmpg_key_is_ipv4(pkt, pkt->src_zone))
		return icmpg_key_ipv4(config, pkt->src.v4, scope, key);
	words = icmpg_key_source_words(config, pkt, scope, word);
	if (likely(words == 1))
		return icmpg_hash(key, word, 1);
	return icmpg_hash(key, word, words);
}

/**
 * icmpg_key_destination() - hash the network a packet is sent to, for icmpg_key_mix()
 * @config: says how much of an address is a network
 * @pkt: the packet
 *
 * Context: any, under rcu_read_lock().
 * Return: 64 bits, to be kept secret.
 */
u64 icmpg_key_destination(const struct icmpg_config *config,
			  const struct icmpg_pkt *pkt)
{
	const struct icmpg_key *key = &config->destination_key[pkt->family];
	u64 word[3] ICMPG_UNINITIALIZED;
	unsigned int words;

	if (icmpg_key_is_ipv4(pkt, pkt->dst_zone))
		return icmpg_key_ipv4(config, pkt->dst.v4,
				      ICMPGUARD_SCOPE_DESTINATION_NET, key);
	words = icmpg_key_destination_words(config, pkt,
					    ICMPGUARD_SCOPE_DESTINATION_NET,
					    word);
	if (likely(words == 1))
		return icmpg_hash(key, word, 1);
	return icmpg_hash(key, word, words);
}

/**
 * icmpg_key_source() - hash who sent a packet, for icmpg_key_mix()
 * @config: says how much of an address is a key
 * @pkt: the packet
 *
 * One word for an IPv6 /64, less for an IPv4 address.
 *
 * Context: any, under rcu_read_lock().
 * Return: 64 bits, to be kept secret.
 */
u64 icmpg_key_source(const struct icmpg_config *config,
		     const struct icmpg_pkt *pkt)
{
	const struct icmpg_key *key = &config->source_key[pkt->family];
	const __be64 *mask = config->mask[ICMPGUARD_SCOPE_SOURCE][pkt->family];
	u64 word[3] ICMPG_UNINITIALIZED;
	unsigned int words;

	if (icmpg_key_is_ipv4(pkt, pkt->src_zone))
		return icmpg_key_source_ipv4(config, pkt->src.v4);
	if (likely(!mask[1] && !pkt->src_zone)) {
		word[0] = (__force u64)(pkt->src.word[0] & mask[0]);
		return icmpg_hash(key, word, 1);
	}
	words = icmpg_key_source_words(config, pkt, ICMPGUARD_SCOPE_SOURCE,
				       word);
	return icmpg_hash(key, word, words);
}
