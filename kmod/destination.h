/* SPDX-License-Identifier: GPL-2.0-only */
/* What kind of address a packet is sent to, and the memory of the answers. */
#ifndef ICMPG_DESTINATION_H
#define ICMPG_DESTINATION_H

#include <linux/netdevice.h>
#include <net/net_namespace.h>

#include "key.h"
#include "packet.h"

#define ICMPG_ANSWERS		64	/* remembered per CPU */
#define ICMPG_ANSWERS_SHIFT	58	/* which of them: a hash's upper bits */
#define ICMPG_ANSWER_TICKS	4096	/* that one is good for: 4 to 40 s */
#define ICMPG_ANSWER_KIND	7ULL	/* lower bits of a word */
#define ICMPG_ANSWER_IPV6	BIT(31)	/* beside the interface index */
#define ICMPG_ANSWER_SOURCE	BIT(30)	/* the same */

/**
 * struct icmpg_answers - answers of one CPU
 * @word: 61 bits of the keyed hash of address, device and route generation,
 *	3 bits enum icmpg_destination: a word says itself whether it fits, so
 *	it may be torn or overwritten at any time.
 * @source: the same about sources, apart so that made-up ones push out no
 *	destination
 */
struct icmpg_answers {
	u64 word[ICMPG_ANSWERS];
	u64 source[ICMPG_ANSWERS];
};

/**
 * struct icmpg_destinations - answers of a namespace
 * @key: of the hash
 * @cpu: per CPU
 */
struct icmpg_destinations {
	struct icmpg_key key;
	struct icmpg_answers __percpu *cpu;
};

/*
 * What the hash of an address is, for one device and as long as routes and
 * addresses stay as they are. Where and when is made secret first, so that
 * nobody can choose an address that looks like another one did before a change.
 */
static __always_inline u64
icmpg_destination_hash(const struct icmpg_destinations *known, u64 first,
		       u64 second, u32 where, u32 generation)
{
	u64 now_here = (u64)generation << 32 | where;

	return icmpg_key_mix_with(now_here * (known->key.k[0] | 1), first,
				  second, &known->key);
}

/*
 * A change of routes, rules or addresses changes it. IPv6 doesn't count routes
 * that go without an address that goes: what is remembered is asked anew after a
 * while.
 */
static __always_inline u32 icmpg_destination_generation(struct net *net,
							u8 family)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (family == ICMPG_IPV6)
		return rt_genid_ipv6(net) +
		       (u32)(jiffies / ICMPG_ANSWER_TICKS);
#endif
	return rt_genid_ipv4(net);
}

#define ICMPG_DESTINATION_UNKNOWN	0xff	/* must be asked for */

/**
 * icmpg_destination_remembered() - what is remembered of a destination's kind
 * @known: answers so far
 * @net: the namespace
 * @family: enum icmpg_family
 * @first: first word of a destination, as in union icmpg_addr
 * @second: second word
 * @ifindex: the device that the packet came in on
 *
 * Context: softirq, under rcu_read_lock().
 * Return: what icmpg_destination_kind() has said, and would again, or
 * ICMPG_DESTINATION_UNKNOWN.
 */
static __always_inline u8
icmpg_destination_remembered(const struct icmpg_destinations *known,
			     struct net *net, u8 family, u64 first, u64 second,
			     u32 ifindex)
{
	u32 where = family == ICMPG_IPV6 ? ifindex | ICMPG_ANSWER_IPV6 : ifindex;
	u64 hash = icmpg_destination_hash(known, first, second, where,
					  icmpg_destination_generation(net, family));
	const u64 *word = this_cpu_ptr(known->cpu)->word;
	u64 answer = READ_ONCE(word[hash >> ICMPG_ANSWERS_SHIFT]);

	return (answer ^ hash) <= ICMPG_ANSWER_KIND ?
	       answer & ICMPG_ANSWER_KIND : ICMPG_DESTINATION_UNKNOWN;
}

struct icmpg_destinations *icmpg_destinations_create(const struct icmpg_key *key);
void icmpg_destinations_destroy(struct icmpg_destinations *known);
u8 icmpg_destination_kind(const struct icmpg_destinations *known,
			  struct net *net, const struct icmpg_pkt *pkt);
u8 icmpg_destination_source(const struct icmpg_destinations *known,
			    struct net *net, const struct icmpg_pkt *pkt,
			    const struct net_device *dev);
bool icmpg_destination_is_broadcast(const struct icmpg_destinations *known,
				    struct net *net,
				    const struct icmpg_pkt *pkt, __be32 addr,
				    const struct net_device *dev);

#endif /* ICMPG_DESTINATION_H */
