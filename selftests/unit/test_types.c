// SPDX-License-Identifier: GPL-2.0-only
/* What an operator says about single types and directions, and what comes of it. */
#include "classify_type.h"
#include "policy.h"

#include "unit.h"

#define ACTION(action)	ICMPGUARD_ACTION_##action

static struct icmpg_type_setting type_setting(u8 family, u8 type, u16 code,
					      u8 action, bool force)
{
	struct icmpg_type_setting setting = { family, type, code, action,
					      force };

	return setting;
}

static int set_type(struct icmpg_settings *set, u8 family, u8 type, u16 code,
		    u8 action)
{
	struct icmpg_type_setting setting = type_setting(family, type, code,
							 action, false);

	return icmpg_types_set(set, &setting, NULL);
}

/* The action for a packet, 0 if its class tells. */
static u8 ask(const struct icmpg_config *config, u8 family, u8 type, u8 code)
{
	struct icmpg_pkt pkt = family == ICMPG_IPV4 ?
		unit_pkt(CLASS(OTHER), "192.0.2.1", "192.0.2.2") :
		unit_pkt(CLASS(OTHER), "2001:db8::1", "2001:db8::2");

	pkt.type = type;
	pkt.code = code;
	return icmpg_policy_type(config, &pkt);
}

/* Type and code before type; each family for itself. */
static void test_precedence(void)
{
	struct icmpg_settings set;
	struct icmpg_config *config;

	unit_settings_init(&set);
	config = unit_config(&set);
	EXPECT(!ask(config, ICMPG_IPV4, 42, 0));
	icmpg_config_destroy(config);

	EXPECT(!set_type(&set, ICMPG_IPV4, 42, ICMPG_ANY_CODE, ACTION(DROP)));
	EXPECT(!set_type(&set, ICMPG_IPV4, 42, 7, ACTION(ACCEPT)));
	EXPECT(!set_type(&set, ICMPG_IPV6, 200, ICMPG_ANY_CODE,
			 ACTION(ACCEPT)));
	EXPECT(!set_type(&set, ICMPG_IPV6, 255, 255, ACTION(DROP)));
	EXPECT(!set_type(&set, ICMPG_IPV4, 0, 0, ACTION(DROP)));
	config = unit_config(&set);
	EXPECT(ask(config, ICMPG_IPV4, 42, 0) == ACTION(DROP));
	EXPECT(ask(config, ICMPG_IPV4, 42, 255) == ACTION(DROP));
	EXPECT(ask(config, ICMPG_IPV4, 42, 7) == ACTION(ACCEPT));
	EXPECT(!ask(config, ICMPG_IPV6, 42, 0));
	EXPECT(!ask(config, ICMPG_IPV4, 200, 0));
	EXPECT(ask(config, ICMPG_IPV6, 200, 9) == ACTION(ACCEPT));
	EXPECT(ask(config, ICMPG_IPV6, 255, 255) == ACTION(DROP));
	EXPECT(!ask(config, ICMPG_IPV6, 255, 254));
	EXPECT(ask(config, ICMPG_IPV4, 0, 0) == ACTION(DROP));
	EXPECT(!ask(config, ICMPG_IPV4, 0, 1));
	icmpg_config_destroy(config);
}

/* What has no type has none that is said to be dropped. */
static void test_no_type(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(FRAGMENT), "192.0.2.1",
					"192.0.2.2");
	struct icmpg_settings set;
	struct icmpg_config *config;

	unit_settings_init(&set);
	EXPECT(!set_type(&set, ICMPG_IPV4, 0, ICMPG_ANY_CODE, ACTION(DROP)));
	config = unit_config(&set);
	pkt.part = ICMPG_PART_LATER;
	EXPECT(!icmpg_policy_type(config, &pkt));
	pkt.part = ICMPG_PART_FIRST;
	EXPECT(icmpg_policy_type(config, &pkt) == ACTION(DROP));
	pkt.length = 2;
	EXPECT(icmpg_policy_type(config, &pkt) == ACTION(DROP));
	pkt.length = 1;
	EXPECT(!icmpg_policy_type(config, &pkt));
	icmpg_config_destroy(config);
}

/* Any changes, beside a table of all types and codes. */
static void test_any_changes(void)
{
	static u8 twin[ICMPG_FAMILIES][256][257];
	struct icmpg_settings set;
	u32 entries = 0, i;

	unit_settings_init(&set);
	memset(twin, 0, sizeof(twin));
	for (i = 0; i < 20000; i++) {
		struct icmpg_type_setting setting = type_setting(
			ktap_random() % 2, ktap_random() % 2 ?
			ktap_random() % 8 : ktap_random() % 256,
			ktap_random() % 2 ? ICMPG_ANY_CODE :
			ktap_random() % 4, 1 + ktap_random() % 3, true);
		u8 *at = &twin[setting.family][setting.type][setting.code];
		bool full = entries == ICMPGUARD_TYPES_MAX && !*at;

		if (ktap_random() % (1 + entries / 32) > 0) {
			icmpg_types_delete(&set, &setting);
			entries -= *at > 0;
			*at = 0;
		} else {
			EXPECT(icmpg_types_set(&set, &setting, NULL) ==
			       (full ? -ENOSPC : 0));
			entries += !full && !*at;
			*at = full ? 0 : setting.action;
		}
		EXPECT(set.type_count == entries, "%u, not %u",
		       set.type_count, entries);
	}
	for (i = 0; i < sizeof(twin); i++) {
		u8 family = i / (256 * 257), type = i / 257 % 256;
		const struct icmpg_type_setting *at;

		at = icmpg_types_find(&set, family, type, i % 257);
		EXPECT((at ? at->action : 0) ==
		       twin[family][type][i % 257], "%u %u %u", family, type,
		       i % 257);
	}
}

/* So many and no more; what is there can always be changed. */
static void test_full(void)
{
	struct netlink_ext_ack extack = {};
	struct icmpg_type_setting one_more;
	struct icmpg_settings set;
	u32 i;

	unit_settings_init(&set);
	for (i = 0; i < ICMPGUARD_TYPES_MAX; i++)
		EXPECT(!set_type(&set, ICMPG_IPV4, 100, i, ACTION(DROP)));
	one_more = type_setting(ICMPG_IPV6, 200, 1, ACTION(DROP), false);
	EXPECT(icmpg_types_set(&set, &one_more, &extack) == -ENOSPC);
	EXPECT(extack._msg && strstr(extack._msg, "128"));
	EXPECT(!set_type(&set, ICMPG_IPV4, 100, 127, ACTION(ACCEPT)));
	EXPECT(icmpg_types_find(&set, ICMPG_IPV4, 100, 127)->action ==
	       ACTION(ACCEPT));
}

/* Types without which the network is unusable: one of their codes is enough. */
static void test_guarded(void)
{
	static const struct {
		u8 family;
		u8 type;
		u16 code;
		bool guarded;
	} rows[] = {
		{ ICMPG_IPV4, 3, ICMPG_ANY_CODE, true },
		{ ICMPG_IPV4, 3, 4, true }, { ICMPG_IPV4, 3, 3, false },
		{ ICMPG_IPV4, 9, 0, true }, { ICMPG_IPV4, 8, 4, false },
		{ ICMPG_IPV6, 2, ICMPG_ANY_CODE, true },
		{ ICMPG_IPV6, 135, ICMPG_ANY_CODE, true },
		{ ICMPG_IPV6, 135, 200, true }, { ICMPG_IPV6, 143, 0, true },
		{ ICMPG_IPV6, 137, ICMPG_ANY_CODE, false },
		{ ICMPG_IPV6, 3, ICMPG_ANY_CODE, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct netlink_ext_ack extack = {};
		struct icmpg_type_setting setting = type_setting(rows[i].family,
			rows[i].type, rows[i].code, ACTION(DROP), false);
		struct icmpg_settings set;

		EXPECT(icmpg_classify_is_guarded(rows[i].family, rows[i].type,
						 rows[i].code) ==
		       rows[i].guarded, "row %u", i);
		unit_settings_init(&set);
		EXPECT(!icmpg_types_set(&set, &setting, NULL));
		EXPECT(icmpg_settings_check(&set, &extack) ==
		       (rows[i].guarded ? -EINVAL : 0), "row %u", i);
		EXPECT(!extack._msg == !rows[i].guarded);
		set.type[0].force = true;
		EXPECT(!icmpg_settings_check(&set, &extack), "row %u", i);
		set.type[0].force = false;
		set.type[0].action = ACTION(ACCEPT);
		EXPECT(!icmpg_settings_check(&set, &extack), "row %u", i);
	}
}

/* A type or a direction that is limited takes its class's limits. */
static void test_limits(void)
{
	struct netlink_ext_ack extack = {};
	struct icmpg_settings set;
	struct icmpg_config *config;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(TIMESTAMP), SCOPE(PAIR), 5,
		       ICMPGUARD_UNIT_SECOND, 5);
	set.class[CLASS(TIMESTAMP)].action = ACTION(DROP);
	config = unit_config(&set);
	EXPECT(!config->class[CLASS(TIMESTAMP)].scopes);
	icmpg_config_destroy(config);
	EXPECT(!set_type(&set, ICMPG_IPV4, 14, 0, ACTION(LIMIT)));
	config = unit_config(&set);
	EXPECT(config->class[CLASS(TIMESTAMP)].scopes ==
	       (ICMPG_SCOPE_BIT(PAIR) | ICMPG_SCOPE_BIT(ROUTER)));
	EXPECT(config->class[CLASS(TIMESTAMP)].action == ACTION(DROP));
	icmpg_config_destroy(config);
	set.type_count = 0;
	set.direction[CLASS(TIMESTAMP)][ICMPGUARD_DIRECTION_LOCAL].action =
		ACTION(LIMIT);
	config = unit_config(&set);
	EXPECT(config->class[CLASS(TIMESTAMP)].scopes ==
	       (ICMPG_SCOPE_BIT(PAIR) | ICMPG_SCOPE_BIT(ROUTER)));
	EXPECT(config->class[CLASS(TIMESTAMP)].by_direction);
	icmpg_config_destroy(config);

	/* All codes of a type: one of them is of another class. */
	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(PATH_MTU), SCOPE(DESTINATION), 5,
		       ICMPGUARD_UNIT_HOUR, 5);
	unit_set_limit(&set, CLASS(UNREACHABLE), SCOPE(DESTINATION), 5,
		       ICMPGUARD_UNIT_HOUR, 5);
	set.class[CLASS(PATH_MTU)].action = ACTION(ACCEPT);
	EXPECT(!set_type(&set, ICMPG_IPV4, 3, 5, ACTION(LIMIT)));
	config = unit_config(&set);
	EXPECT(!(config->class[CLASS(PATH_MTU)].scopes &
		 ICMPG_SCOPE_BIT(DESTINATION)));
	icmpg_config_destroy(config);
	EXPECT(!set_type(&set, ICMPG_IPV4, 3, ICMPG_ANY_CODE, ACTION(LIMIT)));
	config = unit_config(&set);
	EXPECT(config->class[CLASS(PATH_MTU)].scopes &
	       ICMPG_SCOPE_BIT(DESTINATION));
	icmpg_config_destroy(config);

	/* One that senders share is needed as ever. */
	unit_settings_init(&set);
	EXPECT(!set_type(&set, ICMPG_IPV4, 5, ICMPG_ANY_CODE, ACTION(LIMIT)));
	EXPECT(icmpg_settings_check(&set, &extack) == -EINVAL);
	EXPECT(extack._msg && strstr(extack._msg, "redirect"), "%s",
	       extack._msg);
	set.type_count = 0;
	set.direction[CLASS(REDIRECT)][ICMPGUARD_DIRECTION_TRANSIT].action =
		ACTION(LIMIT);
	EXPECT(icmpg_settings_check(&set, &extack) == -EINVAL);
}

static void test_direction(void)
{
	struct netlink_ext_ack extack = {};
	const struct icmpg_class_config *class;
	struct icmpg_class_setting *local;
	struct icmpg_settings set;
	struct icmpg_config *config;

	unit_settings_init(&set);
	set.class[CLASS(TIMESTAMP)].action = ACTION(ACCEPT);
	local = &set.direction[CLASS(TIMESTAMP)][ICMPGUARD_DIRECTION_LOCAL];
	local->action = ACTION(DROP);
	config = unit_config(&set);
	class = &config->class[CLASS(TIMESTAMP)];
	EXPECT(class->by_direction);
	EXPECT(class->action == ACTION(ACCEPT));
	EXPECT(class->direction[ICMPGUARD_DIRECTION_LOCAL] == ACTION(DROP));
	EXPECT(class->direction[ICMPGUARD_DIRECTION_TRANSIT] ==
	       ACTION(ACCEPT));
	EXPECT(!config->class[CLASS(REDIRECT)].by_direction);
	icmpg_config_destroy(config);

	local = &set.direction[CLASS(PATH_MTU)][ICMPGUARD_DIRECTION_LOCAL];
	local->action = ACTION(DROP);
	EXPECT(icmpg_settings_check(&set, &extack) == -EINVAL);
	EXPECT(extack._msg && strstr(extack._msg, "path-mtu"));
	local->force = true;
	EXPECT(!icmpg_settings_check(&set, &extack));
	local->action = 4;
	EXPECT(icmpg_settings_check(&set, &extack) == -EINVAL);
}

static const struct ktap_test tests[] = {
	{ "type and code, then type", test_precedence },
	{ "what has no type", test_no_type },
	{ "any changes", test_any_changes },
	{ "a full list", test_full },
	{ "guarded types take force", test_guarded },
	{ "limited types have the limits of their class", test_limits },
	{ "directions of a class", test_direction },
};

KTAP_MAIN(tests)
