// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-test of classify.c: packets as bytes, and what must be seen in them.
 * Included at the end of classify.c.
 */
#include "run.h"

/* What each row of a table says and what must come out of it. */
struct icmpg_classify_row {
	const char *name;
	u8 family;
	u8 length;
	u8 byte[120];
	bool ours;
	u8 class;
	u8 part;
	u8 malformed;
	bool icmp;
	u32 end;
};

#define ROW_V4(total, proto, frag_hi, frag_lo)				\
	0x45, 0, 0, (total), 0, 1, (frag_hi), (frag_lo), 64, (proto), 0, 0, \
	10, 0, 0, 1, 10, 0, 0, 2
#define ROW_V6_ADDR	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define ROW_V6(payload, next)						\
	0x60, 0, 0, 0, 0, (payload), (next), 64,			\
	ROW_V6_ADDR, 1, ROW_V6_ADDR, 2
#define ROW_EXT(next)	(next), 0, 1, 4, 0, 0, 0, 0	/* PadN */
#define ROW_FRAG(next, hi, lo)	(next), 0, (hi), (lo), 0, 0, 0, 9
#define ROW_ICMP(type, code)	(type), (code), 0, 0, 0, 1, 0, 1

#define V4	.family = ICMPG_IPV4
#define V6	.family = ICMPG_IPV6
#define IS(what, is)							\
	.ours = true, .icmp = true, .class = ICMPGUARD_CLASS_##what,	\
	.part = ICMPG_PART_##is
#define CUT(what, is, why)						\
	.ours = true, .class = ICMPGUARD_CLASS_##what,			\
	.part = ICMPG_PART_##is, .malformed = ICMPGUARD_REASON_##why

static const struct icmpg_classify_row icmpg_classify_rows[] = {
	{ "v4 echo request", V4, 28, { ROW_V4(28, 1, 0, 0), ROW_ICMP(8, 0) },
	  IS(ECHO_REQUEST, WHOLE), .end = 8 },
	{ "v4 frag-needed", V4, 28, { ROW_V4(28, 1, 0, 0), ROW_ICMP(3, 4) },
	  IS(PATH_MTU, WHOLE), .end = 8 },
	{ "v4 port unreachable", V4, 28,
	  { ROW_V4(28, 1, 0, 0), ROW_ICMP(3, 3) },
	  IS(UNREACHABLE, WHOLE), .end = 8 },
	{ "v4 UDP", V4, 28, { ROW_V4(28, 17, 0, 0) }, .ours = false },
	{ "v4 first fragment of UDP", V4, 28, { ROW_V4(28, 17, 0x20, 0) },
	  .ours = false },
	{ "v4 later fragment of UDP", V4, 28, { ROW_V4(28, 17, 0x20, 2) },
	  .ours = true, .class = ICMPGUARD_CLASS_FRAGMENT,
	  .part = ICMPG_PART_LATER, .end = 24 },
	{ "v4 first fragment", V4, 28,
	  { ROW_V4(28, 1, 0x20, 0), ROW_ICMP(8, 0) },
	  IS(ECHO_REQUEST, FIRST), .end = 8 },
	{ "v4 last fragment", V4, 28, { ROW_V4(28, 1, 0x1f, 0xff) },
	  IS(FRAGMENT, LATER), .end = 65536 },
	{ "v4 too short", V4, 27, { ROW_V4(27, 1, 0, 0), 8, 0 },
	  IS(ECHO_REQUEST, WHOLE), .end = 7,
	  .malformed = ICMPGUARD_REASON_TRUNCATED },
	{ "v4 empty", V4, 20, { ROW_V4(20, 1, 0, 0) }, IS(OTHER, WHOLE),
	  .malformed = ICMPGUARD_REASON_TRUNCATED },
	{ "v6 echo request", V6, 48, { ROW_V6(8, 58), ROW_ICMP(128, 0) },
	  IS(ECHO_REQUEST, WHOLE) },
	{ "v6 behind one header", V6, 56,
	  { ROW_V6(16, 60), ROW_EXT(58), ROW_ICMP(135, 0) },
	  IS(NEIGHBOUR_DISCOVERY, WHOLE) },
	{ "v6 behind eight headers", V6, 112,
	  { ROW_V6(72, 60), ROW_EXT(60), ROW_EXT(60), ROW_EXT(60), ROW_EXT(60),
	    ROW_EXT(60), ROW_EXT(60), ROW_EXT(60), ROW_EXT(58),
	    ROW_ICMP(129, 0) }, IS(ECHO_REPLY, WHOLE) },
	{ "v6 behind nine headers", V6, 120,
	  { ROW_V6(80, 60), ROW_EXT(60), ROW_EXT(60), ROW_EXT(60), ROW_EXT(60),
	    ROW_EXT(60), ROW_EXT(60), ROW_EXT(60), ROW_EXT(60), ROW_EXT(58),
	    ROW_ICMP(129, 0) }, CUT(OTHER, WHOLE, HEADER_CHAIN) },
	{ "v6 ESP", V6, 48, { ROW_V6(8, 50) }, .ours = false },
	{ "v6 header beyond the end", V6, 48,
	  { ROW_V6(8, 60), 58, 9, 1, 4, 0, 0, 0, 0 },
	  CUT(OTHER, WHOLE, TRUNCATED) },
	{ "v6 header cut", V6, 44, { ROW_V6(4, 60), 58, 0, 1, 4 },
	  CUT(OTHER, WHOLE, TRUNCATED) },
	{ "v6 atomic fragment", V6, 56,
	  { ROW_V6(16, 44), ROW_FRAG(58, 0, 0), ROW_ICMP(128, 0) },
	  IS(ECHO_REQUEST, WHOLE), .end = 8 },
	{ "v6 first fragment", V6, 56,
	  { ROW_V6(16, 44), ROW_FRAG(58, 0, 1), ROW_ICMP(128, 0) },
	  IS(ECHO_REQUEST, FIRST), .end = 8 },
	{ "v6 first fragment without upper layer", V6, 56,
	  { ROW_V6(16, 44), ROW_FRAG(60, 0, 1), 58, 9, 1, 4, 0, 0, 0, 0 },
	  CUT(FRAGMENT, FIRST, TINY_FRAGMENT), .end = 8 },
	{ "v6 fragment in a first fragment", V6, 64,
	  { ROW_V6(24, 44), ROW_FRAG(44, 0, 1), ROW_FRAG(58, 1, 1),
	    ROW_ICMP(128, 0) },
	  CUT(FRAGMENT, FIRST, TINY_FRAGMENT), .end = 16 },
	{ "v6 later fragment", V6, 56,
	  { ROW_V6(16, 44), ROW_FRAG(58, 1, 1), ROW_ICMP(128, 0) },
	  IS(FRAGMENT, LATER), .end = 264 },
	{ "v6 later fragment of something", V6, 56,
	  { ROW_V6(16, 44), ROW_FRAG(17, 1, 0), ROW_ICMP(128, 0) },
	  .ours = true, .class = ICMPGUARD_CLASS_FRAGMENT,
	  .part = ICMPG_PART_LATER, .end = 264 },
};

static bool icmpg_selftest_classify_row(const struct icmpg_classify_row *row,
					const struct net_device *dev)
{
	struct icmpg_pkt pkt = {};
	struct sk_buff *skb;
	bool ours, ok;

	skb = alloc_skb(sizeof(row->byte), GFP_ATOMIC);
	if (!skb)
		return false;
	skb_reset_network_header(skb);
	skb_put_data(skb, row->byte, row->length);
	if (row->family == ICMPG_IPV4)
		ours = icmpg_classify_ipv4(skb, dev, &pkt);
	else
		ours = icmpg_classify_ipv6(skb, dev, &pkt);
	kfree_skb(skb);
	ok = ours == row->ours &&
	     (!ours || (pkt.class == row->class && pkt.part == row->part &&
			pkt.malformed == row->malformed &&
			pkt.icmp == row->icmp &&
			(!row->end || pkt.end == row->end)));
	if (!ok)
		pr_err("icmpguard: self-test of %s: ours %d class %u part %u malformed %u icmp %d end %u\n",
		       row->name, ours, pkt.class, pkt.part, pkt.malformed,
		       pkt.icmp, pkt.end);
	return ok;
}

/**
 * icmpg_selftest_classify() - self-test of classify.c
 *
 * Context: process, may sleep.
 * Return: did all of it hold?
 */
bool icmpg_selftest_classify(void)
{
	const struct net_device *dev = init_net.loopback_dev;
	unsigned int i, type;
	bool ok = true;

	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(icmpg_classify_rows); i++)
		ok &= icmpg_selftest_classify_row(&icmpg_classify_rows[i], dev);
	rcu_read_unlock();
	for (type = 0; type < 256; type++) {
		for (i = 0; i < ICMPG_FAMILIES; i++)
			ok &= icmpg_classify_type(i, type, 0) != 0;
	}
	return ok;
}

#undef V4
#undef V6
#undef IS
#undef CUT
