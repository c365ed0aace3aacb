/* SPDX-License-Identifier: GPL-2.0-only */
/* The guard's netfilter hooks. */
#ifndef ICMPG_HOOK_H
#define ICMPG_HOOK_H

struct icmpg_net;

int icmpg_hook_register(struct icmpg_net *guard);
void icmpg_hook_unregister(struct icmpg_net *guard);

#endif /* ICMPG_HOOK_H */
