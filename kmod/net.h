/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct icmpg_net: the guard of one network namespace, and the lock that its
 * changes take. What a packet reads is reached through RCU from here.
 */
#ifndef ICMPG_NET_H
#define ICMPG_NET_H

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <linux/netfilter.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "config.h"
#include "limiter.h"
#include "stats.h"

struct icmpg_destinations;
struct icmpg_fragments;

#define ICMPG_HOOKS_MAX 4

/**
 * struct icmpg_active - what a namespace has only while its mode is not off
 * @limiter: the buckets
 * @fragments: marks that fragments leave for the others of their message
 * @known: kinds of destinations, remembered
 */
struct icmpg_active {
	struct icmpg_limiter limiter;
	struct icmpg_fragments *fragments;
	struct icmpg_destinations *known;
};

/**
 * struct icmpg_net - the guard of one network namespace
 * @net: the namespace; it outlives this
 * @lock: one change at a time: guards what is marked with it
 * @config: what is in force; never NULL between init and exit. Written under
 *	@lock, read under RCU.
 * @active: NULL while the mode is off. As @config.
 * @stats: counters; NULL until the mode was first not off, then stays
 * @ops: the hooks, with this as their private pointer. @lock.
 * @hooks: how many of @ops are registered. @lock.
 * @key: secret of this namespace, from which all hash keys derive
 * @clock_base_ns: what the tick clock adds, so that it agrees with ktime
 * @old_table: frees the table before a resize when it isn't read any more
 * @harm: looks for path MTU messages that were refused
 * @harm_told: how many of them have been told. @lock.
 * @harm_resets: of the counters, at that time. @lock.
 * @pressure_work: tells that senders are forgotten
 * @pressure_told: how many were when it was told last; only for the work
 * @pressure_resets: of the counters, at that time; only for the work
 * @pressure: 1 while the work has been asked for, or watches
 * @replaced: when the last configuration was, for RCU. @lock.
 * @drafts: changes that come in several messages, struct icmpg_draft. @lock.
 */
struct icmpg_net {
	struct net *net;
	struct mutex lock;	/* of what commands change */
	struct icmpg_config __rcu *config;
	struct icmpg_active __rcu *active;
	struct icmpg_stats __rcu *stats;
	struct nf_hook_ops ops[ICMPG_HOOKS_MAX];
	u8 hooks;
	struct icmpg_key key;
	u64 clock_base_ns;
	struct delayed_work old_table;
	struct delayed_work harm;
	u64 harm_told;
	u64 harm_resets;
	struct delayed_work pressure_work;
	u64 pressure_told;
	u64 pressure_resets;
	atomic_t pressure;
	unsigned long replaced;
	struct list_head drafts;
};

extern unsigned int icmpg_net_id;

static inline struct icmpg_net *icmpg_net(const struct net *net)
{
	return net_generic(net, icmpg_net_id);
}

/* The configuration in force, for whoever holds the lock of changes. */
static inline struct icmpg_config *icmpg_net_config(struct icmpg_net *guard)
{
	return rcu_dereference_protected(guard->config,
					 lockdep_is_held(&guard->lock));
}

/**
 * icmpg_net_now() - the guard's clock
 * @guard: the namespace
 * @config: what is in force, as it says which clock its limits need
 *
 * The tick clock costs 4 instructions, ktime 49; they agree to a tick, so
 * that a change of clock keeps every bucket valid.
 *
 * Return: nanoseconds.
 */
static inline u64 icmpg_net_now(const struct icmpg_net *guard,
				const struct icmpg_config *config)
{
	if (unlikely(config->precise_clock))
		return ktime_get_ns();
	return guard->clock_base_ns + get_jiffies_64() * TICK_NSEC;
}

void icmpg_net_table_status(struct icmpg_net *guard, u32 *size, u32 *fill);
void icmpg_net_known_status(struct icmpg_net *guard,
			    struct icmpg_known_status *status);
int icmpg_net_publish(struct icmpg_net *guard, struct icmpg_config *config,
		      struct netlink_ext_ack *extack);
int icmpg_net_init(void);
void icmpg_net_exit(void);

#endif /* ICMPG_NET_H */
