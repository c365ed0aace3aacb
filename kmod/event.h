/* SPDX-License-Identifier: GPL-2.0-only */
/* What is told to whoever listens to the group events of a namespace. */
#ifndef ICMPG_EVENT_H
#define ICMPG_EVENT_H

#include "net.h"

struct sk_buff *icmpg_event_config_create(struct icmpg_net *guard);
void icmpg_event_config_send(struct icmpg_net *guard, struct sk_buff *skb);

#endif /* ICMPG_EVENT_H */
