// SPDX-License-Identifier: GPL-2.0-only
/*
 * Router advertisements of IPv6: do their options add up? Hosts have been
 * broken by those that don't (CVE-2020-16898, CVE-2020-16899). Softirq; takes no
 * lock, writes nothing. Bytes are read only through skb_header_pointer(). Also
 * built in userspace. Must not know the configuration or netfilter.
 */
#include "advert.h"

#define ICMPG_ADVERT_FIXED	16	/* bytes before the options */
#define ICMPG_ADVERT_UNIT	8	/* bytes that a length counts */
#define ICMPG_ADVERT_OPTIONS	256	/* a frame of 1500 bytes has room for 180 */

#define ICMPG_ADVERT_RDNSS	25	/* resolvers: a header and pairs of units */
#define ICMPG_ADVERT_DNSSL	31	/* a search list */

/* RFC 4861 section 4.6; RFC 8106 sections 5.1 and 5.2. */
static bool icmpg_advert_is_option(u8 type, u8 units)
{
	switch (type) {
	case ICMPG_ADVERT_RDNSS:
		return units >= 3 && units % 2;
	case ICMPG_ADVERT_DNSSL:
		return units >= 2;
	}
	return units > 0;
}

static bool icmpg_advert_adds_up(const struct sk_buff *skb, u32 at, u32 end)
{
	unsigned int walked;
	const u8 *option;
	u8 buffer[2];

	for (walked = 0; walked < ICMPG_ADVERT_OPTIONS && at < end; walked++) {
		option = skb_header_pointer(skb, at, sizeof(buffer), buffer);
		if (!option || !icmpg_advert_is_option(option[0], option[1]))
			return false;
		at += option[1] * ICMPG_ADVERT_UNIT;
	}
	return at == end;
}

/**
 * icmpg_advert_is_sane() - is it what a router would send?
 * @skb: as it was classified
 * @pkt: the packet, a whole router advertisement of IPv6
 *
 * From a link-local address (RFC 4861 section 6.1.2), with options that fill
 * the message and have the lengths that they can have. More than 256 are none.
 *
 * Context: softirq, under rcu_read_lock().
 * Return: true if so.
 */
bool icmpg_advert_is_sane(const struct sk_buff *skb,
			  const struct icmpg_pkt *pkt)
{
	return icmpg_addr_is_link_local(&pkt->src) &&
	       pkt->length >= ICMPG_ADVERT_FIXED &&
	       icmpg_advert_adds_up(skb, pkt->at + ICMPG_ADVERT_FIXED,
				    pkt->at + pkt->length);
}
