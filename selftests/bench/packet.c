// SPDX-License-Identifier: GPL-2.0-only
/*
 * Templates of packets, and skbs made from them as a driver would. Process
 * context or bottom halves off; no state of its own.
 */
#include "packet.h"

#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#define ICMPG_PACKET_DATA	56	/* bytes that ping sends */
#define ICMPG_PACKET_BEYOND	10240	/* bytes: past any max-message's default */
#define ICMPG_PACKET_BELOW	1480

/* The host's own address: 192.0.2.1, 2001:db8::1. */
#define ICMPG_PACKET_HOST	0xc0000201
/* Where sources start, whatever their number: 16.0.0.0, 2001:db8:N::2. */
#define ICMPG_PACKET_SOURCES	0x10000000

static void icmpg_packet_init_ipv4(struct icmpg_packet *packet, u16 offset)
{
	struct iphdr *ip = (void *)(packet->byte + ETH_HLEN);
	struct icmphdr *icmp = (void *)(ip + 1);
	struct udphdr *udp = (void *)(ip + 1);

	packet->length = ETH_HLEN + sizeof(*ip) + sizeof(*icmp) +
			 ICMPG_PACKET_DATA;
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->tot_len = htons(packet->length - ETH_HLEN);
	ip->daddr = htonl(ICMPG_PACKET_HOST);
	ip->protocol = packet->udp ? IPPROTO_UDP : IPPROTO_ICMP;
	if (packet->fragment) {
		ip->frag_off = htons(offset / 8 | IP_MF);
	} else if (packet->udp) {
		udp->source = htons(53);
		udp->dest = htons(9);
		udp->len = htons(sizeof(*udp) + ICMPG_PACKET_DATA);
	} else {
		icmp->type = ICMP_ECHO;
	}
}

static void icmpg_packet_init_ipv6(struct icmpg_packet *packet, u16 offset)
{
	struct ipv6hdr *ip = (void *)(packet->byte + ETH_HLEN);
	struct frag_hdr *frag = (void *)(ip + 1);
	struct icmp6hdr *icmp = (void *)(ip + 1);
	struct udphdr *udp = (void *)(ip + 1);

	packet->length = ETH_HLEN + sizeof(*ip) + sizeof(*icmp) +
			 ICMPG_PACKET_DATA;
	ip->version = 6;
	ip->hop_limit = 64;
	ip->payload_len = htons(packet->length - ETH_HLEN - sizeof(*ip));
	ip->saddr.s6_addr32[0] = htonl(0x20010db8);
	ip->saddr.s6_addr32[3] = htonl(2);
	ip->daddr.s6_addr32[0] = htonl(0x20010db8);
	ip->daddr.s6_addr32[3] = htonl(1);
	ip->nexthdr = packet->udp ? IPPROTO_UDP : IPPROTO_ICMPV6;
	if (packet->fragment) {
		ip->nexthdr = NEXTHDR_FRAGMENT;
		frag->nexthdr = IPPROTO_ICMPV6;
		frag->frag_off = htons(offset | IP6_MF);
	} else if (packet->udp) {
		udp->source = htons(53);
		udp->dest = htons(9);
		udp->len = htons(sizeof(*udp) + ICMPG_PACKET_DATA);
	} else {
		icmp->icmp6_type = ICMPV6_ECHO_REQUEST;
	}
}

/**
 * icmpg_packet_init() - make a template
 * @packet: to fill
 * @name: echo, udp, beyond or below (fragments of echo requests that end past
 *	what a message may have, or don't), and the family: echo4, below6
 * @dev: the device that it seems to come in on
 *
 * Return: 0, or -EINVAL if there is no such packet.
 */
int icmpg_packet_init(struct icmpg_packet *packet, const char *name,
		      struct net_device *dev)
{
	struct ethhdr *eth = (void *)packet->byte;
	u16 offset = 0;
	size_t kind;

	memset(packet, 0, sizeof(*packet));
	packet->dev = dev;
	kind = strcspn(name, "46");
	if (strcmp(name + kind, "4") && strcmp(name + kind, "6"))
		return -EINVAL;
	packet->ipv6 = name[kind] == '6';
	if (!strncmp(name, "udp", kind))
		packet->udp = true;
	else if (!strncmp(name, "beyond", kind))
		offset = ICMPG_PACKET_BEYOND;
	else if (!strncmp(name, "below", kind))
		offset = ICMPG_PACKET_BELOW;
	else if (strncmp(name, "echo", kind))
		return -EINVAL;
	packet->fragment = offset;
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	eth_random_addr(eth->h_source);
	eth->h_proto = htons(packet->ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	if (packet->ipv6)
		icmpg_packet_init_ipv6(packet, offset);
	else
		icmpg_packet_init_ipv4(packet, offset);
	return 0;
}

/**
 * icmpg_packet_address() - say whom a packet comes from
 * @packet: its template
 * @skb: with its network header set
 * @source: number of the source. Fragments get it as their identification too.
 *
 * An IPv6 source has a /64 of its own.
 */
void icmpg_packet_address(const struct icmpg_packet *packet,
			  struct sk_buff *skb, u32 source)
{
	if (packet->ipv6) {
		struct ipv6hdr *ip = ipv6_hdr(skb);

		ip->saddr.s6_addr32[1] = htonl(source);
		if (packet->fragment)
			((struct frag_hdr *)(ip + 1))->identification =
				(__force __be32)source;
	} else {
		struct iphdr *ip = ip_hdr(skb);

		ip->saddr = htonl(ICMPG_PACKET_SOURCES + source);
		if (packet->fragment)
			ip->id = (__force __be16)source;
		ip->check = 0;
		ip->check = ip_fast_csum(ip, sizeof(*ip) / 4);
	}
}

/**
 * icmpg_packet_build() - make a packet as a driver hands it to the stack
 * @packet: its template
 *
 * Its checksum counts as checked by the device.
 *
 * Context: any, bottom halves off.
 * Return: the packet, at its network header, or NULL.
 */
struct sk_buff *icmpg_packet_build(const struct icmpg_packet *packet)
{
	struct sk_buff *skb = netdev_alloc_skb_ip_align(packet->dev,
							packet->length);

	if (!skb)
		return NULL;
	skb_put_data(skb, packet->byte, packet->length);
	skb->protocol = eth_type_trans(skb, packet->dev);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb_reset_network_header(skb);
	return skb;
}
