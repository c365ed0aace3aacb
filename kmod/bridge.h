/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames of bridges: which of br_netfilter's packets are judged, and where. */
#ifndef ICMPG_BRIDGE_H
#define ICMPG_BRIDGE_H

#include <linux/netdevice.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>
#include <net/l3mdev.h>

#include "config.h"

#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
/*
 * br_netfilter shows us frames before the bridge knows who gets them: judged
 * there is what is addressed to the bridge or its port, which isn't passed on.
 */
static inline bool icmpg_bridge_is_early(const struct icmpg_config *config,
					 const struct sk_buff *skb,
					 const struct nf_bridge_info *info)
{
	return config->set.bridged ||
	       (skb->pkt_type == PACKET_HOST && !info->pkt_otherhost);
}

/* A frame to skip. Where the bridge is in a VRF, it comes by a second time. */
static inline bool icmpg_bridge_is_passed(const struct icmpg_config *config,
					  const struct sk_buff *skb,
					  const struct net_device *in)
{
	const struct nf_bridge_info *info = nf_bridge_info_get(skb);
	bool early;

	if (likely(!info))
		return false;
	early = icmpg_bridge_is_early(config, skb, info);
	return info->in_prerouting ? !early : early && netif_is_l3_slave(in);
}

/*
 * Broadcast and multicast frames are passed on and also come up to this host,
 * for which br_netfilter leaves PRE_ROUTING out. Judged late, at LOCAL_IN, only
 * this host's copy can be lost.
 */
static inline bool icmpg_bridge_is_late(const struct icmpg_config *config,
					const struct sk_buff *skb)
{
	const struct nf_bridge_info *info = nf_bridge_info_get(skb);

	return unlikely(info) && info->sabotage_in_done &&
	       !icmpg_bridge_is_early(config, skb, info);
}
#else
static inline bool icmpg_bridge_is_passed(const struct icmpg_config *config,
					  const struct sk_buff *skb,
					  const struct net_device *in)
{
	return false;
}

static inline bool icmpg_bridge_is_late(const struct icmpg_config *config,
					const struct sk_buff *skb)
{
	return false;
}
#endif

#endif /* ICMPG_BRIDGE_H */
