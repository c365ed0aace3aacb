/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ICMPG_COMPAT_NET_GENETLINK_H
#define ICMPG_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>

/*
 * COMPAT: 6.8 and 6.1.176, "genetlink: Use internal flags for multicast
 * groups". Before, a group took the flags of an operation.
 */
#ifndef ICMPG_HAVE_GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN	GENL_UNS_ADMIN_PERM
#endif

#endif /* ICMPG_COMPAT_NET_GENETLINK_H */
