/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet that an ICMP error quotes. Also built in userspace. */
#ifndef ICMPG_QUOTE_H
#define ICMPG_QUOTE_H

#include <linux/skbuff.h>

#include "packet.h"

/**
 * icmpg_quote_is_error() - does it quote a packet, right after its header?
 * @pkt: the packet, classified
 *
 * The redirect of IPv6 has its quote in an option, and need not have one
 * (RFC 4861 section 4.5).
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool icmpg_quote_is_error(const struct icmpg_pkt *pkt)
{
	return icmpg_class_is_error(pkt->class) &&
	       (pkt->class != ICMPGUARD_CLASS_REDIRECT ||
		pkt->family == ICMPG_IPV4);
}

void icmpg_quote_read(const struct sk_buff *skb, struct icmpg_pkt *pkt);

#endif /* ICMPG_QUOTE_H */
