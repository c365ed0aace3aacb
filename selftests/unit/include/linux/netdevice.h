/* SPDX-License-Identifier: GPL-2.0-only */
/* A device is its name and number, perhaps in a VRF. */
#ifndef UNIT_LINUX_NETDEVICE_H
#define UNIT_LINUX_NETDEVICE_H

#include <linux/types.h>

struct net_device {
	int ifindex;
	char name[16];
	u32 master;
};

#endif /* UNIT_LINUX_NETDEVICE_H */
