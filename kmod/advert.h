/* SPDX-License-Identifier: GPL-2.0-only */
/* What a router advertisement of IPv6 is made of. Also built in userspace. */
#ifndef ICMPG_ADVERT_H
#define ICMPG_ADVERT_H

#include <linux/skbuff.h>

#include "packet.h"

#define ICMPG_ADVERT_TYPE	134

bool icmpg_advert_is_sane(const struct sk_buff *skb,
			  const struct icmpg_pkt *pkt);

#endif /* ICMPG_ADVERT_H */
