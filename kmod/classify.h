/* SPDX-License-Identifier: GPL-2.0-only */
/* From an skb to what the guard knows about it. Reads; writes nothing. */
#ifndef ICMPG_CLASSIFY_H
#define ICMPG_CLASSIFY_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/ip.h>

#include "classify_type.h"
#include "packet.h"

/* Neither ICMP nor a fragment whose end must be looked at: most packets. */
static inline bool icmpg_classify_is_foreign_ipv4(const struct iphdr *ip)
{
	return ip->protocol != IPPROTO_ICMP &&
	       !(ip->frag_off & htons(IP_OFFSET));
}

/* There may be headers before ICMPv6; there are none before these. */
static inline bool icmpg_classify_is_foreign_ipv6(const struct ipv6hdr *ip)
{
	return ip->nexthdr == IPPROTO_TCP || ip->nexthdr == IPPROTO_UDP;
}

void icmpg_classify_device(const struct net_device *dev, struct icmpg_pkt *pkt);
bool icmpg_classify_ipv4(const struct sk_buff *skb,
			 const struct net_device *dev, struct icmpg_pkt *pkt);
bool icmpg_classify_ipv6(const struct sk_buff *skb,
			 const struct net_device *dev, struct icmpg_pkt *pkt);

#endif /* ICMPG_CLASSIFY_H */
