/* SPDX-License-Identifier: GPL-2.0-only */
/* What the first fragment of a message leaves behind for the others. */
#ifndef ICMPG_FRAGMENT_H
#define ICMPG_FRAGMENT_H

#include "packet.h"

struct icmpg_fragments;

enum icmpg_mark {
	ICMPG_MARK_NONE,
	ICMPG_MARK_ICMP,	/* its message is ICMP, whatever later ones say */
	ICMPG_MARK_REFUSED,	/* a fragment of its message was refused */
};

struct icmpg_fragments *icmpg_fragments_create(const struct icmpg_key *key);
void icmpg_fragments_destroy(struct icmpg_fragments *fragments);
u8 icmpg_fragment_find(const struct icmpg_fragments *fragments,
		       const struct icmpg_pkt *pkt, u64 now_ns);
void icmpg_fragment_mark(struct icmpg_fragments *fragments,
			 const struct icmpg_pkt *pkt, u8 mark, u64 now_ns);

#endif /* ICMPG_FRAGMENT_H */
