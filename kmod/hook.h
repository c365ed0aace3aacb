/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guard's netfilter hooks, and the judging that they do, for whoever wants
 * to know how a packet would end.
 */
#ifndef ICMPG_HOOK_H
#define ICMPG_HOOK_H

#include "net.h"
#include "packet.h"

/**
 * struct icmpg_judgement - a packet on its way through the stages
 * @guard: the namespace
 * @skb: the packet, for what classify.c doesn't look at; NULL where there is
 *	only the question what would become of one
 * @dev: the device it came in on
 * @config: what is in force
 * @active: buckets, marks and known destinations
 * @pkt: the packet
 * @check: its way through the limits
 * @evictions: senders that were forgotten for it while they owed
 */
struct icmpg_judgement {
	struct icmpg_net *guard;
	const struct sk_buff *skb;
	const struct net_device *dev;
	const struct icmpg_config *config;
	struct icmpg_active *active;
	struct icmpg_pkt pkt;
	struct icmpg_check check;
	u32 evictions;
};

/**
 * icmpg_judgement_init() - begin to judge
 * @j: its packet and device are the caller's to fill
 * @guard: the namespace
 *
 * Context: under rcu_read_lock().
 * Return: is there anything to judge by? Not while the mode is off.
 */
static inline bool icmpg_judgement_init(struct icmpg_judgement *j,
					struct icmpg_net *guard)
{
	j->guard = guard;
	j->skb = NULL;
	j->pkt.quote = 0;
	j->config = rcu_dereference(guard->config);
	j->active = rcu_dereference(guard->active);
	if (unlikely(!j->active))
		return false;
	j->evictions = 0;
	icmpg_limiter_start(&j->check, &j->active->limiter, j->config, &j->pkt,
			    icmpg_net_now(guard, j->config));
	return true;
}

u8 icmpg_hook_action(struct icmpg_judgement *j, u8 *reason);
u8 icmpg_hook_judge(struct icmpg_judgement *j);
u32 icmpg_hook_scopes(struct icmpg_judgement *j, u8 class);
int icmpg_hook_register(struct icmpg_net *guard);
void icmpg_hook_unregister(struct icmpg_net *guard);

#endif /* ICMPG_HOOK_H */
