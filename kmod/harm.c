// SPDX-License-Identifier: GPL-2.0-only
/*
 * Path MTU messages that a limit has refused. No limit does unless it is told to
 * (RFC 1191, RFC 8201 section 4, RFC 4890 section 4.3.1), so somebody should
 * hear of it. Process context: while the class is limited, the counters are
 * looked at once a second, and packets pay nothing for it.
 */
#include "harm.h"

#include <linux/mm.h>
#include <linux/slab.h>

#include "event.h"

#define ICMPG_HARM_INTERVAL	HZ

static bool icmpg_harm_is_limit(u8 reason)
{
	return reason >= ICMPGUARD_REASON_LIMIT_PAIR &&
	       reason <= ICMPGUARD_REASON_LIMIT_TOTAL;
}

/**
 * icmpg_harm_sum() - path MTU messages that a limit has refused
 * @counts: the counters
 *
 * What monitor mode let pass did no harm.
 *
 * Context: any.
 * Return: packets.
 */
u64 icmpg_harm_sum(const struct icmpg_counts *counts)
{
	u8 family, reason;
	u64 sum = 0;

	for (family = 0; family < ICMPG_STATS_FAMILIES; family++)
		for (reason = 1; reason < ICMPG_STATS_REASONS; reason++)
			if (icmpg_harm_is_limit(reason))
				sum += counts->done[family]
					[ICMPGUARD_CLASS_PATH_MTU][reason];
	return sum;
}

static bool icmpg_harm_is_possible(const struct icmpg_config *config)
{
	return config->set.mode == ICMPGUARD_MODE_ENFORCE &&
	       config->class[ICMPGUARD_CLASS_PATH_MTU].scopes;
}

/**
 * icmpg_harm_watch() - look at the counters from now on, if it is possible
 * @guard: the namespace; its lock is held
 *
 * When it isn't any more, one last look is what ends it.
 *
 * Context: process.
 */
void icmpg_harm_watch(struct icmpg_net *guard)
{
	if (icmpg_harm_is_possible(icmpg_net_config(guard)))
		schedule_delayed_work(&guard->harm, ICMPG_HARM_INTERVAL);
}

/* After a reset they begin from zero, and nothing of that was told. */
static void icmpg_harm_look(struct icmpg_net *guard)
{
	struct icmpg_counts *counts;
	struct icmpg_stats *stats;
	u64 sum, resets;

	stats = rcu_dereference_protected(guard->stats,
					  lockdep_is_held(&guard->lock));
	counts = kvzalloc(sizeof(*counts), GFP_KERNEL);
	if (!counts || !stats)
		goto free;
	icmpg_stats_sum(stats, counts, &resets);
	sum = icmpg_harm_sum(counts);
	if (resets != guard->harm_resets)
		guard->harm_told = 0;
	guard->harm_resets = resets;
	if (sum > guard->harm_told)
		icmpg_event_path_mtu_send(guard, sum);
	guard->harm_told = sum;
free:
	kvfree(counts);
}

static void icmpg_harm_work(struct work_struct *work)
{
	struct icmpg_net *guard = container_of(to_delayed_work(work),
					       struct icmpg_net, harm);

	mutex_lock(&guard->lock);
	icmpg_harm_look(guard);
	icmpg_harm_watch(guard);
	mutex_unlock(&guard->lock);
}

/**
 * icmpg_harm_init() - nothing watched yet
 * @guard: a new namespace
 *
 * Context: process.
 */
void icmpg_harm_init(struct icmpg_net *guard)
{
	INIT_DELAYED_WORK(&guard->harm, icmpg_harm_work);
}

/**
 * icmpg_harm_exit() - watch no more
 * @guard: the namespace, which nothing is published in any more
 *
 * Context: process, may sleep; icmpg_net.lock not held.
 */
void icmpg_harm_exit(struct icmpg_net *guard)
{
	cancel_delayed_work_sync(&guard->harm);
}
