/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/net/icmpguard */
#ifndef ICMPG_PROC_H
#define ICMPG_PROC_H

#include <net/net_namespace.h>

int icmpg_proc_create(struct net *net);
void icmpg_proc_destroy(struct net *net);

#endif /* ICMPG_PROC_H */
