// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netfilter hooks: drives a packet through classify, policy and limiter and
 * turns the reason into a verdict. The only file that knows NF_* and
 * nf_hook_state. Softirq, under rcu_read_lock(); no lock, no allocation, no
 * printk. Must not know netlink or how a configuration is made.
 */
#include "hook.h"

#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/random.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include "advert.h"
#include "classify.h"
#include "destination.h"
#include "event.h"
#include "flood.h"
#include "fragment.h"
#include "net.h"
#include "policy.h"
#include "quote.h"
#include "stats_cpu.h"

/* Before defragmentation (-400), raw (-300) and conntrack (-200). */
#define ICMPG_HOOK_PRIORITY	NF_IP_PRI_RAW_BEFORE_DEFRAG

#define ICMPG_SCOPES_SHARED	(~ICMPG_SCOPES_OWN)

/* Beside the interface index in the mark of a message put together. */
#define ICMPG_ZONE_WHOLE	BIT(31)

#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
/*
 * br_netfilter shows us frames before the bridge knows who gets them: judged
 * there is what is addressed to the bridge or its port, which isn't passed on.
 */
static bool icmpg_hook_is_early(const struct icmpg_config *config,
				const struct sk_buff *skb,
				const struct nf_bridge_info *info)
{
	return config->set.bridged ||
	       (skb->pkt_type == PACKET_HOST && !info->pkt_otherhost);
}

/* A frame to skip. Where the bridge is in a VRF, it comes by a second time. */
static bool icmpg_hook_is_bridged(const struct icmpg_config *config,
				  const struct sk_buff *skb,
				  const struct net_device *in)
{
	const struct nf_bridge_info *info = nf_bridge_info_get(skb);
	bool early;

	if (likely(!info))
		return false;
	early = icmpg_hook_is_early(config, skb, info);
	return info->in_prerouting ? !early : early && netif_is_l3_slave(in);
}

/*
 * Broadcast and multicast frames are passed on and also come up to this host,
 * for which br_netfilter leaves PRE_ROUTING out. Judged late, at LOCAL_IN, only
 * this host's copy can be lost.
 */
static bool icmpg_hook_is_late(const struct icmpg_net *guard,
			       const struct sk_buff *skb)
{
	const struct nf_bridge_info *info = nf_bridge_info_get(skb);

	return unlikely(info) && info->sabotage_in_done &&
	       !icmpg_hook_is_early(rcu_dereference(guard->config), skb, info);
}
#else
static bool icmpg_hook_is_bridged(const struct icmpg_config *config,
				  const struct sk_buff *skb,
				  const struct net_device *in)
{
	return false;
}

static bool icmpg_hook_is_late(const struct icmpg_net *guard,
			       const struct sk_buff *skb)
{
	return false;
}
#endif

/* What is not judged: our own packets, and what was judged already. */
static bool icmpg_hook_skips(const struct icmpg_config *config,
			     const struct sk_buff *skb,
			     const struct net_device *in)
{
	return in->flags & IFF_LOOPBACK || skb->pkt_type == PACKET_LOOPBACK ||
	       netif_is_l3_master(in) ||
	       icmpg_hook_is_bridged(config, skb, in);
}

/* Stage 1: what the packet and the marks on its message say; 0 to go on. */
static u8 icmpg_hook_packet(struct icmpg_judgement *j)
{
	struct icmpg_pkt *pkt = &j->pkt;
	u8 mark = ICMPG_MARK_NONE;
	u8 reason;

	/* IPv6's later fragments may lie about what they are part of. */
	if (pkt->part == ICMPG_PART_LATER &&
	    (pkt->icmp || pkt->family == ICMPG_IPV6)) {
		mark = icmpg_fragment_find(j->active->fragments, pkt,
					   j->check.now_ns);
		if (mark != ICMPG_MARK_NONE)
			pkt->icmp = true;
	}
	reason = icmpg_policy_packet(j->config, pkt);
	if (!reason && mark == ICMPG_MARK_REFUSED)
		reason = ICMPGUARD_REASON_REFUSED_MESSAGE;
	return reason;
}

/**
 * icmpg_hook_action() - still stage 1: what is to be done with it
 * @j: the packet, classified
 * @reason: set to why, if that is to drop it
 *
 * The type is asked before its class, and the class and where it goes before
 * the class alone; only then does that cost a lookup here.
 *
 * Context: as icmpg_hook_judge().
 * Return: enum icmpguard_action.
 */
u8 icmpg_hook_action(struct icmpg_judgement *j, u8 *reason)
{
	const struct icmpg_class_config *class = &j->config->class[j->pkt.class];
	u8 action = 0, kind;

	if (unlikely(j->config->set.type_count))
		action = icmpg_policy_type(j->config, &j->pkt);
	*reason = action ? ICMPGUARD_REASON_TYPE_DROP :
			   ICMPGUARD_REASON_CLASS_DROP;
	if (action || likely(!class->by_direction))
		return action ?: class->action;
	kind = icmpg_destination_kind(j->active->known, j->guard->net, &j->pkt);
	return class->direction[icmpg_destination_is_transit(kind) ?
				ICMPGUARD_DIRECTION_TRANSIT :
				ICMPGUARD_DIRECTION_LOCAL];
}

/* What an error says about the packet that it quotes. */
static u8 icmpg_hook_error(struct icmpg_judgement *j)
{
	const bool *check = j->config->set.check;
	u8 reason;

	icmpg_quote_read(j->skb, &j->pkt);
	reason = icmpg_policy_path_mtu(j->config, &j->pkt);
	if (!check[ICMPGUARD_CHECK_QUOTED_PACKET])
		j->pkt.quote = 0;
	return reason;
}

static bool icmpg_hook_is_advert(const struct icmpg_judgement *j)
{
	return j->pkt.class == ICMPGUARD_CLASS_ROUTER_DISCOVERY &&
	       j->config->set.check[ICMPGUARD_CHECK_RA_SANITY] &&
	       j->pkt.family == ICMPG_IPV6 &&
	       j->pkt.type == ICMPG_ADVERT_TYPE;
}

/* Still stage 1, for classes that aren't dropped: what is inside. */
static u8 icmpg_hook_content(struct icmpg_judgement *j)
{
	if (!j->skb)
		return 0;
	if (icmpg_quote_is_error(&j->pkt))
		return icmpg_hook_error(j);
	if (icmpg_hook_is_advert(j) && !icmpg_advert_is_sane(j->skb, &j->pkt))
		return ICMPGUARD_REASON_RA_SANITY;
	return 0;
}

/* Stages 3 and 4: @scopes loses what doesn't apply to this destination. */
static u8 icmpg_hook_destination(struct icmpg_judgement *j, u32 *scopes)
{
	bool many = icmpg_policy_asks_many(&j->pkt);
	u8 kind;

	if (!many && !j->pkt.quote && !(*scopes & ICMPG_SCOPE_BIT(ROUTER)))
		return 0;
	kind = icmpg_destination_kind(j->active->known, j->guard->net, &j->pkt);
	if (icmpg_destination_is_transit(kind))
		*scopes &= ~ICMPG_SCOPE_BIT(ROUTER);
	if (j->pkt.quote)
		return icmpg_policy_quote(j->config, &j->pkt, kind);
	return many ? icmpg_policy_destination(j->config, &j->pkt, kind) : 0;
}

/* Stage 5: the shared limits. */
static u8 icmpg_hook_shared(struct icmpg_judgement *j, u32 scopes)
{
	u8 class = j->pkt.class, reason;

	reason = icmpg_limiter_check(&j->check, class, scopes);
	if (!reason && !icmpg_class_is_guarded(class))
		reason = icmpg_limiter_check(&j->check, ICMPGUARD_CLASS_ALL,
					     scopes);
	return reason;
}

/*
 * Still stage 5, last because it costs a lookup of its own: only what the
 * limits let pass is asked for.
 */
static u8 icmpg_hook_source(struct icmpg_judgement *j)
{
	if (!j->config->set.check[ICMPGUARD_CHECK_SOURCE_ADDRESS])
		return 0;
	return icmpg_policy_source(j->config, &j->pkt,
			icmpg_destination_source(j->active->known,
						 j->guard->net, &j->pkt,
						 j->dev));
}

static u8 icmpg_hook_passed(const struct icmpg_judgement *j, bool exempt)
{
	if (unlikely(j->pkt.quote))
		return ICMPGUARD_REASON_QUOTE_PASSED;
	return exempt ? ICMPGUARD_REASON_EXEMPT : ICMPGUARD_REASON_PASSED;
}

/* Stage 6: all agreed, charge all. */
static void icmpg_hook_charge(struct icmpg_judgement *j)
{
	u32 random = j->config->set.randomise ? get_random_u32() : 0;

	j->evictions = icmpg_limiter_charge(&j->check, random);
}

/**
 * icmpg_hook_scopes() - which of a class's limits a packet is measured by
 * @j: the packet, classified
 * @class: enum icmpguard_class of the limits; perhaps the pseudo-class all
 *
 * Context: as icmpg_hook_judge().
 * Return: bit mask of scopes, ICMPG_SCOPE_BIT().
 */
u32 icmpg_hook_scopes(struct icmpg_judgement *j, u8 class)
{
	u32 scopes = j->config->class[class].scopes;

	icmpg_hook_destination(j, &scopes);
	return scopes;
}

/**
 * icmpg_hook_judge() - the stages but the last, cheapest first
 * @j: the packet, classified
 *
 * Nothing is charged yet.
 *
 * Context: softirq or bottom halves off, under rcu_read_lock().
 * Return: enum icmpguard_reason, or 0 if the packet isn't ours after all.
 */
u8 icmpg_hook_judge(struct icmpg_judgement *j)
{
	const struct icmpg_config *config = j->config;
	u32 scopes = ICMPG_SCOPES_SHARED;
	bool exempt, limit;
	u8 reason, action;

	reason = icmpg_hook_packet(j);
	if (reason || !j->pkt.icmp)
		return reason;
	exempt = icmpg_policy_is_exempt(config, &j->pkt);
	action = icmpg_hook_action(j, &reason);
	limit = action == ICMPGUARD_ACTION_LIMIT && !exempt;
	if (action == ICMPGUARD_ACTION_DROP && !exempt)
		return reason;
	reason = icmpg_hook_content(j);
	if (reason)
		return reason;
	if (limit) {
		reason = icmpg_limiter_check(&j->check, j->pkt.class,
					     ICMPG_SCOPES_OWN);
		if (reason)
			return reason;
		scopes &= config->class[j->pkt.class].scopes |
			  config->class[ICMPGUARD_CLASS_ALL].scopes;
	} else {
		scopes = 0;
	}
	reason = icmpg_hook_destination(j, &scopes);
	if (!reason && limit)
		reason = icmpg_hook_shared(j, scopes);
	if (!reason)
		reason = icmpg_hook_source(j);
	return reason ?: icmpg_hook_passed(j, exempt);
}

/*
 * Monitor mode lets the fragments of a refused message pass. For the message
 * they make, which has no identification in IPv6, they leave a second mark, so
 * that it isn't counted again where enforce would never have seen it.
 */
static void icmpg_hook_make_whole(struct icmpg_pkt *pkt)
{
	pkt->id = 0;
	pkt->src_zone |= ICMPG_ZONE_WHOLE;
}

/*
 * What the other fragments of this message must know. In IPv6 only the first
 * one says truthfully what the message is; half a message in the receiver's
 * queue is worse than none. An identification that is used again starts anew.
 */
static void icmpg_hook_mark(struct icmpg_judgement *j, u8 reason)
{
	u8 mark = ICMPG_MARK_NONE;

	if (!icmpg_reason_passes(reason)) {
		if (j->pkt.part == ICMPG_PART_LATER &&
		    reason != ICMPGUARD_REASON_OVERSIZED &&
		    reason != ICMPGUARD_REASON_PING_OF_DEATH)
			return;
		mark = ICMPG_MARK_REFUSED;
	} else if (j->pkt.part == ICMPG_PART_LATER) {
		return;
	} else if (j->pkt.family == ICMPG_IPV6) {
		mark = ICMPG_MARK_ICMP;
	}
	icmpg_fragment_mark(j->active->fragments, &j->pkt, mark,
			    j->check.now_ns);
	if (mark != ICMPG_MARK_REFUSED ||
	    j->config->set.mode == ICMPGUARD_MODE_ENFORCE)
		return;
	icmpg_hook_make_whole(&j->pkt);
	icmpg_fragment_mark(j->active->fragments, &j->pkt, mark,
			    j->check.now_ns);
}

/* Count how it ended, and let monitor mode pass what enforce would drop. */
static unsigned int icmpg_hook_verdict(const struct icmpg_judgement *j,
				       u8 reason)
{
	bool passes = icmpg_reason_passes(reason);
	bool would = !passes &&
		     j->config->set.mode != ICMPGUARD_MODE_ENFORCE;

	/* RCU: the counters stay until the hooks have long gone. */
	icmpg_stats_count(rcu_dereference(j->guard->stats), j->pkt.family,
			  j->pkt.class, reason, would, j->evictions);
	if (unlikely(j->evictions))
		icmpg_event_pressure(j->guard);
	return passes || would ? NF_ACCEPT : NF_DROP;
}

static __always_inline unsigned int
icmpg_hook_prerouting(struct icmpg_net *guard, struct sk_buff *skb,
		      const struct net_device *in,
		      bool (*classify)(const struct sk_buff *skb,
				       const struct net_device *dev,
				       struct icmpg_pkt *pkt),
		      struct icmpg_flood flood)
{
	struct icmpg_judgement j ICMPG_UNINITIALIZED;
	u8 reason;

	if (likely(!classify(skb, in, &j.pkt)))
		return NF_ACCEPT;
	/* RCU: a packet that was in here when the mode turned off. */
	if (!icmpg_judgement_init(&j, guard) ||
	    icmpg_hook_skips(j.config, skb, in))
		return NF_ACCEPT;
	j.skb = skb;
	j.dev = in;
	if (flood.has_source) {
		j.check.source = flood.source;
		j.check.has_source = true;
	}
	reason = icmpg_hook_judge(&j);
	if (!reason)
		return NF_ACCEPT;
	if (j.check.is_shared)
		icmpg_limiter_note(&j.check);
	if (j.check.count && icmpg_reason_passes(reason))
		icmpg_hook_charge(&j);
	if (j.pkt.part != ICMPG_PART_WHOLE && j.pkt.icmp)
		icmpg_hook_mark(&j, reason);
	return icmpg_hook_verdict(&j, reason);
}

/* Not inline: a packet that isn't ours pays nothing for the room it takes. */
static noinline unsigned int
icmpg_hook_icmp_ipv4(struct icmpg_net *guard, struct sk_buff *skb,
		     const struct nf_hook_state *state, struct icmpg_flood flood)
{
	return icmpg_hook_prerouting(guard, skb, state->in,
				     icmpg_classify_ipv4, flood);
}

/* Not inline either: its registers aren't saved for packets that aren't ours. */
static noinline unsigned int
icmpg_hook_short_ipv4(struct icmpg_net *guard, struct sk_buff *skb,
		      const struct nf_hook_state *state)
{
	struct icmpg_flood flood = icmpg_flood_judge(guard, skb, state->in);

	if (flood.refused)
		return NF_DROP;
	return icmpg_hook_icmp_ipv4(guard, skb, state, flood);
}

static noinline unsigned int
icmpg_hook_icmp_ipv6(struct icmpg_net *guard, struct sk_buff *skb,
		     const struct nf_hook_state *state)
{
	return icmpg_hook_prerouting(guard, skb, state->in,
				     icmpg_classify_ipv6,
				     (struct icmpg_flood){});
}

static unsigned int icmpg_hook_prerouting_ipv4(void *priv, struct sk_buff *skb,
					       const struct nf_hook_state *state)
{
	if (likely(icmpg_classify_is_foreign_ipv4(ip_hdr(skb))))
		return NF_ACCEPT;
	return icmpg_hook_short_ipv4(priv, skb, state);
}

static unsigned int icmpg_hook_prerouting_ipv6(void *priv, struct sk_buff *skb,
					       const struct nf_hook_state *state)
{
	if (likely(icmpg_classify_is_foreign_ipv6(ipv6_hdr(skb))))
		return NF_ACCEPT;
	return icmpg_hook_icmp_ipv6(priv, skb, state);
}

/*
 * Has it been put together? A whole packet is never larger than its link. In a
 * VRF the link is the device below the master, @sdif.
 */
static bool icmpg_hook_is_reassembled(const struct icmpg_net *guard,
				      const struct sk_buff *skb,
				      const struct net_device *in, int sdif)
{
	const struct net_device *link = in;

	if (sdif)
		link = dev_get_by_index_rcu(guard->net, sdif);
	return link && skb->len > READ_ONCE(link->mtu);
}

/* Has a fragment of it been counted as refused, and passed all the same? */
static bool icmpg_hook_is_counted(struct icmpg_judgement *j,
				  const struct sk_buff *skb,
				  const struct net_device *in, int sdif)
{
	struct icmpg_pkt *pkt = &j->pkt;

	j->active = rcu_dereference(j->guard->active);
	if (j->config->set.mode == ICMPGUARD_MODE_ENFORCE || !j->active)
		return false;
	pkt->src_zone = sdif ? in->ifindex : 0;
	if (pkt->family == ICMPG_IPV4) {
		pkt->src.v4 = ip_hdr(skb)->saddr;
		pkt->dst.v4 = ip_hdr(skb)->daddr;
	} else {
		memcpy(&pkt->src, &ipv6_hdr(skb)->saddr, sizeof(pkt->src));
		memcpy(&pkt->dst, &ipv6_hdr(skb)->daddr, sizeof(pkt->dst));
		if (ipv6_addr_type(&ipv6_hdr(skb)->saddr) & IPV6_ADDR_LINKLOCAL)
			pkt->src_zone = sdif ?: in->ifindex;
	}
	icmpg_hook_make_whole(pkt);
	return icmpg_fragment_find(j->active->fragments, pkt,
				   icmpg_net_now(j->guard, j->config)) ==
	       ICMPG_MARK_REFUSED;
}

/*
 * What has been put together for this host, whatever way its fragments came:
 * its size, nothing else.
 */
static unsigned int icmpg_hook_reassembled(struct icmpg_net *guard,
					   const struct sk_buff *skb,
					   const struct net_device *in,
					   int sdif, u8 family, u8 type,
					   u8 code, u32 length)
{
	struct icmpg_judgement j = {
		.guard = guard,
		.config = rcu_dereference(guard->config),
		.pkt.family = family,
	};

	if (in->flags & IFF_LOOPBACK || skb->pkt_type == PACKET_LOOPBACK ||
	    likely(length <= j.config->set.max_message) ||
	    !icmpg_hook_is_reassembled(guard, skb, in, sdif) ||
	    icmpg_hook_is_counted(&j, skb, in, sdif))
		return NF_ACCEPT;
	j.pkt.class = icmpg_classify_type(family, type, code);
	return icmpg_hook_verdict(&j, ICMPGUARD_REASON_OVERSIZED_REASSEMBLED);
}

static unsigned int icmpg_hook_reassembled_ipv4(void *priv, struct sk_buff *skb,
						const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	const u8 *message;
	u8 buffer[2];

	if (likely(ip->protocol != IPPROTO_ICMP))
		return NF_ACCEPT;
	if (icmpg_hook_is_late(priv, skb))
		return icmpg_hook_icmp_ipv4(priv, skb, state,
					    (struct icmpg_flood){});
	message = skb_header_pointer(skb, ip->ihl * 4, sizeof(buffer), buffer);
	if (!message)
		return NF_ACCEPT;
	return icmpg_hook_reassembled(priv, skb, state->in, inet_sdif(skb),
				      ICMPG_IPV4, message[0], message[1],
				      skb->len - ip->ihl * 4);
}

#if IS_ENABLED(CONFIG_IPV6)
/*
 * LOCAL_IN comes before IPv6's own reassembly: this sees what conntrack has
 * put together, and its next header is then the first fragment's.
 */
static unsigned int icmpg_hook_reassembled_ipv6(void *priv, struct sk_buff *skb,
						const struct nf_hook_state *state)
{
	int offset = sizeof(struct ipv6hdr);
	u8 next = ipv6_hdr(skb)->nexthdr;
	const u8 *message;
	__be16 fragment;
	u8 buffer[2];

	if (next == IPPROTO_TCP || next == IPPROTO_UDP)
		return NF_ACCEPT;
	if (icmpg_hook_is_late(priv, skb))
		return icmpg_hook_icmp_ipv6(priv, skb, state);
	offset = ipv6_skip_exthdr(skb, offset, &next, &fragment);
	if (offset < 0 || fragment || next != IPPROTO_ICMPV6)
		return NF_ACCEPT;
	message = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
	if (!message)
		return NF_ACCEPT;
	return icmpg_hook_reassembled(priv, skb, state->in, inet6_sdif(skb),
				      ICMPG_IPV6, message[0], message[1],
				      skb->len - offset);
}
#endif

static const struct nf_hook_ops icmpg_hook_ops[ICMPG_HOOKS_MAX] = {
	{
		.hook = icmpg_hook_prerouting_ipv4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = ICMPG_HOOK_PRIORITY,
	},
	{
		.hook = icmpg_hook_reassembled_ipv4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_FIRST,
	},
#if IS_ENABLED(CONFIG_IPV6)
	/* Last: left out where IPv6 is switched off. */
	{
		.hook = icmpg_hook_prerouting_ipv6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = ICMPG_HOOK_PRIORITY,
	},
	{
		.hook = icmpg_hook_reassembled_ipv6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_FIRST,
	},
#endif
};

#define ICMPG_HOOKS_IPV4	2

/**
 * icmpg_hook_register() - start to see packets
 * @guard: the namespace; its lock is held, and it has what packets read
 *
 * IPv6 stays untouched in a kernel that was started with ipv6.disable=1.
 *
 * Context: process, may sleep.
 * Return: 0 or -errno, then no hook is registered.
 */
int icmpg_hook_register(struct icmpg_net *guard)
{
	u8 hooks = ipv6_mod_enabled() ? ICMPG_HOOKS_MAX : ICMPG_HOOKS_IPV4;
	unsigned int i;
	int err;

	for (i = 0; i < hooks; i++) {
		guard->ops[i] = icmpg_hook_ops[i];
		guard->ops[i].priv = guard;
	}
	err = nf_register_net_hooks(guard->net, guard->ops, hooks);
	if (!err)
		guard->hooks = hooks;
	return err;
}

/**
 * icmpg_hook_unregister() - see no more packets
 * @guard: the namespace; its lock is held
 *
 * Packets may be in a hook until the next grace period.
 *
 * Context: process, may sleep.
 */
void icmpg_hook_unregister(struct icmpg_net *guard)
{
	if (guard->hooks)
		nf_unregister_net_hooks(guard->net, guard->ops, guard->hooks);
	guard->hooks = 0;
}
