// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules that are no rates: (config, packet) -> reason, or 0 for "nothing
 * against it here". Pure: no skb, clock, lock or memory. Softirq in the
 * kernel; also built in userspace. Must not know netfilter.
 */
#include "policy.h"

#define ICMPG_IP_MAX		65535	/* bytes: an IP packet's longest */
#define ICMPG_ICMP_MIN		8	/* bytes: an ICMP header with its rest */
#define ICMPG_DISCOVERY_HOPS	255

/* ICMP types that ask for an answer (RFC 792, RFC 8335, RFC 4443). */
#define ICMPG_V4_TIMESTAMP	13

static u8 icmpg_policy_fragment(const struct icmpg_config *config,
				const struct icmpg_pkt *pkt)
{
	const bool *check = config->set.check;

	/* Whatever its protocol: it can be part of no IP packet. */
	if (pkt->headers + pkt->end > ICMPG_IP_MAX &&
	    check[ICMPGUARD_CHECK_PING_OF_DEATH])
		return ICMPGUARD_REASON_PING_OF_DEATH;
	if (!pkt->icmp)
		return 0;
	/* RFC 1858 section 3; RFC 791: all but the last are multiples of 8. */
	if (pkt->part == ICMPG_PART_FIRST &&
	    (pkt->length < ICMPG_ICMP_MIN || pkt->length % 8) &&
	    check[ICMPGUARD_CHECK_TINY_FRAGMENT])
		return ICMPGUARD_REASON_TINY_FRAGMENT;
	if (pkt->end > config->set.max_message)
		return ICMPGUARD_REASON_OVERSIZED;
	return 0;
}

/**
 * icmpg_policy_packet() - what the packet alone says
 * @config: the configuration in force
 * @pkt: the packet
 *
 * Malformed headers, fragment rules (RFC 1858, RFC 7112), the hop limit of
 * discovery (RFC 4861 sections 6.1 and 7.1).
 *
 * Context: any; takes no lock.
 * Return: the reason to refuse it, or 0.
 */
u8 icmpg_policy_packet(const struct icmpg_config *config,
		       const struct icmpg_pkt *pkt)
{
	const bool *check = config->set.check;
	u8 reason;

	switch (pkt->malformed) {
	case 0:
		break;
	case ICMPGUARD_REASON_HEADER_CHAIN:
		return check[ICMPGUARD_CHECK_HEADER_CHAIN] ? pkt->malformed : 0;
	case ICMPGUARD_REASON_TINY_FRAGMENT:
		return check[ICMPGUARD_CHECK_TINY_FRAGMENT] ? pkt->malformed : 0;
	default:
		return pkt->malformed;
	}
	if (pkt->part != ICMPG_PART_WHOLE) {
		reason = icmpg_policy_fragment(config, pkt);
		if (reason)
			return reason;
	}
	if (pkt->hop_limit != ICMPG_DISCOVERY_HOPS &&
	    pkt->family == ICMPG_IPV6 &&
	    (pkt->class == ICMPGUARD_CLASS_ROUTER_DISCOVERY ||
	     pkt->class == ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY))
		return ICMPGUARD_REASON_HOP_LIMIT;
	return 0;
}

/**
 * icmpg_policy_is_exempt() - do limits and class actions not apply to it?
 * @config: the configuration in force
 * @pkt: the packet
 *
 * Asked before the limits and not only when one is about to refuse: what is
 * exempt must not use up what others share.
 *
 * Return: true if an exemption is about it.
 */
bool icmpg_policy_is_exempt(const struct icmpg_config *config,
			    const struct icmpg_pkt *pkt)
{
	return config->set.exempt &&
	       icmpg_prefix_list_has(config->set.exempt, pkt->family,
				     pkt->src.v6, pkt->dev);
}

/**
 * icmpg_policy_asks_many() - would everyone who gets it answer it?
 * @pkt: the packet
 *
 * Echo, PROBE and timestamp requests (RFC 1122 sections 3.2.2.6, 3.2.2.8).
 *
 * Return: true for a request of those.
 */
bool icmpg_policy_asks_many(const struct icmpg_pkt *pkt)
{
	switch (pkt->class) {
	case ICMPGUARD_CLASS_ECHO_REQUEST:
	case ICMPGUARD_CLASS_PROBE_REQUEST:
		return true;
	case ICMPGUARD_CLASS_TIMESTAMP:
		return pkt->type == ICMPG_V4_TIMESTAMP;
	}
	return false;
}

/**
 * icmpg_policy_destination() - the checks that need the kind of destination
 * @config: the configuration in force
 * @pkt: a packet for which icmpg_policy_asks_many()
 * @destination: enum icmpg_destination
 *
 * The smurf amplifier (CVE-1999-0513), RFC 2644, RFC 1812 section 4.2.3.1.
 *
 * Return: the reason to refuse it, or 0.
 */
u8 icmpg_policy_destination(const struct icmpg_config *config,
			    const struct icmpg_pkt *pkt, u8 destination)
{
	const bool *check = config->set.check;
	bool many = destination == ICMPG_DESTINATION_BROADCAST ||
		    destination == ICMPG_DESTINATION_MULTICAST ||
		    pkt->link_broadcast;

	if (destination == ICMPG_DESTINATION_NETWORK &&
	    check[ICMPGUARD_CHECK_NETWORK_ADDRESS_ECHO])
		return ICMPGUARD_REASON_NETWORK_ADDRESS_ECHO;
	if (!many || !check[ICMPGUARD_CHECK_BROADCAST_ECHO])
		return 0;
	if (config->set.broadcast_allow &&
	    icmpg_prefix_list_has(config->set.broadcast_allow, pkt->family,
				  pkt->dst.v6, NULL))
		return 0;
	return ICMPGUARD_REASON_BROADCAST_ECHO;
}
