// SPDX-License-Identifier: GPL-2.0-only
/*
 * The packet that an ICMP error quotes: could the error's receiver have sent
 * it, and is it one that errors are sent about? Softirq; takes no lock, writes
 * nothing but the result. All of the quote is the sender's to make up: bytes are
 * read only through skb_header_pointer(), and no number in it indexes anything.
 * Also built in userspace. Must not know the configuration or netfilter.
 */
#include "quote.h"

#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/string.h>

#define ICMPG_QUOTE_HEADER	8	/* bytes of ICMP before the quote */
#define ICMPG_QUOTE_UPPER	8	/* bytes of what the IP header carries */
#define ICMPG_QUOTE_IPV4	20	/* bytes: the shortest header */
#define ICMPG_QUOTE_IPV6	40
#define ICMPG_QUOTE_CHAIN	8	/* extension headers that are walked */
#define ICMPG_QUOTE_EXTENSION	8	/* bytes: the shortest of them */

#define ICMPG_QUOTE_V6_PACKET_TOO_BIG	2
#define ICMPG_QUOTE_V6_PARAMETER	4
#define ICMPG_QUOTE_V6_OPTION		2	/* code of a parameter problem */
#define ICMPG_QUOTE_V6_INFORMATIONAL	128	/* types from here on */
#define ICMPG_QUOTE_V6_REDIRECT		137

/* Next headers of IPv6 that have a length of their own: RFC 8200 section 4. */
#define ICMPG_QUOTE_NEXT_HOP		0
#define ICMPG_QUOTE_NEXT_ROUTING	43
#define ICMPG_QUOTE_NEXT_FRAGMENT	44
#define ICMPG_QUOTE_NEXT_ICMPV6		58
#define ICMPG_QUOTE_NEXT_OPTIONS	60

/* Their shortest header has 8 bytes or more. */
static bool icmpg_quote_has_upper(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_ICMP:
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_ICMPV6:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return true;
	}
	return false;
}

static u32 icmpg_quote_u16(const u8 *byte)
{
	return byte[0] << 8 | byte[1];
}

/* RFC 1122 section 3.2.2: those that no error may be about. */
static bool icmpg_quote_is_v4_error(u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH ||
	       type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB;
}

/* RFC 4443 section 2.4, (e.1) and (e.2). */
static bool icmpg_quote_is_v6_error(u8 type)
{
	return type < ICMPG_QUOTE_V6_INFORMATIONAL ||
	       type == ICMPG_QUOTE_V6_REDIRECT;
}

/* 0/8, 127/8, and from 224/4 on: no single host, RFC 1122 section 3.2.1.3. */
static bool icmpg_quote_is_v4_host(const u8 *addr)
{
	return addr[0] && addr[0] != 127 && addr[0] < 224;
}

/**
 * icmpg_quote_ipv4() - what is wrong with a quoted IPv4 packet
 * @skb: the packet
 * @at: where in it the quote begins
 * @room: bytes of the quote
 * @pkt: gets length and destination of what is quoted
 *
 * RFC 792: the IP header and 64 bits at least, or all of a packet that had less,
 * which none of the protocols with ports has; more is fine (RFC 1812 section
 * 4.3.2.3), and so are extensions behind it (RFC 4884). A total length that
 * can't be right is one that isn't known: some systems quote it as they keep
 * it.
 *
 * Return: the reason to doubt it, or 0.
 */
static u8 icmpg_quote_ipv4(const struct sk_buff *skb, u32 at, u32 room,
			   struct icmpg_pkt *pkt)
{
	u8 buffer[ICMPG_QUOTE_IPV4];
	const u8 *ip;
	u32 headers, needed, total;
	u8 protocol;

	ip = skb_header_pointer(skb, at, sizeof(buffer), buffer);
	if (!ip || room < sizeof(buffer))
		return ICMPGUARD_REASON_QUOTE_SHORT;
	headers = (ip[0] & 15) * 4;
	if (ip[0] >> 4 != 4 || headers < ICMPG_QUOTE_IPV4)
		return ICMPGUARD_REASON_QUOTE_MALFORMED;
	protocol = ip[9];
	total = icmpg_quote_u16(ip + 2);
	needed = headers + ICMPG_QUOTE_UPPER;
	if (total >= (icmpg_quote_has_upper(protocol) ? needed : headers)) {
		pkt->quoted = total;
		needed = min(needed, total);
	}
	if (room < needed)
		return ICMPGUARD_REASON_QUOTE_SHORT;
	/* RFC 1122 section 3.2.2. */
	if (icmpg_quote_u16(ip + 6) & 0x1fff)
		return ICMPGUARD_REASON_QUOTE_FRAGMENT;
	if (memcmp(ip + 12, &pkt->dst.v4, 4) ||
	    !icmpg_quote_is_v4_host(ip + 12))
		return ICMPGUARD_REASON_QUOTE_SOURCE;
	memcpy(&pkt->quoted_dst, ip + 16, sizeof(pkt->quoted_dst));
	/* 224/4 and 2^32-1; those of connected networks are judge.c's to find. */
	if ((ip[16] & 0xf0) == 0xe0 ||
	    (ip[16] & ip[17] & ip[18] & ip[19]) == 0xff)
		return ICMPGUARD_REASON_QUOTE_GROUP;
	if (protocol != IPPROTO_ICMP)
		return 0;
	ip = skb_header_pointer(skb, at + headers, 1, buffer);
	return ip && icmpg_quote_is_v4_error(*ip) ?
	       ICMPGUARD_REASON_QUOTE_ERROR : 0;
}

/* A length of its own, in the second byte: RFC 8200 section 4. */
static bool icmpg_quote_is_extension(u8 next)
{
	return next == ICMPG_QUOTE_NEXT_HOP ||
	       next == ICMPG_QUOTE_NEXT_ROUTING ||
	       next == ICMPG_QUOTE_NEXT_FRAGMENT ||
	       next == ICMPG_QUOTE_NEXT_OPTIONS;
}

/*
 * Is what is quoted an ICMPv6 error, behind at most as many headers as a packet
 * may have? @at is behind the IPv6 header, @end behind the quote: a header beyond
 * that only moves @at further. A quote that ends before its upper layer, or hides
 * it, isn't known to be one.
 */
static bool icmpg_quote_ends_in_error(const struct sk_buff *skb, u32 at,
				      u32 end, u8 next)
{
	u8 buffer[ICMPG_QUOTE_EXTENSION];
	unsigned int walked;
	const u8 *header;
	bool fragment;

	for (walked = 0; walked < ICMPG_QUOTE_CHAIN; walked++) {
		if (!icmpg_quote_is_extension(next))
			break;
		header = skb_header_pointer(skb, at, sizeof(buffer), buffer);
		if (!header)
			return false;
		fragment = next == ICMPG_QUOTE_NEXT_FRAGMENT;
		if (fragment && icmpg_quote_u16(header + 2) & 0xfff8)
			return false;
		at += fragment ? ICMPG_QUOTE_EXTENSION : (header[1] + 1) * 8;
		next = header[0];
	}
	if (next != ICMPG_QUOTE_NEXT_ICMPV6 || at >= end)
		return false;
	header = skb_header_pointer(skb, at, 1, buffer);
	return header && icmpg_quote_is_v6_error(*header);
}

/* RFC 4443 section 2.4 (e.3): two errors may be about what is sent to many. */
static bool icmpg_quote_may_be_group(const struct icmpg_pkt *pkt)
{
	return pkt->type == ICMPG_QUOTE_V6_PACKET_TOO_BIG ||
	       (pkt->type == ICMPG_QUOTE_V6_PARAMETER &&
		pkt->code == ICMPG_QUOTE_V6_OPTION);
}

/**
 * icmpg_quote_ipv6() - what is wrong with a quoted IPv6 packet
 * @skb: the packet
 * @at: where in it the quote begins
 * @room: bytes of the quote
 * @pkt: the packet
 *
 * RFC 4443 section 2.4: (c) as much as fits, so 8 bytes behind the header unless
 * the packet had less, (e) what no error is about. Errors about any fragment are
 * right in IPv6.
 *
 * Return: the reason to doubt it, or 0.
 */
static u8 icmpg_quote_ipv6(const struct sk_buff *skb, u32 at, u32 room,
			   const struct icmpg_pkt *pkt)
{
	u32 needed = ICMPG_QUOTE_IPV6;
	u8 buffer[ICMPG_QUOTE_IPV6];
	const u8 *ip;

	ip = skb_header_pointer(skb, at, sizeof(buffer), buffer);
	if (!ip || room < sizeof(buffer))
		return ICMPGUARD_REASON_QUOTE_SHORT;
	if (ip[0] >> 4 != 6)
		return ICMPGUARD_REASON_QUOTE_MALFORMED;
	needed += icmpg_quote_has_upper(ip[6]) ? ICMPG_QUOTE_UPPER :
		  min_t(u32, icmpg_quote_u16(ip + 4), ICMPG_QUOTE_UPPER);
	if (room < needed)
		return ICMPGUARD_REASON_QUOTE_SHORT;
	if (memcmp(ip + 8, pkt->dst.v6, 16) || ip[8] == 0xff)
		return ICMPGUARD_REASON_QUOTE_SOURCE;
	if (ip[24] == 0xff && !icmpg_quote_may_be_group(pkt))
		return ICMPGUARD_REASON_QUOTE_GROUP;
	if (icmpg_quote_ends_in_error(skb, at + ICMPG_QUOTE_IPV6, at + room,
				      ip[6]))
		return ICMPGUARD_REASON_QUOTE_ERROR;
	return 0;
}

/* Bytes, from the header: RFC 1191 section 4, RFC 4443 section 3.2. */
static u32 icmpg_quote_mtu(const u8 *header, u8 family)
{
	u32 low = icmpg_quote_u16(header + 6);

	return family == ICMPG_IPV4 ? low :
	       icmpg_quote_u16(header + 4) << 16 | low;
}

/**
 * icmpg_quote_read() - look at what an error quotes
 * @skb: as it was classified
 * @pkt: icmpg_quote_is_error(); its mtu, quoted and quote are filled
 *
 * What an error in fragments quotes must be in the first of them.
 *
 * Context: softirq, under rcu_read_lock().
 */
void icmpg_quote_read(const struct sk_buff *skb, struct icmpg_pkt *pkt)
{
	u32 at = pkt->at + ICMPG_QUOTE_HEADER;
	u8 buffer[ICMPG_QUOTE_HEADER];
	const u8 *header;

	pkt->mtu = 0;
	pkt->quoted = 0;
	pkt->quote = ICMPGUARD_REASON_QUOTE_SHORT;
	header = skb_header_pointer(skb, pkt->at, sizeof(buffer), buffer);
	if (!header || pkt->length < sizeof(buffer))
		return;
	pkt->mtu = icmpg_quote_mtu(header, pkt->family);
	if (pkt->family == ICMPG_IPV4)
		pkt->quote = icmpg_quote_ipv4(skb, at, pkt->length -
					      ICMPG_QUOTE_HEADER, pkt);
	else
		pkt->quote = icmpg_quote_ipv6(skb, at, pkt->length -
					      ICMPG_QUOTE_HEADER, pkt);
}
