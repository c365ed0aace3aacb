// SPDX-License-Identifier: GPL-2.0-only
/* What an error quotes: which packets its receiver can have sent. */
#include "quote.h"

#include <linux/string.h>

#include "unit.h"

#define V4_OUTER	20	/* where the error's own header begins */
#define V6_OUTER	40

/* 192.0.2.1 has sent it to 198.51.100.1. */
#define SRC_V4		192, 0, 2, 1
#define SRC_V6		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define IP_V4(first, total, frag, protocol, src, ...)			\
	(first), 0, (total) >> 8, (total) & 255, 0, 1, (frag) >> 8,	\
	(frag) & 255, 64, (protocol), 0, 0, src, __VA_ARGS__
#define IP_V6(length, next, src, first_dst)				\
	0x60, 0, 0, 0, (length) >> 8, (length) & 255, (next), 64, src,	\
	(first_dst), 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define PORTS		0x80, 0, 0, 53, 0, 8, 0, 0
#define EXT(next, units) (next), (units), 1, 4, 0, 0, 0, 0
#define FRAG(next, offset) (next), 0, (offset) >> 8, (offset) & 255, 0, 0, 0, 9

/* What an error of @type and @code, @length bytes with its header, quotes. */
struct row {
	const char *name;
	u8 family;
	u8 type;
	u8 code;
	u8 quote[160];
	u32 length;
	u8 reason;
	u32 quoted;
};

#define V4(type, code)	ICMPG_IPV4, (type), (code)
#define V6(type, code)	ICMPG_IPV6, (type), (code)

static const struct row rows[] = {
	{ "v4 UDP", V4(3, 3), { IP_V4(0x45, 28, 0, 17, SRC_V4,
				      198, 51, 100, 1), PORTS }, 36, 0, 28 },
	{ "v4 of a longer one", V4(11, 0),
	  { IP_V4(0x45, 1500, 0x4000, 6, SRC_V4, 198, 51, 100, 1), PORTS },
	  36, 0, 1500 },
	{ "v4 first fragment", V4(11, 1),
	  { IP_V4(0x45, 1500, 0x2000, 17, SRC_V4, 198, 51, 100, 1), PORTS },
	  36, 0, 1500 },
	{ "v4 with options", V4(12, 0),
	  { IP_V4(0x46, 32, 0, 17, SRC_V4, 198, 51, 100, 1), 1, 1, 1, 0,
	    PORTS }, 40, 0, 32 },
	{ "v4 echo request", V4(3, 1),
	  { IP_V4(0x45, 84, 0, 1, SRC_V4, 198, 51, 100, 1), 8, 0, 0, 0 },
	  36, 0, 84 },
	{ "v4 echo reply", V4(3, 1),
	  { IP_V4(0x45, 84, 0, 1, SRC_V4, 198, 51, 100, 1) }, 36, 0, 84 },
	{ "v4 timestamp request", V4(3, 1),
	  { IP_V4(0x45, 84, 0, 1, SRC_V4, 198, 51, 100, 1), 13 }, 36, 0, 84 },
	{ "v4 with an extension behind 128 bytes", V4(11, 0),
	  { IP_V4(0x45, 60, 0, 17, SRC_V4, 198, 51, 100, 1), PORTS,
	    [128] = 0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 2, 3 },
	  8 + 140, 0, 60 },
	{ "v4 that carries nothing", V4(3, 2),
	  { IP_V4(0x45, 20, 0, 41, SRC_V4, 198, 51, 100, 1), 3 }, 28, 0, 20 },
	{ "v4 ICMP can't carry nothing", V4(3, 2),
	  { IP_V4(0x45, 20, 0, 1, SRC_V4, 198, 51, 100, 1), 8 }, 28,
	  REASON(QUOTE_SHORT), 0 },
	{ "v4 TCP can't carry 7 bytes", V4(3, 2),
	  { IP_V4(0x45, 27, 0, 6, SRC_V4, 198, 51, 100, 1), PORTS }, 35,
	  REASON(QUOTE_SHORT), 0 },
	{ "v4 that carries 3 bytes", V4(3, 2),
	  { IP_V4(0x45, 23, 0, 200, SRC_V4, 198, 51, 100, 1) }, 31, 0, 23 },
	{ "v4 whose length isn't known", V4(3, 2),
	  { IP_V4(0x45, 0, 0, 17, SRC_V4, 198, 51, 100, 1), PORTS }, 36, 0,
	  0 },
	{ "v4 whose length can't be right", V4(3, 2),
	  { IP_V4(0x45, 19, 0, 17, SRC_V4, 198, 51, 100, 1), PORTS }, 36, 0,
	  0 },
	{ "v4 cut in what it carries", V4(3, 3),
	  { IP_V4(0x45, 28, 0, 17, SRC_V4, 198, 51, 100, 1), PORTS }, 35,
	  REASON(QUOTE_SHORT), 28 },
	{ "v4 cut before what it carries", V4(3, 2),
	  { IP_V4(0x45, 23, 0, 200, SRC_V4, 198, 51, 100, 1), PORTS }, 30,
	  REASON(QUOTE_SHORT), 23 },
	{ "v4 cut in its options", V4(3, 3),
	  { IP_V4(0x4f, 500, 0, 17, SRC_V4, 198, 51, 100, 1), PORTS }, 75,
	  REASON(QUOTE_SHORT), 500 },
	{ "v4 whose longest header fits", V4(3, 3),
	  { IP_V4(0x4f, 500, 0, 17, SRC_V4, 198, 51, 100, 1), PORTS }, 76, 0,
	  500 },
	{ "v4 cut in its header", V4(3, 3),
	  { IP_V4(0x45, 28, 0, 17, SRC_V4, 198, 51, 100, 1) }, 27,
	  REASON(QUOTE_SHORT), 0 },
	{ "v4 nothing", V4(3, 3), { 0 }, 8, REASON(QUOTE_SHORT), 0 },
	{ "v4 half a header of its own", V4(3, 3), { 0 }, 7,
	  REASON(QUOTE_SHORT), 0 },
	{ "v4 zeros", V4(3, 3), { 0 }, 64, REASON(QUOTE_MALFORMED), 0 },
	{ "v4 says that it is IPv6", V4(3, 3),
	  { IP_V6(8, 17, SRC_V6, 0x20), PORTS }, 56,
	  REASON(QUOTE_MALFORMED), 0 },
	{ "v4 with a header of 16 bytes", V4(3, 3),
	  { IP_V4(0x44, 28, 0, 17, SRC_V4, 198, 51, 100, 1), PORTS }, 36,
	  REASON(QUOTE_MALFORMED), 0 },
	{ "v4 later fragment", V4(11, 0),
	  { IP_V4(0x45, 1500, 1, 17, SRC_V4, 198, 51, 100, 1), PORTS }, 36,
	  REASON(QUOTE_FRAGMENT), 1500 },
	{ "v4 last fragment", V4(11, 0),
	  { IP_V4(0x45, 1500, 0x1000, 17, SRC_V4, 198, 51, 100, 1), PORTS },
	  36, REASON(QUOTE_FRAGMENT), 1500 },
	{ "v4 from another", V4(3, 3),
	  { IP_V4(0x45, 28, 0, 17, 192, 0, 2, 2, 198, 51, 100, 1), PORTS },
	  36, REASON(QUOTE_SOURCE), 28 },
	{ "v4 to a group", V4(3, 3),
	  { IP_V4(0x45, 28, 0, 17, SRC_V4, 239, 255, 255, 250), PORTS }, 36,
	  REASON(QUOTE_GROUP), 28 },
	{ "v4 to everybody", V4(3, 3),
	  { IP_V4(0x45, 28, 0, 17, SRC_V4, 255, 255, 255, 255), PORTS }, 36,
	  REASON(QUOTE_GROUP), 28 },
	{ "v4 to class E", V4(3, 1),
	  { IP_V4(0x45, 28, 0, 17, SRC_V4, 255, 255, 255, 254), PORTS }, 36,
	  0, 28 },
	{ "v4 unreachable", V4(3, 3),
	  { IP_V4(0x45, 56, 0, 1, SRC_V4, 198, 51, 100, 1), 3, 3 }, 36,
	  REASON(QUOTE_ERROR), 56 },
	{ "v4 source quench", V4(3, 3),
	  { IP_V4(0x45, 56, 0, 1, SRC_V4, 198, 51, 100, 1), 4 }, 36,
	  REASON(QUOTE_ERROR), 56 },
	{ "v4 redirect", V4(11, 0),
	  { IP_V4(0x45, 56, 0, 1, SRC_V4, 198, 51, 100, 1), 5, 1 }, 36,
	  REASON(QUOTE_ERROR), 56 },
	{ "v4 time exceeded behind options", V4(11, 0),
	  { IP_V4(0x46, 60, 0, 1, SRC_V4, 198, 51, 100, 1), 8, 0, 0, 0, 11 },
	  40, REASON(QUOTE_ERROR), 60 },
	{ "v4 parameter problem", V4(3, 4),
	  { IP_V4(0x45, 56, 0, 1, SRC_V4, 198, 51, 100, 1), 12 }, 36,
	  REASON(QUOTE_ERROR), 56 },

	{ "v6 UDP", V6(1, 4), { IP_V6(8, 17, SRC_V6, 0x20), PORTS }, 56 },
	{ "v6 of a longer one", V6(3, 0),
	  { IP_V6(1232, 6, SRC_V6, 0x20), PORTS }, 56 },
	{ "v6 that carries nothing", V6(4, 1),
	  { IP_V6(0, 59, SRC_V6, 0x20) }, 48 },
	{ "v6 jumbogram", V6(2, 0),
	  { IP_V6(0, 0, SRC_V6, 0x20), EXT(6, 0) }, 56 },
	{ "v6 that carries 4 bytes", V6(4, 1),
	  { IP_V6(4, 200, SRC_V6, 0x20) }, 52 },
	{ "v6 echo request", V6(1, 0),
	  { IP_V6(64, 58, SRC_V6, 0x20), 128 }, 56 },
	{ "v6 echo request behind headers", V6(1, 0),
	  { IP_V6(64, 0, SRC_V6, 0x20), EXT(60, 1), 0, 0, 0, 0, 0, 0, 0, 0,
	    EXT(43, 0), FRAG(58, 1), 129 }, 100 },
	{ "v6 neighbour solicitation", V6(1, 3),
	  { IP_V6(64, 58, SRC_V6, 0x20), 135 }, 56 },
	{ "v6 later fragment", V6(2, 0),
	  { IP_V6(64, 44, SRC_V6, 0x20), FRAG(58, 8), 1 }, 57 },
	{ "v6 cut in its headers", V6(2, 0),
	  { IP_V6(64, 60, SRC_V6, 0x20), EXT(58, 7), 1 }, 57 },
	{ "v6 cut behind its headers", V6(2, 0),
	  { IP_V6(64, 60, SRC_V6, 0x20), EXT(58, 0), 1 }, 56 },
	{ "v6 cut in its second header", V6(2, 0),
	  { IP_V6(64, 60, SRC_V6, 0x20), EXT(60, 0), EXT(58, 0), 1 }, 60 },
	{ "v6 ESP", V6(2, 0), { IP_V6(64, 50, SRC_V6, 0x20), 1 }, 57 },
	{ "v6 behind more headers than are walked", V6(2, 0),
	  { IP_V6(100, 60, SRC_V6, 0x20), EXT(60, 0), EXT(60, 0), EXT(60, 0),
	    EXT(60, 0), EXT(60, 0), EXT(60, 0), EXT(60, 0), EXT(60, 0),
	    EXT(58, 0), 1 }, 140 },
	{ "v6 to a group, too big", V6(2, 0),
	  { IP_V6(1400, 17, SRC_V6, 0xff), PORTS }, 56 },
	{ "v6 to a group, unknown option", V6(4, 2),
	  { IP_V6(64, 60, SRC_V6, 0xff), PORTS }, 56 },
	{ "v6 to a group, unknown header", V6(4, 1),
	  { IP_V6(64, 60, SRC_V6, 0xff), PORTS }, 56, REASON(QUOTE_GROUP) },
	{ "v6 to a group, unreachable", V6(1, 2),
	  { IP_V6(64, 17, SRC_V6, 0xff), PORTS }, 56, REASON(QUOTE_GROUP) },
	{ "v6 cut in what it carries", V6(1, 4),
	  { IP_V6(8, 17, SRC_V6, 0x20), PORTS }, 55, REASON(QUOTE_SHORT) },
	{ "v6 cut before what it carries", V6(1, 4),
	  { IP_V6(4, 200, SRC_V6, 0x20), PORTS }, 51, REASON(QUOTE_SHORT) },
	{ "v6 UDP can't carry nothing", V6(1, 4),
	  { IP_V6(0, 17, SRC_V6, 0x20), PORTS }, 48, REASON(QUOTE_SHORT) },
	{ "v6 that carries nothing", V6(1, 4),
	  { IP_V6(0, 59, SRC_V6, 0x20), PORTS }, 48 },
	{ "v6 cut in its header", V6(1, 4),
	  { IP_V6(8, 17, SRC_V6, 0x20) }, 47, REASON(QUOTE_SHORT) },
	{ "v6 nothing", V6(1, 4), { 0 }, 8, REASON(QUOTE_SHORT) },
	{ "v6 says that it is IPv4", V6(1, 4),
	  { IP_V4(0x45, 60, 0, 17, SRC_V4, 198, 51, 100, 1), PORTS }, 68,
	  REASON(QUOTE_MALFORMED) },
	{ "v6 from another", V6(1, 4),
	  { IP_V6(8, 17, SRC_V6 + 1, 0x20), PORTS }, 56,
	  REASON(QUOTE_SOURCE) },
	{ "v6 unreachable", V6(3, 0),
	  { IP_V6(64, 58, SRC_V6, 0x20), 1 }, 56, REASON(QUOTE_ERROR) },
	{ "v6 error nobody knows", V6(3, 0),
	  { IP_V6(64, 58, SRC_V6, 0x20), 127 }, 56, REASON(QUOTE_ERROR) },
	{ "v6 redirect", V6(3, 0),
	  { IP_V6(64, 58, SRC_V6, 0x20), 137 }, 56, REASON(QUOTE_ERROR) },
	{ "v6 error behind headers", V6(3, 0),
	  { IP_V6(64, 0, SRC_V6, 0x20), EXT(60, 0), EXT(43, 1), 0, 0, 0, 0, 0,
	    0, 0, 0, FRAG(58, 1), 3 }, 81, REASON(QUOTE_ERROR) },
	{ "v6 error behind all headers that are walked", V6(2, 0),
	  { IP_V6(100, 60, SRC_V6, 0x20), EXT(60, 0), EXT(60, 0), EXT(60, 0),
	    EXT(60, 0), EXT(60, 0), EXT(60, 0), EXT(60, 0), EXT(58, 0), 1 },
	  113, REASON(QUOTE_ERROR) },
};

static u8 class_of(u8 family, u8 type, u8 code)
{
	static const u8 v6[] = { 0, CLASS(UNREACHABLE), CLASS(PATH_MTU),
				 CLASS(TIME_EXCEEDED),
				 CLASS(PARAMETER_PROBLEM) };

	if (family == ICMPG_IPV6)
		return v6[type];
	switch (type) {
	case 3:
		return code == 4 ? CLASS(PATH_MTU) : CLASS(UNREACHABLE);
	case 11:
		return CLASS(TIME_EXCEEDED);
	}
	return CLASS(PARAMETER_PROBLEM);
}

/*
 * @length bytes of an error to who has sent the right ones, alone in memory but
 * for @behind more, which aren't of the message.
 */
static struct icmpg_pkt read_quote(u8 family, u8 type, u8 code,
				   const u8 *quote, u32 length, u32 behind)
{
	struct icmpg_pkt pkt = family == ICMPG_IPV4 ?
		unit_pkt(class_of(family, type, code), "198.51.100.1",
			 "192.0.2.1") :
		unit_pkt(class_of(family, type, code), "2001:db8:1::1",
			 "2001:db8::1");
	u32 at = family == ICMPG_IPV4 ? V4_OUTER : V6_OUTER;
	u8 *bytes = calloc(1, at + length + behind + 1);
	struct sk_buff skb = { bytes, at + length + behind };

	if (!bytes)
		abort();
	if (length > 8)
		memcpy(bytes + at + 8, quote, length - 8 + behind);
	pkt.at = at;
	pkt.type = type;
	pkt.code = code;
	pkt.length = length;
	pkt.quote = 255;
	icmpg_quote_read(&skb, &pkt);
	free(bytes);
	return pkt;
}

static void test_rows(void)
{
	unsigned int i;

	for (i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i / 2];
		u32 room = sizeof(row->quote) + 8 - row->length;
		struct icmpg_pkt pkt = read_quote(row->family, row->type,
						  row->code, row->quote,
						  row->length,
						  i % 2 ? room : 0);

		EXPECT(pkt.quote == row->reason, "%s: %u and not %u",
		       row->name, pkt.quote, row->reason);
		EXPECT(pkt.quoted == row->quoted, "%s: %u bytes and not %u",
		       row->name, pkt.quoted, row->quoted);
	}
}

/* Addresses that are no single host can't have sent what is quoted. */
static void test_hosts(void)
{
	static const char *const none[] = { "0.0.0.0", "0.1.2.3", "127.0.0.1",
					    "224.0.0.1", "255.255.255.255" };
	u8 bytes[20 + 36] = { [28] = 0x45, [31] = 28, [37] = 17, 0, 0, 0, 0,
			      0, 0, 198, 51, 100, 1 };
	struct sk_buff skb = { bytes, sizeof(bytes) };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		struct icmpg_pkt pkt = unit_pkt(CLASS(UNREACHABLE),
						"198.51.100.1", none[i]);

		pkt.at = 20;
		pkt.length = 36;
		memcpy(bytes + 40, &pkt.dst, 4);
		icmpg_quote_read(&skb, &pkt);
		EXPECT(pkt.quote == REASON(QUOTE_SOURCE), "%s: %u", none[i],
		       pkt.quote);
	}
}

/* The size that a path MTU message tells. */
static void test_mtu(void)
{
	u8 bytes[40 + 8] = { 0 };
	struct sk_buff skb = { bytes, 28 };
	struct icmpg_pkt pkt = unit_pkt(CLASS(PATH_MTU), "198.51.100.1",
					"192.0.2.1");

	memcpy(bytes + 20, "\x03\x04\0\0\xff\xff\x05\xdc", 8);
	pkt.at = 20;
	pkt.length = 8;
	icmpg_quote_read(&skb, &pkt);
	EXPECT(pkt.mtu == 1500, "%u", pkt.mtu);
	memcpy(bytes + 40, "\x02\0\0\0\0\x01\x05\xdc", 8);
	skb.len = 48;
	pkt = unit_pkt(CLASS(PATH_MTU), "2001:db8::2", "2001:db8::1");
	pkt.at = 40;
	pkt.length = 8;
	icmpg_quote_read(&skb, &pkt);
	EXPECT(pkt.mtu == 0x105dc, "%u", pkt.mtu);
}

/* Which classes quote, by family. */
static void test_is_error(void)
{
	u8 class;

	for (class = 1; class <= ICMPGUARD_CLASS_FRAGMENT; class++) {
		struct icmpg_pkt v4 = unit_pkt(class, "192.0.2.1", "192.0.2.2");
		struct icmpg_pkt v6 = unit_pkt(class, "2001:db8::1", "::1");
		bool both = class == CLASS(UNREACHABLE) ||
			    class == CLASS(PATH_MTU) ||
			    class == CLASS(TIME_EXCEEDED) ||
			    class == CLASS(PARAMETER_PROBLEM) ||
			    class == CLASS(SOURCE_QUENCH);

		EXPECT(icmpg_quote_is_error(&v4) ==
		       (both || class == CLASS(REDIRECT)), "class %u", class);
		EXPECT(icmpg_quote_is_error(&v6) == both, "class %u", class);
	}
}

/*
 * Any bytes, most of them near to a good quote: a sanitizer watches what is
 * read, and what isn't there is never found right.
 */
static void test_any_bytes(void)
{
	static const u8 types[ICMPG_FAMILIES][3] = { { 3, 11, 12 },
						     { 1, 2, 4 } };
	unsigned int i, n;

	for (i = 0; i < 200000; i++) {
		const struct row *row = &rows[ktap_random() % ARRAY_SIZE(rows)];
		u32 length = ktap_random() % (sizeof(row->quote) + 8);
		u8 quote[sizeof(row->quote)];
		struct icmpg_pkt pkt;

		memcpy(quote, row->quote, sizeof(quote));
		for (n = ktap_random() % 8; n; n--)
			quote[ktap_random() % (ktap_random() % 2 ? 64 :
			      sizeof(quote))] = (u8)ktap_random();
		pkt = read_quote(row->family, types[row->family][i % 3],
				 (u8)(ktap_random() % 5), quote, length, 0);
		EXPECT(pkt.quote || length >= (row->family == ICMPG_IPV4 ?
					       28 : 48), "%u bytes", length);
		EXPECT(!pkt.quote || (pkt.quote >= REASON(QUOTE_SHORT) &&
				      pkt.quote <= REASON(QUOTE_ERROR)),
		       "%u", pkt.quote);
	}
}

static const struct ktap_test tests[] = {
	{ "what is quoted", test_rows },
	{ "who can have sent it", test_hosts },
	{ "the size that is told", test_mtu },
	{ "classes that quote", test_is_error },
	{ "any bytes", test_any_bytes },
};

KTAP_MAIN(tests)
