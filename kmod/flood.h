/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The short way of what most floods are made of: whole echo requests from
 * outside, of senders that are over their own limit, or that nobody knows while
 * the budget of the router or of a destination is used up. It refuses only what
 * the long way (judge.c) would refuse for the same reason, and leaves the rest
 * to it; without it the guard does the same, at three times the instructions.
 * Softirq, under rcu_read_lock(); takes no lock. For hook.c only.
 */
#ifndef ICMPG_FLOOD_H
#define ICMPG_FLOOD_H

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/l3mdev.h>

#include "destination.h"
#include "flood_limits.h"
#include "judge.h"
#include "stats_cpu.h"

#define ICMPG_FLOOD_IPV4	(sizeof(struct iphdr) + sizeof(struct icmphdr))
#define ICMPG_FLOOD_IPV6	(sizeof(struct ipv6hdr) + sizeof(struct icmphdr))
#define ICMPG_FLOOD_VERSION	0x45	/* IPv4 without options */

/* What the short way comes to. */
enum icmpg_flood_end {
	ICMPG_FLOOD_LONG,	/* it isn't plain: all stages are for it */
	ICMPG_FLOOD_PLAIN,	/* a plain echo request: only the limits are left */
	ICMPG_FLOOD_REFUSED,	/* refused, and counted */
	ICMPG_FLOOD_CANDIDATE,	/* refused, unless its sender has come back */
};

/**
 * struct icmpg_flood - what the long way needn't do again
 * @config: the configuration in force
 * @active: what there is while the mode isn't off
 * @source: hash of the packet's source, as icmpg_key_source() makes it
 * @candidate: that of a candidate, as icmpg_known_note_candidate() wants it
 * @refusal: what refuses a candidate, as icmpg_flood_share() says it
 */
struct icmpg_flood {
	const struct icmpg_config *config;
	struct icmpg_active *active;
	u64 source;
	u64 candidate;
	u32 refusal;
};

/*
 * A whole echo request, its headers in one piece. The stack has cut the packet
 * to the length that it says it has.
 */
static __always_inline bool icmpg_flood_is_echo_ipv4(const struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);

	return *(const u8 *)ip == ICMPG_FLOOD_VERSION &&
	       ip->protocol == IPPROTO_ICMP &&
	       !(ip->frag_off & htons(IP_MF | IP_OFFSET)) &&
	       skb_headlen(skb) >= ICMPG_FLOOD_IPV4 &&
	       ((const struct icmphdr *)(ip + 1))->type == ICMP_ECHO;
}

static __always_inline bool icmpg_flood_is_echo_ipv6(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);

	return ip->nexthdr == IPPROTO_ICMPV6 &&
	       skb_headlen(skb) >= ICMPG_FLOOD_IPV6 &&
	       ((const struct icmp6hdr *)(ip + 1))->icmp6_type ==
	       ICMPV6_ECHO_REQUEST;
}

/* No address that no packet may come from, and none of a group. */
static __always_inline bool icmpg_flood_is_unicast_ipv4(const struct iphdr *ip)
{
	u8 first = *(const u8 *)&ip->saddr;

	return first && first != 127 && first < 224;
}

static __always_inline bool
icmpg_flood_is_global(const union icmpg_addr *addr)
{
	return addr->word[0] && *(const u8 *)addr->v6 != 0xff &&
	       !icmpg_addr_is_link_local(addr);
}

/* From outside, to this host alone on the link, seen for the first time. */
static __always_inline bool icmpg_flood_is_plain(const struct sk_buff *skb,
						 const struct net_device *in)
{
	return !(in->flags & IFF_LOOPBACK) &&
	       !netif_is_l3_master(in) && !netif_is_l3_slave(in) &&
	       skb->pkt_type == PACKET_HOST && !nf_bridge_info_get(skb);
}

/* Who sent it, and to whom; false if that isn't plain. */
static __always_inline bool icmpg_flood_read_ipv4(const struct sk_buff *skb,
						  struct icmpg_flood_ask *ask)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (!icmpg_flood_is_echo_ipv4(skb) || !icmpg_flood_is_unicast_ipv4(ip))
		return false;
	ask->source = icmpg_key_source_ipv4(ask->config, ip->saddr);
	ask->first = icmpg_flood_word(ip->daddr);
	ask->second = 0;
	return true;
}

static __always_inline bool icmpg_flood_read_ipv6(const struct sk_buff *skb,
						  struct icmpg_flood_ask *ask)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	const __be64 *mask =
		ask->config->mask[ICMPGUARD_SCOPE_SOURCE][ICMPG_IPV6];
	union icmpg_addr src, dst;
	u64 word;

	if (!icmpg_flood_is_echo_ipv6(skb) || mask[1])
		return false;
	memcpy(&src, &ip->saddr, sizeof(src));
	memcpy(&dst, &ip->daddr, sizeof(dst));
	if (!icmpg_flood_is_global(&src) || !icmpg_flood_is_global(&dst))
		return false;
	word = (__force u64)(src.word[0] & mask[0]);
	ask->source = icmpg_hash(&ask->config->source_key[ICMPG_IPV6], &word, 1);
	ask->first = (__force u64)dst.word[0];
	ask->second = (__force u64)dst.word[1];
	return true;
}

/* Refused: the counters stay until the hooks have long gone (RCU). */
static __always_inline enum icmpg_flood_end
icmpg_flood_refuse(const struct icmpg_net *guard, u8 family, u8 reason)
{
	icmpg_stats_count(rcu_dereference(guard->stats), family,
			  ICMPGUARD_CLASS_ECHO_REQUEST, reason, false, 0);
	return ICMPG_FLOOD_REFUSED;
}

/* The first limits, as on the long way. */
static __always_inline enum icmpg_flood_end
icmpg_flood_limit(const struct icmpg_flood_ask *ask, struct icmpg_net *guard,
		  const struct icmpg_active *active,
		  const struct net_device *in, struct icmpg_flood *flood)
{
	bool overloaded, is_full;
	u8 kind;

	if (icmpg_flood_owes_pair(ask))
		return icmpg_flood_refuse(guard, ask->family,
					  ICMPGUARD_REASON_LIMIT_PAIR);
	is_full = icmpg_flood_is_full(ask, &overloaded);
	if (likely(!is_full && !icmpg_flood_is_attacked(ask)))
		return ICMPG_FLOOD_PLAIN;
	if (icmpg_flood_owes_source(ask))
		return icmpg_flood_refuse(guard, ask->family,
					  ICMPGUARD_REASON_LIMIT_SOURCE);
	kind = icmpg_destination_remembered(active->known, guard->net,
					    ask->family, ask->first,
					    ask->second, in->ifindex);
	flood->refusal = icmpg_flood_share(ask, kind, is_full, overloaded,
					   &flood->candidate);
	if (!flood->refusal)
		return ICMPG_FLOOD_PLAIN;
	if (unlikely(flood->refusal & ICMPG_FLOOD_SEEN))
		return ICMPG_FLOOD_CANDIDATE;
	return icmpg_flood_refuse(guard, ask->family, flood->refusal);
}

/**
 * icmpg_flood_refuse_candidate() - the end of ICMPG_FLOOD_CANDIDATE
 * @guard: the namespace
 * @active: as icmpg_flood_judge() filled it in
 * @family: enum icmpg_family
 * @candidate: the same
 * @refusal: the same
 *
 * Context: softirq, under rcu_read_lock().
 * Return: true if it is refused, and counted; false if it hasn't been judged.
 */
static inline bool
icmpg_flood_refuse_candidate(const struct icmpg_net *guard,
			     struct icmpg_active *active, u8 family,
			     u64 candidate, u32 refusal)
{
	u64 now_ns = icmpg_net_now(guard, rcu_dereference(guard->config));

	if (!icmpg_known_note_candidate(&active->limiter.known, candidate,
					refusal & ICMPG_FLOOD_OVERLOADED,
					now_ns))
		return false;
	icmpg_flood_refuse(guard, family, (u8)refusal);
	return true;
}

/**
 * icmpg_flood_judge() - are the first limits all there is to say about a packet?
 * @guard: the namespace
 * @skb: a packet at PRE_ROUTING
 * @in: the device it came in on
 * @family: enum icmpg_family, a constant
 * @flood: filled if there is more to do
 *
 * Context: softirq, under rcu_read_lock().
 * Return: what it has come to.
 */
static __always_inline enum icmpg_flood_end
icmpg_flood_judge(struct icmpg_net *guard, const struct sk_buff *skb,
		  const struct net_device *in, u8 family,
		  struct icmpg_flood *flood)
{
	struct icmpg_active *active = rcu_dereference(guard->active);
	struct icmpg_flood_ask ask ICMPG_UNINITIALIZED;

	/* RCU: as in hook.c; after a resize there are two tables to look into. */
	ask.config = rcu_dereference(guard->config);
	if (!ask.config->short_way || !active ||
	    READ_ONCE(active->limiter.old.line) ||
	    !icmpg_flood_is_plain(skb, in) ||
	    !(family == ICMPG_IPV4 ? icmpg_flood_read_ipv4(skb, &ask) :
				     icmpg_flood_read_ipv6(skb, &ask)))
		return ICMPG_FLOOD_LONG;
	ask.limiter = &active->limiter;
	ask.now_ns = icmpg_net_now(guard, ask.config);
	ask.family = family;
	flood->config = ask.config;
	flood->active = active;
	flood->source = ask.source;
	return icmpg_flood_limit(&ask, guard, active, in, flood);
}

/**
 * icmpg_flood_fill() - what classify.c would say about a plain echo request
 * @skb: the packet
 * @in: the device it came in on
 * @family: enum icmpg_family, a constant
 * @pkt: what the limits read is filled
 */
static __always_inline void icmpg_flood_fill(const struct sk_buff *skb,
					     const struct net_device *in,
					     u8 family, struct icmpg_pkt *pkt)
{
	if (family == ICMPG_IPV4) {
		pkt->src.word[0] = (__force __be64)icmpg_flood_word(ip_hdr(skb)->saddr);
		pkt->src.word[1] = 0;
		pkt->dst.word[0] = (__force __be64)icmpg_flood_word(ip_hdr(skb)->daddr);
		pkt->dst.word[1] = 0;
		pkt->type = ICMP_ECHO;
	} else {
		memcpy(&pkt->src, &ipv6_hdr(skb)->saddr, sizeof(pkt->src));
		memcpy(&pkt->dst, &ipv6_hdr(skb)->daddr, sizeof(pkt->dst));
		pkt->type = ICMPV6_ECHO_REQUEST;
	}
	pkt->src_zone = 0;
	pkt->dst_zone = 0;
	pkt->ifindex = in->ifindex;
	pkt->dev = in->name;
	pkt->family = family;
	pkt->class = ICMPGUARD_CLASS_ECHO_REQUEST;
	pkt->part = ICMPG_PART_WHOLE;
	pkt->quote = 0;
	pkt->link_broadcast = false;
}

#endif /* ICMPG_FLOOD_H */
