// SPDX-License-Identifier: GPL-2.0-only
/* What the packet path gets of what an operator set. */
#include <string.h>

#include <linux/jiffies.h>

#include "hash.h"
#include "unit.h"

static const struct icmpg_key secret = { .k = { 1, 2 } };

/* Each class and scope has a place of its own in the slots' seven bits. */
static void test_index(void)
{
	bool taken[256] = { false };
	u8 class, scope, index;

	for (class = 1; class <= ICMPGUARD_CLASS_MAX; class++) {
		for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
			if (ICMPG_SCOPES_SINGLE & 1u << scope)
				continue;
			index = icmpg_limit_index(class, scope);
			EXPECT(index >= 1 && index <= 127, "%u %u: %u", class,
			       scope, index);
			EXPECT(!taken[index], "%u %u: %u", class, scope, index);
			taken[index] = true;
		}
	}
}

static void check_limit(const struct icmpg_config *config,
			const struct icmpg_settings *set, u8 class, u8 scope)
{
	const struct icmpg_limit *limit = &config->class[class].limit[scope];
	const struct icmpg_rate *rate = &set->limit[class][scope];
	bool in = config->class[class].scopes & 1u << scope;
	u8 index = icmpg_limit_index(class, scope);
	struct icmpg_limit wanted = {};

	EXPECT(in == (rate->count &&
		      set->class[class].action == ICMPGUARD_ACTION_LIMIT),
	       "%u %u", class, scope);
	if (ICMPG_SCOPES_SINGLE & 1u << scope)
		EXPECT(!limit->index);
	else
		EXPECT(config->limit[index] == (in ? limit : NULL), "%u %u",
		       class, scope);
	if (!in)
		return;
	EXPECT(!icmpg_limit_build(&wanted, rate));
	EXPECT(limit->t == wanted.t && limit->tau == wanted.tau &&
	       limit->shift == wanted.shift && limit->window == wanted.window &&
	       limit->tau_ns == wanted.tau_ns && limit->t_ns == wanted.t_ns &&
	       limit->inv == wanted.inv, "%u %u", class, scope);
	if (!(ICMPG_SCOPES_SINGLE & 1u << scope))
		EXPECT(limit->index == index, "%u %u", class, scope);
}

static void test_build(void)
{
	struct icmpg_settings set, copy;
	struct icmpg_config *config;
	u8 class, scope;

	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);
	set.class[CLASS(UNREACHABLE)].action = ICMPGUARD_ACTION_ACCEPT;
	set.class[CLASS(TIMESTAMP)].action = ICMPGUARD_ACTION_DROP;
	unit_set_limit(&set, CLASS(ALL), SCOPE(TOTAL), 5000,
		       ICMPGUARD_UNIT_SECOND, 5000);
	unit_set_limit(&set, CLASS(ALL), SCOPE(INTERFACE), 7,
		       ICMPGUARD_UNIT_MINUTE, 3);
	copy = set;
	config = icmpg_config_build(&copy, &secret, NULL);
	REQUIRE(!IS_ERR(config));
	for (class = 1; class <= ICMPGUARD_CLASS_MAX; class++) {
		EXPECT(config->class[class].action == set.class[class].action);
		for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++)
			check_limit(config, &set, class, scope);
	}
	EXPECT(!config->limit[0]);
	EXPECT(!memcmp(&config->set, &set, sizeof(set)));
	icmpg_config_destroy(config);
}

/* No two limits hash alike, nor do the families of one that has addresses. */
static void test_keys(void)
{
	struct icmpg_config *config, *other;
	struct icmpg_key seen[256];
	struct icmpg_settings set;
	unsigned int keys = 0, i;
	u8 index, family;

	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);
	config = icmpg_config_build(&set, &secret, NULL);
	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);
	other = icmpg_config_build(&set, &(struct icmpg_key){ { 1, 3 } }, NULL);
	REQUIRE(!IS_ERR(config) && !IS_ERR(other));
	for (index = 1; index < 128; index++) {
		const struct icmpg_limit *limit = config->limit[index];

		for (family = 0; limit && family < ICMPG_FAMILIES; family++) {
			for (i = 0; i < keys; i++)
				EXPECT(limit->key[family].k[0] != seen[i].k[0] &&
				       limit->key[family].k[1] != seen[i].k[1],
				       "%u of family %u", index, family);
			EXPECT(memcmp(&limit->key[family],
				      &other->limit[index]->key[family], 16));
			EXPECT(limit->key[family].k[0] != secret.k[0]);
			if (index % ICMPGUARD_SCOPE_INTERFACE)
				seen[keys++] = limit->key[family];
		}
	}
	EXPECT(keys >= 40, "%u", keys);
	icmpg_config_destroy(config);
	icmpg_config_destroy(other);
}

/*
 * A device is one bucket, whichever family comes in on it. A bucket whose
 * limit has got other units is another bucket.
 */
static void test_same_keys(void)
{
	struct icmpg_config *config, *slower, *alike;
	const struct icmpg_limit *a, *b, *c;
	struct icmpg_settings set;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(OTHER), SCOPE(INTERFACE), 100,
		       ICMPGUARD_UNIT_SECOND, 10);
	config = unit_config(&set);
	/* 100 and 104 a second have the same units, 10 a second hasn't. */
	unit_set_limit(&set, CLASS(OTHER), SCOPE(INTERFACE), 104,
		       ICMPGUARD_UNIT_SECOND, 1);
	alike = unit_config(&set);
	unit_set_limit(&set, CLASS(OTHER), SCOPE(INTERFACE), 10,
		       ICMPGUARD_UNIT_SECOND, 10);
	slower = unit_config(&set);
	a = &config->class[CLASS(OTHER)].limit[SCOPE(INTERFACE)];
	b = &alike->class[CLASS(OTHER)].limit[SCOPE(INTERFACE)];
	c = &slower->class[CLASS(OTHER)].limit[SCOPE(INTERFACE)];
	EXPECT(!memcmp(&a->key[0], &a->key[1], sizeof(a->key[0])));
	EXPECT(a->shift == b->shift && a->shift != c->shift);
	EXPECT(!memcmp(a->key, b->key, sizeof(a->key)));
	EXPECT(memcmp(&a->key[0], &c->key[0], sizeof(a->key[0])));
	icmpg_config_destroy(config);
	icmpg_config_destroy(alike);
	icmpg_config_destroy(slower);
}

/* @bits ones from the first bit of the address on, then zeros. */
static void check_mask(const struct icmpg_config *config, u8 scope, u8 family,
		       unsigned int bits)
{
	const u8 *mask = (const u8 *)config->mask[scope][family];
	const u8 *ipv4 = (const u8 *)&config->mask_ipv4[scope];
	unsigned int i;

	for (i = 0; family == ICMPG_IPV4 && i < 32; i += 8)
		EXPECT(mask[i / 8] == ipv4[i / 8], "scope %u, %u bits", scope,
		       bits);

	for (i = 0; i < 128; i++)
		EXPECT(!(mask[i / 8] & 0x80 >> i % 8) == (i >= bits),
		       "scope %u, family %u, %u bits: bit %u", scope, family,
		       bits, i);
}

static void test_masks(void)
{
	struct icmpg_settings set;
	struct icmpg_config *config;
	unsigned int bits;

	for (bits = 1; bits <= 128; bits++) {
		u8 v4 = bits < 32 ? bits : 32;

		unit_settings_init(&set);
		set.width[SCOPE(SOURCE)][ICMPG_IPV6] = bits;
		set.width[SCOPE(SOURCE_NET)][ICMPG_IPV6] = (bits + 1) / 2;
		set.width[SCOPE(DESTINATION_NET)][ICMPG_IPV6] = bits;
		set.width[SCOPE(SOURCE)][ICMPG_IPV4] = v4;
		set.width[SCOPE(SOURCE_NET)][ICMPG_IPV4] = (v4 + 1) / 2;
		set.width[SCOPE(DESTINATION_NET)][ICMPG_IPV4] = v4;
		config = unit_config(&set);
		check_mask(config, SCOPE(PAIR), ICMPG_IPV6, bits);
		check_mask(config, SCOPE(PAIR), ICMPG_IPV4, v4);
		check_mask(config, SCOPE(SOURCE), ICMPG_IPV6, bits);
		check_mask(config, SCOPE(SOURCE), ICMPG_IPV4, v4);
		check_mask(config, SCOPE(SOURCE_NET), ICMPG_IPV6, (bits + 1) / 2);
		check_mask(config, SCOPE(SOURCE_NET), ICMPG_IPV4, (v4 + 1) / 2);
		check_mask(config, SCOPE(DESTINATION), ICMPG_IPV6, 128);
		check_mask(config, SCOPE(DESTINATION), ICMPG_IPV4, 32);
		check_mask(config, SCOPE(DESTINATION_NET), ICMPG_IPV6, bits);
		check_mask(config, SCOPE(DESTINATION_NET), ICMPG_IPV4, v4);
		icmpg_config_destroy(config);
	}
}

static bool is_precise(u8 scope, u32 count, u8 unit, u32 burst)
{
	struct icmpg_settings set;
	struct icmpg_config *config;
	bool precise;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(OTHER), scope, count, unit, burst);
	config = unit_config(&set);
	precise = config->precise_clock;
	icmpg_config_destroy(config);
	return precise;
}

/* At 250 ticks a second: a sender's own limit has to last 8 ms, others 24. */
static void test_clock(void)
{
	struct icmpg_settings set;
	struct icmpg_config *config;

	EXPECT(TICK_NSEC == 4000000);
	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);
	config = icmpg_config_build(&set, &secret, NULL);
	REQUIRE(!IS_ERR(config));
	EXPECT(!config->precise_clock);
	icmpg_config_destroy(config);

	EXPECT(!is_precise(SCOPE(PAIR), 1000, ICMPGUARD_UNIT_SECOND, 8));
	EXPECT(is_precise(SCOPE(PAIR), 1000, ICMPGUARD_UNIT_SECOND, 7));
	EXPECT(!is_precise(SCOPE(SOURCE), 1000, ICMPGUARD_UNIT_SECOND, 8));
	EXPECT(is_precise(SCOPE(SOURCE_NET), 1000, ICMPGUARD_UNIT_SECOND, 8));
	EXPECT(is_precise(SCOPE(DESTINATION), 1000, ICMPGUARD_UNIT_SECOND, 23));
	EXPECT(!is_precise(SCOPE(DESTINATION), 1000, ICMPGUARD_UNIT_SECOND, 24));
	EXPECT(is_precise(SCOPE(ROUTER), 1000, ICMPGUARD_UNIT_SECOND, 23));
	EXPECT(is_precise(SCOPE(PAIR), 10, ICMPGUARD_UNIT_SECOND, 1));
	EXPECT(!is_precise(SCOPE(PAIR), 1, ICMPGUARD_UNIT_HOUR, 1));

	/* What isn't limited needs no clock. */
	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(OTHER), SCOPE(PAIR), 1000000,
		       ICMPGUARD_UNIT_SECOND, 1);
	set.class[CLASS(OTHER)].action = ICMPGUARD_ACTION_DROP;
	config = unit_config(&set);
	EXPECT(!config->precise_clock);
	icmpg_config_destroy(config);
}

/* The lists move; after a failure they are where they were. */
static void test_owner(void)
{
	struct icmpg_prefix_list *exempt, *allow;
	struct netlink_ext_ack extack = {};
	struct icmpg_settings set;
	struct icmpg_config *config;

	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);
	set.exempt = exempt = unit_list("10.0.0.0/8");
	set.broadcast_allow = allow = unit_list("224.0.0.0/24");
	set.max_message = 1;
	config = icmpg_config_build(&set, &secret, &extack);
	EXPECT(IS_ERR(config) && PTR_ERR(config) == -ERANGE);
	EXPECT(extack._msg);
	EXPECT(set.exempt == exempt && set.broadcast_allow == allow);
	set.max_message = 1000;
	unit_alloc_left = 0;
	extack._msg = NULL;
	config = icmpg_config_build(&set, &secret, &extack);
	EXPECT(IS_ERR(config) && PTR_ERR(config) == -ENOMEM);
	EXPECT(unit_alloc_left == -1 && extack._msg);
	EXPECT(set.exempt == exempt && set.broadcast_allow == allow);
	config = icmpg_config_build(&set, &secret, &extack);
	REQUIRE(!IS_ERR(config));
	EXPECT(!set.exempt && !set.broadcast_allow);
	EXPECT(config->set.exempt == exempt &&
	       config->set.broadcast_allow == allow);
	icmpg_config_destroy(config);
}

static const struct ktap_test tests[] = {
	{ "each limit has its own index", test_index },
	{ "limits of all classes and scopes", test_build },
	{ "each limit and family has its own key", test_keys },
	{ "limits that share a key", test_same_keys },
	{ "masks of all widths", test_masks },
	{ "which clock the limits need", test_clock },
	{ "who owns the lists", test_owner },
};

KTAP_MAIN(tests)
