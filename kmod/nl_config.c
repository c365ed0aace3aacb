// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling the configuration: in one message all but its prefixes, in a dump
 * these too. Process context; reads what is in force under RCU. Changes
 * nothing. Exemptions name addresses: they need CAP_NET_ADMIN.
 */
#include "nl.h"

#include <linux/capability.h>
#include <net/sock.h>

/* What a dump tells next. */
enum icmpg_nl_config_part {
	ICMPG_NL_CONFIG_SETTINGS,
	ICMPG_NL_CONFIG_BROADCAST_ALLOW,
	ICMPG_NL_CONFIG_EXEMPTIONS,
	ICMPG_NL_CONFIG_DONE,
};

/**
 * struct icmpg_nl_config_dump - how far a dump has come
 * @index: next entry of the list
 * @part: enum icmpg_nl_config_part
 * @capable: the reader may see exemptions
 */
struct icmpg_nl_config_dump {
	u32 index;
	u8 part;
	bool capable;
};

static_assert(sizeof(struct icmpg_nl_config_dump) <=
	      sizeof_field(struct netlink_callback, ctx));

/* Limits that there can be: total goes only with all, all with few scopes. */
#define ICMPG_NL_CONFIG_LIMITS						\
	(ICMPGUARD_CLASS_FRAGMENT * ICMPGUARD_SCOPE_ROUTER +		\
	 hweight32(ICMPG_SCOPES_ALL))

/* The most that a message without prefixes can have, after its headers. */
static size_t icmpg_nl_config_size(void)
{
	size_t number = nla_total_size(sizeof(u32));
	size_t byte = nla_total_size(sizeof(u8));
	size_t flag = nla_total_size(0);

	return 6 * number + 3 * byte +
	       ICMPGUARD_CLASS_FRAGMENT * ICMPG_DIRECTION_SLOTS *
			nla_total_size(3 * number + flag) +
	       ICMPGUARD_TYPES_MAX * nla_total_size(4 * number + flag) +
	       ICMPG_NL_CONFIG_LIMITS * nla_total_size(5 * number) +
	       ICMPGUARD_CHECK_MAX * nla_total_size(number + 2 * byte) +
	       ICMPGUARD_SCOPE_MAX * ICMPG_FAMILIES *
			nla_total_size(3 * number);
}

static int icmpg_nl_config_fill_class(struct sk_buff *skb,
				      const struct icmpg_class_setting *setting,
				      u8 class, u8 direction)
{
	struct nlattr *nest = nla_nest_start(skb, ICMPGUARD_A_CONFIG_CLASS);

	if (!nest ||
	    nla_put_u32(skb, ICMPGUARD_A_CLASS_ID, class) ||
	    nla_put_u32(skb, ICMPGUARD_A_CLASS_ACTION, setting->action) ||
	    (setting->force && nla_put_flag(skb, ICMPGUARD_A_CLASS_FORCE)) ||
	    (direction &&
	     nla_put_u32(skb, ICMPGUARD_A_CLASS_DIRECTION, direction)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* First what holds in any direction: it would undo the others. */
static int icmpg_nl_config_fill_classes(struct sk_buff *skb,
					const struct icmpg_settings *set)
{
	const struct icmpg_class_setting *setting;
	u8 class, i;

	for (class = 1; class <= ICMPGUARD_CLASS_FRAGMENT; class++) {
		setting = &set->class[class];
		if (icmpg_nl_config_fill_class(skb, setting, class, 0))
			return -EMSGSIZE;
		for (i = 1; i <= ICMPGUARD_DIRECTION_MAX; i++) {
			setting = &set->direction[class][i];
			if (setting->action &&
			    icmpg_nl_config_fill_class(skb, setting, class, i))
				return -EMSGSIZE;
		}
	}
	return 0;
}

static int icmpg_nl_config_fill_types(struct sk_buff *skb,
				      const struct icmpg_settings *set)
{
	struct nlattr *nest;
	u32 i;

	for (i = 0; i < set->type_count; i++) {
		const struct icmpg_type_setting *at = &set->type[i];

		nest = nla_nest_start(skb, ICMPGUARD_A_CONFIG_TYPE);
		if (!nest ||
		    nla_put_u32(skb, ICMPGUARD_A_TYPE_FAMILY,
				at->family == ICMPG_IPV4 ? AF_INET : AF_INET6) ||
		    nla_put_u32(skb, ICMPGUARD_A_TYPE_TYPE, at->type) ||
		    (at->code != ICMPG_ANY_CODE &&
		     nla_put_u32(skb, ICMPGUARD_A_TYPE_CODE, at->code)) ||
		    nla_put_u32(skb, ICMPGUARD_A_TYPE_ACTION, at->action) ||
		    (at->force && nla_put_flag(skb, ICMPGUARD_A_TYPE_FORCE)))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

/* One that is off by default and now isn't told: that is how it starts. */
static int icmpg_nl_config_fill_limit(struct sk_buff *skb,
				      const struct icmpg_rate *rate, u8 class,
				      u8 scope)
{
	struct nlattr *nest;

	if (!rate->count && !icmpg_settings_default_limit(class, scope)->count)
		return 0;
	nest = nla_nest_start(skb, ICMPGUARD_A_CONFIG_LIMIT);
	if (!nest ||
	    nla_put_u32(skb, ICMPGUARD_A_LIMIT_CLASS, class) ||
	    nla_put_u32(skb, ICMPGUARD_A_LIMIT_SCOPE, scope))
		return -EMSGSIZE;
	if (!rate->count) {
		if (nla_put_flag(skb, ICMPGUARD_A_LIMIT_OFF))
			return -EMSGSIZE;
	} else if (nla_put_u32(skb, ICMPGUARD_A_LIMIT_COUNT, rate->count) ||
		   nla_put_u32(skb, ICMPGUARD_A_LIMIT_UNIT, rate->unit) ||
		   nla_put_u32(skb, ICMPGUARD_A_LIMIT_BURST, rate->burst)) {
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int icmpg_nl_config_fill_limits(struct sk_buff *skb,
				       const struct icmpg_settings *set)
{
	u8 class, scope;
	int err;

	for (class = 1; class <= ICMPGUARD_CLASS_MAX; class++) {
		for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
			err = icmpg_nl_config_fill_limit(skb,
							 &set->limit[class][scope],
							 class, scope);
			if (err)
				return err;
		}
	}
	return 0;
}

static int icmpg_nl_config_fill_checks(struct sk_buff *skb,
				       const struct icmpg_settings *set)
{
	struct nlattr *nest;
	u8 check;

	for (check = 1; check <= ICMPGUARD_CHECK_MAX; check++) {
		nest = nla_nest_start(skb, ICMPGUARD_A_CONFIG_CHECK);
		if (!nest ||
		    nla_put_u32(skb, ICMPGUARD_A_CHECK_ID, check) ||
		    nla_put_u8(skb, ICMPGUARD_A_CHECK_ENABLED,
			       set->check[check]) ||
		    (icmpg_check_has_transit(check) &&
		     nla_put_u8(skb, ICMPGUARD_A_CHECK_TRANSIT,
				set->check_transit[check])))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int icmpg_nl_config_fill_widths(struct sk_buff *skb,
				       const struct icmpg_settings *set)
{
	static const u8 families[ICMPG_FAMILIES] = { AF_INET, AF_INET6 };
	struct nlattr *nest;
	u8 scope, family;

	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
		for (family = 0; family < ICMPG_FAMILIES; family++) {
			if (!set->width[scope][family])
				continue;
			nest = nla_nest_start(skb, ICMPGUARD_A_CONFIG_WIDTH);
			if (!nest ||
			    nla_put_u32(skb, ICMPGUARD_A_WIDTH_SCOPE, scope) ||
			    nla_put_u32(skb, ICMPGUARD_A_WIDTH_FAMILY,
					families[family]) ||
			    nla_put_u32(skb, ICMPGUARD_A_WIDTH_BITS,
					set->width[scope][family]))
				return -EMSGSIZE;
			nla_nest_end(skb, nest);
		}
	}
	return 0;
}

static int icmpg_nl_config_fill_settings(struct sk_buff *skb,
					 const struct icmpg_config *config)
{
	const struct icmpg_settings *set = &config->set;
	int err;

	if (nla_put_u32(skb, ICMPGUARD_A_CONFIG_GENERATION,
			config->generation) ||
	    nla_put_u32(skb, ICMPGUARD_A_CONFIG_MODE, set->mode) ||
	    nla_put_u32(skb, ICMPGUARD_A_CONFIG_MAX_MESSAGE,
			set->max_message) ||
	    nla_put_u32(skb, ICMPGUARD_A_CONFIG_TABLE_SIZE, set->table_size) ||
	    nla_put_u8(skb, ICMPGUARD_A_CONFIG_RANDOMISE, set->randomise) ||
	    nla_put_u8(skb, ICMPGUARD_A_CONFIG_BRIDGED, set->bridged) ||
	    nla_put_u32(skb, ICMPGUARD_A_CONFIG_EXEMPTION_COUNT,
			set->exempt ? set->exempt->count : 0) ||
	    nla_put_u8(skb, ICMPGUARD_A_CONFIG_KNOWN_FIRST, set->known_first) ||
	    nla_put_u32(skb, ICMPGUARD_A_CONFIG_CANDIDATE_SIZE,
			set->candidate_size))
		return -EMSGSIZE;
	err = icmpg_nl_config_fill_classes(skb, set);
	if (!err)
		err = icmpg_nl_config_fill_limits(skb, set);
	if (!err)
		err = icmpg_nl_config_fill_checks(skb, set);
	if (!err)
		err = icmpg_nl_config_fill_widths(skb, set);
	if (!err)
		err = icmpg_nl_config_fill_types(skb, set);
	return err;
}

/**
 * icmpg_nl_config_create() - memory for a message with a configuration
 *
 * Context: process, may sleep.
 * Return: the caller's; icmpg_nl_config_fill() can't run out of it. NULL if
 * there is no memory.
 */
struct sk_buff *icmpg_nl_config_create(void)
{
	return genlmsg_new(icmpg_nl_config_size(), GFP_KERNEL);
}

/**
 * icmpg_nl_config_fill() - write a configuration without its prefixes
 * @skb: of icmpg_nl_config_create()
 * @config: what to tell; under RCU or icmpg_net.lock if it is published
 * @portid: of the socket it goes to; 0 for a notification
 * @seq: of the request; 0 for a notification
 * @cmd: enum icmpguard_cmd
 *
 * Context: any.
 * Return: 0; -EMSGSIZE, which cannot happen.
 */
int icmpg_nl_config_fill(struct sk_buff *skb, const struct icmpg_config *config,
			 u32 portid, u32 seq, u8 cmd)
{
	void *header;

	header = genlmsg_put(skb, portid, seq, &icmpg_nl_family, 0, cmd);
	if (WARN_ON_ONCE(!header ||
			 icmpg_nl_config_fill_settings(skb, config)))
		return -EMSGSIZE;
	genlmsg_end(skb, header);
	return 0;
}

/**
 * icmpg_nl_config_get_doit() - ICMPGUARD_CMD_CONFIG_GET
 * @skb: the request
 * @info: the same, parsed
 *
 * Context: process, may sleep.
 * Return: 0 or -errno.
 */
int icmpg_nl_config_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icmpg_net *guard = icmpg_net(genl_info_net(info));
	struct sk_buff *reply;
	int err;

	reply = icmpg_nl_config_create();
	if (!reply) {
		GENL_SET_ERR_MSG(info, "no memory for the reply");
		return -ENOMEM;
	}
	rcu_read_lock();
	err = icmpg_nl_config_fill(reply, rcu_dereference(guard->config),
				   info->snd_portid, info->snd_seq,
				   ICMPGUARD_CMD_CONFIG_GET);
	rcu_read_unlock();
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

/**
 * icmpg_nl_config_get_start() - a dump of ICMPGUARD_CMD_CONFIG_GET begins
 * @cb: the dump
 *
 * Context: process, may sleep.
 * Return: 0.
 */
int icmpg_nl_config_get_start(struct netlink_callback *cb)
{
	struct icmpg_nl_config_dump *dump = (void *)cb->ctx;
	size_t size = genlmsg_total_size(icmpg_nl_config_size());

	dump->capable = netlink_ns_capable(cb->skb,
					   sock_net(cb->skb->sk)->user_ns,
					   CAP_NET_ADMIN);
	/* The first message isn't divided, however little the reader reads. */
	cb->min_dump_alloc = nlmsg_total_size(size);
	return 0;
}

static void *icmpg_nl_config_dump_header(struct sk_buff *skb,
					 struct netlink_callback *cb)
{
	void *header;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &icmpg_nl_family, NLM_F_MULTI,
			     ICMPGUARD_CMD_CONFIG_GET);
	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

static int icmpg_nl_config_dump_settings(struct sk_buff *skb,
					 struct netlink_callback *cb,
					 const struct icmpg_config *config)
{
	void *header = icmpg_nl_config_dump_header(skb, cb);

	if (!header)
		return -EMSGSIZE;
	if (icmpg_nl_config_fill_settings(skb, config)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static int icmpg_nl_config_fill_prefix(struct sk_buff *skb, int type,
				       const struct icmpg_prefix *prefix)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (prefix->family < ICMPG_FAMILIES &&
	    (nla_put(skb, ICMPGUARD_A_PREFIX_ADDRESS,
		     icmpg_family_bits(prefix->family) / 8, prefix->addr) ||
	     nla_put_u32(skb, ICMPGUARD_A_PREFIX_BITS, prefix->bits)))
		goto cancel;
	if (prefix->dev[0] &&
	    nla_put_string(skb, ICMPGUARD_A_PREFIX_DEVICE, prefix->dev))
		goto cancel;
	nla_nest_end(skb, nest);
	return 0;
cancel:
	nla_nest_cancel(skb, nest);
	return -EMSGSIZE;
}

/* As many entries as fit in one message. */
static int icmpg_nl_config_dump_list(struct sk_buff *skb,
				     struct netlink_callback *cb, int type,
				     const struct icmpg_config *config,
				     const struct icmpg_prefix_list *list)
{
	struct icmpg_nl_config_dump *dump = (void *)cb->ctx;
	u32 first = dump->index, count = list ? list->count : 0;
	void *header;

	if (first >= count)
		return 0;
	header = icmpg_nl_config_dump_header(skb, cb);
	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(skb, ICMPGUARD_A_CONFIG_GENERATION, config->generation))
		goto cancel;
	while (dump->index < count) {
		if (icmpg_nl_config_fill_prefix(skb, type,
						&list->entry[dump->index]))
			break;
		dump->index++;
	}
	if (dump->index == first)
		goto cancel;
	genlmsg_end(skb, header);
	return dump->index < count ? -EMSGSIZE : 0;
cancel:
	genlmsg_cancel(skb, header);
	return -EMSGSIZE;
}

static int icmpg_nl_config_dump_part(struct sk_buff *skb,
				     struct netlink_callback *cb,
				     const struct icmpg_config *config)
{
	struct icmpg_nl_config_dump *dump = (void *)cb->ctx;

	switch (dump->part) {
	case ICMPG_NL_CONFIG_SETTINGS:
		return icmpg_nl_config_dump_settings(skb, cb, config);
	case ICMPG_NL_CONFIG_BROADCAST_ALLOW:
		return icmpg_nl_config_dump_list(skb, cb,
						 ICMPGUARD_A_CONFIG_BROADCAST_ALLOW,
						 config,
						 config->set.broadcast_allow);
	case ICMPG_NL_CONFIG_EXEMPTIONS:
		if (!dump->capable)
			return 0;
		return icmpg_nl_config_dump_list(skb, cb,
						 ICMPGUARD_A_CONFIG_EXEMPTION,
						 config, config->set.exempt);
	}
	return 0;
}

/**
 * icmpg_nl_config_get_dumpit() - more of a dump of ICMPGUARD_CMD_CONFIG_GET
 * @skb: to fill
 * @cb: the dump
 *
 * RACE: the configuration may change between two calls. The place in it is an
 * index, so nothing is held on to, and the reader is told (NLM_F_DUMP_INTR).
 *
 * Context: process.
 * Return: bytes in @skb; 0 at the end; -EMSGSIZE.
 */
int icmpg_nl_config_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct icmpg_net *guard = icmpg_net(sock_net(cb->skb->sk));
	struct icmpg_nl_config_dump *dump = (void *)cb->ctx;
	const struct icmpg_config *config;
	int err = 0;

	rcu_read_lock();
	config = rcu_dereference(guard->config);
	cb->seq = config->generation;
	while (dump->part < ICMPG_NL_CONFIG_DONE) {
		err = icmpg_nl_config_dump_part(skb, cb, config);
		if (err)
			break;
		dump->index = 0;
		if (dump->part++ == ICMPG_NL_CONFIG_SETTINGS) {
			/* Lists come in pieces that any reader has room for. */
			cb->min_dump_alloc = 0;
			break;
		}
	}
	rcu_read_unlock();
	return skb->len ?: err;
}
