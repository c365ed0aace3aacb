// SPDX-License-Identifier: GPL-2.0-only
/*
 * From bytes to a verdict, as the hook does it: any packet that the stack would
 * hand over, beside a walk that is written another way. Nothing is read that
 * isn't there, and nothing of a packet that classify.c didn't fill.
 */
#include "classify.h"

#include <linux/string.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "advert.h"
#include "policy.h"
#include "quote.h"
#include "unit.h"

#define PACKET_MAX	320

/* What a packet is, found by reading it from its start. */
struct what {
	bool ours;
	bool icmp;
	bool fragmented;
	u8 part;
	u32 at;
	u32 end;
};

static const struct net_device dev = { .ifindex = 7, .name = "eth0" };

static struct what walk_ipv4(const u8 *byte, u32 size)
{
	u32 headers = (byte[0] & 15) * 4;
	u32 offset = ((byte[6] & 31) << 8 | byte[7]) * 8;
	struct what what = { .at = headers, .end = offset + size - headers };

	what.icmp = byte[9] == 1;
	what.ours = what.icmp || offset;
	what.part = offset ? ICMPG_PART_LATER :
		    byte[6] & 0x20 ? ICMPG_PART_FIRST : ICMPG_PART_WHOLE;
	return what;
}

/* @cut: the headers end before the upper layer, or there are too many. */
static struct what walk_ipv6(const u8 *byte, u32 size, bool *cut)
{
	struct what what = { .part = ICMPG_PART_WHOLE };
	u32 at = 40, walked = 0;
	u8 next = byte[6];

	*cut = false;
	for (;;) {
		if (at > size)
			break;
		if (next == 58) {
			what.ours = true;
			what.icmp = true;
			what.at = at;
			return what;
		}
		if (next != 0 && next != 43 && next != 44 && next != 60)
			return what;
		if (walked++ == 8 || at + 8 > size)
			break;
		if (next == 44) {
			u32 word = byte[at + 2] << 8 | byte[at + 3];

			if (what.part == ICMPG_PART_FIRST)
				break;
			what.fragmented = true;
			what.end = (word & 0xfff8) + size - at - 8;
			what.part = word & 0xfff8 ? ICMPG_PART_LATER :
				    word & 1 ? ICMPG_PART_FIRST :
					       ICMPG_PART_WHOLE;
			if (what.part == ICMPG_PART_LATER) {
				what.ours = true;
				what.icmp = byte[at] == 58;
				return what;
			}
			next = byte[at];
			at += 8;
			continue;
		}
		next = byte[at];
		at += (byte[at + 1] + 1) * 8;
	}
	what.ours = true;
	*cut = true;
	return what;
}

/* Classified in memory that was filled with @garbage before. */
static bool classify(const u8 *byte, u32 size, struct icmpg_pkt *pkt,
		     u8 garbage)
{
	struct sk_buff skb = { .data = byte, .len = size };

	memset(pkt, garbage, sizeof(*pkt));
	pkt->quote = 0;
	return byte[0] >> 4 == 4 ? icmpg_classify_ipv4(&skb, &dev, pkt) :
				   icmpg_classify_ipv6(&skb, &dev, pkt);
}

/* All that looks at a packet before the limits do. */
static u8 judge(const struct icmpg_config *config, const u8 *byte, u32 size,
		struct icmpg_pkt *pkt)
{
	struct sk_buff skb = { .data = byte, .len = size };
	u8 reason = icmpg_policy_packet(config, pkt);

	if (reason || !pkt->icmp)
		return reason;
	if (icmpg_policy_type(config, pkt))
		return REASON(TYPE_DROP);
	if (icmpg_quote_is_error(pkt)) {
		icmpg_quote_read(&skb, pkt);
		reason = icmpg_policy_path_mtu(config, pkt);
		return reason ? reason : pkt->quote;
	}
	if (pkt->class == CLASS(ROUTER_DISCOVERY) &&
	    pkt->family == ICMPG_IPV6 && !icmpg_advert_is_sane(&skb, pkt))
		return REASON(RA_SANITY);
	return 0;
}

static void make_ipv4(u8 *byte, u32 size)
{
	u32 headers = ktap_random() % 4 ? 5 : 5 + ktap_random() % 11;

	if (headers * 4 > size)
		headers = 5;
	byte[0] = 0x40 | headers;
	byte[2] = size >> 8;
	byte[3] = size & 255;
	if (ktap_random() % 4)
		byte[9] = 1;
	if (ktap_random() % 2)
		byte[6] = byte[7] = 0;
	if (ktap_random() % 2 && headers * 4 < size)
		byte[headers * 4] = (u8)(ktap_random() % 16);
}

static void make_ipv6(u8 *byte, u32 size)
{
	static const u8 next[] = { 0, 43, 44, 60, 58, 58, 17, 51 };
	u32 at = 40;

	byte[0] = 0x60;
	byte[4] = (size - 40) >> 8;
	byte[5] = (size - 40) & 255;
	byte[6] = next[ktap_random() % sizeof(next)];
	while (at + 8 <= size && ktap_random() % 8) {
		byte[at] = next[ktap_random() % sizeof(next)];
		byte[at + 1] = ktap_random() % 4 ? 0 : ktap_random() % 3;
		if (ktap_random() % 2)
			byte[at + 2] = byte[at + 3] = 0;
		at += (byte[at + 1] + 1) * 8;
	}
	if (at < size && ktap_random() % 2)
		byte[at] = (u8)(ktap_random() % 2 ? ktap_random() % 6 :
				130 + ktap_random() % 10);
}

static void compare(const u8 *byte, u32 size, const struct icmpg_pkt *pkt,
		    bool ours)
{
	bool v4 = byte[0] >> 4 == 4, cut = false;
	struct what what = v4 ? walk_ipv4(byte, size) :
				walk_ipv6(byte, size, &cut);
	u8 type;

	EXPECT(ours == what.ours, "ours %d, size %u", ours, size);
	if (!ours)
		return;
	EXPECT(pkt->icmp == what.icmp && pkt->part == what.part, "%d %u",
	       pkt->icmp, pkt->part);
	EXPECT(pkt->fragmented == what.fragmented);
	EXPECT(pkt->class && pkt->class <= CLASS(FRAGMENT), "%u", pkt->class);
	if (what.fragmented || v4)
		EXPECT(pkt->end == what.end, "%u, not %u", pkt->end, what.end);
	if (!what.icmp || what.part == ICMPG_PART_LATER) {
		EXPECT(!cut || pkt->malformed);
		return;
	}
	EXPECT(pkt->at == what.at && pkt->at + pkt->length == size,
	       "at %u, %u bytes", pkt->at, pkt->length);
	if (pkt->length < 2)
		return;
	type = byte[what.at];
	EXPECT(pkt->type == type && pkt->code == byte[what.at + 1]);
	EXPECT(pkt->class == icmpg_classify_type(pkt->family, type, pkt->code));
}

static void test_any_packet(void)
{
	struct icmpg_settings set;
	struct icmpg_config *config;
	unsigned int i, n;
	u32 seen[2] = { 0 };

	unit_settings_init(&set);
	set.check[ICMPGUARD_CHECK_RA_SANITY] = true;
	config = unit_config(&set);
	for (i = 0; i < 400000; i++) {
		bool v4 = ktap_random() % 2;
		u32 least = v4 ? 20 : 40;
		u32 size = least + ktap_random() % (PACKET_MAX - least);
		struct icmpg_pkt pkt, again;
		u8 *byte = malloc(size);
		bool ours;

		if (!byte)
			abort();
		for (n = 0; n < size; n++)
			byte[n] = (u8)(ktap_random() % 3 ? 0 : ktap_random());
		if (v4)
			make_ipv4(byte, size);
		else
			make_ipv6(byte, size);
		ours = classify(byte, size, &pkt, 0x5a);
		compare(byte, size, &pkt, ours);
		EXPECT(classify(byte, size, &again, 0xa5) == ours);
		if (ours)
			EXPECT(judge(config, byte, size, &pkt) ==
			       judge(config, byte, size, &again));
		seen[v4] += ours && pkt.icmp;
		free(byte);
	}
	icmpg_config_destroy(config);
	EXPECT(seen[0] > 10000 && seen[1] > 10000, "%u %u", seen[0], seen[1]);
}

/* Types that have a class, by the registries of IANA; all others are other. */
static const struct {
	u8 family;
	u8 class;
	u8 type[12];
	u8 count;
} classes[] = {
	{ ICMPG_IPV4, CLASS(ECHO_REPLY), { 0 }, 1 },
	{ ICMPG_IPV4, CLASS(UNREACHABLE), { 3 }, 1 },
	{ ICMPG_IPV4, CLASS(SOURCE_QUENCH), { 4 }, 1 },
	{ ICMPG_IPV4, CLASS(REDIRECT), { 5 }, 1 },
	{ ICMPG_IPV4, CLASS(ECHO_REQUEST), { 8 }, 1 },
	{ ICMPG_IPV4, CLASS(ROUTER_DISCOVERY), { 9, 10 }, 2 },
	{ ICMPG_IPV4, CLASS(TIME_EXCEEDED), { 11 }, 1 },
	{ ICMPG_IPV4, CLASS(PARAMETER_PROBLEM), { 12 }, 1 },
	{ ICMPG_IPV4, CLASS(TIMESTAMP), { 13, 14 }, 2 },
	/* RFC 6918. */
	{ ICMPG_IPV4, CLASS(DEPRECATED), { 6, 15, 16, 17, 18 }, 5 },
	{ ICMPG_IPV4, CLASS(DEPRECATED),
	  { 30, 31, 32, 33, 34, 35, 36, 37, 38, 39 }, 10 },
	{ ICMPG_IPV4, CLASS(PROBE_REQUEST), { 42 }, 1 },
	{ ICMPG_IPV4, CLASS(PROBE_REPLY), { 43 }, 1 },
	{ ICMPG_IPV6, CLASS(UNREACHABLE), { 1 }, 1 },
	{ ICMPG_IPV6, CLASS(PATH_MTU), { 2 }, 1 },
	{ ICMPG_IPV6, CLASS(TIME_EXCEEDED), { 3 }, 1 },
	{ ICMPG_IPV6, CLASS(PARAMETER_PROBLEM), { 4 }, 1 },
	{ ICMPG_IPV6, CLASS(ECHO_REQUEST), { 128 }, 1 },
	{ ICMPG_IPV6, CLASS(ECHO_REPLY), { 129 }, 1 },
	{ ICMPG_IPV6, CLASS(MULTICAST_LISTENER),
	  { 130, 131, 132, 143, 151, 152, 153 }, 7 },
	{ ICMPG_IPV6, CLASS(ROUTER_DISCOVERY), { 133, 134 }, 2 },
	{ ICMPG_IPV6, CLASS(NEIGHBOUR_DISCOVERY),
	  { 135, 136, 141, 142, 148, 149 }, 6 },
	{ ICMPG_IPV6, CLASS(REDIRECT), { 137 }, 1 },
	{ ICMPG_IPV6, CLASS(NODE_INFORMATION), { 138, 139, 140 }, 3 },
	{ ICMPG_IPV6, CLASS(MOBILITY), { 144, 145, 146, 147, 154 }, 5 },
	{ ICMPG_IPV6, CLASS(LOW_POWER), { 155, 157, 158, 159 }, 4 },
	{ ICMPG_IPV6, CLASS(PROBE_REQUEST), { 160 }, 1 },
	{ ICMPG_IPV6, CLASS(PROBE_REPLY), { 161 }, 1 },
};

static void test_classes(void)
{
	u8 expected[ICMPG_FAMILIES][256];
	unsigned int i, family, type;

	memset(expected, CLASS(OTHER), sizeof(expected));
	for (i = 0; i < ARRAY_SIZE(classes); i++)
		for (type = 0; type < classes[i].count; type++)
			expected[classes[i].family][classes[i].type[type]] =
				classes[i].class;
	for (family = 0; family < ICMPG_FAMILIES; family++)
		for (type = 0; type < 256; type++)
			EXPECT(icmpg_classify_type(family, type, 0) ==
			       expected[family][type], "family %u type %u",
			       family, type);
}

/* Each type is in a class, and each class has the types that it says. */
static void test_types(void)
{
	unsigned int family, type, class;
	u8 example;

	for (family = 0; family < ICMPG_FAMILIES; family++) {
		for (type = 0; type < 256; type++) {
			class = icmpg_classify_type(family, type, 0);
			EXPECT(class && class < CLASS(FRAGMENT));
			EXPECT(icmpg_classify_example(family, class, &example));
			EXPECT(icmpg_classify_type(family, example, 0) == class ||
			       icmpg_classify_type(family, example, 4) == class);
		}
	}
	EXPECT(icmpg_classify_type(ICMPG_IPV4, 3, 4) == CLASS(PATH_MTU));
	EXPECT(icmpg_classify_type(ICMPG_IPV6, 3, 4) == CLASS(TIME_EXCEEDED));
}

static const struct ktap_test tests[] = {
	{ "any packet", test_any_packet },
	{ "types and classes", test_types },
	{ "the class of each type", test_classes },
};

KTAP_MAIN(tests)
