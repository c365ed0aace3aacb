// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notifications to the multicast group events of a namespace. Process context;
 * sent under icmpg_net.lock, so that they come in the order of the changes.
 * Nothing here can make a change fail: who misses one asks again.
 */
#include "event.h"

#include "nl.h"

/**
 * icmpg_event_config_create() - memory to tell of a change in
 * @guard: of the namespace
 *
 * Context: process, may sleep.
 * Return: the caller's, for icmpg_event_config_send(); NULL if nobody listens
 * or there is no memory.
 */
struct sk_buff *icmpg_event_config_create(struct icmpg_net *guard)
{
	if (!genl_has_listeners(&icmpg_nl_family, guard->net,
				ICMPG_NL_GROUP_EVENTS))
		return NULL;
	return icmpg_nl_config_create();
}

/**
 * icmpg_event_config_send() - tell that the configuration has changed
 * @guard: of the namespace; what is in force now is what is told
 * @skb: of icmpg_event_config_create(), consumed; NULL tells nobody
 *
 * Context: process, may sleep; icmpg_net.lock held.
 */
void icmpg_event_config_send(struct icmpg_net *guard, struct sk_buff *skb)
{
	if (!skb)
		return;
	if (icmpg_nl_config_fill(skb, icmpg_net_config(guard), 0, 0,
				 ICMPGUARD_CMD_CONFIG_NTF)) {
		nlmsg_free(skb);
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
	void *header;

	skb = genlmsg_new(nla_total_size_64bit(sizeof(u64)), GFP_KERNEL);
	if (!skb)
		return;
	header = genlmsg_put(skb, 0, 0, &icmpg_nl_family, 0,
			     ICMPGUARD_CMD_PATH_MTU_NTF);
	if (!header ||
	    nla_put_u64_64bit(skb, ICMPGUARD_A_STATUS_PATH_MTU_HARMED, packets,
			      ICMPGUARD_A_STATUS_PAD)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	rcu_read_lock();
	if (READ_ONCE(icmpg_event_is_open))
		genlmsg_multicast_netns(&icmpg_nl_family, guard->net, skb, 0,
					ICMPG_NL_GROUP_EVENTS, GFP_ATOMIC);
	else
		nlmsg_free(skb);
	rcu_read_unlock();
}
