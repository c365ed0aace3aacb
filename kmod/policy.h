/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules that are no rates. Pure: no skb, clock or lock; also built in userspace. */
#ifndef ICMPG_POLICY_H
#define ICMPG_POLICY_H

#include "config.h"
#include "packet.h"

/**
 * icmpg_policy_is_exempt() - do limits and class actions not apply to it?
 * @config: the configuration in force
 * @pkt: the packet
 *
 * Asked before the limits and not only when one is about to refuse: what is
 * exempt must not use up what others share.
 *
 * Return: true if an exemption is about it.
 */
static inline bool icmpg_policy_is_exempt(const struct icmpg_config *config,
					  const struct icmpg_pkt *pkt)
{
	return config->set.exempt &&
	       icmpg_prefix_list_has(config->set.exempt, pkt->family,
				     pkt->src.v6, pkt->dev);
}

u8 icmpg_policy_packet(const struct icmpg_config *config,
		       const struct icmpg_pkt *pkt);
u8 icmpg_policy_path_mtu(const struct icmpg_config *config,
			 const struct icmpg_pkt *pkt);
u8 icmpg_policy_type(const struct icmpg_config *config,
		     const struct icmpg_pkt *pkt);
bool icmpg_policy_asks_many(const struct icmpg_pkt *pkt);
u8 icmpg_policy_destination(const struct icmpg_config *config,
			    const struct icmpg_pkt *pkt, u8 destination);
u8 icmpg_policy_quote(const struct icmpg_config *config,
		      const struct icmpg_pkt *pkt, u8 destination);
u8 icmpg_policy_source(const struct icmpg_config *config,
		       const struct icmpg_pkt *pkt, u8 source);

#endif /* ICMPG_POLICY_H */
