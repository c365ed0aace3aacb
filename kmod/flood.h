/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The short way of what most floods are made of: whole IPv4 echo requests of
 * senders that are over their own limit for a pair. It refuses only what the
 * long way (hook.c) would refuse for the same reason, and leaves to that
 * whatever isn't plain; without it the guard does the same, at twice the
 * instructions. Softirq, under rcu_read_lock(); takes no lock. For hook.c only.
 */
#ifndef ICMPG_FLOOD_H
#define ICMPG_FLOOD_H

#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/l3mdev.h>

#include "key.h"
#include "net.h"
#include "stats_cpu.h"

#define ICMPG_FLOOD_HEADERS	(sizeof(struct iphdr) + sizeof(struct icmphdr))
#define ICMPG_FLOOD_VERSION	0x45	/* IPv4 without options */

/**
 * struct icmpg_flood - what the short way has come to; fits into registers
 * @source: hash of the packet's source, as icmpg_key_source() makes it
 * @has_source: @source has been made
 * @refused: the packet is refused, and counted
 */
struct icmpg_flood {
	u64 source;
	bool has_source;
	bool refused;
};

/* A whole echo request, its headers in one piece. */
static __always_inline bool icmpg_flood_is_echo(const struct sk_buff *skb,
						const struct iphdr *ip)
{
	return *(const u8 *)ip == ICMPG_FLOOD_VERSION &&
	       ip->protocol == IPPROTO_ICMP &&
	       !(ip->frag_off & htons(IP_MF | IP_OFFSET)) &&
	       skb_headlen(skb) >= ICMPG_FLOOD_HEADERS &&
	       ntohs(ip->tot_len) >= ICMPG_FLOOD_HEADERS &&
	       ((const struct icmphdr *)(ip + 1))->type == ICMP_ECHO;
}

/* From outside, seen for the first time, and an address like others. */
static __always_inline bool icmpg_flood_is_plain(const struct sk_buff *skb,
						 const struct net_device *in,
						 const struct iphdr *ip)
{
	u8 first = *(const u8 *)&ip->saddr;

	return !(in->flags & IFF_LOOPBACK) &&
	       !netif_is_l3_master(in) && !netif_is_l3_slave(in) &&
	       skb->pkt_type != PACKET_LOOPBACK && !nf_bridge_info_get(skb) &&
	       first && first != 127 && first < 224;
}

/* As struct icmpg_pkt has it: in the first bytes of its word. */
static __always_inline __be64 icmpg_flood_word(__be32 addr)
{
	union icmpg_addr word = { .word = { 0, 0 } };

	word.v4 = addr;
	return word.word[0];
}

/* Does its sender owe more than it may? */
static __always_inline bool icmpg_flood_owes(const struct icmpg_net *guard,
					     const struct icmpg_config *config,
					     const struct icmpg_table *table,
					     u64 hash)
{
	const struct icmpg_limit *limit =
		&config->class[ICMPGUARD_CLASS_ECHO_REQUEST]
			.limit[ICMPGUARD_SCOPE_PAIR];
	u64 now, tat;

	if (!icmpg_table_find(icmpg_table_line(table, hash),
			      icmpg_limiter_tag(limit, hash), ICMPG_TAT_BITS,
			      &tat))
		return false;
	now = icmpg_limit_now(limit, icmpg_net_now(guard, config));
	return !icmpg_bucket_conforms(limit, icmpg_bucket_debt(limit, tat, now));
}

/**
 * icmpg_flood_judge() - is its pair's limit all there is to say about a packet?
 * @guard: the namespace
 * @skb: an IPv4 packet at PRE_ROUTING
 * @in: the device it came in on
 *
 * Context: softirq, under rcu_read_lock().
 * Return: refused, or what the long way needn't do again.
 */
static __always_inline struct icmpg_flood
icmpg_flood_judge(struct icmpg_net *guard, const struct sk_buff *skb,
		  const struct net_device *in)
{
	const struct icmpg_config *config = rcu_dereference(guard->config);
	const struct icmpg_active *active = rcu_dereference(guard->active);
	const struct iphdr *ip = ip_hdr(skb);
	const struct icmpg_limit *limit;
	struct icmpg_flood flood = {};
	u64 word, hash;

	/* RCU: as in hook.c; after a resize there are two tables to look into. */
	if (!config->short_way || !active ||
	    READ_ONCE(active->limiter.old.line) ||
	    !icmpg_flood_is_echo(skb, ip) || !icmpg_flood_is_plain(skb, in, ip))
		return flood;
	limit = &config->class[ICMPGUARD_CLASS_ECHO_REQUEST]
			.limit[ICMPGUARD_SCOPE_PAIR];
	word = (__force u64)(icmpg_flood_word(ip->saddr) &
			     config->mask[ICMPGUARD_SCOPE_SOURCE][ICMPG_IPV4][0]);
	flood.source = icmpg_hash(&config->source_key[ICMPG_IPV4], &word, 1);
	flood.has_source = true;
	hash = icmpg_key_mix(flood.source,
			     (__force u64)icmpg_flood_word(ip->daddr), 0,
			     &limit->key[ICMPG_IPV4]);
	if (!icmpg_flood_owes(guard, config, &active->limiter.table, hash))
		return flood;
	flood.refused = true;
	/* RCU: the counters stay until the hooks have long gone. */
	icmpg_stats_count(rcu_dereference(guard->stats), ICMPG_IPV4,
			  ICMPGUARD_CLASS_ECHO_REQUEST,
			  ICMPGUARD_REASON_LIMIT_PAIR, false, 0);
	return flood;
}

#endif /* ICMPG_FLOOD_H */
