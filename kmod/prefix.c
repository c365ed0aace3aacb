// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of address prefixes: built in process context from an older set, then
 * immutable, and searched by packets without a lock. No lock here either: a
 * set under construction isn't published. Also built in userspace.
 */
#include "config.h"

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

/* Zero what lies beyond the prefix. */
static void icmpg_prefix_mask(__be32 *addr, u8 bits)
{
	u8 word, here;

	for (word = 0; word < 4; word++) {
		here = min_t(u8, bits, 32);
		bits -= here;
		if (here < 32)
			addr[word] &= cpu_to_be32(~(~0U >> here));
	}
}

/**
 * icmpg_prefix_compare() - the order of entries
 * @left: struct icmpg_prefix
 * @right: struct icmpg_prefix
 *
 * By family, length, address, device; as sort() wants it.
 *
 * Context: any.
 * Return: below, above or equal to 0.
 */
int icmpg_prefix_compare(const void *left, const void *right)
{
	const struct icmpg_prefix *a = left, *b = right;
	int order;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->bits != b->bits)
		return a->bits < b->bits ? -1 : 1;
	order = memcmp(a->addr, b->addr, sizeof(a->addr));
	if (order)
		return order;
	return strncmp(a->dev, b->dev, sizeof(a->dev));
}

/* What the kernel itself accepts as the name of a device. */
static bool icmpg_prefix_dev_is_valid(const char *dev)
{
	size_t length = strnlen(dev, sizeof_field(struct icmpg_prefix, dev));
	size_t i;

	if (!length || length == sizeof_field(struct icmpg_prefix, dev) ||
	    !strcmp(dev, ".") || !strcmp(dev, ".."))
		return false;
	for (i = 0; i < length; i++) {
		u8 c = dev[i];

		if (c == '/' || c == ':' || c == ' ' || c == 0xa0 ||
		    (c >= '\t' && c <= '\r'))
			return false;
	}
	return true;
}

/**
 * icmpg_prefix_check() - is this a prefix, a device, or both?
 * @prefix: what to look at
 * @extack: gets a sentence
 *
 * Context: any.
 * Return: 0, -EINVAL or -ERANGE.
 */
int icmpg_prefix_check(const struct icmpg_prefix *prefix,
		       struct netlink_ext_ack *extack)
{
	struct icmpg_prefix masked = *prefix;

	if (prefix->dev[0] && !icmpg_prefix_dev_is_valid(prefix->dev)) {
		NL_SET_ERR_MSG(extack, "no device can have this name");
		return -EINVAL;
	}
	if (prefix->family == ICMPG_FAMILIES && !prefix->dev[0]) {
		NL_SET_ERR_MSG(extack, "needs a prefix, a device, or both");
		return -EINVAL;
	}
	if (prefix->family > ICMPG_FAMILIES ||
	    prefix->bits > icmpg_family_bits(prefix->family)) {
		NL_SET_ERR_MSG(extack,
			       "a prefix length is 0 to 32 in IPv4, 0 to 128 in IPv6");
		return -ERANGE;
	}
	icmpg_prefix_mask(masked.addr, prefix->bits);
	if (memcmp(masked.addr, prefix->addr, sizeof(masked.addr))) {
		NL_SET_ERR_MSG(extack,
			       "the address has bits set beyond the prefix length");
		return -EINVAL;
	}
	return 0;
}

static struct icmpg_prefix_list *icmpg_prefix_list_create(u32 count)
{
	struct icmpg_prefix_list *list;

	list = kvmalloc(struct_size(list, entry, count), GFP_KERNEL_ACCOUNT);
	if (!list)
		return NULL;
	list->count = 0;
	memset(list->lengths, 0, sizeof(list->lengths));
	return list;
}

/**
 * icmpg_prefix_list_copy() - a list of one's own
 * @to: set to the copy; left alone on failure
 * @from: NULL for an empty list
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int icmpg_prefix_list_copy(struct icmpg_prefix_list **to,
			   const struct icmpg_prefix_list *from)
{
	struct icmpg_prefix_list *list = NULL;

	if (from) {
		list = icmpg_prefix_list_create(from->count);
		if (!list)
			return -ENOMEM;
		memcpy(list, from, struct_size(from, entry, from->count));
	}
	*to = list;
	return 0;
}

/* The end of a list under construction, where the entries come in order. */
static void icmpg_prefix_list_append(struct icmpg_prefix_list *list,
				     const struct icmpg_prefix *prefix)
{
	if (prefix->family < ICMPG_FAMILIES)
		__set_bit(prefix->bits, list->lengths[prefix->family]);
	list->entry[list->count++] = *prefix;
}

/* Both in order; the result holds each prefix of either once. */
static void icmpg_prefix_list_add(struct icmpg_prefix_list *to,
				  const struct icmpg_prefix_list *from,
				  const struct icmpg_prefix *change, u32 count)
{
	u32 old = 0, new = 0, olds = from ? from->count : 0;
	const struct icmpg_prefix *next;
	int order;

	while (old < olds || new < count) {
		if (old == olds)
			order = 1;
		else if (new == count)
			order = -1;
		else
			order = icmpg_prefix_compare(&from->entry[old],
						     &change[new]);
		next = order <= 0 ? &from->entry[old++] : &change[new++];
		if (!to->count ||
		    icmpg_prefix_compare(&to->entry[to->count - 1], next))
			icmpg_prefix_list_append(to, next);
	}
}

/* Both in order; fails if @change has one that isn't in @from. */
static int icmpg_prefix_list_del(struct icmpg_prefix_list *to,
				 const struct icmpg_prefix_list *from,
				 const struct icmpg_prefix *change, u32 count)
{
	u32 old, new = 0;

	for (old = 0; old < from->count; old++) {
		const struct icmpg_prefix *entry = &from->entry[old];
		u32 first = new;

		while (new < count &&
		       !icmpg_prefix_compare(entry, &change[new]))
			new++;
		if (new == first)
			icmpg_prefix_list_append(to, entry);
	}
	return new == count ? 0 : -ENOENT;
}

/* As icmpg_prefix_list_change(), with @change in order. */
static int icmpg_prefix_list_merge(struct icmpg_prefix_list **list,
				   const struct icmpg_prefix *change, u32 count,
				   bool del, u32 max,
				   struct netlink_ext_ack *extack)
{
	u32 size = *list ? (*list)->count : 0;
	struct icmpg_prefix_list *new;
	int err = 0;

	if (del && !*list) {
		NL_SET_ERR_MSG(extack, "no such entry in the list");
		return -ENOENT;
	}
	new = icmpg_prefix_list_create(del ? size : size + count);
	if (!new) {
		NL_SET_ERR_MSG(extack, "no memory for the list");
		return -ENOMEM;
	}
	if (del)
		err = icmpg_prefix_list_del(new, *list, change, count);
	else
		icmpg_prefix_list_add(new, *list, change, count);
	if (err) {
		NL_SET_ERR_MSG(extack, "no such entry in the list");
	} else if (new->count > max) {
		NL_SET_ERR_MSG(extack, "more entries than the list may have");
		err = -ENOSPC;
	}
	if (err || !new->count) {
		kvfree(new);
		new = NULL;
	}
	if (err)
		return err;
	kvfree(*list);
	*list = new;
	return 0;
}

/**
 * icmpg_prefix_list_change() - add prefixes to a list, or take them out
 * @list: replaced, and the old one freed: it must not be published; NULL in it
 *	is an empty list. Left alone on failure.
 * @prefix: in any order, each fine by icmpg_prefix_check(); one that is given
 *	twice counts once
 * @count: how many
 * @del: take out; each must be there. Adding one that is there is fine.
 * @max: entries that the list may have
 * @extack: gets a sentence
 *
 * O((n + count) log count): many changes belong into one call.
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT, -ENOSPC or -ENOMEM.
 */
int icmpg_prefix_list_change(struct icmpg_prefix_list **list,
			     const struct icmpg_prefix *prefix, u32 count,
			     bool del, u32 max, struct netlink_ext_ack *extack)
{
	struct icmpg_prefix *change;
	int err;

	if (!count)
		return 0;
	change = kvmalloc_array(count, sizeof(*change), GFP_KERNEL_ACCOUNT);
	if (!change) {
		NL_SET_ERR_MSG(extack, "no memory for the changes");
		return -ENOMEM;
	}
	memcpy(change, prefix, count * sizeof(*change));
	sort(change, count, sizeof(*change), icmpg_prefix_compare, NULL);
	err = icmpg_prefix_list_merge(list, change, count, del, max, extack);
	kvfree(change);
	return err;
}

/**
 * icmpg_prefix_list_find() - is exactly this entry in the list?
 * @list: NULL for an empty one
 * @prefix: what to look for
 *
 * Context: any; what keeps the list alive is the caller's business.
 * Return: true if the same prefix and device are in it.
 */
bool icmpg_prefix_list_find(const struct icmpg_prefix_list *list,
			    const struct icmpg_prefix *prefix)
{
	u32 low = 0, high = list ? list->count : 0, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = icmpg_prefix_compare(prefix, &list->entry[middle]);
		if (!order)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* NULL for any device. */
static void icmpg_prefix_set_dev(struct icmpg_prefix *prefix, const char *dev)
{
	memset(prefix->dev, 0, sizeof(prefix->dev));
	if (dev)
		memcpy(prefix->dev, dev, strnlen(dev, sizeof(prefix->dev) - 1));
}

/**
 * icmpg_prefix_list_has() - does an address, or its device, match an entry?
 * @list: NULL for an empty one
 * @family: enum icmpg_family
 * @addr: 4 or 16 bytes, as @family says
 * @dev: the device it came in on, or NULL to match only what has no device
 *
 * Two binary searches for each prefix length that occurs: at most 129 times
 * twice 14 comparisons in a list of 10,000.
 *
 * Context: any. RCU: a published list needs rcu_read_lock().
 * Return: true if an entry is about them.
 */
bool icmpg_prefix_list_has(const struct icmpg_prefix_list *list, u8 family,
			   const __be32 *addr, const char *dev)
{
	struct icmpg_prefix key = { .family = ICMPG_FAMILIES };
	unsigned long bits;

	if (!list)
		return false;
	icmpg_prefix_set_dev(&key, dev);
	if (dev && icmpg_prefix_list_find(list, &key))
		return true;
	key.family = family;
	memcpy(key.addr, addr, icmpg_family_bits(family) / 8);
	/* Longest first: each mask takes a little more off. */
	for (bits = icmpg_family_bits(family) + 1; bits-- > 0; ) {
		if (!test_bit(bits, list->lengths[family]))
			continue;
		key.bits = bits;
		icmpg_prefix_mask(key.addr, bits);
		icmpg_prefix_set_dev(&key, dev);
		if (dev && icmpg_prefix_list_find(list, &key))
			return true;
		icmpg_prefix_set_dev(&key, NULL);
		if (icmpg_prefix_list_find(list, &key))
			return true;
	}
	return false;
}
