/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_NET_L3MDEV_H
#define UNIT_NET_L3MDEV_H

#include <linux/netdevice.h>

static inline bool netif_is_l3_slave(const struct net_device *dev)
{
	return dev->master;
}

static inline u32 l3mdev_master_ifindex_rcu(const struct net_device *dev)
{
	return dev->master;
}

#endif /* UNIT_NET_L3MDEV_H */
