/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control channel: a generic netlink family in every network namespace.
 * nl_policy.c says what may come in; nl_set.c changes, by way of nl_change.c
 * and nl_prefix.c (one message) and nl_draft.c (several); nl_config.c,
 * nl_stats.c and nl_why.c tell.
 */
#ifndef ICMPG_NL_H
#define ICMPG_NL_H

#include <net/genetlink.h>

#include "net.h"

/* Multicast groups, by their place in the family. */
enum {
	ICMPG_NL_GROUP_EVENTS,
};

/* Changes in several messages that a namespace keeps at once. */
#define ICMPG_NL_DRAFTS_MAX	4

/**
 * struct icmpg_nl_draft - a change that isn't in force yet
 * @list: in icmpg_net.drafts while it waits for more messages. Guarded by
 *	icmpg_net.lock.
 * @portid: of the socket it comes from
 * @generation: of the configuration it started from
 * @validate_only: say what is wrong with it, and forget it
 * @set: what it would be
 */
struct icmpg_nl_draft {
	struct list_head list;
	u32 portid;
	u32 generation;
	bool validate_only;
	struct icmpg_settings set;
};

/**
 * struct icmpg_nl_prefix - one prefix of a message
 * @prefix: what is added or taken out
 * @attr: where it is in the message, and in which list
 * @del: it is taken out
 */
struct icmpg_nl_prefix {
	struct icmpg_prefix prefix;
	const struct nlattr *attr;
	bool del;
};

/**
 * struct icmpg_nl_change - one message on its way into settings
 * @set: what it changes
 * @info: the message
 * @class: by class, the last attribute that was about it
 * @width: the last attribute that was about a width
 * @type: the last attribute that drops a guarded type without force
 * @prefix: its prefixes, not applied yet; all that the message has fit in
 * @prefixes: how many there are in @prefix
 */
struct icmpg_nl_change {
	struct icmpg_settings *set;
	struct genl_info *info;
	const struct nlattr *class[ICMPG_CLASS_SLOTS];
	const struct nlattr *width;
	const struct nlattr *type;
	struct icmpg_nl_prefix *prefix;
	u32 prefixes;
};

extern struct genl_family icmpg_nl_family;

extern const struct nla_policy icmpg_nl_class_policy[];
extern const struct nla_policy icmpg_nl_type_policy[];
extern const struct nla_policy icmpg_nl_limit_policy[];
extern const struct nla_policy icmpg_nl_check_policy[];
extern const struct nla_policy icmpg_nl_width_policy[];
extern const struct nla_policy icmpg_nl_prefix_policy[];

int icmpg_nl_init(void);
void icmpg_nl_exit(void);

struct icmpg_nl_draft *icmpg_nl_draft_create(struct icmpg_net *guard,
					     u32 portid, bool replace);
void icmpg_nl_draft_destroy(struct icmpg_nl_draft *draft);
struct icmpg_nl_draft *icmpg_nl_draft_find(struct icmpg_net *guard, u32 portid);
int icmpg_nl_draft_keep(struct icmpg_net *guard, struct icmpg_nl_draft *draft);
void icmpg_nl_drafts_destroy(struct icmpg_net *guard);
int icmpg_nl_draft_init(void);
void icmpg_nl_draft_exit(void);

int icmpg_nl_prefix_collect(struct icmpg_nl_change *change,
			    const struct nlattr *attr);
int icmpg_nl_prefix_apply(struct icmpg_nl_change *change);
void icmpg_nl_prefix_forget(struct icmpg_nl_change *change);

int icmpg_nl_change_apply(struct icmpg_nl_change *change);
void icmpg_nl_change_blame(const struct icmpg_nl_change *change);

struct sk_buff *icmpg_nl_config_create(void);
int icmpg_nl_config_fill(struct sk_buff *skb, const struct icmpg_config *config,
			 u32 portid, u32 seq, u8 cmd);

int icmpg_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info);
int icmpg_nl_config_get_start(struct netlink_callback *cb);
int icmpg_nl_config_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int icmpg_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info);
int icmpg_nl_config_reset_doit(struct sk_buff *skb, struct genl_info *info);
int icmpg_nl_stats_get_start(struct netlink_callback *cb);
int icmpg_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int icmpg_nl_stats_get_done(struct netlink_callback *cb);
int icmpg_nl_stats_reset_doit(struct sk_buff *skb, struct genl_info *info);
int icmpg_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info);
int icmpg_nl_why_get_doit(struct sk_buff *skb, struct genl_info *info);

#endif /* ICMPG_NL_H */
