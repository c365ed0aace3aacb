// SPDX-License-Identifier: GPL-2.0-only
/* Sets of prefixes, beside a twin that is an array in no order at all. */
#include <string.h>

#include "unit.h"

#define POOL	600

static int change(struct icmpg_prefix_list **list, const char *text,
		  const char *dev, bool del)
{
	struct icmpg_prefix prefix = unit_prefix(text, dev);
	struct netlink_ext_ack extack = {};
	int err = icmpg_prefix_list_change(list, &prefix, 1, del, 1000, &extack);

	EXPECT(!err == !extack._msg, "%d: %s", err, extack._msg);
	return err;
}

static bool has(const struct icmpg_prefix_list *list, const char *addr,
		const char *dev)
{
	u8 family = strchr(addr, ':') ? ICMPG_IPV6 : ICMPG_IPV4;
	union icmpg_addr bytes = unit_addr(family, addr);

	return icmpg_prefix_list_has(list, family, bytes.v6, dev);
}

static void test_match(void)
{
	struct icmpg_prefix_list *list = NULL;

	EXPECT(!has(list, "10.0.0.1", "eth0"));
	EXPECT(!change(&list, "10.0.0.0/8", NULL, false));
	EXPECT(!change(&list, "192.0.2.128/25", NULL, false));
	EXPECT(!change(&list, "2001:db8::/33", NULL, false));
	EXPECT(!change(&list, "fe80::1/128", "eth1", false));
	EXPECT(!change(&list, NULL, "wg0", false));
	EXPECT(has(list, "10.0.0.0", NULL));
	EXPECT(has(list, "10.255.255.255", "eth0"));
	EXPECT(!has(list, "11.0.0.0", NULL));
	EXPECT(!has(list, "9.255.255.255", NULL));
	EXPECT(has(list, "192.0.2.128", NULL));
	EXPECT(!has(list, "192.0.2.127", NULL));
	EXPECT(has(list, "2001:db8:7fff:ffff::", NULL));
	EXPECT(!has(list, "2001:db8:8000::", NULL));
	/* IPv4's bytes in an IPv6 address are another address. */
	EXPECT(!has(list, "a00::", NULL));
	EXPECT(has(list, "fe80::1", "eth1"));
	EXPECT(!has(list, "fe80::1", "eth10"));
	EXPECT(!has(list, "fe80::1", NULL));
	EXPECT(!has(list, "fe80::2", "eth1"));
	EXPECT(has(list, "203.0.113.1", "wg0"));
	EXPECT(has(list, "2a00::1", "wg0"));
	EXPECT(!has(list, "203.0.113.1", "wg"));
	EXPECT(!has(list, "203.0.113.1", NULL));
	EXPECT(!has(list, "203.0.113.1", ""));
	kvfree(list);
}

/* 0.0.0.0/0 is all of IPv4 and nothing of IPv6. */
static void test_any(void)
{
	struct icmpg_prefix_list *list = NULL;

	EXPECT(!change(&list, "0.0.0.0/0", NULL, false));
	EXPECT(has(list, "0.0.0.0", NULL) && has(list, "255.255.255.255", NULL));
	EXPECT(!has(list, "::", NULL));
	EXPECT(!change(&list, "0.0.0.0/0", NULL, true));
	EXPECT(!list);
	EXPECT(!change(&list, "::/0", "eth0", false));
	EXPECT(has(list, "::", "eth0") && has(list, "ffff::", "eth0"));
	EXPECT(!has(list, "::", "eth1"));
	EXPECT(!has(list, "0.0.0.0", "eth0"));
	kvfree(list);
}

/* A name may fill its field but for the end. */
static void test_names(void)
{
	struct icmpg_prefix_list *list = NULL;

	EXPECT(!change(&list, NULL, "fifteen-letters", false));
	EXPECT(has(list, "10.0.0.1", "fifteen-letters"));
	EXPECT(!has(list, "10.0.0.1", "fifteen-letter"));
	EXPECT(!change(&list, "10.0.0.0/8", "fifteen-letters", false));
	EXPECT(has(list, "10.0.0.1", "fifteen-letters"));
	EXPECT(!change(&list, NULL, "fifteen-letters", true));
	EXPECT(has(list, "10.0.0.1", "fifteen-letters"));
	EXPECT(!has(list, "11.0.0.1", "fifteen-letters"));
	kvfree(list);
}

static void test_change(void)
{
	struct icmpg_prefix three[] = {
		unit_prefix("10.0.0.2/32", NULL),
		unit_prefix("10.0.0.1/32", NULL),
		unit_prefix("10.0.0.2/32", NULL),
	};
	struct icmpg_prefix_list *list = NULL, *before;
	struct netlink_ext_ack extack = {};

	/* Nothing to do isn't an error. */
	EXPECT(!icmpg_prefix_list_change(&list, three, 0, false, 0, &extack));
	EXPECT(!icmpg_prefix_list_change(&list, three, 0, true, 0, &extack));
	EXPECT(!list && !extack._msg);
	EXPECT(change(&list, "10.0.0.1/32", NULL, true) == -ENOENT);

	/* One given twice counts once. */
	REQUIRE(!icmpg_prefix_list_change(&list, three, 3, false, 2, &extack));
	EXPECT(list->count == 2);
	EXPECT(!icmpg_prefix_list_change(&list, three, 3, false, 2, &extack));
	EXPECT(list->count == 2);

	/* One too many, one that isn't there: the list stays as it was. */
	before = list;
	three[0] = unit_prefix("10.0.0.3/32", NULL);
	EXPECT(icmpg_prefix_list_change(&list, three, 3, false, 2, &extack) ==
	       -ENOSPC);
	EXPECT(extack._msg);
	EXPECT(list == before && list->count == 2);
	extack._msg = NULL;
	EXPECT(icmpg_prefix_list_change(&list, three, 3, true, 2, &extack) ==
	       -ENOENT);
	EXPECT(extack._msg);
	EXPECT(list == before && list->count == 2);
	EXPECT(change(&list, "10.0.0.1/31", NULL, true) == -ENOENT);
	EXPECT(change(&list, "10.0.0.1/32", "eth0", true) == -ENOENT);
	EXPECT(change(&list, NULL, "eth0", true) == -ENOENT);
	EXPECT(list == before && list->count == 2);

	/* All of them gone is no list. */
	EXPECT(!icmpg_prefix_list_change(&list, three + 1, 2, true, 2, &extack));
	EXPECT(!list);
}

static void test_no_memory(void)
{
	struct icmpg_prefix prefix = unit_prefix("10.0.0.0/8", NULL);
	struct icmpg_prefix_list *list = NULL, *copy = NULL, *before;
	struct netlink_ext_ack extack;
	int left;

	REQUIRE(!change(&list, "192.0.2.0/24", NULL, false));
	before = list;
	for (left = 0; left < 2; left++) {
		extack._msg = NULL;
		unit_alloc_left = left;
		EXPECT(icmpg_prefix_list_change(&list, &prefix, 1, false, 10,
						&extack) == -ENOMEM);
		EXPECT(unit_alloc_left == -1, "%d", unit_alloc_left);
		EXPECT(extack._msg && list == before && list->count == 1);
	}
	unit_alloc_left = 0;
	EXPECT(icmpg_prefix_list_copy(&copy, list) == -ENOMEM);
	EXPECT(!copy);
	kvfree(list);
}

static int check(struct icmpg_prefix prefix)
{
	struct netlink_ext_ack extack = {};
	int err = icmpg_prefix_check(&prefix, &extack);

	EXPECT(!err == !extack._msg, "%d: %s", err, extack._msg);
	return err;
}

/* Which prefixes there are: without bits beyond their length. */
static void test_check(void)
{
	struct icmpg_prefix prefix;
	unsigned int bits;

	EXPECT(!check(unit_prefix("10.0.0.0/8", NULL)));
	EXPECT(!check(unit_prefix("10.0.0.1/32", "eth0")));
	EXPECT(!check(unit_prefix("0.0.0.0/0", NULL)));
	EXPECT(!check(unit_prefix("2001:db8::/32", NULL)));
	EXPECT(!check(unit_prefix("::1/128", NULL)));
	EXPECT(!check(unit_prefix(NULL, "eth0")));
	EXPECT(check(unit_prefix(NULL, NULL)) == -EINVAL);
	EXPECT(check(unit_prefix("10.0.0.1/8", NULL)) == -EINVAL);
	EXPECT(check(unit_prefix("10.0.0.1/31", NULL)) == -EINVAL);
	EXPECT(check(unit_prefix("128.0.0.0/0", NULL)) == -EINVAL);
	EXPECT(check(unit_prefix("2001:db8::1/127", NULL)) == -EINVAL);
	EXPECT(check(unit_prefix("2001:db8::1/64", NULL)) == -EINVAL);
	EXPECT(check(unit_prefix("::1/0", NULL)) == -EINVAL);
	EXPECT(check(unit_prefix("10.0.0.0/33", NULL)) == -ERANGE);
	EXPECT(check(unit_prefix("2001:db8::/129", NULL)) == -ERANGE);
	EXPECT(check(unit_prefix("2001:db8::/255", NULL)) == -ERANGE);

	/* The last bit of each length, and the one after it. */
	for (bits = 1; bits <= 128; bits++) {
		prefix = unit_prefix("::/0", NULL);
		prefix.bits = bits;
		((u8 *)prefix.addr)[(bits - 1) / 8] = 0x80 >> (bits - 1) % 8;
		EXPECT(!check(prefix), "%u bits", bits);
		if (bits <= 32) {
			prefix.family = ICMPG_IPV4;
			EXPECT(!check(prefix), "%u bits", bits);
			prefix.family = ICMPG_IPV6;
		}
		prefix.bits--;
		EXPECT(check(prefix) == -EINVAL, "%u bits", bits - 1);
	}
	/* What isn't an address of the family is zero. */
	prefix = unit_prefix("10.0.0.0/8", NULL);
	prefix.addr[3] = 1;
	EXPECT(check(prefix) == -EINVAL);
	prefix = unit_prefix("10.0.0.0/8", NULL);
	prefix.family = ICMPG_FAMILIES + 1;
	EXPECT(check(prefix) < 0);
	prefix = unit_prefix(NULL, "eth0");
	prefix.family = ICMPG_FAMILIES + 1;
	EXPECT(check(prefix) < 0);
	prefix = unit_prefix(NULL, "eth0");
	prefix.bits = 1;
	EXPECT(check(prefix) == -ERANGE);
	prefix = unit_prefix(NULL, "eth0");
	prefix.addr[0] = 1;
	EXPECT(check(prefix) == -EINVAL);
}

/* Names that a device can have. */
static void test_check_names(void)
{
	static const char *const good[] = {
		"lo", "eth0.5", "a", "br-lan", "x@y", "fifteen-letters", "...",
	};
	static const char *const bad[] = {
		".", "..", "a/b", "a:b", "a b", "tab\t", "line\n", "\v", "\xa0",
	};
	struct icmpg_prefix prefix;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		EXPECT(!check(unit_prefix(NULL, good[i])), "%s", good[i]);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT(check(unit_prefix(NULL, bad[i])) == -EINVAL, "name %u",
		       i);
	prefix = unit_prefix(NULL, "eth0");
	memset(prefix.dev, 'x', sizeof(prefix.dev));
	EXPECT(check(prefix) == -EINVAL);
}

/* The bits of an address, and nothing else, decide. */
static bool twin_matches(const struct icmpg_prefix *prefix, u8 family,
			 const u8 *addr, const char *dev)
{
	const u8 *bytes = (const u8 *)prefix->addr;
	unsigned int bit;

	if (prefix->dev[0] && (!dev || strcmp(prefix->dev, dev)))
		return false;
	if (prefix->family == ICMPG_FAMILIES)
		return true;
	if (prefix->family != family)
		return false;
	for (bit = 0; bit < prefix->bits; bit++)
		if ((bytes[bit / 8] ^ addr[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static bool twin_is_same(const struct icmpg_prefix *a,
			 const struct icmpg_prefix *b)
{
	return a->family == b->family && a->bits == b->bits &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr)) &&
	       !strcmp(a->dev, b->dev);
}

static const char *random_dev(void)
{
	static const char *const dev[] = {
		"eth0", "eth1", "wg0", "fifteen-letters",
	};

	return dev[ktap_random_below(ARRAY_SIZE(dev))];
}

/* Few different bits, so that prefixes lie in each other. */
static void random_addr(u8 family, u8 *addr)
{
	unsigned int bits = icmpg_family_bits(family), i;

	memset(addr, 0, 16);
	for (i = 0; i < bits / 8; i++)
		if (!ktap_random_below(4))
			addr[i] = 0x80 >> ktap_random_below(8);
}

static struct icmpg_prefix random_prefix(void)
{
	struct icmpg_prefix prefix = { .family = ktap_random_below(3) };
	u8 *addr = (u8 *)prefix.addr;
	unsigned int bit;

	if (prefix.family == ICMPG_FAMILIES || !ktap_random_below(3))
		strcpy(prefix.dev, random_dev());
	if (prefix.family == ICMPG_FAMILIES)
		return prefix;
	random_addr(prefix.family, addr);
	prefix.bits = ktap_random_below(icmpg_family_bits(prefix.family) + 1);
	for (bit = prefix.bits; bit < 128; bit++)
		addr[bit / 8] &= ~(0x80 >> bit % 8);
	return prefix;
}

/* The lengths that are looked for: those that occur, and no others. */
static void check_lengths(const struct icmpg_prefix_list *list,
			  const struct icmpg_prefix *pool, const bool *in)
{
	bool occurs[ICMPG_FAMILIES + 1][129] = { { false } };
	unsigned int i, bits;

	for (i = 0; i < POOL; i++)
		occurs[pool[i].family][pool[i].bits] |= in[i];
	for (i = 0; list && i < ICMPG_FAMILIES; i++)
		for (bits = 0; bits <= 128; bits++)
			EXPECT(test_bit(bits, list->lengths[i]) ==
			       occurs[i][bits], "family %u, %u bits", i, bits);
}

/* Whether each of @pool is in the list as @in says, and nothing else is. */
static void check_same(const struct icmpg_prefix_list *list,
		       const struct icmpg_prefix *pool, const bool *in)
{
	unsigned int i, n, count = 0;
	const char *dev;
	bool expected;
	u8 addr[16];
	u8 family;

	for (i = 0; i < POOL; i++) {
		EXPECT(icmpg_prefix_list_find(list, &pool[i]) == in[i]);
		count += in[i];
	}
	EXPECT((list ? list->count : 0) == count, "%u", count);
	check_lengths(list, pool, in);
	for (n = 0; n < 40; n++) {
		family = ktap_random_below(2);
		dev = ktap_random_below(4) ? random_dev() : NULL;
		i = ktap_random_below(POOL);
		if (ktap_random_below(2) && pool[i].family == family)
			memcpy(addr, pool[i].addr, sizeof(addr));
		else
			random_addr(family, addr);
		expected = false;
		for (i = 0; i < POOL; i++)
			expected |= in[i] && twin_matches(&pool[i], family,
							  addr, dev);
		EXPECT(icmpg_prefix_list_has(list, family, (__be32 *)addr,
					     dev) == expected);
	}
}

static void test_random(void)
{
	static struct icmpg_prefix pool[POOL], picked[40];
	struct icmpg_prefix_list *list = NULL, *copy;
	static bool in[POOL], next[POOL];
	unsigned int round, i, n, count;
	int err, expected;
	bool del;

	memset(in, 0, sizeof(in));
	for (i = 0; i < POOL; i++) {
		do {
			pool[i] = random_prefix();
			for (n = 0; n < i; n++)
				if (twin_is_same(&pool[i], &pool[n]))
					break;
		} while (n < i);
		EXPECT(!check(pool[i]));
	}
	for (round = 0; round < 1500; round++) {
		memcpy(next, in, sizeof(next));
		del = ktap_random_below(2);
		count = 1 + ktap_random_below(ktap_random_below(10) ? 5 : 40);
		expected = 0;
		for (i = 0; i < count; i++) {
			n = ktap_random_below(POOL);
			/* Mostly one that is there. */
			while (del && !in[n] && ktap_random_below(20))
				n = ktap_random_below(POOL);
			if (del && !in[n])
				expected = -ENOENT;
			next[n] = !del;
			picked[i] = pool[n];
		}
		err = icmpg_prefix_list_change(&list, picked, count, del, POOL,
					       NULL);
		EXPECT(err == expected, "%d and not %d", err, expected);
		if (!expected)
			memcpy(in, next, sizeof(in));
		check_same(list, pool, in);
		REQUIRE(!ktap_complaints);
	}
	REQUIRE(!icmpg_prefix_list_copy(&copy, list));
	kvfree(list);
	check_same(copy, pool, in);
	kvfree(copy);
}

static int compare_words(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(u32));
}

/* As many exemptions as there may be, of all lengths. */
static void test_many(void)
{
	static struct icmpg_prefix many[ICMPGUARD_EXEMPTIONS_MAX + 1];
	struct icmpg_prefix_list *list = NULL;
	static __be32 sorted[ICMPGUARD_EXEMPTIONS_MAX];
	unsigned int i, found = 0, tries = 200000;
	struct icmpg_prefix one;

	for (i = 0; i < ARRAY_SIZE(many); i++) {
		one = (struct icmpg_prefix){ .family = ICMPG_IPV4, .bits = 32 };
		one.addr[0] = cpu_to_be32(i * 2654435761U);
		many[i] = one;
	}
	REQUIRE(!icmpg_prefix_list_change(&list, many, ICMPGUARD_EXEMPTIONS_MAX,
					  false, ICMPGUARD_EXEMPTIONS_MAX,
					  NULL));
	EXPECT(list->count == ICMPGUARD_EXEMPTIONS_MAX);
	EXPECT(icmpg_prefix_list_change(&list,
					&many[ICMPGUARD_EXEMPTIONS_MAX], 1,
					false, ICMPGUARD_EXEMPTIONS_MAX,
					NULL) == -ENOSPC);
	for (i = 0; i < ICMPGUARD_EXEMPTIONS_MAX; i++) {
		EXPECT(icmpg_prefix_list_has(list, ICMPG_IPV4, many[i].addr,
					     "eth0"));
		sorted[i] = many[i].addr[0];
	}
	qsort(sorted, ICMPGUARD_EXEMPTIONS_MAX, sizeof(sorted[0]),
	      compare_words);
	for (i = 0; i < tries; i++) {
		__be32 addr = ktap_random();
		bool there = bsearch(&addr, sorted, ICMPGUARD_EXEMPTIONS_MAX,
				     sizeof(addr), compare_words);

		if (i % 2)
			addr = sorted[i % ICMPGUARD_EXEMPTIONS_MAX];
		found += icmpg_prefix_list_has(list, ICMPG_IPV4, &addr, NULL) !=
			 (i % 2 ? true : there);
	}
	EXPECT(!found, "%u of %u wrong", found, tries);
	/* Every second one out again, in one change. */
	for (i = 0; i < ICMPGUARD_EXEMPTIONS_MAX / 2; i++)
		many[i] = many[2 * i];
	REQUIRE(!icmpg_prefix_list_change(&list, many, i, true,
					  ICMPGUARD_EXEMPTIONS_MAX, NULL));
	EXPECT(list->count == ICMPGUARD_EXEMPTIONS_MAX / 2);
	kvfree(list);
}

static const struct ktap_test tests[] = {
	{ "addresses and devices that match", test_match },
	{ "the prefix of all addresses", test_any },
	{ "long names of devices", test_names },
	{ "changes that are made, and that are not", test_change },
	{ "no memory", test_no_memory },
	{ "prefixes that there are", test_check },
	{ "names of devices that there are", test_check_names },
	{ "random changes and look-ups, as the twin has them", test_random },
	{ "10,000 prefixes", test_many },
};

KTAP_MAIN(tests)
