// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notifications to the multicast group events of a namespace. Process context;
 * those of changes are sent under icmpg_net.lock, so that they come in the order
 * of the changes. Nothing here can make a change fail: who misses one hears so
 * (ENOBUFS), and asks again. What packets bring about is told by a work item, at
 * most once a second: packets only say that there is something to tell.
 */
#include "event.h"

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "nl.h"
#include "stats.h"

/* What can't be told: listeners hear that they have missed something. */
static void icmpg_event_lost(struct icmpg_net *guard)
{
	genl_set_err(&icmpg_nl_family, guard->net, 0, ICMPG_NL_GROUP_EVENTS,
		     -ENOBUFS);
}

/**
 * icmpg_event_config_send() - tell that the configuration has changed
 * @guard: of the namespace; what is in force now is what is told
 *
 * ORDER: after the change. Who joins before that is told, and who asks after it
 * gets what is new.
 *
 * Context: process, may sleep; icmpg_net.lock held.
 */
void icmpg_event_config_send(struct icmpg_net *guard)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&icmpg_nl_family, guard->net,
				ICMPG_NL_GROUP_EVENTS))
		return;
	skb = icmpg_nl_config_create();
	if (!skb || icmpg_nl_config_fill(skb, icmpg_net_config(guard), 0, 0,
					 ICMPGUARD_CMD_CONFIG_NTF)) {
		nlmsg_free(skb);
		icmpg_event_lost(guard);
		return;
	}
	genlmsg_multicast_netns(&icmpg_nl_family, guard->net, skb, 0,
				ICMPG_NL_GROUP_EVENTS, GFP_KERNEL);
}

/* Is there a group to tell? What no command waits for must ask. */
static bool icmpg_event_is_open;

/**
 * icmpg_event_open() - from now on there is a group to tell
 *
 * Context: process; the family is registered.
 */
void icmpg_event_open(void)
{
	WRITE_ONCE(icmpg_event_is_open, true);
}

/**
 * icmpg_event_close() - the group goes
 *
 * RCU: after this nobody sends who hasn't been asked to by a command.
 *
 * Context: process, may sleep; the family is still registered.
 */
void icmpg_event_close(void)
{
	WRITE_ONCE(icmpg_event_is_open, false);
	synchronize_rcu();
}

/* What no command waits for. @skb is consumed; NULL is what couldn't be made. */
static void icmpg_event_multicast(struct icmpg_net *guard, struct sk_buff *skb)
{
	rcu_read_lock();
	if (!READ_ONCE(icmpg_event_is_open))
		nlmsg_free(skb);
	else if (skb)
		genlmsg_multicast_netns(&icmpg_nl_family, guard->net, skb, 0,
					ICMPG_NL_GROUP_EVENTS, GFP_ATOMIC);
	else
		icmpg_event_lost(guard);
	rcu_read_unlock();
}

static int icmpg_event_path_mtu_fill(struct sk_buff *skb, u64 packets)
{
	void *header;

	header = genlmsg_put(skb, 0, 0, &icmpg_nl_family, 0,
			     ICMPGUARD_CMD_PATH_MTU_NTF);
	if (!header ||
	    nla_put_u64_64bit(skb, ICMPGUARD_A_STATUS_PATH_MTU_HARMED, packets,
			      ICMPGUARD_A_STATUS_PAD))
		return -EMSGSIZE;
	genlmsg_end(skb, header);
	return 0;
}

/**
 * icmpg_event_path_mtu_send() - tell that limits have refused path MTU messages
 * @guard: of the namespace
 * @packets: how many so far
 *
 * Context: process, may sleep; icmpg_net.lock held.
 */
void icmpg_event_path_mtu_send(struct icmpg_net *guard, u64 packets)
{
	struct sk_buff *skb;

	skb = genlmsg_new(nla_total_size_64bit(sizeof(u64)), GFP_KERNEL);
	if (skb && icmpg_event_path_mtu_fill(skb, packets)) {
		nlmsg_free(skb);
		skb = NULL;
	}
	icmpg_event_multicast(guard, skb);
}

/*
 * Without memory to add them up there is no news. After a reset they begin from
 * zero, and nothing of that was told.
 * RCU: there are counters, as a packet has moved one, and they stay.
 */
static u64 icmpg_event_evictions(struct icmpg_net *guard)
{
	u64 evictions = guard->pressure_told, resets;
	struct icmpg_counts *counts;

	counts = kvzalloc(sizeof(*counts), GFP_KERNEL);
	if (counts) {
		icmpg_stats_sum(rcu_dereference_raw(guard->stats), counts,
				&resets);
		evictions = counts->evictions;
		if (resets != guard->pressure_resets)
			guard->pressure_told = 0;
		guard->pressure_resets = resets;
	}
	kvfree(counts);
	return evictions;
}

static int icmpg_event_pressure_fill(struct sk_buff *skb,
				     struct icmpg_net *guard, u64 evictions)
{
	u32 size, fill;
	void *header;

	icmpg_net_table_status(guard, &size, &fill);
	header = genlmsg_put(skb, 0, 0, &icmpg_nl_family, 0,
			     ICMPGUARD_CMD_TABLE_NTF);
	if (!header ||
	    nla_put_u32(skb, ICMPGUARD_A_STATUS_TABLE_SIZE, size) ||
	    nla_put_u64_64bit(skb, ICMPGUARD_A_STATUS_TABLE_EVICTIONS,
			      evictions, ICMPGUARD_A_STATUS_PAD) ||
	    nla_put_u32(skb, ICMPGUARD_A_STATUS_TABLE_FILL, fill))
		return -EMSGSIZE;
	genlmsg_end(skb, header);
	return 0;
}

static void icmpg_event_pressure_send(struct icmpg_net *guard, u64 evictions)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (skb && icmpg_event_pressure_fill(skb, guard, evictions)) {
		nlmsg_free(skb);
		skb = NULL;
	}
	icmpg_event_multicast(guard, skb);
}

/*
 * Tells, and looks again after a second, until a second has gone by without
 * anything new. RACE: an eviction just before it stops is told with the next.
 */
static void icmpg_event_pressure_work(struct work_struct *work)
{
	struct icmpg_net *guard = container_of(to_delayed_work(work),
					       struct icmpg_net, pressure_work);
	u64 evictions = icmpg_event_evictions(guard);

	if (evictions <= guard->pressure_told) {
		atomic_set(&guard->pressure, 0);
		return;
	}
	guard->pressure_told = evictions;
	icmpg_event_pressure_send(guard, evictions);
	schedule_delayed_work(&guard->pressure_work, HZ);
}

/**
 * icmpg_event_pressure() - a sender was forgotten while it owed
 * @guard: of the namespace
 *
 * While it is being told this reads one word, which nobody writes.
 *
 * Context: softirq; takes no lock of ours, and the work queue's once a second.
 */
void icmpg_event_pressure(struct icmpg_net *guard)
{
	if (!atomic_read(&guard->pressure) &&
	    !atomic_xchg(&guard->pressure, 1))
		schedule_delayed_work(&guard->pressure_work, 0);
}

/**
 * icmpg_event_init() - nothing to tell yet
 * @guard: of the namespace
 */
void icmpg_event_init(struct icmpg_net *guard)
{
	INIT_DELAYED_WORK(&guard->pressure_work, icmpg_event_pressure_work);
}

/**
 * icmpg_event_exit() - nothing will be told any more
 * @guard: of the namespace; no packet is in a hook of it
 *
 * Context: process, may sleep.
 */
void icmpg_event_exit(struct icmpg_net *guard)
{
	cancel_delayed_work_sync(&guard->pressure_work);
}
