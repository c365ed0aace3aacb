// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of what needs no kernel: parsing, text, attributes, warnings.
 * Prints KTAP. Built with ASan and UBSan, so reading too far fails too.
 */
#include <errno.h>
#include <linux/icmpguard.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config.h"
#include "out.h"
#include "parse.h"
#include "stats.h"
#include "warn.h"
#include "why.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define CHECK(condition, ...)						\
	do {								\
		if (!(condition))					\
			icmpg_unit_fail(__LINE__, #condition, __VA_ARGS__); \
	} while (0)

static unsigned int icmpg_unit_failures;

__attribute__((format(printf, 3, 4)))
static void icmpg_unit_fail(int line, const char *condition,
			    const char *format, ...)
{
	va_list args;

	icmpg_unit_failures++;
	printf("# unit.c:%d: %s: ", line, condition);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* Parse a line as one of a file; its words must be on one line. */
static bool icmpg_unit_parse(const char *text, struct icmpg_setting *setting,
			     struct icmpg_error *error)
{
	struct icmpg_line line;

	return icmpg_parse_line(text, strlen(text), &line, error) &&
	       icmpg_parse_words(line.word, line.count, setting, error);
}

/* What is right, and how the tool writes it; NULL: just so. */
static const struct {
	const char *text;
	const char *written;
} icmpg_unit_right[] = {
	{ "mode off", NULL },
	{ "mode monitor", NULL },
	{ "mode enforce", NULL },
	{ "max-message 576", NULL },
	{ "max-message 65535", NULL },
	{ "table-size 4M", NULL },
	{ "table-size 1G", NULL },
	{ "table-size 64K", NULL },
	{ "table-size 65536", "table-size 64K" },
	{ "table-size 65537", NULL },
	{ "table-size 1024K", "table-size 1M" },
	{ "candidate-size 16K", NULL },
	{ "candidate-size 1G", NULL },
	{ "candidate-size 16384", "candidate-size 16K" },
	{ "known-first on", NULL },
	{ "known-first off", NULL },
	{ "randomise on", NULL },
	{ "bridged off", NULL },
	{ "check ping-of-death on", NULL },
	{ "check header-chain off", NULL },
	{ "check quoted-packet off", NULL },
	{ "check quoted-packet local", NULL },
	{ "check quoted-packet all", NULL },
	{ "width source ipv4 32", NULL },
	{ "width source-net ipv6 56", NULL },
	{ "width destination-net ipv6 128", NULL },
	{ "width source ipv4 1", NULL },
	{ "class redirect accept", NULL },
	{ "class neighbour-discovery drop force", NULL },
	{ "class fragment limit", NULL },
	{ "class timestamp drop local", NULL },
	{ "class timestamp accept transit", NULL },
	{ "class path-mtu drop transit force", NULL },
	{ "type icmp 42 drop", NULL },
	{ "type icmpv6 200 accept", NULL },
	{ "type icmp 0 limit", NULL },
	{ "type icmp 255 code 255 drop", NULL },
	{ "type icmpv6 135 code 0 drop force", NULL },
	{ "type icmpv6 007 off", "type icmpv6 7 off" },
	{ "type icmp 3 code 13 off", NULL },
	{ "limit echo-request source 50/s burst 100", NULL },
	{ "limit echo-request router off", NULL },
	{ "limit all total 5000/s", NULL },
	{ "limit all interface 1/h burst 1", NULL },
	{ "limit all router 60000000/m", NULL },
	{ "limit fragment pair 3600000000/h burst 1000000", NULL },
	{ "limit other pair 007/s", "limit other pair 7/s" },
	{ "\tlimit  other\tpair 7/s  # slow", "limit other pair 7/s" },
	{ "broadcast-allow 224.0.0.18/32", NULL },
	{ "broadcast-allow ff02::1 off", "broadcast-allow ff02::1/128" },
	{ "exempt 192.0.2.0/24", NULL },
	{ "exempt 192.0.2.1", "exempt 192.0.2.1/32" },
	{ "exempt 0.0.0.0/0", NULL },
	{ "exempt ::/0 dev eth0", NULL },
	{ "exempt 2001:DB8:0::/32 dev eth1", "exempt 2001:db8::/32 dev eth1" },
	{ "exempt dev wg0", NULL },
	{ "exempt dev dev", NULL },
	{ "exempt dev fifteen-bytes-x", NULL },
};

/* What is wrong, and what must be said of it. */
static const struct {
	const char *text;
	const char *said;
} icmpg_unit_wrong[] = {
	{ "mod enforce", "unknown key 'mod', one of: mode, max-message" },
	{ "mode", "'mode' needs a mode, one of: off, monitor, enforce" },
	{ "mode on", "unknown mode 'on', one of: off, monitor, enforce" },
	{ "mode Enforce", "unknown mode 'Enforce'" },
	{ "mode enf", "unknown mode 'enf'" },
	{ "mode off off", "unexpected 'off' after 'mode off'" },
	{ "max-message", "'max-message' needs a number of bytes, 576 to 65535" },
	{ "max-message 575", "'575' is out of range" },
	{ "max-message 65536", "'65536' is out of range" },
	{ "max-message 4294967872", "'4294967872' is out of range" },
	{ "max-message 18446744073709555619", "is out of range" },
	{ "max-message 0x400", "'0x400' is not a number" },
	{ "max-message -1", "'-1' is not a number" },
	{ "max-message +576", "'+576' is not a number" },
	{ "max-message 4K", "'4K' is not a number" },
	{ "table-size 63K", "'63K' is out of range: give 64K to 1G" },
	{ "table-size 2G", "'2G' is out of range" },
	{ "table-size 18014398509481985K", "is out of range" },
	{ "table-size 99999999999999999999G", "is out of range" },
	{ "table-size M", "'M' is not a size" },
	{ "table-size 1m", "'1m' is not a size" },
	{ "table-size 1KK", "'1KK' is not a size" },
	{ "table-size 4.5M", "'4.5M' is not a size" },
	{ "randomise yes", "unknown value 'yes', one of: on, off" },
	{ "check", "needs a check, one of: ping-of-death" },
	{ "check ping on", "unknown check 'ping', one of: ping-of-death" },
	{ "check header-chain 1", "unknown value '1', one of: on, off" },
	{ "check header-chain all", "unknown value 'all', one of: on, off" },
	{ "check quoted-packet on",
	  "unknown value 'on', one of: off, local, all" },
	{ "width pair ipv4 32",
	  "unknown scope 'pair', one of: source, source-net, destination-net" },
	{ "width source ipv5 32", "unknown family 'ipv5', one of: ipv4, ipv6" },
	{ "width source ipv4 33", "'33' is out of range" },
	{ "width source ipv4 0", "'0' is out of range" },
	{ "width source ipv6 129", "'129' is out of range" },
	{ "class other", "needs an action, one of: accept, limit, drop" },
	{ "class all accept", "unknown class 'all', one of: echo-request" },
	{ "class echo accept", "unknown class 'echo'" },
	{ "class echo-request pass",
	  "unknown action 'pass', one of: accept, limit, drop" },
	{ "class echo-request drop forced", "unexpected 'forced'" },
	{ "limit", "'limit' needs a class, one of: echo-request" },
	{ "limit echo-request",
	  "'limit echo-request' needs a scope, one of: pair" },
	{ "limit echo-request total 1/s", "unknown scope 'total'" },
	{ "limit all pair 1/s",
	  "unknown scope of class all 'pair', one of: interface, router, total" },
	{ "limit echo-request pair",
	  "'limit echo-request pair' needs a rate such as 10/s, or off" },
	{ "limit echo-request pair 0/s", "'0/s' is no rate" },
	{ "limit echo-request pair 000/s", "'000/s' is no rate" },
	{ "limit echo-request pair -5/s", "'-5/s' is not a rate" },
	{ "limit echo-request pair +5/s", "'+5/s' is not a rate" },
	{ "limit echo-request pair 10/fortnight",
	  "unknown unit 'fortnight' in '10/fortnight', one of: s, m, h" },
	{ "limit echo-request pair 1e9/s", "'1e9/s' is not a rate" },
	{ "limit echo-request pair 10/s5", "unknown unit 's5' in '10/s5'" },
	{ "limit echo-request pair 10/", "unknown unit '' in '10/'" },
	{ "limit echo-request pair 10/S", "unknown unit 'S'" },
	{ "limit echo-request pair 10", "'10' is not a rate" },
	{ "limit echo-request pair /s", "'/s' is not a rate" },
	{ "limit echo-request pair 10/s/s", "unknown unit 's/s'" },
	{ "limit echo-request pair 1000001/s",
	  "'1000001/s' is too fast: at most 1000000 packets a second" },
	{ "limit echo-request pair 60000001/m", "is too fast" },
	{ "limit echo-request pair 3600000001/h", "is too fast" },
	{ "limit echo-request pair 4294967297/s", "is too fast" },
	{ "limit echo-request pair 18446744073709551617/s", "is too fast" },
	{ "limit echo-request pair 18446744073709551616/s", "is too fast" },
	{ "limit echo-request pair 10/s burst", "needs a burst, 1 to 1000000" },
	{ "limit echo-request pair 10/s burst 0", "'0' is out of range" },
	{ "limit echo-request pair 10/s burst 1000001", "is out of range" },
	{ "limit echo-request pair 10/s burst 4294967297", "is out of range" },
	{ "limit echo-request pair 10/s brust 5", "unexpected 'brust' after" },
	{ "limit echo-request pair 10/s burst 5 6", "unexpected '6'" },
	{ "limit echo-request pair off burst 5", "unexpected 'burst'" },
	{ "class timestamp drop here", "unexpected 'here' after" },
	{ "class timestamp local drop", "unknown action 'local', one of" },
	{ "class timestamp drop force local", "unexpected 'local'" },
	{ "type", "'type' needs a protocol, one of: icmp, icmpv6" },
	{ "type ipv4 8 drop", "unknown protocol 'ipv4', one of: icmp, icmpv6" },
	{ "type icmp", "'type icmp' needs a type, 0 to 255" },
	{ "type icmp 256 drop", "'256' is out of range: give a type, 0 to 255" },
	{ "type icmp echo drop", "'echo' is not a number: give a type" },
	{ "type icmp 8", "needs an action, one of: accept, limit, drop" },
	{ "type icmp 8 code drop", "'drop' is not a number: give a code" },
	{ "type icmp 8 code 256 drop", "'256' is out of range: give a code" },
	{ "type icmp 8 drop code 0", "unexpected 'code'" },
	{ "type icmp 8 off force", "unexpected 'force'" },
	{ "broadcast-allow", "needs a prefix such as 224.0.0.18/32" },
	{ "broadcast-allow dev eth0", "'dev' is not a prefix" },
	{ "broadcast-allow 224.0.0.1 on", "unexpected 'on'" },
	{ "exempt", "'exempt' needs a prefix such as" },
	{ "exempt 10.0.0.1/8",
	  "'10.0.0.1/8' has bits set beyond /8; meant 10.0.0.0/8?" },
	{ "exempt 2001:db8::1/64",
	  "has bits set beyond /64; meant 2001:db8::/64?" },
	{ "exempt 10.0.0.0/33", "a number, 0 to 32" },
	{ "exempt 10.0.0.0/-1", "a number, 0 to 32" },
	{ "exempt 10.0.0.0/", "a number, 0 to 32" },
	{ "exempt ::/129", "a number, 0 to 128" },
	{ "exempt 10.0.0/8", "'10.0.0/8' is not a prefix" },
	{ "exempt 256.0.0.0/8", "is not a prefix" },
	{ "exempt fe80::1%eth0", "is not a prefix" },
	{ "exempt example.org", "'example.org' is not a prefix" },
	{ "exempt 1111:2222:3333:4444:5555:6666:123.123.123.123:1111/8",
	  "is not a prefix" },
	{ "exempt 10.0.0.0/8 eth0", "unexpected 'eth0'" },
	{ "exempt 10.0.0.0/8 dev", "needs the name of an interface" },
	{ "exempt dev", "'exempt dev' needs the name of an interface" },
	{ "exempt dev sixteen-bytes-xy", "is not the name of an interface" },
	{ "exempt dev a/b", "is not the name of an interface" },
	{ "exempt dev a:b", "is not the name of an interface" },
	{ "exempt dev ..", "is not the name of an interface" },
	{ "exempt dev #x", "'exempt dev' needs the name of an interface" },
	{ "exempt dev eth0 eth1", "unexpected 'eth1'" },
	{ "a b c d e f g h i j k l m n o p q r", "unknown key 'a'" },
	{ "mode off b c d e f g h i j k l m n o p q r", "unexpected 'b'" },
	{ "", "needs a key, one of: mode" },
};

static void icmpg_unit_parse_right(void)
{
	struct icmpg_setting setting, again;
	struct icmpg_error error;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(icmpg_unit_right); i++) {
		const char *text = icmpg_unit_right[i].text;
		const char *written = icmpg_unit_right[i].written;
		struct icmpg_text line;

		if (!icmpg_unit_parse(text, &setting, &error)) {
			CHECK(false, "%s: %s", text, error.text);
			continue;
		}
		line = icmpg_out_setting(&setting);
		CHECK(!strcmp(line.text, written ? written : text), "%s: %s",
		      text, line.text);
		CHECK(icmpg_unit_parse(line.text, &again, &error), "%s: %s",
		      line.text, error.text);
		CHECK(!icmpg_model_compare(&setting, &again), "%s", text);
		CHECK(icmpg_out_is_known(&setting), "%s", text);
	}
}

static void icmpg_unit_parse_wrong(void)
{
	struct icmpg_setting setting;
	struct icmpg_error error;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(icmpg_unit_wrong); i++) {
		const char *text = icmpg_unit_wrong[i].text;

		memset(&error, 0, sizeof(error));
		CHECK(!icmpg_unit_parse(text, &setting, &error), "%s", text);
		CHECK(strstr(error.text, icmpg_unit_wrong[i].said),
		      "%s: %s", text, error.text);
		CHECK(!strchr(error.text, '\n'), "%s", text);
	}
}

static void icmpg_unit_parse_empty_words(void)
{
	const char *const no_rate[] = { "limit", "echo-request", "pair", "" };
	const char *const no_device[] = { "exempt", "dev", "" };
	const char *const blank[] = { "mode", "off\nclass redirect accept" };
	struct icmpg_setting setting;
	struct icmpg_error error;

	CHECK(!icmpg_parse_words(no_rate, 4, &setting, &error), "empty rate");
	CHECK(strstr(error.text, "'' is not a rate"), "%s", error.text);
	CHECK(!icmpg_parse_words(no_device, 3, &setting, &error), "empty name");
	CHECK(!icmpg_parse_words(blank, 2, &setting, &error), "two lines");
	CHECK(strstr(error.text, "\\x0a"), "%s", error.text);
	CHECK(!icmpg_parse_words(no_rate, 0, &setting, &error), "no word");
}

static void icmpg_unit_quote(void)
{
	char word[ICMPG_PARSE_LINE_MAX];
	struct icmpg_quote quote;

	quote = icmpg_parse_quote("a\tb\x1b[1m\xff");
	CHECK(!strcmp(quote.text, "'a\\x09b\\x1b[1m\\xff'"), "%s", quote.text);
	memset(word, 0xff, sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	quote = icmpg_parse_quote(word);
	CHECK(strlen(quote.text) == 1 + 48 * 4 + 4, "%s", quote.text);
	CHECK(!strcmp(quote.text + strlen(quote.text) - 4, "...'"), "%s",
	      quote.text);
}

/* Parse a text, with its exact size: what lies behind it is poisoned. */
static int icmpg_unit_text(const char *text, size_t size, size_t *count,
			   unsigned int *line, struct icmpg_error *error)
{
	struct icmpg_settings list = { .at = NULL };
	char *exact = malloc(size ? size : 1);
	int ret;

	memcpy(exact, text, size);
	ret = icmpg_parse_text(exact, size, &list, line, error);
	*count = list.count;
	icmpg_model_clear(&list);
	free(exact);
	return ret;
}

static void icmpg_unit_text_right(void)
{
	static const struct {
		const char *text;
		size_t count;
	} texts[] = {
		{ "", 0 },
		{ "\n\n\n", 0 },
		{ "# only a comment", 0 },
		{ "  # one\n\t\n#two\n", 0 },
		{ "mode off\n", 1 },
		{ "mode off", 1 },
		{ "mode off\r\nrandomise on\r\n", 2 },
		{ "mode off # why not\nexempt 10.0.0.0/8", 2 },
		{ "mode off\nmode enforce\n", 2 },
		{ "# \xc3\xa4\nmode off\n", 1 },
	};
	struct icmpg_error error;
	unsigned int line;
	size_t i, count;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		error.text[0] = '\0';
		CHECK(!icmpg_unit_text(texts[i].text, strlen(texts[i].text),
				       &count, &line, &error), "%zu: %s", i,
		      error.text);
		CHECK(count == texts[i].count, "%zu: %zu", i, count);
	}
}

static void icmpg_unit_text_wrong(void)
{
	static const struct {
		const char *text;
		size_t size;
		unsigned int line;
		const char *said;
	} texts[] = {
#define TEXT(text) text, sizeof(text) - 1
		{ TEXT("\n\n#\n\n\nmode off\nmode on\n"), 7, "unknown mode" },
		{ TEXT("mode on"), 1, "unknown mode" },
		{ TEXT("mode off\nmode o\0ff\n"), 2, "byte 7 of the line is 0x00" },
		{ TEXT("mode off\0"), 1, "0x00" },
		{ TEXT("\0"), 1, "0x00" },
		{ TEXT("mode \x1b[0moff"), 1, "0x1b" },
		{ TEXT("mode\roff"), 1, "0x0d" },
		{ TEXT("\xef\xbb\xbfmode off"), 1, "\\xef\\xbb\\xbfmode" },
		{ TEXT("set mode off\n"), 1, "unknown key 'set'" },
#undef TEXT
	};
	struct icmpg_error error;
	unsigned int line;
	size_t i, count;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		CHECK(icmpg_unit_text(texts[i].text, texts[i].size, &count,
				      &line, &error) == -EINVAL, "%zu", i);
		CHECK(line == texts[i].line, "%zu: line %u", i, line);
		CHECK(strstr(error.text, texts[i].said), "%zu: %s", i,
		      error.text);
	}
}

static void icmpg_unit_text_long(void)
{
	char text[ICMPG_PARSE_LINE_MAX + 8];
	struct icmpg_error error;
	unsigned int line;
	size_t count;

	memset(text, ' ', sizeof(text));
	memcpy(text, "mode off", 8);
	CHECK(!icmpg_unit_text(text, 1023, &count, &line, &error), "1023");
	text[1023] = '\n';
	CHECK(!icmpg_unit_text(text, 1024, &count, &line, &error), "1023\\n");
	text[1023] = '\r';
	text[1024] = '\n';
	CHECK(!icmpg_unit_text(text, 1025, &count, &line, &error), "\\r\\n");
	text[1023] = ' ';
	CHECK(icmpg_unit_text(text, 1025, &count, &line, &error), "1024");
	CHECK(strstr(error.text, "1024 bytes; at most 1023"), "%s", error.text);
}

static void icmpg_unit_find(void)
{
	static const char text[] = "# one\nmode off\n\nlimit all total 5/s";
	struct icmpg_settings list = { .at = NULL };
	struct icmpg_error error;
	struct icmpg_line line;
	unsigned int last;

	icmpg_parse_text(text, sizeof(text) - 1, &list, &last, &error);
	CHECK(list.count == 2 && list.at[0].line == 2 && list.at[1].line == 4,
	      "%zu settings", list.count);
	icmpg_model_clear(&list);
	CHECK(icmpg_parse_find(text, sizeof(text) - 1, 4, &line), "line 4");
	CHECK(line.count == 4 && !strcmp(line.word[3], "5/s"), "%u",
	      line.count);
	CHECK(icmpg_parse_find(text, sizeof(text) - 1, 1, &line), "line 1");
	CHECK(!line.count, "%u", line.count);
	CHECK(!icmpg_parse_find(text, sizeof(text) - 1, 5, &line), "line 5");
	CHECK(!icmpg_parse_find(text, sizeof(text) - 1, 0, &line), "line 0");
}

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

	for (i = 0; i < ARRAY_SIZE(icmpg_unit_right); i++) {
		const char *text = icmpg_unit_right[i].text;
		struct icmpg_message *msg = icmpg_nlattr_message_create(
			ICMPGUARD_CMD_CONFIG_SET, ICMPG_NLATTR_DO);
		uint32_t empty = icmpg_nlattr_message_size(msg);

		icmpg_unit_parse(text, &setting, &error);
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
	for (i = 0; i < ARRAY_SIZE(icmpg_unit_right); i++) {
		icmpg_unit_parse(icmpg_unit_right[i].text, &setting, &error);
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
	CHECK(config.settings.count == ARRAY_SIZE(icmpg_unit_right), "%zu",
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
		icmpg_unit_parse(sorted[i], &setting, &error);
		icmpg_model_add(&list, &setting);
	}
	icmpg_model_sort(&list);
	for (i = 0; i < list.count; i++)
		CHECK(!strcmp(icmpg_out_setting(&list.at[i]).text, sorted[i]),
		      "%zu: %s", i, icmpg_out_setting(&list.at[i]).text);
	icmpg_model_clear(&list);
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

/* What is warned of in a configuration given as text; joined by '|'. */
static void icmpg_unit_warnings(const char *text, uint32_t mode, char *said,
				size_t size)
{
	struct icmpg_state state = { .mode = mode };
	struct icmpg_warnings warnings = { .count = 0 };
	struct icmpg_config config;
	struct icmpg_error error;
	unsigned int line;
	size_t i;

	memset(&config, 0, sizeof(config));
	icmpg_parse_text(text, strlen(text), &config.settings, &line, &error);
	icmpg_warn_collect(&warnings, &config, &state, 0);
	said[0] = '\0';
	for (i = 0; i < warnings.count; i++)
		snprintf(said + strlen(said), size - strlen(said), "%s|",
			 warnings.at[i].text);
	icmpg_config_clear(&config);
}

static void icmpg_unit_warn(void)
{
	static const struct {
		const char *text;
		uint32_t mode;
		const char *said;
	} cases[] = {
		{ "", ICMPGUARD_MODE_ENFORCE, "" },
		{ "", ICMPGUARD_MODE_OFF, "mode off: nothing is judged|" },
		{ "", ICMPGUARD_MODE_MONITOR,
		  "mode monitor: nothing is dropped|" },
		{ "class other limit\nlimit other pair 2/s\n"
		  "limit other router 200/s", ICMPGUARD_MODE_ENFORCE, "" },
		{ "class other limit\nlimit other pair 2/s\n"
		  "limit other router 199/s", ICMPGUARD_MODE_ENFORCE,
		  "limit other router 199/s: few senders fill it, each may use 2/s|" },
		{ "class other limit\nlimit other source 120/m\n"
		  "limit other router 719999/h", ICMPGUARD_MODE_ENFORCE,
		  "limit other router 719999/h: few senders fill it, each may use 120/m|" },
		{ "class other limit\nlimit other router 199/s",
		  ICMPGUARD_MODE_ENFORCE,
		  "limit other router 199/s: one sender alone may fill it|" },
		{ "class other accept\nlimit other router 1/s",
		  ICMPGUARD_MODE_ENFORCE, "" },
		{ "class other limit\nlimit other pair 2/s\n"
		  "class fragment limit\nlimit fragment pair 60/s\n"
		  "class neighbour-discovery limit\n"
		  "limit neighbour-discovery source 200/s\n"
		  "limit all total 5999/s", ICMPGUARD_MODE_ENFORCE,
		  "limit all total 5999/s: few senders fill it, each may use 60/s|" },
		{ "class fragment limit\nlimit fragment pair 60/s\n"
		  "limit all total 6000/s", ICMPGUARD_MODE_ENFORCE, "" },
		{ "limit all total 1/s", ICMPGUARD_MODE_ENFORCE, "" },
		{ "class path-mtu drop force", ICMPGUARD_MODE_ENFORCE,
		  "class path-mtu is dropped by force: networks fail without it|" },
	};
	char said[1024];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		icmpg_unit_warnings(cases[i].text, cases[i].mode, said,
				    sizeof(said));
		CHECK(!strcmp(said, cases[i].said), "%zu: %s", i, said);
	}
}

static void icmpg_unit_json(void)
{
	static const char text[] =
		"mode off\ncheck header-chain on\nwidth source ipv4 32\n"
		"class other drop\nlimit other pair 5/m burst 6\n"
		"limit other router off\nbroadcast-allow 224.0.0.1\n"
		"exempt ::/0 dev x\nexempt dev y\n";
	static const char expected[] =
		"{\"version\":1,\"netns\":\"a\\\\xffb\",\"mode\":\"off\","
		"\"check\":{\"header-chain\":true},"
		"\"width\":{\"source\":{\"ipv4\":32}},"
		"\"class\":{\"other\":{\"action\":\"drop\",\"force\":false}},"
		"\"limit\":{\"other\":{\"pair\":{\"count\":5,\"unit\":\"m\","
		"\"burst\":6},\"router\":null}},"
		"\"broadcast-allow\":[\"224.0.0.1/32\"],"
		"\"exempt\":[{\"prefix\":\"::/0\",\"dev\":\"x\"},"
		"{\"prefix\":null,\"dev\":\"y\"}]}";
	struct icmpg_settings list = { .at = NULL };
	json_t *document = icmpg_out_document("a\xff" "b");
	struct icmpg_error error;
	unsigned int line;
	char *dump;
	size_t i;

	icmpg_parse_text(text, sizeof(text) - 1, &list, &line, &error);
	for (i = 0; i < list.count; i++)
		icmpg_out_json_setting(document, &list.at[i]);
	dump = json_dumps(document, JSON_COMPACT);
	CHECK(!strcmp(dump, expected), "%s", dump);
	free(dump);
	json_decref(document);
	icmpg_model_clear(&list);
}

/* A newer module's numbers: shown, not understood, never a crash. */
static void icmpg_unit_newer(void)
{
	struct icmpg_setting setting = {
		.key = ICMPG_KEY_LIMIT, .class = 99, .scope = 98,
		.value = 5, .unit = 97, .burst = 1,
	};
	struct icmpg_text text = icmpg_out_setting(&setting);

	CHECK(!strcmp(text.text, "limit 99 98 5/97 burst 1"), "%s", text.text);
	CHECK(!icmpg_out_is_known(&setting), "%s", text.text);
	setting.class = ICMPGUARD_CLASS_OTHER;
	CHECK(!icmpg_out_is_known(&setting), "scope");
	setting.scope = ICMPGUARD_SCOPE_PAIR;
	CHECK(!icmpg_out_is_known(&setting), "unit");
	setting.unit = ICMPGUARD_UNIT_HOUR;
	CHECK(icmpg_out_is_known(&setting), "all");
	CHECK(!icmpg_names_word(&icmpg_names_mode, UINT32_MAX), "mode");
	CHECK(strlen(icmpg_names_sentence(UINT32_MAX)) > 0, "reason");
}

/* Random rows of right and wrong words: what parses is written and read back. */
static void icmpg_unit_random(void)
{
	static const char *const word[] = {
		"mode", "max-message", "table-size", "randomise", "bridged",
		"check", "width", "class", "limit", "broadcast-allow",
		"exempt", "off", "on", "enforce", "4096", "1M", "header-chain",
		"source", "pair", "router", "total", "ipv4", "ipv6", "24",
		"other", "all", "drop", "force", "5/s", "1/h", "burst", "7",
		"10.0.0.0/8", "::/0", "dev", "eth0", "",
	};
	unsigned int seed = (unsigned int)getpid(), right = 0;
	struct icmpg_setting setting, again;
	const char *row[ICMPG_PARSE_WORDS_MAX];
	struct icmpg_error error;
	unsigned int i, j, count;

	printf("# random: seed %u\n", seed);
	srand(seed);
	for (i = 0; i < 200000; i++) {
		count = (unsigned int)rand() % 7;
		for (j = 0; j < count; j++)
			row[j] = word[(size_t)rand() % (j ? ARRAY_SIZE(word) :
							11)];
		if (!icmpg_parse_words(row, count, &setting, &error))
			continue;
		right++;
		CHECK(icmpg_unit_parse(icmpg_out_setting(&setting).text,
				       &again, &error), "%s",
		      icmpg_out_setting(&setting).text);
		CHECK(!icmpg_model_compare(&setting, &again), "%s",
		      icmpg_out_setting(&setting).text);
	}
	CHECK(right > 100, "%u", right);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "parse what is right", icmpg_unit_parse_right },
		{ "parse what is wrong", icmpg_unit_parse_wrong },
		{ "parse empty words", icmpg_unit_parse_empty_words },
		{ "parse random words", icmpg_unit_random },
		{ "quote words", icmpg_unit_quote },
		{ "read texts that are right", icmpg_unit_text_right },
		{ "read texts that are wrong", icmpg_unit_text_wrong },
		{ "read long lines", icmpg_unit_text_long },
		{ "find a line again", icmpg_unit_find },
		{ "settings to attributes and back", icmpg_unit_model_round_trip },
		{ "settings that make no sense", icmpg_unit_model_nonsense },
		{ "settings in order", icmpg_unit_sort },
		{ "settings of a newer module", icmpg_unit_newer },
		{ "attributes to words", icmpg_unit_word },
		{ "messages with a configuration", icmpg_unit_config_take },
		{ "messages that are malformed", icmpg_unit_malformed },
		{ "messages that are full", icmpg_unit_message_full },
		{ "refusals", icmpg_unit_refusal },
		{ "counters", icmpg_unit_stats },
		{ "what would become of a packet", icmpg_unit_why },
		{ "warnings", icmpg_unit_warn },
		{ "JSON", icmpg_unit_json },
	};
	unsigned int i, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(tests));
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		icmpg_unit_failures = 0;
		tests[i].run();
		failed += icmpg_unit_failures > 0;
		printf("%sok %u %s\n", icmpg_unit_failures ? "not " : "",
		       i + 1, tests[i].name);
	}
	return failed > 0;
}
