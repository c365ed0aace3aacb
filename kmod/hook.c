// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netfilter hooks: drives a packet through classify, policy and limiter and
 * turns the reason into a verdict. The only file that knows NF_* and
 * nf_hook_state. Softirq, under rcu_read_lock(); no lock, no allocation, no
 * printk. Must not know netlink or how a configuration is made.
 */
#include "hook.h"

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/random.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include "bridge.h"
#include "charge.h"
#include "classify.h"
#include "event.h"
#include "flood.h"
#include "fragment.h"
#include "judge.h"
#include "net.h"
#include "stats_cpu.h"

/* Before defragmentation (-400), raw (-300) and conntrack (-200). */
#define ICMPG_HOOK_PRIORITY	NF_IP_PRI_RAW_BEFORE_DEFRAG

/* Beside the interface index in the mark of a message put together. */
#define ICMPG_ZONE_WHOLE	BIT(31)

/* What is not judged: our own packets, and what was judged already. */
static bool icmpg_hook_skips(const struct icmpg_config *config,
			     const struct sk_buff *skb,
			     const struct net_device *in)
{
	return in->flags & IFF_LOOPBACK || skb->pkt_type == PACKET_LOOPBACK ||
	       netif_is_l3_master(in) ||
	       icmpg_bridge_is_passed(config, skb, in);
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

/*
 * Random bits for what a packet charges: a draw costs as much as three buckets,
 * and is good for several packets. RACE: on a kernel that preempts softirqs two
 * packets may pay by the same ones.
 */
struct icmpg_hook_random {
	u64 bits;
	u32 digits;	/* that have been taken from them */
};

static DEFINE_PER_CPU(struct icmpg_hook_random, icmpg_hook_randoms) = {
	.digits = ICMPG_CHARGE_DIGITS,
};

/* Stage 6: all agreed, charge all. */
static void icmpg_hook_charge(struct icmpg_judgement *j)
{
	struct icmpg_hook_random *random = this_cpu_ptr(&icmpg_hook_randoms);

	if (j->config->set.randomise) {
		if (random->digits >= ICMPG_CHARGE_DIGITS) {
			random->bits = get_random_u64();
			random->digits = 0;
		}
		random->digits += j->check.count;
	}
	j->evictions = icmpg_charge_all(&j->check, &random->bits);
}

/* What is done when it is known how a packet ends. */
static __always_inline unsigned int icmpg_hook_end(struct icmpg_judgement *j,
						   u8 reason)
{
	if (j->check.is_shared)
		icmpg_limiter_note(&j->check);
	if (j->check.count && icmpg_reason_passes(reason))
		icmpg_hook_charge(j);
	if (j->pkt.part != ICMPG_PART_WHOLE &&
	    (j->pkt.icmp || j->pkt.malformed))
		icmpg_hook_mark(j, reason);
	return icmpg_hook_verdict(j, reason);
}

/* Through all stages. */
static __always_inline unsigned int
icmpg_hook_long(struct icmpg_net *guard, struct sk_buff *skb,
		const struct net_device *in,
		bool (*classify)(const struct sk_buff *skb,
				 const struct net_device *dev,
				 struct icmpg_pkt *pkt))
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
	reason = icmpg_judge_all(&j);
	return reason ? icmpg_hook_end(&j, reason) : NF_ACCEPT;
}

/* A plain echo request (flood.h), of which only the limits are left to ask. */
static __always_inline unsigned int
icmpg_hook_plain(struct icmpg_net *guard, const struct sk_buff *skb,
		 const struct net_device *in, u8 family,
		 const struct icmpg_flood *flood)
{
	struct icmpg_judgement j ICMPG_UNINITIALIZED;

	icmpg_judgement_start(&j, guard, flood->config, flood->active);
	icmpg_flood_fill(skb, in, family, &j.pkt);
	j.dev = in;
	j.check.source = flood->source;
	return icmpg_hook_end(&j, icmpg_judge_limits(&j, true) ?:
				  ICMPGUARD_REASON_PASSED);
}

/* Not inline: a packet that isn't ours pays nothing for the room they take. */
static noinline unsigned int icmpg_hook_long_ipv4(struct icmpg_net *guard,
						  struct sk_buff *skb,
						  const struct net_device *in)
{
	return icmpg_hook_long(guard, skb, in, icmpg_classify_ipv4);
}

static noinline unsigned int icmpg_hook_long_ipv6(struct icmpg_net *guard,
						  struct sk_buff *skb,
						  const struct net_device *in)
{
	return icmpg_hook_long(guard, skb, in, icmpg_classify_ipv6);
}

/* What the short way found out comes in registers: in memory all would pay for it. */
static noinline unsigned int
icmpg_hook_plain_ipv4(struct icmpg_net *guard, const struct sk_buff *skb,
		      const struct net_device *in,
		      const struct icmpg_config *config,
		      struct icmpg_active *active, u64 source)
{
	struct icmpg_flood flood = { config, active, source };

	return icmpg_hook_plain(guard, skb, in, ICMPG_IPV4, &flood);
}

static noinline unsigned int
icmpg_hook_plain_ipv6(struct icmpg_net *guard, const struct sk_buff *skb,
		      const struct net_device *in,
		      const struct icmpg_config *config,
		      struct icmpg_active *active, u64 source)
{
	struct icmpg_flood flood = { config, active, source };

	return icmpg_hook_plain(guard, skb, in, ICMPG_IPV6, &flood);
}

/* A tail of its own: strangers save no registers for what it calls. */
static noinline unsigned int
icmpg_hook_candidate_ipv4(struct icmpg_net *guard, struct sk_buff *skb,
			  const struct net_device *in,
			  struct icmpg_active *active, u64 candidate,
			  u32 refusal)
{
	return icmpg_flood_refuse_candidate(guard, active, ICMPG_IPV4,
					    candidate, refusal) ?
	       NF_DROP : icmpg_hook_long_ipv4(guard, skb, in);
}

static noinline unsigned int
icmpg_hook_candidate_ipv6(struct icmpg_net *guard, struct sk_buff *skb,
			  const struct net_device *in,
			  struct icmpg_active *active, u64 candidate,
			  u32 refusal)
{
	return icmpg_flood_refuse_candidate(guard, active, ICMPG_IPV6,
					    candidate, refusal) ?
	       NF_DROP : icmpg_hook_long_ipv6(guard, skb, in);
}

/* Not inline either: their registers aren't saved for packets that aren't ours. */
static noinline unsigned int
icmpg_hook_short_ipv4(struct icmpg_net *guard, struct sk_buff *skb,
		      const struct nf_hook_state *state)
{
	struct icmpg_flood flood ICMPG_UNINITIALIZED;

	switch (icmpg_flood_judge(guard, skb, state->in, ICMPG_IPV4, &flood)) {
	case ICMPG_FLOOD_REFUSED:
		return NF_DROP;
	case ICMPG_FLOOD_PLAIN:
		return icmpg_hook_plain_ipv4(guard, skb, state->in,
					     flood.config, flood.active,
					     flood.source);
	case ICMPG_FLOOD_CANDIDATE:
		return icmpg_hook_candidate_ipv4(guard, skb, state->in,
						 flood.active, flood.candidate,
						 flood.refusal);
	default:
		return icmpg_hook_long_ipv4(guard, skb, state->in);
	}
}

static noinline unsigned int
icmpg_hook_short_ipv6(struct icmpg_net *guard, struct sk_buff *skb,
		      const struct nf_hook_state *state)
{
	struct icmpg_flood flood ICMPG_UNINITIALIZED;

	switch (icmpg_flood_judge(guard, skb, state->in, ICMPG_IPV6, &flood)) {
	case ICMPG_FLOOD_REFUSED:
		return NF_DROP;
	case ICMPG_FLOOD_PLAIN:
		return icmpg_hook_plain_ipv6(guard, skb, state->in,
					     flood.config, flood.active,
					     flood.source);
	case ICMPG_FLOOD_CANDIDATE:
		return icmpg_hook_candidate_ipv6(guard, skb, state->in,
						 flood.active, flood.candidate,
						 flood.refusal);
	default:
		return icmpg_hook_long_ipv6(guard, skb, state->in);
	}
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
	return icmpg_hook_short_ipv6(priv, skb, state);
}

/* A frame of which only what comes up to this host is judged. */
static bool icmpg_hook_is_late(const struct icmpg_net *guard,
			       const struct sk_buff *skb)
{
	return icmpg_bridge_is_late(rcu_dereference(guard->config), skb);
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
 * its size, nothing else. @length is without the IP headers.
 */
static bool icmpg_hook_is_oversized(struct icmpg_net *guard,
				    const struct sk_buff *skb,
				    const struct net_device *in, int sdif,
				    u8 family, u32 length)
{
	struct icmpg_judgement j = {
		.guard = guard,
		.config = rcu_dereference(guard->config),
		.pkt.family = family,
	};

	return !(in->flags & IFF_LOOPBACK) &&
	       skb->pkt_type != PACKET_LOOPBACK &&
	       unlikely(length > j.config->set.max_message) &&
	       icmpg_hook_is_reassembled(guard, skb, in, sdif) &&
	       !icmpg_hook_is_counted(&j, skb, in, sdif);
}

static noinline unsigned int icmpg_hook_oversized(struct icmpg_net *guard,
						  u8 family, u8 type, u8 code)
{
	struct icmpg_judgement j = {
		.guard = guard,
		.config = rcu_dereference(guard->config),
		.pkt.family = family,
		.pkt.class = icmpg_classify_type(family, type, code),
	};

	return icmpg_hook_verdict(&j, ICMPGUARD_REASON_OVERSIZED_REASSEMBLED);
}

static unsigned int icmpg_hook_reassembled_ipv4(void *priv, struct sk_buff *skb,
						const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	unsigned int offset = ip->ihl * 4;
	const u8 *message;
	u8 buffer[2];

	if (likely(ip->protocol != IPPROTO_ICMP))
		return NF_ACCEPT;
	message = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
	if (message &&
	    icmpg_hook_is_oversized(priv, skb, state->in, inet_sdif(skb),
				    ICMPG_IPV4, skb->len - offset))
		return icmpg_hook_oversized(priv, ICMPG_IPV4, message[0],
					    message[1]);
	if (icmpg_hook_is_late(priv, skb))
		return icmpg_hook_long_ipv4(priv, skb, state->in);
	return NF_ACCEPT;
}

#if IS_ENABLED(CONFIG_IPV6)
/*
 * LOCAL_IN comes before IPv6's own reassembly: this sees what conntrack has
 * put together, and its next header is then the first fragment's.
 */
static unsigned int icmpg_hook_reassembled_ipv6(void *priv, struct sk_buff *skb,
						const struct nf_hook_state *state)
{
	const u8 *message = NULL;
	u8 next = ipv6_hdr(skb)->nexthdr;
	__be16 fragment;
	u8 buffer[2];
	int offset;

	if (next == IPPROTO_TCP || next == IPPROTO_UDP)
		return NF_ACCEPT;
	offset = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &next,
				  &fragment);
	if (offset >= 0 && !fragment && next == IPPROTO_ICMPV6)
		message = skb_header_pointer(skb, offset, sizeof(buffer),
					     buffer);
	if (message &&
	    icmpg_hook_is_oversized(priv, skb, state->in, inet6_sdif(skb),
				    ICMPG_IPV6, skb->len - offset))
		return icmpg_hook_oversized(priv, ICMPG_IPV6, message[0],
					    message[1]);
	if (icmpg_hook_is_late(priv, skb))
		return icmpg_hook_long_ipv6(priv, skb, state->in);
	return NF_ACCEPT;
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
