/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network namespaces, by the names of `ip netns` or by path.
 */
#ifndef ICMPG_NETNS_H
#define ICMPG_NETNS_H

int icmpg_netns_enter(const char *name);

#endif /* ICMPG_NETNS_H */
