// SPDX-License-Identifier: GPL-2.0-only
/* Settings: to attributes and back, in order, and where an error points to. */
#include "unit.h"

#include <linux/icmpguard.h>
#include <string.h>

#include "out.h"

/* The first attribute of a message. */
static bool icmpg_unit_first(const struct icmpg_message *msg,
			     struct icmpg_attribute *attr)
{
	struct icmpg_cursor cursor = icmpg_nlattr_message_attrs(msg);

	return icmpg_nlattr_next(&cursor, attr);
}

static void icmpg_unit_model_round_trip(void)
{
	struct icmpg_setting setting, again;
	struct icmpg_attribute attr;
	struct icmpg_error error;
	size_t i;

	for (i = 0; i < icmpg_unit_right_count; i++) {
		const char *text = icmpg_unit_right[i].text;
		struct icmpg_message *msg = icmpg_nlattr_message_create(
			ICMPGUARD_CMD_CONFIG_SET, ICMPG_NLATTR_DO);
		uint32_t empty = icmpg_nlattr_message_size(msg);

		icmpg_unit_parse_line(text, &setting, &error);
		icmpg_model_put(msg, &setting);
		CHECK(icmpg_nlattr_message_size(msg) - empty <= 64, "%s: %u",
		      text, icmpg_nlattr_message_size(msg) - empty);
		CHECK(icmpg_unit_first(msg, &attr), "%s", text);
		CHECK(icmpg_model_get(&attr, &again), "%s", text);
		CHECK(setting.key == again.key, "%s", text);
		CHECK(!icmpg_model_compare(&setting, &again), "%s", text);
		CHECK(icmpg_model_is_same(&setting, &again), "%s", text);
		icmpg_nlattr_message_destroy(msg);
	}
}

/* What can't be a setting isn't one. */
static void icmpg_unit_model_nonsense(void)
{
	static const uint8_t address[16] = { 10 };
	struct icmpg_setting setting;
	struct icmpg_attribute attr;
	struct icmpg_message *msg;
	uint32_t nest;

#define BUILD(type, ...)						\
	do {								\
		msg = icmpg_nlattr_message_create(1, ICMPG_NLATTR_DO);	\
		nest = icmpg_nlattr_nest_begin(msg, type);		\
		__VA_ARGS__;						\
		icmpg_nlattr_nest_end(msg, nest);			\
		icmpg_unit_first(msg, &attr);				\
		CHECK(!icmpg_model_get(&attr, &setting), #__VA_ARGS__);	\
		icmpg_nlattr_message_destroy(msg);			\
	} while (0)
#define U32(type, value) icmpg_nlattr_put_u32(msg, type, value)

	BUILD(ICMPGUARD_A_CONFIG_CLASS, (void)0);
	BUILD(ICMPGUARD_A_CONFIG_CLASS, U32(ICMPGUARD_A_CLASS_ID, 1));
	BUILD(ICMPGUARD_A_CONFIG_LIMIT, U32(ICMPGUARD_A_LIMIT_CLASS, 1);
	      U32(ICMPGUARD_A_LIMIT_SCOPE, 1));
	BUILD(ICMPGUARD_A_CONFIG_CHECK,
	      icmpg_nlattr_put_u8(msg, ICMPGUARD_A_CHECK_ENABLED, 1));
	BUILD(ICMPGUARD_A_CONFIG_WIDTH, U32(ICMPGUARD_A_WIDTH_SCOPE, 2));
	BUILD(ICMPGUARD_A_CONFIG_EXEMPTION,
	      icmpg_nlattr_put(msg, ICMPGUARD_A_PREFIX_ADDRESS, address, 5));
	BUILD(ICMPGUARD_A_CONFIG_EXEMPTION,
	      icmpg_nlattr_put(msg, ICMPGUARD_A_PREFIX_ADDRESS, address, 4);
	      U32(ICMPGUARD_A_PREFIX_BITS, 33));
	BUILD(ICMPGUARD_A_CONFIG_EXEMPTION,
	      icmpg_nlattr_put_string(msg, ICMPGUARD_A_PREFIX_DEVICE,
				      "sixteen-bytes-xy"));
	BUILD(ICMPGUARD_A_CONFIG_MODE, (void)0);
	BUILD(ICMPGUARD_A_CONFIG_MAX + 1, U32(1, 1));
#undef U32
#undef BUILD
}

static void icmpg_unit_sort(void)
{
	static const char *const sorted[] = {
		"mode off", "max-message 9216", "check ping-of-death on",
		"check header-chain on", "width source ipv4 32",
		"width source ipv6 64", "width source-net ipv4 24",
		"class echo-request limit", "limit echo-request pair 1/s",
		"limit echo-request router 1/s", "class echo-reply drop",
		"class fragment drop", "limit fragment pair off",
		"limit all total 1/s", "broadcast-allow 224.0.0.1/32",
		"exempt 10.0.0.0/8", "exempt 10.0.0.0/8 dev a",
		"exempt 10.0.0.0/8 dev b", "exempt 10.0.0.0/9",
		"exempt 11.0.0.0/8", "exempt ::/0", "exempt dev a",
	};
	struct icmpg_settings list = { .at = NULL };
	struct icmpg_setting setting;
	struct icmpg_error error;
	size_t i;

	for (i = ARRAY_SIZE(sorted); i-- > 0;) {
		icmpg_unit_parse_line(sorted[i], &setting, &error);
		icmpg_model_add(&list, &setting);
	}
	icmpg_model_sort(&list);
	for (i = 0; i < list.count; i++)
		CHECK(!strcmp(icmpg_out_setting(&list.at[i]).text, sorted[i]),
		      "%zu: %s", i, icmpg_out_setting(&list.at[i]).text);
	icmpg_model_clear(&list);
}

/* Where an error points to. */
static void icmpg_unit_word(void)
{
	static const struct {
		const char *text;
		uint16_t type;
		const char *word;
	} words[] = {
		{ "limit all total 5/s burst 6", ICMPGUARD_A_LIMIT_CLASS, "all" },
		{ "limit all total 5/s burst 6", ICMPGUARD_A_LIMIT_SCOPE, "total" },
		{ "limit all total 5/s burst 6", ICMPGUARD_A_LIMIT_COUNT, "5/s" },
		{ "limit all total 5/s burst 6", ICMPGUARD_A_LIMIT_UNIT, "5/s" },
		{ "limit all total 5/s burst 6", ICMPGUARD_A_LIMIT_BURST, "6" },
		{ "limit all total 5/s", ICMPGUARD_A_LIMIT_BURST, NULL },
		{ "limit all total off", ICMPGUARD_A_LIMIT_OFF, "off" },
		{ "class fragment drop force", ICMPGUARD_A_CLASS_ID, "fragment" },
		{ "class fragment drop force", ICMPGUARD_A_CLASS_ACTION, "drop" },
		{ "class fragment drop force", ICMPGUARD_A_CLASS_FORCE, "force" },
		{ "class fragment drop local force",
		  ICMPGUARD_A_CLASS_DIRECTION, "local" },
		{ "class fragment drop local force", ICMPGUARD_A_CLASS_FORCE,
		  "force" },
		{ "type icmp 42 drop force", ICMPGUARD_A_TYPE_FAMILY, "icmp" },
		{ "type icmp 42 drop force", ICMPGUARD_A_TYPE_TYPE, "42" },
		{ "type icmp 42 drop force", ICMPGUARD_A_TYPE_ACTION, "drop" },
		{ "type icmp 42 drop force", ICMPGUARD_A_TYPE_FORCE, "force" },
		{ "type icmp 42 off", ICMPGUARD_A_TYPE_DELETE, "off" },
		{ "type icmp 3 code 1 drop force", ICMPGUARD_A_TYPE_CODE, "1" },
		{ "type icmp 3 code 1 drop force", ICMPGUARD_A_TYPE_ACTION,
		  "drop" },
		{ "type icmp 3 code 1 drop force", ICMPGUARD_A_TYPE_FORCE,
		  "force" },
		{ "type icmp 3 code 1 off", ICMPGUARD_A_TYPE_DELETE, "off" },
		{ "check header-chain on", ICMPGUARD_A_CHECK_ID, "header-chain" },
		{ "check header-chain on", ICMPGUARD_A_CHECK_ENABLED, "on" },
		{ "check quoted-packet all", ICMPGUARD_A_CHECK_ENABLED, "all" },
		{ "check quoted-packet all", ICMPGUARD_A_CHECK_TRANSIT, "all" },
		{ "width source ipv6 64", ICMPGUARD_A_WIDTH_SCOPE, "source" },
		{ "width source ipv6 64", ICMPGUARD_A_WIDTH_FAMILY, "ipv6" },
		{ "width source ipv6 64", ICMPGUARD_A_WIDTH_BITS, "64" },
		{ "exempt ::/0 dev eth0", ICMPGUARD_A_PREFIX_BITS, "::/0" },
		{ "exempt ::/0 dev eth0", ICMPGUARD_A_PREFIX_DEVICE, "eth0" },
		{ "exempt dev eth0", ICMPGUARD_A_PREFIX_DEVICE, "eth0" },
		{ "broadcast-allow ff02::1 off", ICMPGUARD_A_PREFIX_DELETE, "off" },
		{ "mode off", 0, "off" },
	};
	struct icmpg_setting setting;
	struct icmpg_error error;
	struct icmpg_line line;
	unsigned int word;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		icmpg_parse_line(words[i].text, strlen(words[i].text), &line,
				 &error);
		icmpg_parse_words(line.word, line.count, &setting, &error);
		word = icmpg_model_word(&setting, words[i].type);
		if (words[i].word)
			CHECK(word < line.count &&
			      !strcmp(line.word[word], words[i].word),
			      "%zu: word %u", i, word);
		else
			CHECK(word >= line.count, "%zu: word %u", i, word);
	}
}

const struct icmpg_unit_test icmpg_unit_model[] = {
	{ "settings to attributes and back", icmpg_unit_model_round_trip },
	{ "settings that make no sense", icmpg_unit_model_nonsense },
	{ "settings in order", icmpg_unit_sort },
	{ "attributes to words", icmpg_unit_word },
	{ NULL, NULL },
};
