/* SPDX-License-Identifier: GPL-2.0-only */
/* From an skb to what the guard knows about it. Reads; writes nothing. */
#ifndef ICMPG_CLASSIFY_H
#define ICMPG_CLASSIFY_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "packet.h"

u8 icmpg_classify_type(u8 family, u8 type, u8 code);
bool icmpg_classify_example(u8 family, u8 class, u8 *type);
void icmpg_classify_device(const struct net_device *dev, struct icmpg_pkt *pkt);
bool icmpg_classify_ipv4(const struct sk_buff *skb,
			 const struct net_device *dev, struct icmpg_pkt *pkt);
bool icmpg_classify_ipv6(const struct sk_buff *skb,
			 const struct net_device *dev, struct icmpg_pkt *pkt);

#endif /* ICMPG_CLASSIFY_H */
