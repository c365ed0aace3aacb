/* SPDX-License-Identifier: GPL-2.0-only */
/* What is told to whoever listens to the group events of a namespace. */
#ifndef ICMPG_EVENT_H
#define ICMPG_EVENT_H

#include "net.h"

void icmpg_event_config_send(struct icmpg_net *guard);
void icmpg_event_path_mtu_send(struct icmpg_net *guard, u64 packets);
void icmpg_event_open(void);
void icmpg_event_close(void);

void icmpg_event_init(struct icmpg_net *guard);
void icmpg_event_exit(struct icmpg_net *guard);
void icmpg_event_pressure(struct icmpg_net *guard);

#endif /* ICMPG_EVENT_H */
