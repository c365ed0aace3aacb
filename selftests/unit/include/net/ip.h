/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_NET_IP_H
#define UNIT_NET_IP_H

#include <arpa/inet.h>
#include <linux/ip.h>
#include <linux/skbuff.h>

#define IP_MF		0x2000
#define IP_OFFSET	0x1fff

static inline const struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (const struct iphdr *)skb->data;
}

#endif /* UNIT_NET_IP_H */
