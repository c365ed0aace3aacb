// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the module tells: configuration, counters, refusals, and bytes that are
 * none of these.
 */
#include "unit.h"

#include <linux/icmpguard.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config.h"
#include "out.h"
#include "stats.h"
#include "why.h"

/* Every setting once, as the kernel might tell them. */
static struct icmpg_message *icmpg_unit_all(void)
{
	struct icmpg_message *msg = icmpg_nlattr_message_create(
		ICMPGUARD_CMD_CONFIG_GET, ICMPG_NLATTR_DUMP);
	struct icmpg_setting setting;
	struct icmpg_error error;
	size_t i;

	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_CONFIG_GENERATION, 7);
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_CONFIG_EXEMPTION_COUNT, 9);
	for (i = 0; i < icmpg_unit_right_count; i++) {
		icmpg_unit_parse_line(icmpg_unit_right[i].text, &setting, &error);
		icmpg_model_put(msg, &setting);
	}
	return msg;
}

static void icmpg_unit_config_take(void)
{
	struct icmpg_message *msg = icmpg_unit_all();
	struct icmpg_config config;
	size_t i, exempt = 0;

	memset(&config, 0, sizeof(config));
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_CONFIG_MAX + 1, 1);
	icmpg_config_take(&config, icmpg_nlattr_message_attrs(msg));
	CHECK(config.generation == 7, "%u", config.generation);
	CHECK(config.settings.count == icmpg_unit_right_count, "%zu",
	      config.settings.count);
	for (i = 0; i < config.settings.count; i++)
		exempt += config.settings.at[i].key == ICMPG_KEY_EXEMPT;
	CHECK(icmpg_config_hidden(&config) == 9 - exempt, "%u",
	      icmpg_config_hidden(&config));
	icmpg_config_clear(&config);
	icmpg_nlattr_message_destroy(msg);
}

static void icmpg_unit_take_bytes(const char *bytes, size_t size)
{
	struct icmpg_cursor cursor = { .at = bytes, .left = size };
	struct icmpg_refusal refusal = { .error = 0 };
	struct icmpg_stats *stats = calloc(1, sizeof(*stats));
	struct icmpg_state state = { .mode = 0 };
	struct icmpg_why *why = calloc(1, sizeof(*why));
	struct icmpg_config config;
	size_t i;

	memset(&config, 0, sizeof(config));
	icmpg_config_take(&config, cursor);
	icmpg_model_sort(&config.settings);
	for (i = 0; i < config.settings.count; i++)
		icmpg_out_setting(&config.settings.at[i]);
	icmpg_stats_take(stats, cursor);
	icmpg_stats_take_state(&state, cursor);
	icmpg_why_take(why, cursor);
	icmpg_nlsock_refusal_read(bytes, size, &refusal);
	icmpg_config_clear(&config);
	free(why);
	free(stats);
}

/* Cut short, and with bytes changed: nothing is read past the end. */
static void icmpg_unit_malformed(void)
{
	struct icmpg_message *msg = icmpg_unit_all();
	struct icmpg_cursor cursor = icmpg_nlattr_message_attrs(msg);
	unsigned int seed = (unsigned int)getpid();
	size_t size, i;
	char *bytes;

	for (size = 0; size <= cursor.left; size++) {
		bytes = malloc(size ? size : 1);
		memcpy(bytes, cursor.at, size);
		icmpg_unit_take_bytes(bytes, size);
		free(bytes);
	}
	printf("# malformed: seed %u\n", seed);
	srand(seed);
	bytes = malloc(cursor.left);
	for (i = 0; i < 2000; i++) {
		size_t changes = 1 + (size_t)rand() % 8;

		memcpy(bytes, cursor.at, cursor.left);
		while (changes--)
			bytes[(size_t)rand() % cursor.left] = (char)rand();
		icmpg_unit_take_bytes(bytes, cursor.left);
	}
	free(bytes);
	icmpg_nlattr_message_destroy(msg);
}

static void icmpg_unit_message_full(void)
{
	struct icmpg_message *msg = icmpg_nlattr_message_create(
		1, ICMPG_NLATTR_DO);
	struct icmpg_attribute attr;
	struct icmpg_cursor cursor;
	uint32_t i, nest, count = 0;

	for (i = 0; i < ICMPG_NLATTR_ROOM; i++) {
		nest = icmpg_nlattr_nest_begin(msg, 1);
		icmpg_nlattr_put_u32(msg, 2, i);
		icmpg_nlattr_nest_end(msg, nest);
	}
	CHECK(icmpg_nlattr_message_size(msg) <= ICMPG_NLATTR_ROOM, "%u",
	      icmpg_nlattr_message_size(msg));
	cursor = icmpg_nlattr_message_attrs(msg);
	while (icmpg_nlattr_next(&cursor, &attr))
		count++;
	CHECK(count > 5000, "%u", count);
	CHECK(icmpg_nlattr_message_type_at(msg, 20) == 1, "%u",
	      icmpg_nlattr_message_type_at(msg, 20));
	CHECK(icmpg_nlattr_message_type_at(msg, 24) == 2, "%u",
	      icmpg_nlattr_message_type_at(msg, 24));
	CHECK(!icmpg_nlattr_message_type_at(msg, 16), "head");
	CHECK(!icmpg_nlattr_message_type_at(msg, 21), "odd");
	CHECK(!icmpg_nlattr_message_type_at(msg, UINT32_MAX - 3), "beyond");
	icmpg_nlattr_message_destroy(msg);
}

static void icmpg_unit_refusal(void)
{
	struct icmpg_message *msg = icmpg_nlattr_message_create(
		1, ICMPG_NLATTR_DO);
	struct icmpg_refusal refusal = { .error = 1 };
	struct icmpg_cursor attrs;
	char sentence[700];

	memset(sentence, 'x', sizeof(sentence) - 1);
	sentence[sizeof(sentence) - 1] = '\0';
	icmpg_nlattr_put_string(msg, NLMSGERR_ATTR_MSG, sentence);
	icmpg_nlattr_put_u32(msg, NLMSGERR_ATTR_OFFS, 24);
	icmpg_nlattr_put_u32(msg, NLMSGERR_ATTR_MISS_TYPE, 3);
	icmpg_nlattr_put_u32(msg, 99, 5);
	attrs = icmpg_nlattr_message_attrs(msg);
	icmpg_nlsock_refusal_read(attrs.at, attrs.left, &refusal);
	CHECK(strlen(refusal.sentence) == sizeof(refusal.sentence) - 1,
	      "%zu", strlen(refusal.sentence));
	CHECK(refusal.offset == 24 && refusal.missing == 3, "%u %u",
	      refusal.offset, refusal.missing);
	icmpg_nlattr_message_destroy(msg);
}

static void icmpg_unit_put_u64(struct icmpg_message *msg, uint16_t type,
			       uint64_t value)
{
	icmpg_nlattr_put(msg, type, &value, sizeof(value));
}

/* One message of a stats-get, with one reason. */
static void icmpg_unit_stats_add(struct icmpg_stats *stats, uint32_t family,
				 uint32_t class, uint32_t reason)
{
	struct icmpg_message *msg = icmpg_nlattr_message_create(
		1, ICMPG_NLATTR_DO);
	uint32_t nest;

	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_STATS_FAMILY, family);
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_STATS_CLASS, class);
	icmpg_unit_put_u64(msg, ICMPGUARD_A_STATS_PASSED, 1);
	icmpg_unit_put_u64(msg, ICMPGUARD_A_STATS_DROPPED, 1ull << 40);
	nest = icmpg_nlattr_nest_begin(msg, ICMPGUARD_A_STATS_REASON);
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_REASON_ID, reason);
	icmpg_unit_put_u64(msg, ICMPGUARD_A_REASON_DROPPED, 1ull << 40);
	icmpg_nlattr_nest_end(msg, nest);
	icmpg_stats_take(stats, icmpg_nlattr_message_attrs(msg));
	icmpg_nlattr_message_destroy(msg);
}

static void icmpg_unit_stats(void)
{
	struct icmpg_stats *stats = calloc(1, sizeof(*stats));
	struct icmpg_count count;

	icmpg_unit_stats_add(stats, AF_INET, 1, ICMPGUARD_REASON_OVERSIZED);
	icmpg_unit_stats_add(stats, AF_INET6, 1, ICMPGUARD_REASON_OVERSIZED);
	icmpg_unit_stats_add(stats, AF_INET, 1000, 1000);
	icmpg_unit_stats_add(stats, AF_INET, 1001, UINT32_MAX);
	count = icmpg_stats_sum(stats, 1, ICMPGUARD_REASON_OVERSIZED);
	CHECK(count.dropped == 2ull << 40, "%llu",
	      (unsigned long long)count.dropped);
	count = icmpg_stats_sum(stats, 0, 0);
	CHECK(count.dropped == 2ull << 40, "%llu",
	      (unsigned long long)count.dropped);
	count = icmpg_stats_total(stats);
	CHECK(count.passed == 4 && count.dropped == 4ull << 40, "%llu",
	      (unsigned long long)count.passed);
	free(stats);
}

static void icmpg_unit_why_class(struct icmpg_message *msg, uint32_t class,
				 unsigned int limits)
{
	uint32_t outer = icmpg_nlattr_nest_begin(msg, ICMPGUARD_A_WHY_CLASS);
	uint32_t scope, inner;

	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WHY_CLASS_ID, class);
	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WHY_CLASS_REASON, class + 1);
	for (scope = 1; scope <= limits; scope++) {
		inner = icmpg_nlattr_nest_begin(msg, ICMPGUARD_A_WHY_CLASS_LIMIT);
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WHY_LIMIT_SCOPE, scope);
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WHY_LIMIT_COUNT, 10);
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WHY_LIMIT_UNIT, 20);
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WHY_LIMIT_BURST, 30);
		icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WHY_LIMIT_LEFT, 7 * scope);
		icmpg_nlattr_nest_end(msg, inner);
	}
	icmpg_nlattr_nest_end(msg, outer);
}

/* As many as a newer module may tell, and no more than there is room for. */
static void icmpg_unit_why(void)
{
	struct icmpg_message *msg = icmpg_nlattr_message_create(
		ICMPGUARD_CMD_WHY_GET, ICMPG_NLATTR_DO);
	struct icmpg_why *why = calloc(1, sizeof(*why));
	uint32_t class;

	icmpg_nlattr_put_u32(msg, ICMPGUARD_A_WHY_MODE, 3);
	icmpg_nlattr_put_u8(msg, ICMPGUARD_A_WHY_EXEMPT, 1);
	for (class = 1; class < 60; class++)
		icmpg_unit_why_class(msg, class, class);
	icmpg_why_take(why, icmpg_nlattr_message_attrs(msg));
	CHECK(why->mode == 3 && why->exempt == 1, "%u %u", why->mode,
	      why->exempt);
	CHECK(why->classes == ICMPG_WHY_CLASSES, "%zu", why->classes);
	for (class = 1; class <= why->classes; class++) {
		const struct icmpg_why_class *at = &why->class[class - 1];

		CHECK(at->class == class && at->reason == class + 1, "%u",
		      at->class);
		CHECK(at->limits == (class < ICMPG_WHY_LIMITS ? class :
				     ICMPG_WHY_LIMITS), "%zu", at->limits);
		CHECK(at->limit[0].scope == 1 && at->limit[0].count == 10 &&
		      at->limit[0].unit == 20 && at->limit[0].burst == 30 &&
		      at->limit[0].left == 7, "%u", at->limit[0].left);
	}
	free(why);
	icmpg_nlattr_message_destroy(msg);
}

const struct icmpg_unit_test icmpg_unit_messages[] = {
	{ "messages with a configuration", icmpg_unit_config_take },
	{ "messages that are malformed", icmpg_unit_malformed },
	{ "messages that are full", icmpg_unit_message_full },
	{ "refusals", icmpg_unit_refusal },
	{ "counters", icmpg_unit_stats },
	{ "what would become of a packet", icmpg_unit_why },
	{ NULL, NULL },
};
