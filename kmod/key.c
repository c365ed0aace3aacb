// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of a packet identifies a bucket, or a sender: the parts of addresses
 * that the widths leave, zones, devices; hashed with a secret. Pure: no clock,
 * no lock, no memory. Also built in userspace.
 */
#include "key.h"

#include <linux/kernel.h>

#include "hash.h"

/*
 * An IPv4 address is the first half of its word in memory; this many bits
 * further is the other half.
 */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ICMPG_IPV4_OTHER_HALF	0
#else
#define ICMPG_IPV4_OTHER_HALF	32
#endif

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
 * @scope: a scope with a key
 * @key: secret; each purpose has its own
 *
 * One word for an IPv4 address, an IPv4 pair or an IPv6 /64; at most six.
 *
 * Context: any, under rcu_read_lock().
 * Return: 64 bits, each as good as the others.
 */
u64 icmpg_key_hash(const struct icmpg_config *config,
		   const struct icmpg_pkt *pkt, u8 scope,
		   const struct icmpg_key *key)
{
	unsigned int words;
	u64 word[6] ICMPG_UNINITIALIZED;

	switch (scope) {
	case ICMPGUARD_SCOPE_PAIR:
		words = icmpg_key_source_words(config, pkt, scope, word);
		if (pkt->family == ICMPG_IPV4 && words == 1) {
			word[0] ^= (u64)(__force u32)pkt->dst.v4 <<
				   ICMPG_IPV4_OTHER_HALF;
			return icmpg_hash(key, word, 1);
		}
		words += icmpg_key_destination_words(config, pkt,
						ICMPGUARD_SCOPE_DESTINATION,
						word + words);
		break;
	case ICMPGUARD_SCOPE_SOURCE:
	case ICMPGUARD_SCOPE_SOURCE_NET:
		words = icmpg_key_source_words(config, pkt, scope, word);
		break;
	case ICMPGUARD_SCOPE_INTERFACE:
		word[0] = pkt->ifindex;
		words = 1;
		break;
	default:
		words = icmpg_key_destination_words(config, pkt, scope, word);
		break;
	}
	if (likely(words == 1))
		return icmpg_hash(key, word, 1);
	return icmpg_hash(key, word, words);
}
