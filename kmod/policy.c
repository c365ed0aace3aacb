// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules that are no rates: (config, packet) -> reason, or 0 for "nothing
 * against it here". Pure: no skb, clock, lock or memory. Softirq in the
 * kernel; also built in userspace. Must not know netfilter.
 */
#include "policy.h"

#define ICMPG_IP_MAX		65535	/* bytes: an IP packet's longest */
#define ICMPG_ICMP_MIN		8	/* bytes: an ICMP header with its rest */
#define ICMPG_ICMP_TYPE		2	/* bytes: type and code */
#define ICMPG_DISCOVERY_HOPS	255
#define ICMPG_LINK_HOPS		1
#define ICMPG_V4_MTU_MIN	68	/* bytes: RFC 791 section 3.2 */
#define ICMPG_V4_HEADER		20	/* bytes */
#define ICMPG_V6_MTU_MIN	1280	/* bytes: RFC 8200 section 5 */

/* ICMP types that ask for an answer (RFC 792, RFC 8335, RFC 4443). */
#define ICMPG_V4_TIMESTAMP	13

/* An agent that routes no other traffic: RFC 5944 section 2.1.1. */
#define ICMPG_V4_CODE_AGENT	16

/* What may come from the unspecified address. */
#define ICMPG_V4_ROUTER_SOLICITATION	10
#define ICMPG_V6_ROUTER_SOLICITATION	133
#define ICMPG_V6_NEIGHBOUR_SOLICITATION	135
#define ICMPG_V6_PATH_SOLICITATION	148
#define ICMPG_V6_REPORT		131
#define ICMPG_V6_DONE		132
#define ICMPG_V6_REPORT_V2	143

/* Discovery that may be long: RFC 3122, RFC 6980 section 5. */
#define ICMPG_V6_INVERSE_SOLICITATION	141
#define ICMPG_V6_INVERSE_ADVERTISEMENT	142
#define ICMPG_V6_PATH_ADVERTISEMENT	149

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

static bool icmpg_policy_may_be_long(u8 type)
{
	return type == ICMPG_V6_INVERSE_SOLICITATION ||
	       type == ICMPG_V6_INVERSE_ADVERTISEMENT ||
	       type == ICMPG_V6_PATH_ADVERTISEMENT;
}

/*
 * Discovery of IPv6 and its redirect stay on their link: RFC 4861 sections
 * 6.1, 7.1 and 8.1; not in fragments, be it a single one: RFC 6980 section 5.
 */
static u8 icmpg_policy_discovery(const struct icmpg_pkt *pkt)
{
	if (pkt->hop_limit != ICMPG_DISCOVERY_HOPS)
		return ICMPGUARD_REASON_HOP_LIMIT;
	if (pkt->code)
		return ICMPGUARD_REASON_DISCOVERY_CODE;
	if (pkt->fragmented && !icmpg_policy_may_be_long(pkt->type))
		return ICMPGUARD_REASON_DISCOVERY_FRAGMENT;
	return 0;
}

/* RFC 1256 sections 4.1 and 5.1, RFC 5944 section 2.1. */
static u8 icmpg_policy_router_discovery(const struct icmpg_pkt *pkt)
{
	bool group = (pkt->dst.v4 & cpu_to_be32(0xf0000000)) ==
		     cpu_to_be32(0xe0000000);

	if (pkt->family == ICMPG_IPV6)
		return icmpg_policy_discovery(pkt);
	if (pkt->code && pkt->code != ICMPG_V4_CODE_AGENT)
		return ICMPGUARD_REASON_DISCOVERY_CODE;
	if (group && pkt->hop_limit != ICMPG_LINK_HOPS)
		return ICMPGUARD_REASON_LINK_HOP_LIMIT;
	return 0;
}

static bool icmpg_policy_is_report(u8 type)
{
	return type == ICMPG_V6_REPORT || type == ICMPG_V6_DONE ||
	       type == ICMPG_V6_REPORT_V2;
}

/*
 * RFC 3810 sections 5.1.14 and 5.2.13, RFC 3590 section 4, RFC 4286 section 5.
 * Whether the router alert is there is left to who listens.
 */
static u8 icmpg_policy_listener(const struct icmpg_pkt *pkt)
{
	if (pkt->hop_limit != ICMPG_LINK_HOPS)
		return ICMPGUARD_REASON_LINK_HOP_LIMIT;
	if (icmpg_addr_is_link_local(&pkt->src) ||
	    (icmpg_policy_is_report(pkt->type) && !pkt->src.word[0] && !pkt->src.word[1]))
		return 0;
	return ICMPGUARD_REASON_LISTENER_SOURCE;
}

/*
 * Until a node has an address: RFC 4861 sections 4.1 and 4.3, RFC 3590, RFC 3971
 * section 6.4.1.
 */
static bool icmpg_policy_may_be_unspecified(const struct icmpg_pkt *pkt)
{
	return pkt->type == ICMPG_V6_ROUTER_SOLICITATION ||
	       pkt->type == ICMPG_V6_NEIGHBOUR_SOLICITATION ||
	       pkt->type == ICMPG_V6_PATH_SOLICITATION ||
	       icmpg_policy_is_report(pkt->type);
}

/*
 * 0/8, 127/8, 224/4 and 240/4 (RFC 1122 section 3.2.1.3, RFC 1812 section
 * 5.3.7); 0.0.0.0 only asks for a router (RFC 1256 section 4.2).
 */
static bool icmpg_policy_is_martian_ipv4(const struct icmpg_pkt *pkt)
{
	u8 first = *(const u8 *)&pkt->src.v4;

	if (first && first != 127 && first < 224)
		return false;
	return pkt->src.v4 || pkt->type != ICMPG_V4_ROUTER_SOLICITATION;
}

/*
 * ::1, ::ffff:0:0/96 and ff00::/8 (RFC 4291 sections 2.5.3, 2.5.5.2, 2.7), :: but
 * from who has no address yet.
 */
static bool icmpg_policy_is_martian_ipv6(const struct icmpg_pkt *pkt)
{
	const __be32 *word = pkt->src.v6;

	if (pkt->src.word[0])
		return *(const u8 *)word == 0xff;
	if (word[2])
		return word[2] == cpu_to_be32(0xffff);
	return word[3] ? word[3] == cpu_to_be32(1) :
	       !icmpg_policy_may_be_unspecified(pkt);
}

static bool icmpg_policy_is_martian(const struct icmpg_pkt *pkt)
{
	return pkt->family == ICMPG_IPV4 ? icmpg_policy_is_martian_ipv4(pkt) :
					   icmpg_policy_is_martian_ipv6(pkt);
}

/* What the classes that the network needs must look like. */
static u8 icmpg_policy_guarded(const struct icmpg_pkt *pkt)
{
	switch (pkt->class) {
	case ICMPGUARD_CLASS_ROUTER_DISCOVERY:
		return icmpg_policy_router_discovery(pkt);
	case ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY:
		return icmpg_policy_discovery(pkt);
	case ICMPGUARD_CLASS_MULTICAST_LISTENER:
		return icmpg_policy_listener(pkt);
	case ICMPGUARD_CLASS_REDIRECT:
		return pkt->family == ICMPG_IPV6 ?
		       icmpg_policy_discovery(pkt) : 0;
	}
	return 0;
}

/**
 * icmpg_policy_packet() - what the packet alone says
 * @config: the configuration in force
 * @pkt: the packet
 *
 * Malformed headers, fragment rules (RFC 1858, RFC 7112), and what belongs on
 * one link: discovery (RFC 4861 sections 6.1, 7.1 and 8.1, RFC 6980, RFC 1256)
 * and listener messages (RFC 3810, RFC 4286); sources that no packet may have.
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
	reason = icmpg_policy_guarded(pkt);
	if (!reason && pkt->icmp && check[ICMPGUARD_CHECK_SOURCE_ADDRESS] &&
	    icmpg_policy_is_martian(pkt))
		reason = ICMPGUARD_REASON_SOURCE_MARTIAN;
	return reason;
}

/**
 * icmpg_policy_path_mtu() - can a path have the size that is told?
 * @config: the configuration in force
 * @pkt: an error that icmpg_quote_read() has looked at
 *
 * IPv6: never below 1280 (RFC 8201 section 4; RFC 8021). IPv4: 0 from routers
 * older than RFC 1191, else 68 at least (RFC 791), and below the length of the
 * packet that didn't fit (RFC 1191 section 4). That is a header more here:
 * there are systems that leave it out when they quote the length, and what is
 * told then changes nothing for its receiver.
 *
 * Return: the reason to refuse it, or 0.
 */
u8 icmpg_policy_path_mtu(const struct icmpg_config *config,
			 const struct icmpg_pkt *pkt)
{
	bool fits = pkt->mtu >= ICMPG_V6_MTU_MIN;

	if (pkt->class != ICMPGUARD_CLASS_PATH_MTU ||
	    !config->set.check[ICMPGUARD_CHECK_PATH_MTU_SIZE])
		return 0;
	if (pkt->family == ICMPG_IPV4)
		fits = !pkt->mtu ||
		       (pkt->mtu >= ICMPG_V4_MTU_MIN &&
			(!pkt->quoted ||
			 pkt->mtu < pkt->quoted + ICMPG_V4_HEADER));
	return fits ? 0 : ICMPGUARD_REASON_PATH_MTU_SIZE;
}

/**
 * icmpg_policy_type() - what is said about a packet's type and code
 * @config: the configuration in force
 * @pkt: the packet
 *
 * What an operator wants beyond the classes: RFC 8335 section 8 has PROBE configured by
 * its type, RFC 4890 sections 4.3.4 and 4.4.4 leave single types to policy.
 *
 * Context: any; takes no lock.
 * Return: enum icmpguard_action, or 0 if its class tells.
 */
u8 icmpg_policy_type(const struct icmpg_config *config,
		     const struct icmpg_pkt *pkt)
{
	const struct icmpg_type_setting *setting;
	u8 action;

	/* A fragment but the first has no type, nor has one that is too short. */
	if (!config->set.type_count || pkt->part == ICMPG_PART_LATER ||
	    pkt->length < ICMPG_ICMP_TYPE)
		return 0;
	action = config->type[pkt->family][pkt->type];
	if (action & ICMPG_TYPE_BY_CODE) {
		setting = icmpg_types_find(&config->set, pkt->family,
					   pkt->type, pkt->code);
		if (setting)
			return setting->action;
	}
	return action & ~ICMPG_TYPE_BY_CODE;
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

/**
 * icmpg_policy_quote() - is an error with a wrong quote refused?
 * @config: the configuration in force
 * @pkt: with a reason to doubt its quote
 * @destination: enum icmpg_destination
 *
 * RFC 792, RFC 1122 section 3.2.2, RFC 4443 section 2.4. There are NATs that
 * don't rewrite quotes, so for others it passes (quote-passed) unless the check is
 * for all. For this host nothing could come of it: no socket has sent
 * what is quoted.
 *
 * Return: the reason to refuse it, or 0.
 */
u8 icmpg_policy_quote(const struct icmpg_config *config,
		      const struct icmpg_pkt *pkt, u8 destination)
{
	if (icmpg_destination_is_transit(destination) &&
	    !config->set.check_transit[ICMPGUARD_CHECK_QUOTED_PACKET])
		return 0;
	return pkt->quote;
}

/**
 * icmpg_policy_source() - may a packet from this address come from outside?
 * @config: the configuration in force
 * @pkt: the packet
 * @source: enum icmpg_destination of its source
 *
 * RFC 1122 section 3.2.1.3, RFC 2827. Neighbour discovery from an address of
 * ours is how a second owner of it is noticed (RFC 4862 section 5.4.4), a bridge
 * that asks for listeners (RFC 4541) also asks its own host, and routers that
 * share an address (anycast gateways) send errors from it, path MTU messages
 * among them, to hosts behind each other.
 *
 * Return: the reason to refuse it, or 0.
 */
u8 icmpg_policy_source(const struct icmpg_config *config,
		       const struct icmpg_pkt *pkt, u8 source)
{
	if (!config->set.check[ICMPGUARD_CHECK_SOURCE_ADDRESS])
		return 0;
	if (source == ICMPG_DESTINATION_BROADCAST)
		return ICMPGUARD_REASON_SOURCE_BROADCAST;
	if (source == ICMPG_DESTINATION_LOCAL &&
	    pkt->class != ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY &&
	    pkt->class != ICMPGUARD_CLASS_MULTICAST_LISTENER &&
	    !icmpg_class_is_error(pkt->class))
		return ICMPGUARD_REASON_SOURCE_OWN;
	return 0;
}
