// SPDX-License-Identifier: GPL-2.0-only
/*
 * The prefixes of one message. There may be thousands, added and taken out in
 * any order, so they are collected, sorted, and each list is changed once: one
 * by one they would be quadratic. Process context, may sleep; no lock: the
 * lists are the caller's. Each refusal has a sentence and points at the
 * attribute.
 */
#include "nl.h"

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>

/* Address and bits, of which there are both or none. */
static int icmpg_nl_prefix_parse_address(struct icmpg_prefix *prefix,
					 const struct nlattr *attr,
					 struct nlattr **tb,
					 struct netlink_ext_ack *extack)
{
	struct nlattr *address = tb[ICMPGUARD_A_PREFIX_ADDRESS];
	struct nlattr *bits = tb[ICMPGUARD_A_PREFIX_BITS];

	prefix->family = ICMPG_FAMILIES;
	if (!address && !bits)
		return 0;
	if (NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_PREFIX_ADDRESS) ||
	    NL_REQ_ATTR_CHECK(extack, attr, tb, ICMPGUARD_A_PREFIX_BITS)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "prefix needs both address and bits");
		return -EINVAL;
	}
	prefix->family = nla_len(address) == 4 ? ICMPG_IPV4 : ICMPG_IPV6;
	prefix->bits = nla_get_u32(bits);
	if (nla_len(address) * 8 != icmpg_family_bits(prefix->family)) {
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "an address has 4 or 16 bytes");
		return -EINVAL;
	}
	nla_memcpy(prefix->addr, address, sizeof(prefix->addr));
	return 0;
}

static int icmpg_nl_prefix_parse(struct icmpg_nl_prefix *one,
				 const struct nlattr *attr,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ICMPGUARD_A_PREFIX_MAX + 1], *device;
	int err;

	err = nla_parse_nested(tb, ICMPGUARD_A_PREFIX_MAX, attr,
			       icmpg_nl_prefix_policy, extack);
	if (err)
		return err;
	memset(one, 0, sizeof(*one));
	err = icmpg_nl_prefix_parse_address(&one->prefix, attr, tb, extack);
	if (err)
		return err;
	device = tb[ICMPGUARD_A_PREFIX_DEVICE];
	/* An empty name isn't the absence of one: that would exempt more. */
	if (device && nla_strscpy(one->prefix.dev, device,
				  sizeof(one->prefix.dev)) <= 0) {
		NL_SET_ERR_MSG_ATTR(extack, device,
				    "no device can have this name");
		return -EINVAL;
	}
	one->attr = attr;
	one->del = tb[ICMPGUARD_A_PREFIX_DELETE];
	err = icmpg_prefix_check(&one->prefix, extack);
	if (err)
		NL_SET_BAD_ATTR(extack, attr);
	return err;
}

static bool icmpg_nl_prefix_is_one(const struct nlattr *attr)
{
	return nla_type(attr) == ICMPGUARD_A_CONFIG_EXEMPTION ||
	       nla_type(attr) == ICMPGUARD_A_CONFIG_BROADCAST_ALLOW;
}

/* Room for all prefixes of the message. */
static int icmpg_nl_prefix_reserve(struct icmpg_nl_change *change)
{
	struct nlattr *attr;
	size_t count = 0;
	int rem;

	nlmsg_for_each_attr(attr, change->info->nlhdr, GENL_HDRLEN, rem)
		count += icmpg_nl_prefix_is_one(attr);
	change->prefix = kvmalloc_array(count, sizeof(*change->prefix),
					GFP_KERNEL_ACCOUNT);
	if (change->prefix)
		return 0;
	GENL_SET_ERR_MSG(change->info, "no memory for the prefixes");
	return -ENOMEM;
}

/**
 * icmpg_nl_prefix_collect() - one more prefix of a message
 * @change: gets it
 * @attr: nest PREFIX in one of the message's lists
 *
 * Context: process, may sleep.
 * Return: 0 or -errno with a sentence.
 */
int icmpg_nl_prefix_collect(struct icmpg_nl_change *change,
			    const struct nlattr *attr)
{
	struct netlink_ext_ack *extack = change->info->extack;
	struct icmpg_nl_prefix *one;
	int err;

	if (!change->prefix) {
		err = icmpg_nl_prefix_reserve(change);
		if (err)
			return err;
	}
	one = &change->prefix[change->prefixes];
	err = icmpg_nl_prefix_parse(one, attr, extack);
	if (err)
		return err;
	if (nla_type(attr) == ICMPGUARD_A_CONFIG_BROADCAST_ALLOW &&
	    one->prefix.dev[0]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "broadcast-allow takes a prefix, no device");
		return -EINVAL;
	}
	change->prefixes++;
	return 0;
}

static struct icmpg_prefix_list **
icmpg_nl_prefix_list(struct icmpg_nl_change *change, int type)
{
	return type == ICMPGUARD_A_CONFIG_EXEMPTION ?
		&change->set->exempt : &change->set->broadcast_allow;
}

/* By list and prefix; what is about the same entry, as it came. */
static int icmpg_nl_prefix_compare(const void *left, const void *right)
{
	const struct icmpg_nl_prefix *a = left, *b = right;
	int order = nla_type(a->attr) - nla_type(b->attr);

	if (!order)
		order = icmpg_prefix_compare(&a->prefix, &b->prefix);
	if (!order)
		order = a->attr < b->attr ? -1 : a->attr > b->attr;
	return order;
}

static bool icmpg_nl_prefix_is_same(const struct icmpg_nl_prefix *a,
				    const struct icmpg_nl_prefix *b)
{
	return nla_type(a->attr) == nla_type(b->attr) &&
	       !icmpg_prefix_compare(&a->prefix, &b->prefix);
}

/*
 * Of what a message says about one entry, step by step: what must be done in
 * the end? Returns how many steps there are, or 0 with @bad set to one that
 * can't be taken.
 */
static u32 icmpg_nl_prefix_follow(struct icmpg_nl_change *change, u32 first,
				  bool *changes, const struct nlattr **bad)
{
	const struct icmpg_nl_prefix *one = &change->prefix[first];
	const struct icmpg_prefix_list *list =
		*icmpg_nl_prefix_list(change, nla_type(one->attr));
	bool was = icmpg_prefix_list_find(list, &one->prefix), is = was;
	u32 step;

	for (step = 0; first + step < change->prefixes; step++) {
		if (!icmpg_nl_prefix_is_same(one, &one[step]))
			break;
		if (one[step].del && !is) {
			*bad = one[step].attr;
			return 0;
		}
		is = !one[step].del;
	}
	*changes = is != was;
	return step;
}

/* Leaves only what is to be done in the end, each entry at most once. */
static int icmpg_nl_prefix_reduce(struct icmpg_nl_change *change)
{
	const struct nlattr *bad;
	u32 first, steps, kept = 0;
	bool changes;

	for (first = 0; first < change->prefixes; first += steps) {
		steps = icmpg_nl_prefix_follow(change, first, &changes, &bad);
		if (!steps) {
			NL_SET_ERR_MSG_ATTR(change->info->extack, bad,
					    "there is no such entry to delete");
			return -ENOENT;
		}
		if (changes)
			change->prefix[kept++] =
				change->prefix[first + steps - 1];
	}
	change->prefixes = kept;
	return 0;
}

static void icmpg_nl_prefix_say_full(struct netlink_ext_ack *extack, int type)
{
	if (type == ICMPGUARD_A_CONFIG_EXEMPTION)
		NL_SET_ERR_MSG(extack, "there can be at most "
			       __stringify(ICMPGUARD_EXEMPTIONS_MAX)
			       " exemptions");
	else
		NL_SET_ERR_MSG(extack, "broadcast-allow can have at most "
			       __stringify(ICMPGUARD_BROADCAST_ALLOW_MAX)
			       " prefixes");
}

/* @room: for as many prefixes as the message has. */
static int icmpg_nl_prefix_change(struct icmpg_nl_change *change, int type,
				  bool del, struct icmpg_prefix *room)
{
	struct netlink_ext_ack *extack = change->info->extack;
	u32 i, count = 0, max = ICMPGUARD_BROADCAST_ALLOW_MAX;
	const struct nlattr *last = NULL;
	int err;

	for (i = 0; i < change->prefixes; i++) {
		const struct icmpg_nl_prefix *one = &change->prefix[i];

		if (nla_type(one->attr) != type || one->del != del)
			continue;
		room[count++] = one->prefix;
		last = max(last, one->attr);
	}
	if (type == ICMPGUARD_A_CONFIG_EXEMPTION)
		max = ICMPGUARD_EXEMPTIONS_MAX;
	err = icmpg_prefix_list_change(icmpg_nl_prefix_list(change, type), room,
				       count, del, max, extack);
	if (err == -ENOSPC)
		icmpg_nl_prefix_say_full(extack, type);
	if (err)
		NL_SET_BAD_ATTR(extack, last);
	return err;
}

/**
 * icmpg_nl_prefix_apply() - change the lists as the message says
 * @change: its prefixes are collected
 *
 * The result is that of taking them one by one, in their order.
 *
 * Context: process, may sleep.
 * Return: 0 or -errno with a sentence.
 */
int icmpg_nl_prefix_apply(struct icmpg_nl_change *change)
{
	static const u8 types[] = { ICMPGUARD_A_CONFIG_BROADCAST_ALLOW,
				    ICMPGUARD_A_CONFIG_EXEMPTION };
	struct icmpg_prefix *room;
	int err, i;

	if (!change->prefixes)
		return 0;
	room = kvmalloc_array(change->prefixes, sizeof(*room),
			      GFP_KERNEL_ACCOUNT);
	if (!room) {
		GENL_SET_ERR_MSG(change->info, "no memory for the prefixes");
		return -ENOMEM;
	}
	sort(change->prefix, change->prefixes, sizeof(*change->prefix),
	     icmpg_nl_prefix_compare, NULL);
	err = icmpg_nl_prefix_reduce(change);
	/* First out, then in: a full list may exchange entries. */
	for (i = 0; !err && i < ARRAY_SIZE(types); i++) {
		err = icmpg_nl_prefix_change(change, types[i], true, room);
		if (!err)
			err = icmpg_nl_prefix_change(change, types[i], false,
						     room);
	}
	kvfree(room);
	return err;
}

/**
 * icmpg_nl_prefix_forget() - free what was collected
 * @change: may have none
 *
 * Context: process.
 */
void icmpg_nl_prefix_forget(struct icmpg_nl_change *change)
{
	kvfree(change->prefix);
	change->prefix = NULL;
	change->prefixes = 0;
}
