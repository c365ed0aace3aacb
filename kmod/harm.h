/* SPDX-License-Identifier: GPL-2.0-only */
/* Path MTU messages that a limit has refused: connections hang without them. */
#ifndef ICMPG_HARM_H
#define ICMPG_HARM_H

#include "net.h"

u64 icmpg_harm_sum(const struct icmpg_counts *counts);
void icmpg_harm_watch(struct icmpg_net *guard);
void icmpg_harm_init(struct icmpg_net *guard);
void icmpg_harm_exit(struct icmpg_net *guard);

#endif /* ICMPG_HARM_H */
