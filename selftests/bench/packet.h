/* SPDX-License-Identifier: GPL-2.0-only */
/* The packets that the benchmark sends: one template each, with its source. */
#ifndef ICMPG_BENCH_PACKET_H
#define ICMPG_BENCH_PACKET_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

#define ICMPG_PACKET_BYTES	128	/* more than any template */

/**
 * struct icmpg_packet - a kind of packet, for one device
 * @dev: the device that it seems to come in on
 * @ipv6: its family
 * @udp: it is UDP and no ICMP
 * @fragment: it is a fragment; each one is of a message of its own
 * @length: bytes, with the link-layer header
 * @byte: how it looks on the wire
 */
struct icmpg_packet {
	struct net_device *dev;
	bool ipv6;
	bool udp;
	bool fragment;
	unsigned int length;
	u8 byte[ICMPG_PACKET_BYTES];
};

int icmpg_packet_init(struct icmpg_packet *packet, const char *name,
		      struct net_device *dev);
struct sk_buff *icmpg_packet_build(const struct icmpg_packet *packet);
void icmpg_packet_address(const struct icmpg_packet *packet,
			  struct sk_buff *skb, u32 source);

#endif /* ICMPG_BENCH_PACKET_H */
