// SPDX-License-Identifier: GPL-2.0-only
/*
 * One message's changes: its attributes, in order, applied to settings that
 * aren't in force; prefixes by nl_prefix.c. Process context, may sleep; no
 * lock: the settings are the caller's. Each refusal has a sentence and points
 * at the attribute. Must not know transactions, nor what is in force.
 */
#include "nl.h"

#include <linux/icmp.h>

#include "classify_type.h"

static int icmpg_nl_change_class(struct icmpg_nl_change *change,
				 const struct nlattr *attr)
{
	struct netlink_ext_ack *extack = change->info->extack;
	struct nlattr *tb[ICMPGUARD_A_CLASS_MAX + 1];
	struct icmpg_class_setting *setting;
	u8 class, direction;
	int err;

	err = nla_parse_nested(tb, ICMPGUARD_A_CLASS_MAX, attr,
			       icmpg_nl_class_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_CLASS_ID) ||
	    NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_CLASS_ACTION)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "class needs its id and an action");
		return -EINVAL;
	}
	class = nla_get_u32(tb[ICMPGUARD_A_CLASS_ID]);
	setting = &change->set->class[class];
	if (tb[ICMPGUARD_A_CLASS_DIRECTION]) {
		direction = nla_get_u32(tb[ICMPGUARD_A_CLASS_DIRECTION]);
		setting = &change->set->direction[class][direction];
	} else {
		memset(change->set->direction[class], 0,
		       sizeof(change->set->direction[class]));
	}
	setting->action = nla_get_u32(tb[ICMPGUARD_A_CLASS_ACTION]);
	/* Force says nothing where it isn't needed, and isn't kept there. */
	setting->force = tb[ICMPGUARD_A_CLASS_FORCE] &&
			 setting->action == ICMPGUARD_ACTION_DROP &&
			 icmpg_class_is_guarded(class);
	change->class[class] = attr;
	return 0;
}

/* Count, unit and burst of a limit that isn't switched off. */
static int icmpg_nl_change_rate(struct icmpg_rate *rate, struct nlattr **tb,
				const struct nlattr *attr,
				struct netlink_ext_ack *extack)
{
	if (NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_LIMIT_COUNT) ||
	    NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_LIMIT_UNIT)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "limit needs count and unit, or off");
		return -EINVAL;
	}
	rate->count = nla_get_u32(tb[ICMPGUARD_A_LIMIT_COUNT]);
	rate->unit = nla_get_u32(tb[ICMPGUARD_A_LIMIT_UNIT]);
	if (rate->count > icmpg_rate_max_count(rate->unit)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ICMPGUARD_A_LIMIT_COUNT],
				    "a rate is at most 1000000/s");
		return -ERANGE;
	}
	rate->burst = tb[ICMPGUARD_A_LIMIT_BURST] ?
			nla_get_u32(tb[ICMPGUARD_A_LIMIT_BURST]) :
			icmpg_rate_default_burst(rate);
	return 0;
}

static int icmpg_nl_change_limit(struct icmpg_nl_change *change,
				 const struct nlattr *attr)
{
	struct netlink_ext_ack *extack = change->info->extack;
	struct nlattr *tb[ICMPGUARD_A_LIMIT_MAX + 1];
	struct icmpg_rate rate = {};
	u8 class, scope;
	int err;

	err = nla_parse_nested(tb, ICMPGUARD_A_LIMIT_MAX, attr,
			       icmpg_nl_limit_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_LIMIT_CLASS) ||
	    NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_LIMIT_SCOPE)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "limit needs a class and a scope");
		return -EINVAL;
	}
	class = nla_get_u32(tb[ICMPGUARD_A_LIMIT_CLASS]);
	scope = nla_get_u32(tb[ICMPGUARD_A_LIMIT_SCOPE]);
	err = icmpg_settings_check_limit(class, scope, NULL, extack);
	if (err) {
		NL_SET_BAD_ATTR(extack, attr);
		return err;
	}
	if (!tb[ICMPGUARD_A_LIMIT_OFF]) {
		err = icmpg_nl_change_rate(&rate, tb, attr, extack);
	} else if (tb[ICMPGUARD_A_LIMIT_COUNT] || tb[ICMPGUARD_A_LIMIT_UNIT] ||
		   tb[ICMPGUARD_A_LIMIT_BURST]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a limit is off or has a rate, not both");
		err = -EINVAL;
	}
	if (err)
		return err;
	change->set->limit[class][scope] = rate;
	change->class[class] = attr;
	return 0;
}

static int icmpg_nl_change_check(struct icmpg_nl_change *change,
				 const struct nlattr *attr)
{
	struct netlink_ext_ack *extack = change->info->extack;
	struct nlattr *tb[ICMPGUARD_A_CHECK_MAX + 1];
	struct nlattr *transit;
	u8 check;
	int err;

	err = nla_parse_nested(tb, ICMPGUARD_A_CHECK_MAX, attr,
			       icmpg_nl_check_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_CHECK_ID) ||
	    NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_CHECK_ENABLED)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "check needs its id and whether it is on");
		return -EINVAL;
	}
	check = nla_get_u32(tb[ICMPGUARD_A_CHECK_ID]);
	transit = tb[ICMPGUARD_A_CHECK_TRANSIT];
	if (transit && !icmpg_check_has_transit(check)) {
		NL_SET_ERR_MSG_ATTR(extack, transit,
				    "only quoted-packet can be for this host alone, or for all");
		return -EINVAL;
	}
	change->set->check[check] = nla_get_u8(tb[ICMPGUARD_A_CHECK_ENABLED]);
	change->set->check_transit[check] = change->set->check[check] &&
					    transit && nla_get_u8(transit);
	return 0;
}

/* Which type, and which code of it. */
static int icmpg_nl_change_which(struct icmpg_type_setting *setting,
				 struct nlattr **tb,
				 struct netlink_ext_ack *extack)
{
	u32 family = nla_get_u32(tb[ICMPGUARD_A_TYPE_FAMILY]);

	if (family != AF_INET && family != AF_INET6) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ICMPGUARD_A_TYPE_FAMILY],
				    "a type is one of icmp (IPv4) or icmpv6");
		return -EINVAL;
	}
	setting->family = family == AF_INET ? ICMPG_IPV4 : ICMPG_IPV6;
	setting->type = nla_get_u32(tb[ICMPGUARD_A_TYPE_TYPE]);
	setting->code = tb[ICMPGUARD_A_TYPE_CODE] ?
			nla_get_u32(tb[ICMPGUARD_A_TYPE_CODE]) : ICMPG_ANY_CODE;
	return 0;
}

static int icmpg_nl_change_type(struct icmpg_nl_change *change,
				const struct nlattr *attr)
{
	struct netlink_ext_ack *extack = change->info->extack;
	struct nlattr *tb[ICMPGUARD_A_TYPE_MAX + 1];
	struct icmpg_type_setting setting = {};
	bool needs_force;
	int err;

	err = nla_parse_nested(tb, ICMPGUARD_A_TYPE_MAX, attr,
			       icmpg_nl_type_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_TYPE_FAMILY) ||
	    NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_TYPE_TYPE) ||
	    (!tb[ICMPGUARD_A_TYPE_DELETE] &&
	     NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_TYPE_ACTION))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "type needs family, type, and an action or delete");
		return -EINVAL;
	}
	if (tb[ICMPGUARD_A_TYPE_DELETE] && tb[ICMPGUARD_A_TYPE_ACTION]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a type has an action or is deleted, not both");
		return -EINVAL;
	}
	err = icmpg_nl_change_which(&setting, tb, extack);
	if (err)
		return err;
	change->class[icmpg_classify_type(setting.family, setting.type,
					  setting.code & 255)] = attr;
	/* of all codes of a type one has a class of its own */
	if (setting.code == ICMPG_ANY_CODE)
		change->class[icmpg_classify_type(setting.family, setting.type,
						  ICMP_FRAG_NEEDED)] = attr;
	if (tb[ICMPGUARD_A_TYPE_DELETE]) {
		icmpg_types_delete(change->set, &setting);
		return 0;
	}
	setting.action = nla_get_u32(tb[ICMPGUARD_A_TYPE_ACTION]);
	needs_force = setting.action == ICMPGUARD_ACTION_DROP &&
		      icmpg_classify_is_guarded(setting.family, setting.type,
						setting.code);
	/* As with a class: where it says nothing it isn't kept. */
	setting.force = tb[ICMPGUARD_A_TYPE_FORCE] && needs_force;
	if (needs_force && !setting.force)
		change->type = attr;
	err = icmpg_types_set(change->set, &setting, extack);
	if (err)
		NL_SET_BAD_ATTR(extack, attr);
	return err;
}

static int icmpg_nl_change_width(struct icmpg_nl_change *change,
				 const struct nlattr *attr)
{
	struct netlink_ext_ack *extack = change->info->extack;
	struct nlattr *tb[ICMPGUARD_A_WIDTH_MAX + 1];
	u32 scope, family, bits;
	int err;

	err = nla_parse_nested(tb, ICMPGUARD_A_WIDTH_MAX, attr,
			       icmpg_nl_width_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_WIDTH_SCOPE) ||
	    NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_WIDTH_FAMILY) ||
	    NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_WIDTH_BITS)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "width needs a scope, a family and bits");
		return -EINVAL;
	}
	scope = nla_get_u32(tb[ICMPGUARD_A_WIDTH_SCOPE]);
	family = nla_get_u32(tb[ICMPGUARD_A_WIDTH_FAMILY]);
	bits = nla_get_u32(tb[ICMPGUARD_A_WIDTH_BITS]);
	if (!icmpg_settings_has_width(scope)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ICMPGUARD_A_WIDTH_SCOPE],
				    "only source, source-net and destination-net have a width");
		return -EINVAL;
	}
	if (family != AF_INET && family != AF_INET6) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ICMPGUARD_A_WIDTH_FAMILY],
				    "a width's family is ipv4 or ipv6");
		return -EINVAL;
	}
	family = family == AF_INET ? ICMPG_IPV4 : ICMPG_IPV6;
	if (bits > icmpg_family_bits(family)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[ICMPGUARD_A_WIDTH_BITS],
				    "a width is 1 to 32 in IPv4, 1 to 128 in IPv6");
		return -ERANGE;
	}
	change->set->width[scope][family] = bits;
	change->width = attr;
	return 0;
}

static int icmpg_nl_change_attr(struct icmpg_nl_change *change,
				const struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case ICMPGUARD_A_CONFIG_MODE:
		change->set->mode = nla_get_u32(attr);
		return 0;
	case ICMPGUARD_A_CONFIG_MAX_MESSAGE:
		change->set->max_message = nla_get_u32(attr);
		return 0;
	case ICMPGUARD_A_CONFIG_TABLE_SIZE:
		change->set->table_size = nla_get_u32(attr);
		return 0;
	case ICMPGUARD_A_CONFIG_RANDOMISE:
		change->set->randomise = nla_get_u8(attr);
		return 0;
	case ICMPGUARD_A_CONFIG_BRIDGED:
		change->set->bridged = nla_get_u8(attr);
		return 0;
	case ICMPGUARD_A_CONFIG_KNOWN_FIRST:
		change->set->known_first = nla_get_u8(attr);
		return 0;
	case ICMPGUARD_A_CONFIG_CANDIDATE_SIZE:
		change->set->candidate_size = nla_get_u32(attr);
		return 0;
	case ICMPGUARD_A_CONFIG_CLASS:
		return icmpg_nl_change_class(change, attr);
	case ICMPGUARD_A_CONFIG_LIMIT:
		return icmpg_nl_change_limit(change, attr);
	case ICMPGUARD_A_CONFIG_CHECK:
		return icmpg_nl_change_check(change, attr);
	case ICMPGUARD_A_CONFIG_WIDTH:
		return icmpg_nl_change_width(change, attr);
	case ICMPGUARD_A_CONFIG_TYPE:
		return icmpg_nl_change_type(change, attr);
	case ICMPGUARD_A_CONFIG_BROADCAST_ALLOW:
	case ICMPGUARD_A_CONFIG_EXEMPTION:
		return icmpg_nl_prefix_collect(change, attr);
	}
	/* The others say how to change, not what. */
	return 0;
}

/**
 * icmpg_nl_change_apply() - apply a message to settings
 * @change: its set and info are given, the rest is zero
 *
 * On failure the settings are partly changed: good for nothing but
 * icmpg_settings_exit().
 *
 * Context: process, may sleep.
 * Return: 0 or -errno with a sentence.
 */
int icmpg_nl_change_apply(struct icmpg_nl_change *change)
{
	struct nlattr *attr;
	int rem, err = 0;

	nlmsg_for_each_attr(attr, change->info->nlhdr, GENL_HDRLEN, rem) {
		err = icmpg_nl_change_attr(change, attr);
		if (err)
			break;
	}
	if (!err)
		err = icmpg_nl_prefix_apply(change);
	icmpg_nl_prefix_forget(change);
	return err;
}

/**
 * icmpg_nl_change_blame() - point at what made the whole invalid
 * @change: applied, and then icmpg_settings_check() has refused the result
 *
 * The sentence stays. If nothing in this message was about it, nothing is
 * pointed at.
 *
 * Context: process.
 */
void icmpg_nl_change_blame(const struct icmpg_nl_change *change)
{
	u8 class;

	for (class = 1; class <= ICMPGUARD_CLASS_MAX; class++) {
		if (!icmpg_settings_check_class(change->set, class, NULL))
			continue;
		NL_SET_BAD_ATTR(change->info->extack, change->class[class]);
		return;
	}
	NL_SET_BAD_ATTR(change->info->extack,
			icmpg_types_check(change->set, NULL) ? change->type :
							       change->width);
}
