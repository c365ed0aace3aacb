/* SPDX-License-Identifier: GPL-2.0-only */
/* Judging a packet, for the hooks and for whoever asks how one would end. */
#ifndef ICMPG_JUDGE_H
#define ICMPG_JUDGE_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

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
 * icmpg_judgement_start() - begin to judge by what was read already
 * @j: its packet and device are the caller's to fill
 * @guard: the namespace
 * @config: what is in force
 * @active: not NULL
 *
 * Context: under rcu_read_lock().
 */
static inline void icmpg_judgement_start(struct icmpg_judgement *j,
					 struct icmpg_net *guard,
					 const struct icmpg_config *config,
					 struct icmpg_active *active)
{
	j->guard = guard;
	j->skb = NULL;
	j->config = config;
	j->active = active;
	j->pkt.quote = 0;
	j->evictions = 0;
	icmpg_limiter_start(&j->check, &active->limiter, config, &j->pkt,
			    icmpg_net_now(guard, config));
}

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
	const struct icmpg_config *config = rcu_dereference(guard->config);
	struct icmpg_active *active = rcu_dereference(guard->active);

	j->config = config;
	if (unlikely(!active))
		return false;
	icmpg_judgement_start(j, guard, config, active);
	return true;
}

u8 icmpg_judge_action(struct icmpg_judgement *j, u8 *reason);
u32 icmpg_judge_scopes(struct icmpg_judgement *j, u8 class);
u8 icmpg_judge_limits(struct icmpg_judgement *j, bool limit);
u8 icmpg_judge_all(struct icmpg_judgement *j);

#endif /* ICMPG_JUDGE_H */
