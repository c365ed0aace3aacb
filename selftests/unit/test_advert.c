// SPDX-License-Identifier: GPL-2.0-only
/* Router advertisements: which options add up. */
#include "advert.h"

#include <linux/string.h>

#include "unit.h"

#define OUTER	40	/* bytes before the message */
#define FIXED	16	/* bytes before the options */

/* Options as types and lengths, 0 ends them; @more bytes behind the last. */
static const struct {
	const char *name;
	u8 option[8][2];
	s32 more;
	bool sane;
} rows[] = {
	{ "nothing", .sane = true },
	{ "a link-layer address", { { 1, 1 } }, .sane = true },
	{ "what a router sends", { { 1, 1 }, { 5, 1 }, { 3, 4 }, { 25, 3 },
				   { 31, 2 } }, .sane = true },
	{ "one nobody knows", { { 254, 9 } }, .sane = true },
	{ "two resolvers", { { 25, 5 } }, .sane = true },
	{ "resolvers of even length", { { 25, 4 } } },
	{ "no resolver", { { 25, 1 } } },
	{ "half a resolver", { { 25, 2 } } },
	{ "resolvers of even length behind others",
	  { { 1, 1 }, { 3, 4 }, { 25, 4 } } },
	{ "a search list of one unit", { { 31, 1 } } },
	{ "a search list of three", { { 31, 3 } }, .sane = true },
	{ "a byte too many", { { 1, 1 } }, 1 },
	{ "a byte too few", { { 1, 1 } }, -1 },
	{ "an option that is cut", { { 3, 4 } }, -8 },
	{ "7 bytes behind", { { 3, 4 } }, 7 },
	{ "zeros behind", { { 1, 1 } }, 8 },
	{ "zeros alone", .more = 8 },
};

static bool is_sane(const char *src, const u8 *options, u32 size)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(ROUTER_DISCOVERY), src, "ff02::1");
	u8 *bytes = calloc(1, OUTER + FIXED + size + 1);
	struct sk_buff skb = { bytes, OUTER + FIXED + size };
	bool sane;

	if (!bytes)
		abort();
	memcpy(bytes + OUTER + FIXED, options, size);
	pkt.at = OUTER;
	pkt.length = FIXED + size;
	sane = icmpg_advert_is_sane(&skb, &pkt);
	free(bytes);
	return sane;
}

static void test_rows(void)
{
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u8 options[512] = { 0 };
		u32 size = 0;

		for (n = 0; n < ARRAY_SIZE(rows[i].option); n++) {
			memcpy(options + size, rows[i].option[n], 2);
			size += rows[i].option[n][1] * 8;
		}
		size = (u32)((s32)size + rows[i].more);
		EXPECT(is_sane("fe80::1", options, size) == rows[i].sane,
		       "%s", rows[i].name);
		EXPECT(!is_sane("2001:db8::1", options, size), "%s",
		       rows[i].name);
	}
}

/* Too short for what comes before the options. */
static void test_short(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(ROUTER_DISCOVERY), "fe80::1",
					"ff02::1");
	u8 bytes[OUTER + FIXED] = { 0 };
	struct sk_buff skb = { bytes, sizeof(bytes) };

	pkt.at = OUTER;
	for (pkt.length = 0; pkt.length < FIXED; pkt.length++)
		EXPECT(!icmpg_advert_is_sane(&skb, &pkt), "%u", pkt.length);
	EXPECT(icmpg_advert_is_sane(&skb, &pkt));
}

/* The walk ends, whatever there is. */
static void test_many(void)
{
	static u8 options[300 * 8];
	unsigned int i;

	for (i = 0; i < 300; i++)
		options[i * 8 + 1] = 1;
	EXPECT(is_sane("fe80::1", options, 256 * 8));
	EXPECT(!is_sane("fe80::1", options, 257 * 8));
	EXPECT(!is_sane("fe80::1", options, 300 * 8));
}

/* Any bytes: nothing is read that isn't there, and what is sane is so. */
static void test_any_bytes(void)
{
	unsigned int i, n;

	for (i = 0; i < 200000; i++) {
		u32 size = ktap_random() % 200, at = 0;
		u8 options[200];

		for (n = 0; n < size; n++)
			options[n] = ktap_random() % 4 ? ktap_random() % 4 :
				     ktap_random() % 40;
		if (!is_sane("fe80::1", options, size))
			continue;
		while (at < size) {
			u8 type = options[at], units = options[at + 1];

			EXPECT(units, "at %u", at);
			EXPECT(type != 25 || (units % 2 && units > 2));
			EXPECT(type != 31 || units > 1);
			at += units * 8;
		}
		EXPECT(at == size, "%u and not %u", at, size);
	}
}

static const struct ktap_test tests[] = {
	{ "options", test_rows },
	{ "short messages", test_short },
	{ "many options", test_many },
	{ "any bytes", test_any_bytes },
};

KTAP_MAIN(tests)
