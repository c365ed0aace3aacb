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
