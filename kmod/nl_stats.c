// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling the counters and the state. Process context, may sleep; reads under
 * RCU. Nothing here names an address. One dump is one snapshot.
 */
#include "nl.h"

#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "harm.h"
#include "stats.h"

/**
 * struct icmpg_nl_stats_dump - how far a dump has come
 * @counts: what it tells; the dump owns it
 * @index: family and class of the next message
 */
struct icmpg_nl_stats_dump {
	struct icmpg_counts *counts;
	u32 index;
};

static_assert(sizeof(struct icmpg_nl_stats_dump) <=
	      sizeof_field(struct netlink_callback, ctx));

/**
 * struct icmpg_nl_sums - packets of one family and class, or of one reason
 * @passed: went on
 * @dropped: didn't
 * @would_drop: went on, but only because of the mode
 */
struct icmpg_nl_sums {
	u64 passed;
	u64 dropped;
	u64 would_drop;
};

/*
 * RCU: the counters appear with the first mode that isn't off and stay until
 * the namespace goes, which the socket of the request keeps.
 */
static struct icmpg_stats *icmpg_nl_stats_of(struct icmpg_net *guard)
{
	struct icmpg_stats *stats;

	rcu_read_lock();
	stats = rcu_dereference(guard->stats);
	rcu_read_unlock();
	return stats;
}

/* Of a guard that was never on: zeros. */
static struct icmpg_counts *icmpg_nl_stats_read(struct icmpg_net *guard,
						u64 *resets)
{
	struct icmpg_stats *stats = icmpg_nl_stats_of(guard);
	struct icmpg_counts *counts;

	*resets = 0;
	counts = kvzalloc(sizeof(*counts), GFP_KERNEL_ACCOUNT);
	if (counts && stats)
		icmpg_stats_sum(stats, counts, resets);
	return counts;
}

/**
 * icmpg_nl_stats_get_start() - a dump of ICMPGUARD_CMD_STATS_GET begins
 * @cb: the dump
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int icmpg_nl_stats_get_start(struct netlink_callback *cb)
{
	struct icmpg_nl_stats_dump *dump = (void *)cb->ctx;
	u64 resets;

	dump->counts = icmpg_nl_stats_read(icmpg_net(sock_net(cb->skb->sk)),
					   &resets);
	if (dump->counts)
		return 0;
	NL_SET_ERR_MSG(cb->extack, "no memory for the counters");
	return -ENOMEM;
}

/**
 * icmpg_nl_stats_get_done() - a dump of ICMPGUARD_CMD_STATS_GET has ended
 * @cb: the dump
 *
 * Context: process.
 * Return: 0.
 */
int icmpg_nl_stats_get_done(struct netlink_callback *cb)
{
	struct icmpg_nl_stats_dump *dump = (void *)cb->ctx;

	kvfree(dump->counts);
	return 0;
}

static void icmpg_nl_stats_sum_reason(const struct icmpg_counts *counts,
				      u8 family, u8 class, u8 reason,
				      struct icmpg_nl_sums *sums)
{
	u64 done = counts->done[family][class][reason];
	bool passes = icmpg_reason_passes(reason);

	sums->passed = passes ? done : 0;
	sums->dropped = passes ? 0 : done;
	sums->would_drop = counts->would[family][class][reason];
}

static int icmpg_nl_stats_fill_reasons(struct sk_buff *skb,
				       const struct icmpg_counts *counts,
				       u8 family, u8 class)
{
	struct icmpg_nl_sums sums;
	struct nlattr *nest;
	u8 reason;

	for (reason = 1; reason <= ICMPGUARD_REASON_MAX; reason++) {
		icmpg_nl_stats_sum_reason(counts, family, class, reason, &sums);
		if (!sums.passed && !sums.dropped && !sums.would_drop)
			continue;
		nest = nla_nest_start(skb, ICMPGUARD_A_STATS_REASON);
		if (!nest ||
		    nla_put_u32(skb, ICMPGUARD_A_REASON_ID, reason) ||
		    nla_put_u64_64bit(skb, ICMPGUARD_A_REASON_PASSED,
				      sums.passed, ICMPGUARD_A_REASON_PAD) ||
		    nla_put_u64_64bit(skb, ICMPGUARD_A_REASON_DROPPED,
				      sums.dropped, ICMPGUARD_A_REASON_PAD) ||
		    nla_put_u64_64bit(skb, ICMPGUARD_A_REASON_WOULD_DROP,
				      sums.would_drop, ICMPGUARD_A_REASON_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int icmpg_nl_stats_fill(struct sk_buff *skb,
			       const struct icmpg_counts *counts, u8 family,
			       u8 class)
{
	struct icmpg_nl_sums all = {}, one;
	u8 reason;

	for (reason = 1; reason <= ICMPGUARD_REASON_MAX; reason++) {
		icmpg_nl_stats_sum_reason(counts, family, class, reason, &one);
		all.passed += one.passed;
		all.dropped += one.dropped;
		all.would_drop += one.would_drop;
	}
	if (nla_put_u32(skb, ICMPGUARD_A_STATS_FAMILY,
			family == ICMPG_IPV4 ? AF_INET : AF_INET6) ||
	    nla_put_u32(skb, ICMPGUARD_A_STATS_CLASS, class) ||
	    nla_put_u64_64bit(skb, ICMPGUARD_A_STATS_PASSED, all.passed,
			      ICMPGUARD_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, ICMPGUARD_A_STATS_DROPPED, all.dropped,
			      ICMPGUARD_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, ICMPGUARD_A_STATS_WOULD_DROP,
			      all.would_drop, ICMPGUARD_A_STATS_PAD))
		return -EMSGSIZE;
	return icmpg_nl_stats_fill_reasons(skb, counts, family, class);
}

/**
 * icmpg_nl_stats_get_dumpit() - more of a dump of ICMPGUARD_CMD_STATS_GET
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process.
 * Return: bytes in @skb; 0 at the end; -EMSGSIZE.
 */
int icmpg_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct icmpg_nl_stats_dump *dump = (void *)cb->ctx;
	void *header;

	for (; dump->index < ICMPG_FAMILIES * ICMPGUARD_CLASS_FRAGMENT;
	     dump->index++) {
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				     cb->nlh->nlmsg_seq, &icmpg_nl_family,
				     NLM_F_MULTI, ICMPGUARD_CMD_STATS_GET);
		if (!header)
			return skb->len ?: -EMSGSIZE;
		if (icmpg_nl_stats_fill(skb, dump->counts,
					dump->index / ICMPGUARD_CLASS_FRAGMENT,
					dump->index % ICMPGUARD_CLASS_FRAGMENT +
					1)) {
			genlmsg_cancel(skb, header);
			return skb->len ?: -EMSGSIZE;
		}
		genlmsg_end(skb, header);
	}
	return skb->len;
}

/**
 * icmpg_nl_stats_reset_doit() - ICMPGUARD_CMD_STATS_RESET
 * @skb: the request
 * @info: the same, parsed
 *
 * Context: process, may sleep.
 * Return: 0.
 */
int icmpg_nl_stats_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icmpg_stats *stats;

	stats = icmpg_nl_stats_of(icmpg_net(genl_info_net(info)));
	if (stats)
		icmpg_stats_reset(stats);
	return 0;
}

static int icmpg_nl_status_fill_known(struct sk_buff *skb,
				      struct icmpg_net *guard)
{
	struct icmpg_known_status known;

	icmpg_net_known_status(guard, &known);
	if (nla_put_u32(skb, ICMPGUARD_A_STATUS_HISTORY_SIZE,
			known.history_bytes) ||
	    nla_put_u32(skb, ICMPGUARD_A_STATUS_HISTORY_FILL, known.fill) ||
	    nla_put_u32(skb, ICMPGUARD_A_STATUS_CANDIDATE_SIZE,
			known.candidate_bytes) ||
	    nla_put_u8(skb, ICMPGUARD_A_STATUS_OVERLOADED, known.overloaded))
		return -EMSGSIZE;
	return 0;
}

static int icmpg_nl_status_fill(struct sk_buff *skb, struct icmpg_net *guard)
{
	const struct icmpg_config *config;
	struct icmpg_counts *counts;
	u32 size, fill, generation;
	u64 resets, evictions, harmed;
	u8 mode;

	counts = icmpg_nl_stats_read(guard, &resets);
	if (!counts)
		return -ENOMEM;
	evictions = counts->evictions;
	harmed = icmpg_harm_sum(counts);
	kvfree(counts);
	icmpg_net_table_status(guard, &size, &fill);
	rcu_read_lock();
	config = rcu_dereference(guard->config);
	mode = config->set.mode;
	generation = config->generation;
	rcu_read_unlock();
	if (nla_put_string(skb, ICMPGUARD_A_STATUS_VERSION,
			   THIS_MODULE->version) ||
	    nla_put_u32(skb, ICMPGUARD_A_STATUS_MODE, mode) ||
	    nla_put_u32(skb, ICMPGUARD_A_STATUS_GENERATION, generation) ||
	    nla_put_u64_64bit(skb, ICMPGUARD_A_STATUS_RESETS, resets,
			      ICMPGUARD_A_STATUS_PAD) ||
	    nla_put_u32(skb, ICMPGUARD_A_STATUS_TABLE_SIZE, size) ||
	    nla_put_u64_64bit(skb, ICMPGUARD_A_STATUS_TABLE_EVICTIONS,
			      evictions, ICMPGUARD_A_STATUS_PAD) ||
	    nla_put_u32(skb, ICMPGUARD_A_STATUS_TABLE_FILL, fill) ||
	    nla_put_u8(skb, ICMPGUARD_A_STATUS_IPV6, ipv6_mod_enabled()) ||
	    nla_put_u64_64bit(skb, ICMPGUARD_A_STATUS_PATH_MTU_HARMED, harmed,
			      ICMPGUARD_A_STATUS_PAD))
		return -EMSGSIZE;
	return icmpg_nl_status_fill_known(skb, guard);
}

/**
 * icmpg_nl_status_get_doit() - ICMPGUARD_CMD_STATUS_GET
 * @skb: the request
 * @info: the same, parsed
 *
 * Context: process, may sleep.
 * Return: 0 or -errno.
 */
int icmpg_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icmpg_net *guard = icmpg_net(genl_info_net(info));
	struct sk_buff *reply;
	void *header;
	int err;

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply) {
		GENL_SET_ERR_MSG(info, "no memory for the reply");
		return -ENOMEM;
	}
	err = -EMSGSIZE;
	header = genlmsg_put_reply(reply, info, &icmpg_nl_family, 0,
				   ICMPGUARD_CMD_STATUS_GET);
	if (header)
		err = icmpg_nl_status_fill(reply, guard);
	if (err) {
		GENL_SET_ERR_MSG(info, "no memory for the counters");
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}
