// SPDX-License-Identifier: GPL-2.0-only
/* The rules that are no rates: what a packet is, and why it is refused. */
#include "policy.h"

#include "unit.h"

/* What differs from a whole echo request that nothing is wrong with. */
struct row {
	const char *name;
	u8 off;		/* a check that is switched off, 0 for none */
	struct {
		u8 family;
		u8 class;
		u8 part;
		u8 hop_limit;
		u8 malformed;
		u32 options;	/* bytes of headers beyond the shortest */
		u32 length;
		u32 end;
		bool other;	/* not ICMP */
	} pkt;
	u8 reason;
};

#define V4	.family = ICMPG_IPV4
#define V6	.family = ICMPG_IPV6
#define FIRST	.part = ICMPG_PART_FIRST
#define LATER	.part = ICMPG_PART_LATER, .class = CLASS(FRAGMENT)
#define OFF(check)	.off = ICMPGUARD_CHECK_##check

static const struct row rows[] = {
	{ "v4 echo request", .pkt = { V4, .hop_limit = 1 } },
	{ "v6 echo request", .pkt = { V6, .hop_limit = 1 } },
	{ "v4 whole, larger than max-message",
	  .pkt = { V4, .length = 20000, .end = 20000 } },
	{ "v6 whole, no multiple of 8",
	  .pkt = { V6, .length = 63, .end = 63 } },
	{ "v4 whole and short", .pkt = { V4, .length = 8, .end = 8 } },

	/* Ping of death: headers and end are beyond 65535. */
	{ "v4 ends at 65535", .pkt = { V4, LATER, .other = true, .length = 15,
				       .end = 65515 } },
	{ "v4 ends at 65536", .pkt = { V4, LATER, .other = true, .length = 16,
				       .end = 65516 },
	  REASON(PING_OF_DEATH) },
	{ "v4 with options ends at 65535",
	  .pkt = { V4, LATER, .other = true, .options = 40, .end = 65475 } },
	{ "v4 with options ends at 65536",
	  .pkt = { V4, LATER, .other = true, .options = 40, .end = 65476 },
	  REASON(PING_OF_DEATH) },
	{ "v4 ICMP ends at 65536", .pkt = { V4, LATER, .end = 65516 },
	  REASON(PING_OF_DEATH) },
	{ "v6 ends at 65535", .pkt = { V6, LATER, .other = true,
				       .end = 65535 } },
	{ "v6 ends at 65536", .pkt = { V6, LATER, .other = true,
				       .end = 65536 },
	  REASON(PING_OF_DEATH) },
	{ "v6 behind headers ends at 65535",
	  .pkt = { V6, LATER, .other = true, .options = 16, .end = 65519 } },
	{ "v6 behind headers ends at 65536",
	  .pkt = { V6, LATER, .other = true, .options = 16, .end = 65520 },
	  REASON(PING_OF_DEATH) },
	{ "v4 ends as far as it can", .pkt = { V4, LATER, .other = true,
					       .end = 65528 + 65515 },
	  REASON(PING_OF_DEATH) },
	{ "v4 ends at 65536, check off", OFF(PING_OF_DEATH),
	  .pkt = { V4, LATER, .other = true, .end = 65516 } },
	{ "v4 ICMP ends at 65536, check off", OFF(PING_OF_DEATH),
	  .pkt = { V4, LATER, .end = 65516 }, REASON(OVERSIZED) },

	/* max-message, which is 9216 here. */
	{ "v4 later ends at max-message",
	  .pkt = { V4, LATER, .length = 16, .end = 9216 } },
	{ "v4 later ends beyond max-message",
	  .pkt = { V4, LATER, .length = 17, .end = 9217 }, REASON(OVERSIZED) },
	{ "v6 later ends at max-message", .pkt = { V6, LATER, .end = 9216 } },
	{ "v6 later ends beyond max-message",
	  .pkt = { V6, LATER, .end = 9217 }, REASON(OVERSIZED) },
	{ "v4 first ends at max-message",
	  .pkt = { V4, FIRST, .length = 9216, .end = 9216 } },
	{ "v4 first ends beyond max-message",
	  .pkt = { V4, FIRST, .length = 9224, .end = 9224 },
	  REASON(OVERSIZED) },
	{ "v4 later of something else beyond max-message",
	  .pkt = { V4, LATER, .other = true, .end = 20000 } },
	{ "v6 later of something else beyond max-message",
	  .pkt = { V6, LATER, .other = true, .end = 20000 } },

	/* Tiny first fragments. */
	{ "v4 first of 8", .pkt = { V4, FIRST, .length = 8, .end = 8 } },
	{ "v6 first of 8", .pkt = { V6, FIRST, .length = 8, .end = 8 } },
	{ "v4 first of 7", .pkt = { V4, FIRST, .length = 7, .end = 7 },
	  REASON(TINY_FRAGMENT) },
	{ "v6 first of 7", .pkt = { V6, FIRST, .length = 7, .end = 7 },
	  REASON(TINY_FRAGMENT) },
	{ "v4 first of nothing", .pkt = { V4, FIRST, .length = 0, .end = 0 },
	  REASON(TINY_FRAGMENT) },
	{ "v4 first of 12", .pkt = { V4, FIRST, .length = 12, .end = 12 },
	  REASON(TINY_FRAGMENT) },
	{ "v6 first of 1447", .pkt = { V6, FIRST, .length = 1447,
				       .end = 1447 }, REASON(TINY_FRAGMENT) },
	{ "v4 first of 16", .pkt = { V4, FIRST, .length = 16, .end = 16 } },
	{ "v4 first of 7, check off", OFF(TINY_FRAGMENT),
	  .pkt = { V4, FIRST, .length = 7, .end = 7 } },
	{ "v4 first of 12, check off", OFF(TINY_FRAGMENT),
	  .pkt = { V4, FIRST, .length = 12, .end = 12 } },
	{ "v4 later of 7", .pkt = { V4, LATER, .length = 7, .end = 31 } },
	{ "v4 first of something else of 7",
	  .pkt = { V4, FIRST, .other = true, .length = 7, .end = 7 } },

	/* What its headers alone say. */
	{ "v6 without its header chain",
	  .pkt = { V6, FIRST, .class = CLASS(FRAGMENT), .other = true,
		   .malformed = REASON(TINY_FRAGMENT), .end = 8 },
	  REASON(TINY_FRAGMENT) },
	{ "v6 without its header chain, check off", OFF(TINY_FRAGMENT),
	  .pkt = { V6, FIRST, .class = CLASS(FRAGMENT), .other = true,
		   .malformed = REASON(TINY_FRAGMENT), .end = 8 } },
	{ "v6 header chain", .pkt = { V6, .class = CLASS(OTHER), .other = true,
				      .malformed = REASON(HEADER_CHAIN) },
	  REASON(HEADER_CHAIN) },
	{ "v6 header chain, check off", OFF(HEADER_CHAIN),
	  .pkt = { V6, .class = CLASS(OTHER), .other = true,
		   .malformed = REASON(HEADER_CHAIN) } },
	{ "v4 truncated", .pkt = { V4, .malformed = REASON(TRUNCATED) },
	  REASON(TRUNCATED) },
	{ "v4 truncated, other checks off", OFF(TINY_FRAGMENT),
	  .pkt = { V4, .malformed = REASON(TRUNCATED) }, REASON(TRUNCATED) },
	{ "v6 truncated, other checks off", OFF(HEADER_CHAIN),
	  .pkt = { V6, .malformed = REASON(TRUNCATED) }, REASON(TRUNCATED) },

	/* Discovery comes from the link. */
	{ "v6 neighbour discovery",
	  .pkt = { V6, .class = CLASS(NEIGHBOUR_DISCOVERY),
		   .hop_limit = 255 } },
	{ "v6 neighbour discovery, hop limit 254",
	  .pkt = { V6, .class = CLASS(NEIGHBOUR_DISCOVERY),
		   .hop_limit = 254 }, REASON(HOP_LIMIT) },
	{ "v6 neighbour discovery, hop limit 1",
	  .pkt = { V6, .class = CLASS(NEIGHBOUR_DISCOVERY), .hop_limit = 1 },
	  REASON(HOP_LIMIT) },
	{ "v6 neighbour discovery, hop limit 0",
	  .pkt = { V6, .class = CLASS(NEIGHBOUR_DISCOVERY), .hop_limit = 0 },
	  REASON(HOP_LIMIT) },
	{ "v6 router discovery",
	  .pkt = { V6, .class = CLASS(ROUTER_DISCOVERY), .hop_limit = 255 } },
	{ "v6 router discovery, hop limit 254",
	  .pkt = { V6, .class = CLASS(ROUTER_DISCOVERY), .hop_limit = 254 },
	  REASON(HOP_LIMIT) },
	{ "v6 router discovery in a first fragment, hop limit 254",
	  .pkt = { V6, FIRST, .class = CLASS(ROUTER_DISCOVERY),
		   .hop_limit = 254, .length = 64, .end = 64 },
	  REASON(HOP_LIMIT) },
	{ "v4 router discovery, hop limit 1",
	  .pkt = { V4, .class = CLASS(ROUTER_DISCOVERY), .hop_limit = 1 } },
	{ "v6 path MTU, hop limit 1",
	  .pkt = { V6, .class = CLASS(PATH_MTU), .hop_limit = 1 } },

	/* The first reason counts. */
	{ "v4 tiny and oversized",
	  .pkt = { V4, FIRST, .length = 9223, .end = 9223 },
	  REASON(TINY_FRAGMENT) },
	{ "v4 ping of death and oversized",
	  .pkt = { V4, LATER, .end = 65528 }, REASON(PING_OF_DEATH) },
	{ "v6 truncated discovery, hop limit 1",
	  .pkt = { V6, .class = CLASS(NEIGHBOUR_DISCOVERY), .hop_limit = 1,
		   .malformed = REASON(TRUNCATED) }, REASON(TRUNCATED) },
};

/* Messages that stay on a link: which of them are none. */
static const struct {
	const char *src;
	const char *dst;
	u8 class;
	u8 type;
	u8 code;
	u8 hop_limit;
	bool fragmented;
	u8 reason;
} link_rows[] = {
#define RD	CLASS(ROUTER_DISCOVERY)
#define ND	CLASS(NEIGHBOUR_DISCOVERY)
#define MLD	CLASS(MULTICAST_LISTENER)
#define RE	CLASS(REDIRECT)
	{ "fe80::1", "ff02::1", RD, 134, 0, 255 },
	{ "::", "ff02::2", RD, 133, 0, 255 },
	{ "::", "ff02::1:ff00:1", ND, 135, 0, 255 },
	{ "2001:db8::1", "2001:db8::2", ND, 136, 0, 255 },
	{ "fe80::1", "ff02::1", RD, 134, 0, 254, .reason = REASON(HOP_LIMIT) },
	{ "fe80::1", "ff02::1", RD, 134, 1, 255,
	  .reason = REASON(DISCOVERY_CODE) },
	{ "fe80::1", "ff02::2", RD, 133, 16, 255,
	  .reason = REASON(DISCOVERY_CODE) },
	{ "fe80::1", "fe80::2", ND, 135, 255, 255,
	  .reason = REASON(DISCOVERY_CODE) },
	{ "fe80::1", "fe80::2", ND, 136, 1, 255,
	  .reason = REASON(DISCOVERY_CODE) },
	{ "fe80::1", "ff02::1", RD, 133, 0, 255, true,
	  REASON(DISCOVERY_FRAGMENT) },
	{ "fe80::1", "ff02::1", RD, 134, 0, 255, true,
	  REASON(DISCOVERY_FRAGMENT) },
	{ "fe80::1", "fe80::2", ND, 135, 0, 255, true,
	  REASON(DISCOVERY_FRAGMENT) },
	{ "fe80::1", "fe80::2", ND, 136, 0, 255, true,
	  REASON(DISCOVERY_FRAGMENT) },
	{ "fe80::1", "ff02::2", ND, 148, 0, 255, true,
	  REASON(DISCOVERY_FRAGMENT) },
	/* These may be long. */
	{ "fe80::1", "ff02::1", ND, 141, 0, 255, true },
	{ "fe80::1", "ff02::1", ND, 142, 0, 255, true },
	{ "fe80::1", "ff02::1", ND, 149, 0, 255, true },
	{ "fe80::1", "ff02::1", ND, 149, 1, 255, true,
	  REASON(DISCOVERY_CODE) },
	{ "fe80::1", "2001:db8::2", RE, 137, 0, 255 },
	{ "fe80::1", "2001:db8::2", RE, 137, 0, 64,
	  .reason = REASON(HOP_LIMIT) },
	{ "fe80::1", "2001:db8::2", RE, 137, 1, 255,
	  .reason = REASON(DISCOVERY_CODE) },
	{ "fe80::1", "2001:db8::2", RE, 137, 0, 255, true,
	  REASON(DISCOVERY_FRAGMENT) },
	{ "192.0.2.1", "198.51.100.1", RE, 5, 1, 64 },

	{ "fe80::1", "ff02::1", MLD, 130, 0, 1 },
	{ "fe80::1", "ff02::16", MLD, 143, 0, 1 },
	{ "::", "ff02::16", MLD, 143, 0, 1 },
	{ "::", "ff02::1:ff00:1", MLD, 131, 0, 1 },
	{ "::", "ff02::2", MLD, 132, 0, 1 },
	{ "febf::1", "ff02::6a", MLD, 151, 0, 1 },
	{ "fe80::1", "ff02::2", MLD, 152, 0, 1 },
	{ "::", "ff02::1", MLD, 130, 0, 1, .reason = REASON(LISTENER_SOURCE) },
	{ "::", "ff02::6a", MLD, 151, 0, 1,
	  .reason = REASON(LISTENER_SOURCE) },
	{ "::", "ff02::2", MLD, 152, 0, 1, .reason = REASON(LISTENER_SOURCE) },
	{ "::", "ff02::6a", MLD, 153, 0, 1,
	  .reason = REASON(LISTENER_SOURCE) },
	{ "::1:0:0:1", "ff02::16", MLD, 143, 0, 1,
	  .reason = REASON(LISTENER_SOURCE) },
	{ "0:1::", "ff02::16", MLD, 143, 0, 1,
	  .reason = REASON(LISTENER_SOURCE) },
	{ "2001:db8::1", "ff02::16", MLD, 143, 0, 1,
	  .reason = REASON(LISTENER_SOURCE) },
	{ "fec0::1", "ff02::1", MLD, 130, 0, 1,
	  .reason = REASON(LISTENER_SOURCE) },
	{ "fe80::1", "ff02::1", MLD, 130, 0, 64,
	  .reason = REASON(LINK_HOP_LIMIT) },
	{ "fe80::1", "ff02::16", MLD, 143, 0, 255,
	  .reason = REASON(LINK_HOP_LIMIT) },
	{ "fe80::1", "ff02::6a", MLD, 153, 0, 0,
	  .reason = REASON(LINK_HOP_LIMIT) },

	{ "192.0.2.1", "224.0.0.1", RD, 9, 0, 1 },
	{ "192.0.2.1", "224.0.0.1", RD, 9, 16, 1 },
	{ "0.0.0.0", "224.0.0.2", RD, 10, 0, 1 },
	{ "192.0.2.1", "255.255.255.255", RD, 9, 0, 64 },
	{ "192.0.2.1", "192.0.2.2", RD, 9, 0, 64 },
	{ "192.0.2.1", "240.0.0.1", RD, 10, 0, 2 },
	{ "192.0.2.1", "223.255.255.255", RD, 10, 0, 2 },
	{ "192.0.2.1", "224.0.0.1", RD, 9, 0, 2,
	  .reason = REASON(LINK_HOP_LIMIT) },
	{ "192.0.2.1", "239.0.0.1", RD, 10, 0, 255,
	  .reason = REASON(LINK_HOP_LIMIT) },
	{ "192.0.2.1", "192.0.2.2", RD, 9, 1, 64,
	  .reason = REASON(DISCOVERY_CODE) },
	{ "192.0.2.1", "224.0.0.2", RD, 10, 15, 1,
	  .reason = REASON(DISCOVERY_CODE) },
#undef RD
#undef ND
#undef MLD
#undef RE
};

static void test_link(void)
{
	struct icmpg_settings set;
	struct icmpg_config *config;
	unsigned int i;

	unit_settings_init(&set);
	config = unit_config(&set);
	for (i = 0; i < ARRAY_SIZE(link_rows); i++) {
		struct icmpg_pkt pkt = unit_pkt(link_rows[i].class,
						link_rows[i].src,
						link_rows[i].dst);
		u8 reason;

		pkt.type = link_rows[i].type;
		pkt.code = link_rows[i].code;
		pkt.hop_limit = link_rows[i].hop_limit;
		pkt.fragmented = link_rows[i].fragmented;
		reason = icmpg_policy_packet(config, &pkt);
		EXPECT(reason == link_rows[i].reason,
		       "row %u, type %u from %s: %u and not %u", i, pkt.type,
		       link_rows[i].src, reason, link_rows[i].reason);
	}
	icmpg_config_destroy(config);
}

/* Sizes that a path can have: of a packet of @quoted bytes that didn't fit. */
static const struct {
	u8 family;
	u32 mtu;
	u32 quoted;
	bool wrong;
} mtu_rows[] = {
	{ ICMPG_IPV4, 1400, 1500 }, { ICMPG_IPV4, 1499, 1500 },
	{ ICMPG_IPV4, 0, 1500 }, { ICMPG_IPV4, 0, 0 },
	{ ICMPG_IPV4, 1400, 0 }, { ICMPG_IPV4, 68, 1500 },
	{ ICMPG_IPV4, 67, 1500, true }, { ICMPG_IPV4, 1, 0, true },
	{ ICMPG_IPV4, 1490, 1480 }, { ICMPG_IPV4, 1519, 1500 },
	{ ICMPG_IPV4, 1520, 1500, true }, { ICMPG_IPV4, 65535, 28, true },
	{ ICMPG_IPV6, 1280, 0 }, { ICMPG_IPV6, 1279, 0, true },
	{ ICMPG_IPV6, 0, 0, true }, { ICMPG_IPV6, 0xffffffff, 0 },
};

static void test_path_mtu(void)
{
	struct icmpg_config *config, *off;
	struct icmpg_settings set;
	unsigned int i;

	unit_settings_init(&set);
	config = unit_config(&set);
	set.check[ICMPGUARD_CHECK_PATH_MTU_SIZE] = false;
	off = unit_config(&set);
	for (i = 0; i < ARRAY_SIZE(mtu_rows); i++) {
		bool v4 = mtu_rows[i].family == ICMPG_IPV4;
		struct icmpg_pkt pkt = unit_pkt(CLASS(PATH_MTU),
						v4 ? "192.0.2.1" : "fe80::1",
						v4 ? "192.0.2.2" : "fe80::2");
		u8 reason;

		pkt.mtu = mtu_rows[i].mtu;
		pkt.quoted = mtu_rows[i].quoted;
		reason = icmpg_policy_path_mtu(config, &pkt);
		EXPECT(reason == (mtu_rows[i].wrong ? REASON(PATH_MTU_SIZE) :
				  0), "row %u: %u", i, reason);
		EXPECT(!icmpg_policy_path_mtu(off, &pkt), "row %u", i);
		pkt.class = CLASS(UNREACHABLE);
		EXPECT(!icmpg_policy_path_mtu(config, &pkt), "row %u", i);
	}
	icmpg_config_destroy(config);
	icmpg_config_destroy(off);
}

/* For this host a wrong quote is refused; in transit, if it is told so. */
static void test_quote(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(UNREACHABLE), "192.0.2.1",
					"192.0.2.2");
	struct icmpg_config *local, *all;
	struct icmpg_settings set;
	u8 kind;

	unit_settings_init(&set);
	local = unit_config(&set);
	set.check_transit[ICMPGUARD_CHECK_QUOTED_PACKET] = true;
	all = unit_config(&set);
	pkt.quote = REASON(QUOTE_GROUP);
	for (kind = 0; kind <= ICMPG_DESTINATION_MULTICAST; kind++) {
		bool transit = kind == ICMPG_DESTINATION_TRANSIT ||
			       kind == ICMPG_DESTINATION_NETWORK;

		EXPECT(icmpg_policy_quote(local, &pkt, kind) ==
		       (transit ? 0 : REASON(QUOTE_GROUP)), "%u", kind);
		EXPECT(icmpg_policy_quote(all, &pkt, kind) ==
		       REASON(QUOTE_GROUP), "%u", kind);
	}
	icmpg_config_destroy(local);
	icmpg_config_destroy(all);
}

/* Sources that no packet may have; a type where one makes a difference. */
static const struct {
	const char *src;
	u8 type;
	bool martian;
} source_rows[] = {
	{ "0.0.0.0", 8, true }, { "0.0.0.1", 8, true },
	{ "0.255.255.255", 8, true }, { "1.0.0.0", 8 },
	{ "126.255.255.255", 8 }, { "127.0.0.1", 8, true },
	{ "127.255.255.255", 8, true }, { "128.0.0.0", 8 },
	{ "223.255.255.255", 8 }, { "224.0.0.0", 8, true },
	{ "239.255.255.255", 8, true }, { "240.0.0.0", 8, true },
	{ "255.255.255.255", 8, true }, { "10.0.0.1", 8 },
	{ "169.254.1.1", 8 }, { "192.0.2.1", 8 },
	{ "0.0.0.0", 10 }, { "0.0.0.0", 9, true }, { "0.0.0.1", 10, true },
	{ "127.0.0.1", 10, true },
	{ "::", 128, true }, { "::", 129, true }, { "::", 1, true },
	{ "::", 134, true }, { "::", 136, true }, { "::", 130, true },
	{ "::", 133 }, { "::", 135 }, { "::", 131 }, { "::", 132 },
	{ "::", 143 }, { "::1", 128, true }, { "::1", 135, true },
	{ "::2", 128 }, { "::192.0.2.1", 128 }, { "0:0:0:0:1::", 128 },
	{ "::ffff:192.0.2.1", 128, true }, { "::ffff:0:0", 135, true },
	{ "::fffe:192.0.2.1", 128 }, { "64:ff9b::192.0.2.1", 128 },
	{ "0:0:0:1::", 128 }, { "0:0:0:1::1", 128 }, { "2001:db8::1", 128 },
	{ "fe80::1", 128 }, { "fdff::1", 128 }, { "ff02::1", 128, true },
	{ "ff00::", 128, true }, { "feff:ffff::", 128 },
};

static void test_martian(void)
{
	struct icmpg_config *config, *off;
	struct icmpg_settings set;
	unsigned int i;

	unit_settings_init(&set);
	config = unit_config(&set);
	set.check[ICMPGUARD_CHECK_SOURCE_ADDRESS] = false;
	off = unit_config(&set);
	for (i = 0; i < ARRAY_SIZE(source_rows); i++) {
		bool v6 = strchr(source_rows[i].src, ':');
		struct icmpg_pkt pkt = unit_pkt(CLASS(ECHO_REQUEST),
						source_rows[i].src,
						v6 ? "2001:db8::2" :
						"192.0.2.2");
		u8 reason;

		pkt.type = source_rows[i].type;
		reason = icmpg_policy_packet(config, &pkt);
		EXPECT(reason == (source_rows[i].martian ?
				  REASON(SOURCE_MARTIAN) : 0),
		       "%s, type %u: %u", source_rows[i].src, pkt.type,
		       reason);
		EXPECT(!icmpg_policy_packet(off, &pkt), "%s, check off",
		       source_rows[i].src);
		/* What isn't ICMP is only looked at for its end. */
		pkt.icmp = false;
		EXPECT(!icmpg_policy_packet(config, &pkt), "%s, not ICMP",
		       source_rows[i].src);
	}
	icmpg_config_destroy(config);
	icmpg_config_destroy(off);
}

static void test_source(void)
{
	struct icmpg_config *config, *off;
	struct icmpg_settings set;
	u8 class, kind;

	unit_settings_init(&set);
	config = unit_config(&set);
	set.check[ICMPGUARD_CHECK_SOURCE_ADDRESS] = false;
	off = unit_config(&set);
	for (class = 1; class <= ICMPGUARD_CLASS_FRAGMENT; class++) {
		struct icmpg_pkt pkt = unit_pkt(class, "192.0.2.1",
						"192.0.2.2");
		bool may = class == CLASS(NEIGHBOUR_DISCOVERY) ||
			   class == CLASS(MULTICAST_LISTENER) ||
			   class == CLASS(UNREACHABLE) ||
			   class == CLASS(PATH_MTU) ||
			   class == CLASS(TIME_EXCEEDED) ||
			   class == CLASS(PARAMETER_PROBLEM) ||
			   class == CLASS(SOURCE_QUENCH) ||
			   class == CLASS(REDIRECT);

		EXPECT(!icmpg_policy_source(config, &pkt,
					    ICMPG_DESTINATION_TRANSIT));
		EXPECT(icmpg_policy_source(config, &pkt,
					   ICMPG_DESTINATION_BROADCAST) ==
		       REASON(SOURCE_BROADCAST), "class %u", class);
		EXPECT(icmpg_policy_source(config, &pkt,
					   ICMPG_DESTINATION_LOCAL) ==
		       (may ? 0 : REASON(SOURCE_OWN)), "class %u", class);
		for (kind = 0; kind <= ICMPG_DESTINATION_MULTICAST; kind++)
			EXPECT(!icmpg_policy_source(off, &pkt, kind));
	}
	icmpg_config_destroy(config);
	icmpg_config_destroy(off);
}

static struct icmpg_pkt row_pkt(const struct row *row)
{
	struct icmpg_pkt pkt;

	if (row->pkt.family == ICMPG_IPV4)
		pkt = unit_pkt(CLASS(ECHO_REQUEST), "192.0.2.1", "198.51.100.1");
	else
		pkt = unit_pkt(CLASS(ECHO_REQUEST), "2001:db8::1",
			       "2001:db8:1::1");
	if (row->pkt.class)
		pkt.class = row->pkt.class;
	pkt.part = row->pkt.part;
	pkt.more = pkt.part == ICMPG_PART_FIRST;
	pkt.hop_limit = row->pkt.hop_limit;
	pkt.malformed = row->pkt.malformed;
	pkt.headers += row->pkt.options;
	if (pkt.part != ICMPG_PART_WHOLE || row->pkt.length) {
		pkt.length = row->pkt.length;
		pkt.end = row->pkt.end;
	}
	pkt.icmp = !row->pkt.other;
	return pkt;
}

static void test_packet(void)
{
	struct icmpg_settings set;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct icmpg_pkt pkt = row_pkt(&rows[i]);
		struct icmpg_config *config;
		u8 reason;

		unit_settings_init(&set);
		set.check[rows[i].off] = false;
		config = unit_config(&set);
		reason = icmpg_policy_packet(config, &pkt);
		EXPECT(reason == rows[i].reason, "%s: %u and not %u",
		       rows[i].name, reason, rows[i].reason);
		icmpg_config_destroy(config);
	}
}

/* The boundary moves with the setting. */
static void test_max_message(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(FRAGMENT), "192.0.2.1",
					"198.51.100.1");
	static const u32 sizes[] = { 576, 1500, 9216, 65515, 65535 };
	struct icmpg_settings set;
	unsigned int i;

	unit_settings_init(&set);
	pkt.part = ICMPG_PART_LATER;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct icmpg_config *config;

		set.max_message = sizes[i];
		set.check[ICMPGUARD_CHECK_PING_OF_DEATH] = false;
		config = unit_config(&set);
		pkt.end = sizes[i];
		EXPECT(icmpg_policy_packet(config, &pkt) == 0, "%u", pkt.end);
		pkt.end = sizes[i] + 1;
		EXPECT(icmpg_policy_packet(config, &pkt) == REASON(OVERSIZED),
		       "%u", pkt.end);
		icmpg_config_destroy(config);
	}
}

static bool is_exempt(const struct icmpg_config *config, const char *src,
		      const char *dev)
{
	const char *dst = strchr(src, ':') ? "2001:db8::2" : "198.51.100.1";
	struct icmpg_pkt pkt = unit_pkt(CLASS(ECHO_REQUEST), src, dst);

	pkt.dev = dev;
	return icmpg_policy_is_exempt(config, &pkt);
}

/* By source, by device, by a source on a device; never by destination. */
static void test_exempt(void)
{
	const struct icmpg_prefix prefix[] = {
		unit_prefix("192.0.2.0/24", NULL),
		unit_prefix("2001:db8:1::/48", NULL),
		unit_prefix("203.0.113.5/32", "eth1"),
		unit_prefix(NULL, "lan0"),
	};
	struct icmpg_settings set;
	struct icmpg_config *config;

	unit_settings_init(&set);
	config = unit_config(&set);
	EXPECT(!is_exempt(config, "192.0.2.1", "lan0"));
	icmpg_config_destroy(config);

	REQUIRE(!icmpg_prefix_list_change(&set.exempt, prefix,
					  ARRAY_SIZE(prefix), false, 10, NULL));
	config = unit_config(&set);
	icmpg_settings_exit(&set);
	EXPECT(is_exempt(config, "192.0.2.1", "eth0"));
	EXPECT(is_exempt(config, "192.0.2.255", "eth0"));
	EXPECT(!is_exempt(config, "192.0.3.0", "eth0"));
	EXPECT(is_exempt(config, "2001:db8:1:ffff::1", "eth0"));
	EXPECT(!is_exempt(config, "2001:db8:2::1", "eth0"));
	EXPECT(is_exempt(config, "203.0.113.5", "eth1"));
	EXPECT(!is_exempt(config, "203.0.113.5", "eth0"));
	EXPECT(!is_exempt(config, "203.0.113.4", "eth1"));
	EXPECT(is_exempt(config, "10.9.8.7", "lan0"));
	EXPECT(is_exempt(config, "fe80::1", "lan0"));
	EXPECT(!is_exempt(config, "10.9.8.7", "lan00"));
	EXPECT(!is_exempt(config, "198.51.100.1", "eth0"));
	icmpg_config_destroy(config);
}

/* Echo, PROBE and timestamp requests, and nothing that answers. */
static void test_asks_many(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(ECHO_REQUEST), "192.0.2.1",
					"192.0.2.255");
	u8 class;

	for (class = 1; class <= ICMPGUARD_CLASS_FRAGMENT; class++) {
		pkt.class = class;
		pkt.type = 14;
		EXPECT(icmpg_policy_asks_many(&pkt) ==
		       (class == CLASS(ECHO_REQUEST) ||
			class == CLASS(PROBE_REQUEST)), "class %u", class);
	}
	pkt.class = CLASS(TIMESTAMP);
	pkt.type = 13;
	EXPECT(icmpg_policy_asks_many(&pkt));
}

static u8 destination(const struct icmpg_config *config, const char *dst,
		      u8 kind, bool link_broadcast)
{
	const char *src = strchr(dst, ':') ? "2001:db8::1" : "192.0.2.1";
	struct icmpg_pkt pkt = unit_pkt(CLASS(ECHO_REQUEST), src, dst);

	pkt.link_broadcast = link_broadcast;
	return icmpg_policy_destination(config, &pkt, kind);
}

#define TO(kind)	ICMPG_DESTINATION_##kind

static void test_destination(void)
{
	struct icmpg_config *config, *no_broadcast, *no_network, *neither;
	struct icmpg_settings set;

	unit_settings_init(&set);
	config = unit_config(&set);
	set.check[ICMPGUARD_CHECK_BROADCAST_ECHO] = false;
	no_broadcast = unit_config(&set);
	set.check[ICMPGUARD_CHECK_NETWORK_ADDRESS_ECHO] = false;
	neither = unit_config(&set);
	set.check[ICMPGUARD_CHECK_BROADCAST_ECHO] = true;
	no_network = unit_config(&set);

	EXPECT(destination(config, "10.0.0.1", TO(TRANSIT), false) == 0);
	EXPECT(destination(config, "10.0.0.1", TO(LOCAL), false) == 0);
	EXPECT(destination(config, "10.0.0.255", TO(BROADCAST), false) ==
	       REASON(BROADCAST_ECHO));
	EXPECT(destination(config, "224.0.0.1", TO(MULTICAST), false) ==
	       REASON(BROADCAST_ECHO));
	EXPECT(destination(config, "ff02::1", TO(MULTICAST), false) ==
	       REASON(BROADCAST_ECHO));
	EXPECT(destination(config, "10.0.0.0", TO(NETWORK), false) ==
	       REASON(NETWORK_ADDRESS_ECHO));
	EXPECT(destination(config, "10.0.0.1", TO(LOCAL), true) ==
	       REASON(BROADCAST_ECHO));
	EXPECT(destination(config, "2001:db8::9", TO(TRANSIT), true) ==
	       REASON(BROADCAST_ECHO));
	EXPECT(destination(config, "10.0.0.0", TO(NETWORK), true) ==
	       REASON(NETWORK_ADDRESS_ECHO));

	EXPECT(destination(no_broadcast, "10.0.0.255", TO(BROADCAST), false) ==
	       0);
	EXPECT(destination(no_broadcast, "ff02::1", TO(MULTICAST), false) == 0);
	EXPECT(destination(no_broadcast, "10.0.0.1", TO(LOCAL), true) == 0);
	EXPECT(destination(no_broadcast, "10.0.0.0", TO(NETWORK), false) ==
	       REASON(NETWORK_ADDRESS_ECHO));

	EXPECT(destination(no_network, "10.0.0.0", TO(NETWORK), false) == 0);
	EXPECT(destination(no_network, "10.0.0.0", TO(NETWORK), true) ==
	       REASON(BROADCAST_ECHO));
	EXPECT(destination(no_network, "10.0.0.255", TO(BROADCAST), false) ==
	       REASON(BROADCAST_ECHO));
	EXPECT(destination(neither, "10.0.0.0", TO(NETWORK), true) == 0);

	icmpg_config_destroy(config);
	icmpg_config_destroy(no_broadcast);
	icmpg_config_destroy(no_network);
	icmpg_config_destroy(neither);
}

/* Groups that may be pinged; by destination, and in no way by source. */
static void test_broadcast_allow(void)
{
	struct icmpg_settings set;
	struct icmpg_config *config;

	unit_settings_init(&set);
	set.broadcast_allow = unit_list("224.0.0.16/28");
	config = unit_config(&set);
	icmpg_settings_exit(&set);
	EXPECT(destination(config, "224.0.0.18", TO(MULTICAST), false) == 0);
	EXPECT(destination(config, "224.0.0.32", TO(MULTICAST), false) ==
	       REASON(BROADCAST_ECHO));
	EXPECT(destination(config, "ff02::12", TO(MULTICAST), false) ==
	       REASON(BROADCAST_ECHO));
	EXPECT(destination(config, "10.0.0.255", TO(BROADCAST), false) ==
	       REASON(BROADCAST_ECHO));
	icmpg_config_destroy(config);

	unit_settings_init(&set);
	set.broadcast_allow = unit_list("ff02::12/128");
	config = unit_config(&set);
	icmpg_settings_exit(&set);
	EXPECT(destination(config, "ff02::12", TO(MULTICAST), false) == 0);
	EXPECT(destination(config, "ff02::1", TO(MULTICAST), false) ==
	       REASON(BROADCAST_ECHO));
	icmpg_config_destroy(config);

	unit_settings_init(&set);
	set.broadcast_allow = unit_list("192.0.2.1/32");
	config = unit_config(&set);
	icmpg_settings_exit(&set);
	/* That is where it comes from. */
	EXPECT(destination(config, "224.0.0.1", TO(MULTICAST), false) ==
	       REASON(BROADCAST_ECHO));
	icmpg_config_destroy(config);
}

static const struct ktap_test tests[] = {
	{ "what a packet alone says", test_packet },
	{ "what belongs on one link", test_link },
	{ "sizes that a path can have", test_path_mtu },
	{ "wrong quotes, here and in transit", test_quote },
	{ "sources that no packet may have", test_martian },
	{ "sources that are this host's, or all", test_source },
	{ "max-message is what is set", test_max_message },
	{ "exemptions by source and device", test_exempt },
	{ "requests that many would answer", test_asks_many },
	{ "kinds of destinations", test_destination },
	{ "groups that may be pinged", test_broadcast_allow },
};

KTAP_MAIN(tests)
