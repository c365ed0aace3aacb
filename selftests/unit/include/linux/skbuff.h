/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet is its bytes, and all of them lie apart: what is read of one is a
 * copy of exactly that, so that a sanitizer sees who reads more.
 */
#ifndef UNIT_LINUX_SKBUFF_H
#define UNIT_LINUX_SKBUFF_H

#include <linux/types.h>
#include <string.h>

struct sk_buff {
	const u8 *data;
	unsigned int len;
	u8 pkt_type;
};

#define PACKET_BROADCAST	1

static inline void *skb_header_pointer(const struct sk_buff *skb, int offset,
				       int size, void *buffer)
{
	if (offset < 0 || size < 0 || (unsigned int)offset > skb->len ||
	    (unsigned int)size > skb->len - (unsigned int)offset)
		return NULL;
	return memcpy(buffer, skb->data + offset, (size_t)size);
}

#endif /* UNIT_LINUX_SKBUFF_H */
