// SPDX-License-Identifier: GPL-2.0-only
/* Words to settings: what is right, what is wrong and what must be said of it. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out.h"

const struct icmpg_unit_line icmpg_unit_right[] = {
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

const size_t icmpg_unit_right_count = ARRAY_SIZE(icmpg_unit_right);

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

	for (i = 0; i < icmpg_unit_right_count; i++) {
		const char *text = icmpg_unit_right[i].text;
		const char *written = icmpg_unit_right[i].written;
		struct icmpg_text line;

		if (!icmpg_unit_parse_line(text, &setting, &error)) {
			CHECK(false, "%s: %s", text, error.text);
			continue;
		}
		line = icmpg_out_setting(&setting);
		CHECK(!strcmp(line.text, written ? written : text), "%s: %s",
		      text, line.text);
		CHECK(icmpg_unit_parse_line(line.text, &again, &error),
		      "%s: %s", line.text, error.text);
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
		CHECK(!icmpg_unit_parse_line(text, &setting, &error), "%s",
		      text);
		CHECK(strstr(error.text, icmpg_unit_wrong[i].said),
		      "%s: %s", text, error.text);
		CHECK(!strchr(error.text, '\n'), "%s", text);
	}
}

static void icmpg_unit_parse_empty_words(void)
{
	const char *const no_rate[] = { "limit", "echo-request", "pair", "" };
	const char *const no_device[] = { "exempt", "dev", "" };
	const char *const control[] = { "exempt", "dev", "a\001b" };
	const char *const erased[] = { "exempt", "dev", "a\177b" };
	const char *const blank[] = { "mode", "off\nclass redirect accept" };
	struct icmpg_setting setting;
	struct icmpg_error error;

	CHECK(!icmpg_parse_words(no_rate, 4, &setting, &error), "empty rate");
	CHECK(strstr(error.text, "'' is not a rate"), "%s", error.text);
	CHECK(!icmpg_parse_words(no_device, 3, &setting, &error), "empty name");
	/* a line of a file couldn't hold it */
	CHECK(!icmpg_parse_words(control, 3, &setting, &error), "control");
	CHECK(!icmpg_parse_words(erased, 3, &setting, &error), "erased");
	CHECK(!icmpg_parse_words(blank, 2, &setting, &error), "two lines");
	CHECK(strstr(error.text, "\\x0a"), "%s", error.text);
	CHECK(!icmpg_parse_words(no_rate, 0, &setting, &error), "no word");
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
		CHECK(icmpg_unit_parse_line(icmpg_out_setting(&setting).text,
					    &again, &error), "%s",
		      icmpg_out_setting(&setting).text);
		CHECK(!icmpg_model_compare(&setting, &again), "%s",
		      icmpg_out_setting(&setting).text);
	}
	CHECK(right > 100, "%u", right);
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

const struct icmpg_unit_test icmpg_unit_parse[] = {
	{ "parse what is right", icmpg_unit_parse_right },
	{ "parse what is wrong", icmpg_unit_parse_wrong },
	{ "parse empty words", icmpg_unit_parse_empty_words },
	{ "parse random words", icmpg_unit_random },
	{ "quote words", icmpg_unit_quote },
	{ NULL, NULL },
};
