// SPDX-License-Identifier: GPL-2.0-only
/*
 * One message's changes: its attributes, in order, applied to settings that
 * aren't in force. Process context, may sleep; no lock: the draft is the
 * caller's. Each refusal has a sentence and points at the attribute. Must not
 * know transactions, nor what is in force.
 */
#include "nl.h"

#include <linux/mm.h>
#include <linux/slab.h>

static int icmpg_nl_change_class(struct icmpg_nl_change *change,
			      const struct nlattr *attr)
{
	struct netlink_ext_ack *extack = change->info->extack;
	struct nlattr *tb[ICMPGUARD_A_CLASS_MAX + 1];
	struct icmpg_class_setting *setting;
	u8 class;
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
	change->set->check[nla_get_u32(tb[ICMPGUARD_A_CHECK_ID])] =
		nla_get_u8(tb[ICMPGUARD_A_CHECK_ENABLED]);
	return 0;
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

static int icmpg_nl_change_parse_prefix(struct icmpg_prefix *prefix, bool *del,
					const struct nlattr *attr,
					struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ICMPGUARD_A_PREFIX_MAX + 1], *address;
	int err;

	err = nla_parse_nested(tb, ICMPGUARD_A_PREFIX_MAX, attr,
			       icmpg_nl_prefix_policy, extack);
	if (err)
		return err;
	memset(prefix, 0, sizeof(*prefix));
	prefix->family = ICMPG_FAMILIES;
	address = tb[ICMPGUARD_A_PREFIX_ADDRESS];
	if (!address != !tb[ICMPGUARD_A_PREFIX_BITS]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "prefix needs both address and bits");
		return -EINVAL;
	}
	if (address) {
		prefix->family = nla_len(address) == 4 ? ICMPG_IPV4 : ICMPG_IPV6;
		prefix->bits = nla_get_u32(tb[ICMPGUARD_A_PREFIX_BITS]);
		if (nla_len(address) * 8 != icmpg_family_bits(prefix->family)) {
			NL_SET_ERR_MSG_ATTR(extack, address,
					    "an address has 4 or 16 bytes");
			return -EINVAL;
		}
		nla_memcpy(prefix->addr, address, sizeof(prefix->addr));
	}
	if (tb[ICMPGUARD_A_PREFIX_DEVICE])
		nla_strscpy(prefix->dev, tb[ICMPGUARD_A_PREFIX_DEVICE],
			    sizeof(prefix->dev));
	*del = tb[ICMPGUARD_A_PREFIX_DELETE];
	err = icmpg_prefix_check(prefix, extack);
	if (err)
		NL_SET_BAD_ATTR(extack, attr);
	return err;
}

static struct icmpg_prefix_list **
icmpg_nl_change_list(struct icmpg_nl_change *change, const struct nlattr *attr)
{
	return nla_type(attr) == ICMPGUARD_A_CONFIG_EXEMPTION ?
		&change->set->exempt : &change->set->broadcast_allow;
}

/* Apply the prefixes that wait: one by one they would be quadratic. */
static int icmpg_nl_change_flush(struct icmpg_nl_change *change)
{
	struct netlink_ext_ack *extack = change->info->extack;
	const struct nlattr *attr = change->prefix_attr;
	u32 count = change->prefixes, max;
	bool exempt;
	int err;

	if (!count)
		return 0;
	exempt = nla_type(attr) == ICMPGUARD_A_CONFIG_EXEMPTION;
	max = exempt ? ICMPGUARD_EXEMPTIONS_MAX : ICMPGUARD_BROADCAST_ALLOW_MAX;
	change->prefixes = 0;
	err = icmpg_prefix_list_change(icmpg_nl_change_list(change, attr),
				       change->prefix, count,
				       change->prefix_del, max, extack);
	if (err == -ENOSPC && exempt)
		NL_SET_ERR_MSG(extack, "there can be at most "
			       __stringify(ICMPGUARD_EXEMPTIONS_MAX)
			       " exemptions");
	else if (err == -ENOSPC)
		NL_SET_ERR_MSG(extack, "broadcast-allow can have at most "
			       __stringify(ICMPGUARD_BROADCAST_ALLOW_MAX)
			       " prefixes");
	if (err)
		NL_SET_BAD_ATTR(extack, attr);
	return err;
}

/* Room for all prefixes of the message. */
static int icmpg_nl_change_reserve(struct icmpg_nl_change *change)
{
	struct nlattr *attr;
	size_t count = 0;
	int rem;

	nlmsg_for_each_attr(attr, change->info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == ICMPGUARD_A_CONFIG_EXEMPTION ||
		    nla_type(attr) == ICMPGUARD_A_CONFIG_BROADCAST_ALLOW)
			count++;
	change->prefix = kvmalloc_array(count, sizeof(*change->prefix),
					GFP_KERNEL_ACCOUNT);
	if (change->prefix)
		return 0;
	NL_SET_ERR_MSG(change->info->extack, "no memory for the prefixes");
	return -ENOMEM;
}

static int icmpg_nl_change_prefix(struct icmpg_nl_change *change,
				  const struct nlattr *attr)
{
	struct netlink_ext_ack *extack = change->info->extack;
	struct icmpg_prefix prefix;
	bool del;
	int err;

	err = icmpg_nl_change_parse_prefix(&prefix, &del, attr, extack);
	if (err)
		return err;
	if (nla_type(attr) == ICMPGUARD_A_CONFIG_BROADCAST_ALLOW &&
	    (prefix.dev[0] || prefix.family == ICMPG_FAMILIES)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "broadcast-allow takes a prefix, no device");
		return -EINVAL;
	}
	if (!change->prefix) {
		err = icmpg_nl_change_reserve(change);
		if (err)
			return err;
	}
	if (change->prefixes &&
	    (nla_type(attr) != nla_type(change->prefix_attr) ||
	     del != change->prefix_del)) {
		err = icmpg_nl_change_flush(change);
		if (err)
			return err;
		cond_resched();
	}
	if (del && !icmpg_prefix_list_find(*icmpg_nl_change_list(change, attr),
					   &prefix)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "there is no such entry to delete");
		return -ENOENT;
	}
	change->prefix[change->prefixes++] = prefix;
	change->prefix_attr = attr;
	change->prefix_del = del;
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
	case ICMPGUARD_A_CONFIG_CLASS:
		return icmpg_nl_change_class(change, attr);
	case ICMPGUARD_A_CONFIG_LIMIT:
		return icmpg_nl_change_limit(change, attr);
	case ICMPGUARD_A_CONFIG_CHECK:
		return icmpg_nl_change_check(change, attr);
	case ICMPGUARD_A_CONFIG_WIDTH:
		return icmpg_nl_change_width(change, attr);
	case ICMPGUARD_A_CONFIG_BROADCAST_ALLOW:
	case ICMPGUARD_A_CONFIG_EXEMPTION:
		return icmpg_nl_change_prefix(change, attr);
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
		err = icmpg_nl_change_flush(change);
	kvfree(change->prefix);
	change->prefix = NULL;
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
	NL_SET_BAD_ATTR(change->info->extack, change->width);
}
