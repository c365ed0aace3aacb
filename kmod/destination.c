// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a packet is for this host, for everybody on a network, or in
 * transit: a routing lookup, remembered per CPU until the routes change.
 * Softirq, under rcu_read_lock(); takes no lock of ours. "Local" is before
 * destination NAT. The only file that knows the routing tables.
 */
#include "destination.h"

#include <linux/inetdevice.h>
#include <linux/ipv6.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ip_fib.h>
#include <net/route.h>

#include "hash.h"

/**
 * icmpg_destinations_create() - nothing known yet
 * @key: the namespace's secret
 *
 * Context: process, may sleep.
 * Return: to be given to icmpg_destinations_destroy(), or NULL.
 */
struct icmpg_destinations *icmpg_destinations_create(const struct icmpg_key *key)
{
	struct icmpg_destinations *known;

	known = kzalloc(sizeof(*known), GFP_KERNEL_ACCOUNT);
	if (!known)
		return NULL;
	known->cpu = alloc_percpu_gfp(struct icmpg_answers, GFP_KERNEL_ACCOUNT);
	if (!known->cpu) {
		kfree(known);
		return NULL;
	}
	icmpg_key_derive(key, ICMPG_KEY_DESTINATION, &known->key);
	return known;
}

/**
 * icmpg_destinations_destroy() - forget all answers
 * @known: or NULL; no packet may read them any more
 */
void icmpg_destinations_destroy(struct icmpg_destinations *known)
{
	if (!known)
		return;
	free_percpu(known->cpu);
	kfree(known);
}

/*
 * Is a unicast destination the all-zeros address of a connected network?
 * RFC 1812 section 4.2.3.1; not of a /31 or /32 (RFC 3021), which have none.
 */
static bool icmpg_destination_is_network(const struct fib_result *res,
					 __be32 addr)
{
	const struct fib_nh_common *nhc = res->nhc;

	return res->type == RTN_UNICAST && res->prefixlen < 31 &&
	       addr == (addr & inet_make_mask(res->prefixlen)) &&
	       nhc && nhc->nhc_gw_family == 0 && nhc->nhc_dev &&
	       nhc->nhc_dev->flags & IFF_BROADCAST;
}

static u8 icmpg_destination_ask_ipv4(struct net *net,
				     const struct icmpg_pkt *pkt)
{
	struct flowi4 flow = {
		.daddr = pkt->dst.v4,
		.flowi4_iif = pkt->ifindex,
		.flowi4_scope = RT_SCOPE_UNIVERSE,
	};
	struct fib_result res = {};

	if (fib_lookup(net, &flow, &res, FIB_LOOKUP_NOREF))
		return ICMPG_DESTINATION_TRANSIT;
	switch (res.type) {
	case RTN_LOCAL:
		return ICMPG_DESTINATION_LOCAL;
	case RTN_BROADCAST:
		return ICMPG_DESTINATION_BROADCAST;
	}
	if (icmpg_destination_is_network(&res, pkt->dst.v4))
		return ICMPG_DESTINATION_NETWORK;
	return ICMPG_DESTINATION_TRANSIT;
}

#if IS_ENABLED(CONFIG_IPV6)
static u8 icmpg_destination_ask_ipv6(struct net *net,
				     const struct icmpg_pkt *pkt)
{
	u8 kind = ICMPG_DESTINATION_TRANSIT;
	struct flowi6 flow = {
		.flowi6_iif = pkt->ifindex,
	};
	struct dst_entry *dst;

	memcpy(&flow.daddr, &pkt->dst, sizeof(flow.daddr));
	dst = ip6_route_lookup(net, &flow, NULL, 0);
	/* An anycast address has no entry that ipv6_chk_addr() would find. */
	if (!dst->error &&
	    ((struct rt6_info *)dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST))
		kind = ICMPG_DESTINATION_LOCAL;
	dst_release(dst);
	return kind;
}
#else
static u8 icmpg_destination_ask_ipv6(struct net *net,
				     const struct icmpg_pkt *pkt)
{
	return ICMPG_DESTINATION_TRANSIT;
}
#endif

/* Kinds that the address itself tells; TRANSIT if it doesn't. */
static u8 icmpg_destination_by_address(const struct icmpg_pkt *pkt)
{
	if (pkt->family == ICMPG_IPV6) {
		if (*(const u8 *)pkt->dst.v6 == 0xff)
			return ICMPG_DESTINATION_MULTICAST;
		/* A router doesn't forward these: RFC 4291 section 2.5.6. */
		if (pkt->dst_zone == pkt->ifindex)
			return ICMPG_DESTINATION_LOCAL;
		return ICMPG_DESTINATION_TRANSIT;
	}
	if (ipv4_is_multicast(pkt->dst.v4))
		return ICMPG_DESTINATION_MULTICAST;
	if (ipv4_is_lbcast(pkt->dst.v4) || !pkt->dst.v4)
		return ICMPG_DESTINATION_BROADCAST;
	return ICMPG_DESTINATION_TRANSIT;
}

/**
 * icmpg_destination_kind() - what kind of address a packet is sent to
 * @known: answers so far
 * @net: the namespace
 * @pkt: the packet
 *
 * ORDER: the generation is read before the routes, so an answer from before a
 * change never carries the generation after it.
 *
 * Context: softirq, under rcu_read_lock().
 * Return: enum icmpg_destination.
 */
u8 icmpg_destination_kind(const struct icmpg_destinations *known,
			  struct net *net, const struct icmpg_pkt *pkt)
{
	u8 kind = icmpg_destination_by_address(pkt);
	u32 where = pkt->ifindex, generation;
	u64 hash, answer, *entry;

	if (kind != ICMPG_DESTINATION_TRANSIT)
		return kind;
	if (pkt->family == ICMPG_IPV6)
		where |= ICMPG_ANSWER_IPV6;
	generation = icmpg_destination_generation(net, pkt->family);
	hash = icmpg_destination_hash(known, (__force u64)pkt->dst.word[0],
				      (__force u64)pkt->dst.word[1], where,
				      generation);
	entry = &this_cpu_ptr(known->cpu)->word[hash >> ICMPG_ANSWERS_SHIFT];
	answer = READ_ONCE(*entry);
	if (likely((answer ^ hash) <= ICMPG_ANSWER_KIND))
		return answer & ICMPG_ANSWER_KIND;
	if (pkt->family == ICMPG_IPV6)
		kind = icmpg_destination_ask_ipv6(net, pkt);
	else
		kind = icmpg_destination_ask_ipv4(net, pkt);
	WRITE_ONCE(*entry, (hash & ~ICMPG_ANSWER_KIND) | kind);
	return kind;
}

/* A host that pings itself through its own cables says so. */
static bool icmpg_destination_accepts_own(const struct net_device *dev)
{
	struct in_device *in_dev = __in_dev_get_rcu(dev);

	return in_dev && IN_DEV_ACCEPT_LOCAL(in_dev);
}

/* Of any address, as who asks from this device sees it. */
static u8 icmpg_destination_address_ipv4(const struct icmpg_destinations *known,
					 struct net *net,
					 const struct icmpg_pkt *pkt,
					 __be32 addr,
					 const struct net_device *dev)
{
	u8 kind = ICMPG_DESTINATION_TRANSIT;
	u64 hash, answer, *entry;

	hash = icmpg_destination_hash(known, (__force u64)addr, 0,
				      pkt->ifindex | ICMPG_ANSWER_SOURCE,
				      rt_genid_ipv4(net));
	entry = &this_cpu_ptr(known->cpu)->source[hash >> ICMPG_ANSWERS_SHIFT];
	answer = READ_ONCE(*entry);
	if (likely((answer ^ hash) <= ICMPG_ANSWER_KIND))
		return answer & ICMPG_ANSWER_KIND;
	switch (inet_addr_type_dev_table(net, dev, addr)) {
	case RTN_LOCAL:
		kind = ICMPG_DESTINATION_LOCAL;
		break;
	case RTN_BROADCAST:
		kind = ICMPG_DESTINATION_BROADCAST;
		break;
	}
	WRITE_ONCE(*entry, (hash & ~ICMPG_ANSWER_KIND) | kind);
	return kind;
}

/**
 * icmpg_destination_source() - is a packet's source this host, or many?
 * @known: answers so far
 * @net: the namespace
 * @pkt: the packet
 * @dev: the device it came in on
 *
 * In a VRF only its own addresses count; a link-local address is one on its
 * link, and one that is still being tested for duplicates is none.
 *
 * Context: softirq, under rcu_read_lock().
 * Return: ICMPG_DESTINATION_LOCAL, ICMPG_DESTINATION_BROADCAST, or
 * ICMPG_DESTINATION_TRANSIT for somebody else.
 */
u8 icmpg_destination_source(const struct icmpg_destinations *known,
			    struct net *net, const struct icmpg_pkt *pkt,
			    const struct net_device *dev)
{
	struct in6_addr addr;
	u8 kind;

	/* None yet: the kernel takes 0.0.0.0 for a broadcast address. */
	if (!pkt->src.word[0] && !pkt->src.word[1])
		return ICMPG_DESTINATION_TRANSIT;
	if (pkt->family == ICMPG_IPV4) {
		kind = icmpg_destination_address_ipv4(known, net, pkt,
						      pkt->src.v4, dev);
		if (kind == ICMPG_DESTINATION_LOCAL &&
		    icmpg_destination_accepts_own(dev))
			kind = ICMPG_DESTINATION_TRANSIT;
		return kind;
	}
	memcpy(&addr, &pkt->src, sizeof(addr));
	if (IS_ENABLED(CONFIG_IPV6) && ipv6_chk_addr(net, &addr, dev, 0))
		return ICMPG_DESTINATION_LOCAL;
	return ICMPG_DESTINATION_TRANSIT;
}

/**
 * icmpg_destination_is_broadcast() - is that a connected network's broadcast?
 * @known: answers so far
 * @net: the namespace
 * @pkt: the IPv4 packet
 * @addr: an address that it has or tells
 * @dev: the device it came in on
 *
 * Context: as icmpg_destination_source().
 * Return: true if so; of other networks it can't be known.
 */
bool icmpg_destination_is_broadcast(const struct icmpg_destinations *known,
				    struct net *net,
				    const struct icmpg_pkt *pkt, __be32 addr,
				    const struct net_device *dev)
{
	return icmpg_destination_address_ipv4(known, net, pkt, addr, dev) ==
	       ICMPG_DESTINATION_BROADCAST;
}
