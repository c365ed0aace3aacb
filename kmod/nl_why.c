// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling what would become of a packet, class by class: one is made up for
 * each class and goes through the stages that real ones go through, but for
 * the last, which charges. Process context; bottom halves off while it judges,
 * under RCU. Has no rules of its own. It tells bucket levels and takes
 * anybody's address: it needs CAP_NET_ADMIN.
 */
#include "nl.h"

#include <linux/icmp.h>
#include <linux/ipv6.h>
#include <linux/slab.h>
#include <net/l3mdev.h>

#include "classify.h"
#include "judge.h"
#include "policy.h"

#define ICMPG_NL_WHY_ICMP_BYTES	8	/* of the message that is made up */
/* What messages must have that belong on one link, and others may. */
#define ICMPG_NL_WHY_HOPS	255
#define ICMPG_NL_WHY_LINK_HOPS	1

/* The most that an answer can have, after its headers. */
static size_t icmpg_nl_why_size(void)
{
	size_t number = nla_total_size(sizeof(u32));
	size_t limit = nla_total_size(5 * number);

	return 2 * nla_total_size(sizeof(struct in6_addr)) +
	       nla_total_size(IFNAMSIZ) + 4 * number +
	       nla_total_size(sizeof(u8)) +
	       ICMPGUARD_CLASS_MAX *
			nla_total_size(3 * number + ICMPGUARD_SCOPE_MAX * limit);
}

static int icmpg_nl_why_fill_limit(struct sk_buff *skb,
				   struct icmpg_judgement *j, u8 class,
				   u8 scope)
{
	const struct icmpg_rate *rate = &j->config->set.limit[class][scope];
	struct nlattr *nest;

	nest = nla_nest_start(skb, ICMPGUARD_A_WHY_CLASS_LIMIT);
	if (!nest ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_LIMIT_SCOPE, scope) ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_LIMIT_COUNT, rate->count) ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_LIMIT_UNIT, rate->unit) ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_LIMIT_BURST, rate->burst) ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_LIMIT_LEFT,
			icmpg_limiter_left(&j->check, class, scope)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int icmpg_nl_why_fill_limits(struct sk_buff *skb,
				    struct icmpg_judgement *j, u8 class)
{
	u32 scopes = icmpg_judge_scopes(j, class);
	u8 scope;
	int err;

	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
		if (!(scopes & BIT(scope)))
			continue;
		err = icmpg_nl_why_fill_limit(skb, j, class, scope);
		if (err)
			return err;
	}
	return 0;
}

/* A packet of the class; false if the family has none. */
static bool icmpg_nl_why_make(struct icmpg_pkt *pkt, u8 class)
{
	pkt->class = class;
	pkt->type = 0;
	pkt->code = class == ICMPGUARD_CLASS_PATH_MTU &&
		    pkt->family == ICMPG_IPV4 ? ICMP_FRAG_NEEDED : 0;
	pkt->hop_limit = class == ICMPGUARD_CLASS_MULTICAST_LISTENER ?
			 ICMPG_NL_WHY_LINK_HOPS : ICMPG_NL_WHY_HOPS;
	pkt->part = class == ICMPGUARD_CLASS_FRAGMENT ? ICMPG_PART_LATER :
							ICMPG_PART_WHOLE;
	return class == ICMPGUARD_CLASS_FRAGMENT ||
	       icmpg_classify_example(pkt->family, class, &pkt->type);
}

static int icmpg_nl_why_fill_class(struct sk_buff *skb,
				   struct icmpg_judgement *j, u8 class,
				   bool exempt)
{
	struct nlattr *nest;
	u8 reason;

	nest = nla_nest_start(skb, ICMPGUARD_A_WHY_CLASS);
	icmpg_limiter_start(&j->check, j->check.limiter, j->config, &j->pkt,
			    j->check.now_ns);
	if (!nest ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_CLASS_ID, class) ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_CLASS_ACTION,
			icmpg_judge_action(j, &reason)) ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_CLASS_REASON,
			icmpg_judge_all(j)) ||
	    (!exempt && icmpg_nl_why_fill_limits(skb, j, class)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* The limits of the pseudo-class, for a packet that isn't guarded. */
static int icmpg_nl_why_fill_all(struct sk_buff *skb, struct icmpg_judgement *j)
{
	struct nlattr *nest;

	if (!j->config->class[ICMPGUARD_CLASS_ALL].scopes)
		return 0;
	icmpg_nl_why_make(&j->pkt, ICMPGUARD_CLASS_OTHER);
	nest = nla_nest_start(skb, ICMPGUARD_A_WHY_CLASS);
	if (!nest ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_CLASS_ID, ICMPGUARD_CLASS_ALL) ||
	    icmpg_nl_why_fill_limits(skb, j, ICMPGUARD_CLASS_ALL))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static u32 icmpg_nl_why_known(u8 level)
{
	if (level >= ICMPG_LEVEL_SENIOR)
		return ICMPGUARD_KNOWN_YES;
	return level == ICMPG_LEVEL_UNKNOWN ? ICMPGUARD_KNOWN_NO :
					      ICMPGUARD_KNOWN_JUNIOR;
}

static int icmpg_nl_why_fill_known(struct sk_buff *skb,
				   struct icmpg_judgement *j)
{
	struct icmpg_known_info info;

	if (!j->config->set.known_first)
		return 0;
	icmpg_limiter_known(&j->check, &info);
	if (nla_put_u32(skb, ICMPGUARD_A_WHY_KNOWN,
			icmpg_nl_why_known(info.level)))
		return -EMSGSIZE;
	if (info.level < ICMPG_LEVEL_SENIOR)
		return 0;
	if (nla_put_u32(skb, ICMPGUARD_A_WHY_KNOWN_FOR,
			div_u64(info.age_ns, NSEC_PER_SEC)) ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_KNOWN_IDLE,
			div_u64(info.idle_ns, NSEC_PER_SEC)))
		return -EMSGSIZE;
	return 0;
}

static int icmpg_nl_why_fill_classes(struct sk_buff *skb,
				     struct icmpg_judgement *j)
{
	bool exempt = icmpg_policy_is_exempt(j->config, &j->pkt);
	u8 class;
	int err;

	if (nla_put_u8(skb, ICMPGUARD_A_WHY_EXEMPT, exempt) ||
	    icmpg_nl_why_fill_known(skb, j))
		return -EMSGSIZE;
	for (class = 1; class <= ICMPGUARD_CLASS_FRAGMENT; class++) {
		if (!icmpg_nl_why_make(&j->pkt, class))
			continue;
		err = icmpg_nl_why_fill_class(skb, j, class, exempt);
		if (err)
			return err;
	}
	return exempt ? 0 : icmpg_nl_why_fill_all(skb, j);
}

/* What all packets that are made up have in common. */
static int icmpg_nl_why_address(struct icmpg_pkt *pkt, struct genl_info *info)
{
	const struct nlattr *source = info->attrs[ICMPGUARD_A_WHY_SOURCE];
	const struct nlattr *destination =
		info->attrs[ICMPGUARD_A_WHY_DESTINATION];

	if (GENL_REQ_ATTR_CHECK(info, ICMPGUARD_A_WHY_SOURCE) ||
	    GENL_REQ_ATTR_CHECK(info, ICMPGUARD_A_WHY_DESTINATION) ||
	    GENL_REQ_ATTR_CHECK(info, ICMPGUARD_A_WHY_DEVICE)) {
		GENL_SET_ERR_MSG(info, "needs source, destination and device");
		return -EINVAL;
	}
	if (nla_len(source) != 4 && nla_len(source) != 16) {
		NL_SET_ERR_MSG_ATTR(info->extack, source,
				    "an address has 4 or 16 bytes");
		return -EINVAL;
	}
	if (nla_len(destination) != nla_len(source)) {
		NL_SET_ERR_MSG_ATTR(info->extack, destination,
				    "source and destination must be of one family");
		return -EINVAL;
	}
	/* There are no routes then, not even an empty table of them. */
	if (nla_len(source) == 16 && !ipv6_mod_enabled()) {
		NL_SET_ERR_MSG_ATTR(info->extack, source,
				    "this kernel was started without IPv6: ask about IPv4 addresses");
		return -EAFNOSUPPORT;
	}
	memset(pkt, 0, sizeof(*pkt));
	pkt->family = nla_len(source) == 4 ? ICMPG_IPV4 : ICMPG_IPV6;
	nla_memcpy(&pkt->src, source, sizeof(pkt->src));
	nla_memcpy(&pkt->dst, destination, sizeof(pkt->dst));
	pkt->icmp = true;
	pkt->length = ICMPG_NL_WHY_ICMP_BYTES;
	pkt->end = pkt->length;
	return 0;
}

/* RCU: the device's name is read until the caller unlocks. */
static int icmpg_nl_why_device(struct icmpg_judgement *j,
			       struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[ICMPGUARD_A_WHY_DEVICE];
	const struct net_device *dev;

	dev = dev_get_by_name_rcu(genl_info_net(info), nla_data(attr));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "there is no such device");
		return -ENODEV;
	}
	if (dev->flags & IFF_LOOPBACK || netif_is_l3_master(dev)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "what comes in on a loopback device or a VRF's master isn't judged: name the device below it");
		return -EINVAL;
	}
	j->dev = dev;
	icmpg_classify_device(dev, &j->pkt);
	return 0;
}

static int icmpg_nl_why_fill(struct sk_buff *skb, struct genl_info *info,
			     struct icmpg_judgement *j)
{
	struct icmpg_net *guard = icmpg_net(genl_info_net(info));
	const struct nlattr *source = info->attrs[ICMPGUARD_A_WHY_SOURCE];
	bool on;
	int err;

	err = icmpg_nl_why_device(j, info);
	if (err)
		return err;
	on = icmpg_judgement_init(j, guard);
	if (nla_put(skb, ICMPGUARD_A_WHY_SOURCE, nla_len(source), &j->pkt.src) ||
	    nla_put(skb, ICMPGUARD_A_WHY_DESTINATION, nla_len(source),
		    &j->pkt.dst) ||
	    nla_put_string(skb, ICMPGUARD_A_WHY_DEVICE, j->pkt.dev) ||
	    nla_put_u32(skb, ICMPGUARD_A_WHY_MODE,
			on ? j->config->set.mode : ICMPGUARD_MODE_OFF) ||
	    (on && icmpg_nl_why_fill_classes(skb, j)))
		err = -EMSGSIZE;
	WARN_ON_ONCE(err);
	return err;
}

/**
 * icmpg_nl_why_get_doit() - ICMPGUARD_CMD_WHY_GET
 * @skb: the request
 * @info: the same, parsed
 *
 * Context: process, may sleep.
 * Return: 0 or -errno.
 */
int icmpg_nl_why_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icmpg_judgement *j = kmalloc(sizeof(*j), GFP_KERNEL);
	struct sk_buff *reply = genlmsg_new(icmpg_nl_why_size(), GFP_KERNEL);
	void *header;
	int err;

	if (!j || !reply) {
		GENL_SET_ERR_MSG(info, "no memory for the reply");
		err = -ENOMEM;
		goto free;
	}
	err = icmpg_nl_why_address(&j->pkt, info);
	if (err)
		goto free;
	err = -EMSGSIZE;
	header = genlmsg_put_reply(reply, info, &icmpg_nl_family, 0,
				   ICMPGUARD_CMD_WHY_GET);
	if (header) {
		rcu_read_lock();
		local_bh_disable();
		err = icmpg_nl_why_fill(reply, info, j);
		local_bh_enable();
		rcu_read_unlock();
	}
	if (err)
		goto free;
	kfree(j);
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);

free:
	kfree(j);
	nlmsg_free(reply);
	return err;
}
