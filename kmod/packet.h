/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct icmpg_pkt: what the guard knows about one packet. Filled by
 * classify.c, read by everything after it; no header is looked at again.
 * Also built in userspace.
 */
#ifndef ICMPG_PACKET_H
#define ICMPG_PACKET_H

#include <linux/kernel.h>
#include <linux/types.h>

#include "config.h"

/*
 * For what is filled before it is read: kernels that zero all that is on the
 * stack would write more for it than the rest of the packet path does.
 */
#if __has_attribute(__uninitialized__)
#define ICMPG_UNINITIALIZED	__attribute__((__uninitialized__))
#else
#define ICMPG_UNINITIALIZED
#endif

/**
 * union icmpg_addr - an address of either family
 * @v4: IPv4, in the first bytes; the rest is zero
 * @v6: IPv6
 * @word: the same as the hash wants it
 */
union icmpg_addr {
	__be32 v4;
	__be32 v6[4];
	__be64 word[2];
};

/* What of a message a packet carries. */
enum icmpg_part {
	ICMPG_PART_WHOLE,
	ICMPG_PART_FIRST,	/* first of several fragments */
	ICMPG_PART_LATER,	/* any other fragment */
};

/* What kind of address a packet is sent to, seen from this host. */
enum icmpg_destination {
	ICMPG_DESTINATION_TRANSIT,	/* somebody else */
	ICMPG_DESTINATION_LOCAL,
	ICMPG_DESTINATION_BROADCAST,	/* of a connected network, or 2^32-1 */
	ICMPG_DESTINATION_NETWORK,	/* {network, 0} of a connected one */
	ICMPG_DESTINATION_MULTICAST,
};

/* Does it go on to somebody else? The network's address may be one. */
static inline bool icmpg_destination_is_transit(u8 destination)
{
	return destination == ICMPG_DESTINATION_TRANSIT ||
	       destination == ICMPG_DESTINATION_NETWORK;
}

/**
 * struct icmpg_pkt - one packet, family-neutral
 * @src: source address
 * @dst: destination address
 * @src_zone: where @src is unique: 0 everywhere, else an interface index (the
 *	device of a link-local address, the master of a VRF)
 * @dst_zone: the same for @dst
 * @ifindex: the device it came in on
 * @dev: its name
 * @id: identification of the message that a fragment belongs to
 * @end: bytes after the IP headers up to which this packet carries the
 *	message: offset + length, so a lower bound of the message's size
 * @headers: bytes of IP headers that the whole message will have too
 * @length: bytes of the message in this packet
 * @at: where in the skb its ICMP header is; only where @type is known
 * @mtu: of a path MTU message, bytes; filled by quote.c
 * @quoted: bytes of the IPv4 packet that an error is about, 0 if it isn't
 *	known; filled by quote.c
 * @quoted_dst: where that packet was sent to; only where @quote is 0
 * @family: enum icmpg_family
 * @class: enum icmpguard_class
 * @type: ICMP type; 0 where there is none
 * @code: ICMP code; 0 where there is none
 * @hop_limit: TTL or hop limit
 * @part: enum icmpg_part
 * @malformed: 0, or the reason to refuse it for its headers alone
 * @quote: 0, or the reason to doubt the packet that an error is about; 0 until
 *	quote.c has looked
 * @icmp: it is ICMP; if not, it is a fragment that is only looked at for its end
 * @more: more fragments follow it
 * @fragmented: it has an IPv6 fragment header, be it the only fragment
 * @link_broadcast: it came in a link-layer broadcast
 */
struct icmpg_pkt {
	union icmpg_addr src;
	union icmpg_addr dst;
	u32 src_zone;
	u32 dst_zone;
	u32 ifindex;
	const char *dev;
	__be32 id;
	u32 end;
	u32 headers;
	u32 length;
	u32 at;
	u32 mtu;
	u32 quoted;
	__be32 quoted_dst;
	u8 family;
	u8 class;
	u8 type;
	u8 code;
	u8 hop_limit;
	u8 part;
	u8 malformed;
	u8 quote;
	bool icmp;
	bool more;
	bool fragmented;
	bool link_broadcast;
};

/* Unique on one link only: RFC 4291 section 2.5.6. */
static inline bool icmpg_addr_is_link_local(const union icmpg_addr *addr)
{
	return (addr->v6[0] & cpu_to_be32(0xffc00000)) ==
	       cpu_to_be32(0xfe800000);
}

#endif /* ICMPG_PACKET_H */
