// SPDX-License-Identifier: GPL-2.0-only
/*
 * skb -> struct icmpg_pkt, for IPv4 and IPv6 as PRE_ROUTING sees them. Softirq;
 * takes no lock, keeps no pointer into the skb, writes nothing but the result.
 * Past the IP header that the stack has checked, bytes are read only through
 * skb_header_pointer(). Must not know the configuration or netfilter.
 */
#include "classify.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#define ICMPG_ICMP_MIN		8	/* bytes: RFC 792, RFC 4443 section 2.1 */
#define ICMPG_CHAIN_MAX		8	/* extension headers that are walked */

/* Its own copy for each family that it is called with. */
static __always_inline void icmpg_classify_link(const struct net_device *dev,
						u8 family,
						struct icmpg_pkt *pkt)
{
	u32 zone = netif_is_l3_slave(dev) ? l3mdev_master_ifindex_rcu(dev) : 0;

	pkt->ifindex = dev->ifindex;
	pkt->dev = dev->name;
	pkt->src_zone = zone;
	pkt->dst_zone = zone;
	if (family == ICMPG_IPV4)
		return;
	if (icmpg_addr_is_link_local(&pkt->src))
		pkt->src_zone = pkt->ifindex;
	if (icmpg_addr_is_link_local(&pkt->dst))
		pkt->dst_zone = pkt->ifindex;
}

/**
 * icmpg_classify_device() - where a packet came in, and where that makes it unique
 * @dev: the device
 * @pkt: its family and addresses are filled
 *
 * Context: under rcu_read_lock().
 */
void icmpg_classify_device(const struct net_device *dev, struct icmpg_pkt *pkt)
{
	icmpg_classify_link(dev, pkt->family, pkt);
}

/* What the ICMP header at @offset says; @pkt->length bytes of it are there. */
static __always_inline void icmpg_classify_message(const struct sk_buff *skb,
						   int offset,
						   struct icmpg_pkt *pkt)
{
	u8 buffer[2] = { 0, 0 };
	const u8 *header;

	pkt->icmp = true;
	pkt->at = offset;
	pkt->type = 0;
	pkt->code = 0;
	pkt->class = ICMPGUARD_CLASS_OTHER;
	header = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
	if (header && pkt->length >= sizeof(buffer)) {
		pkt->type = header[0];
		pkt->code = header[1];
		pkt->class = icmpg_classify_type(pkt->family, header[0],
						 header[1]);
	}
	/* A first fragment that short has a reason of its own. */
	if (pkt->length < ICMPG_ICMP_MIN && pkt->part == ICMPG_PART_WHOLE)
		pkt->malformed = ICMPGUARD_REASON_TRUNCATED;
}

/**
 * icmpg_classify_ipv4() - look at an IPv4 packet
 * @skb: at PRE_ROUTING: ip_rcv_core() has checked and pulled its IP header
 * @dev: the device it came in on
 * @pkt: filled if true is returned
 *
 * Context: softirq, under rcu_read_lock().
 * Return: is it ICMP, or a fragment whose end must be looked at?
 */
bool icmpg_classify_ipv4(const struct sk_buff *skb,
			 const struct net_device *dev, struct icmpg_pkt *pkt)
{
	const struct iphdr *ip = ip_hdr(skb);
	u16 frag = ntohs(ip->frag_off);
	u32 offset = (frag & IP_OFFSET) * 8;

	if (icmpg_classify_is_foreign_ipv4(ip))
		return false;
	pkt->family = ICMPG_IPV4;
	pkt->headers = ip->ihl * 4;
	pkt->length = ntohs(ip->tot_len) - pkt->headers;
	pkt->end = offset + pkt->length;
	pkt->more = frag & IP_MF;
	pkt->malformed = 0;
	pkt->fragmented = false;
	pkt->hop_limit = ip->ttl;
	pkt->src.word[1] = 0;
	pkt->dst.word[1] = 0;
	pkt->src.word[0] = 0;
	pkt->dst.word[0] = 0;
	pkt->src.v4 = ip->saddr;
	pkt->dst.v4 = ip->daddr;
	pkt->id = htonl(ntohs(ip->id));
	pkt->link_broadcast = skb->pkt_type == PACKET_BROADCAST;
	icmpg_classify_link(dev, ICMPG_IPV4, pkt);
	if (!offset) {
		pkt->part = pkt->more ? ICMPG_PART_FIRST : ICMPG_PART_WHOLE;
		icmpg_classify_message(skb, pkt->headers, pkt);
		return true;
	}
	pkt->part = ICMPG_PART_LATER;
	pkt->icmp = ip->protocol == IPPROTO_ICMP;
	pkt->class = ICMPGUARD_CLASS_FRAGMENT;
	pkt->type = 0;
	return true;
}

/* Its upper layer can't be known; it is ours only to be refused. */
static bool icmpg_classify_unknown(struct icmpg_pkt *pkt, u8 class, u8 reason)
{
	pkt->class = class;
	pkt->type = 0;
	pkt->icmp = false;
	pkt->malformed = reason;
	pkt->length = 0;
	return true;
}

/**
 * icmpg_classify_fragment() - what an IPv6 fragment header says
 * @skb: the packet
 * @offset: of the fragment header
 * @header: the fragment header
 * @pkt: part, id, end, headers are filled
 *
 * An atomic fragment (RFC 6946) is a whole message.
 */
static void icmpg_classify_fragment(const struct sk_buff *skb, int offset,
				    const struct frag_hdr *header,
				    struct icmpg_pkt *pkt)
{
	u32 first = ntohs(header->frag_off) & IP6_OFFSET;

	pkt->fragmented = true;
	pkt->more = header->frag_off & htons(IP6_MF);
	pkt->id = header->identification;
	pkt->headers = offset - sizeof(struct ipv6hdr);
	pkt->length = skb->len - offset - sizeof(*header);
	pkt->end = first + pkt->length;
	if (first)
		pkt->part = ICMPG_PART_LATER;
	else
		pkt->part = pkt->more ? ICMPG_PART_FIRST : ICMPG_PART_WHOLE;
}

/* The first headers ran out before the upper layer: RFC 7112. */
static bool icmpg_classify_cut(struct icmpg_pkt *pkt)
{
	if (pkt->part == ICMPG_PART_FIRST)
		return icmpg_classify_unknown(pkt, ICMPGUARD_CLASS_FRAGMENT,
					      ICMPGUARD_REASON_TINY_FRAGMENT);
	return icmpg_classify_unknown(pkt, ICMPGUARD_CLASS_OTHER,
				      ICMPGUARD_REASON_TRUNCATED);
}

static bool icmpg_classify_is_extension(u8 header)
{
	return header == NEXTHDR_HOP || header == NEXTHDR_ROUTING ||
	       header == NEXTHDR_DEST || header == NEXTHDR_FRAGMENT;
}

/**
 * icmpg_classify_chain() - walk the extension headers
 * @skb: the packet
 * @next: the IPv6 header's next header
 * @pkt: filled if true is returned
 *
 * AH and ESP end the walk: what is in them comes by again as a packet. A
 * fragment header inside a first fragment hides the upper layer as well as a
 * cut does.
 *
 * Return: as icmpg_classify_ipv6().
 */
static bool icmpg_classify_chain(const struct sk_buff *skb, u8 next,
				 struct icmpg_pkt *pkt)
{
	unsigned int offset = sizeof(struct ipv6hdr), walked;
	/* Its first two bytes are those of every extension header. */
	const struct frag_hdr *header;
	struct frag_hdr buffer;

	for (walked = 0; offset <= skb->len; walked++) {
		if (next == IPPROTO_ICMPV6) {
			pkt->length = skb->len - offset;
			icmpg_classify_message(skb, offset, pkt);
			return true;
		}
		if (!icmpg_classify_is_extension(next))
			return false;
		if (walked == ICMPG_CHAIN_MAX)
			return icmpg_classify_unknown(pkt,
						ICMPGUARD_CLASS_OTHER,
						ICMPGUARD_REASON_HEADER_CHAIN);
		/* All of them are at least 8 bytes: RFC 8200 section 4. */
		header = skb_header_pointer(skb, offset, sizeof(buffer),
					    &buffer);
		if (!header ||
		    (next == NEXTHDR_FRAGMENT && pkt->part == ICMPG_PART_FIRST))
			break;
		if (next != NEXTHDR_FRAGMENT) {
			offset += (header->reserved + 1) * 8;
		} else {
			icmpg_classify_fragment(skb, offset, header, pkt);
			if (pkt->part == ICMPG_PART_LATER) {
				pkt->icmp = header->nexthdr == IPPROTO_ICMPV6;
				return true;
			}
			offset += sizeof(*header);
		}
		next = header->nexthdr;
	}
	return icmpg_classify_cut(pkt);
}

/**
 * icmpg_classify_ipv6() - look at an IPv6 packet
 * @skb: at PRE_ROUTING: ip6_rcv_core() has checked its IPv6 header and trimmed
 *	it to the payload length
 * @dev: the device it came in on
 * @pkt: filled if true is returned
 *
 * Context: softirq, under rcu_read_lock().
 * Return: is it ICMPv6, a fragment that may be, or a header chain to refuse?
 */
bool icmpg_classify_ipv6(const struct sk_buff *skb,
			 const struct net_device *dev, struct icmpg_pkt *pkt)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);

	if (icmpg_classify_is_foreign_ipv6(ip))
		return false;
	pkt->family = ICMPG_IPV6;
	pkt->part = ICMPG_PART_WHOLE;
	pkt->class = ICMPGUARD_CLASS_FRAGMENT;
	pkt->type = 0;
	pkt->malformed = 0;
	pkt->fragmented = false;
	pkt->more = false;
	pkt->headers = 0;
	pkt->end = 0;
	pkt->hop_limit = ip->hop_limit;
	memcpy(&pkt->src, &ip->saddr, sizeof(pkt->src));
	memcpy(&pkt->dst, &ip->daddr, sizeof(pkt->dst));
	pkt->link_broadcast = skb->pkt_type == PACKET_BROADCAST;
	icmpg_classify_link(dev, ICMPG_IPV6, pkt);
	return icmpg_classify_chain(skb, ip->nexthdr, pkt);
}

#ifdef ICMPG_SELFTEST
#include "selftest/classify.c"
#endif
