/* SPDX-License-Identifier: GPL-2.0-only */
/* What kind of address a packet is sent to, and the memory of the answers. */
#ifndef ICMPG_DESTINATION_H
#define ICMPG_DESTINATION_H

#include <linux/netdevice.h>
#include <net/net_namespace.h>

#include "packet.h"

struct icmpg_destinations;

struct icmpg_destinations *icmpg_destinations_create(const struct icmpg_key *key);
void icmpg_destinations_destroy(struct icmpg_destinations *known);
u8 icmpg_destination_kind(const struct icmpg_destinations *known,
			  struct net *net, const struct icmpg_pkt *pkt);
u8 icmpg_destination_source(const struct icmpg_destinations *known,
			    struct net *net, const struct icmpg_pkt *pkt,
			    const struct net_device *dev);

#endif /* ICMPG_DESTINATION_H */
