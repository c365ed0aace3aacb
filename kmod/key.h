/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a packet identifies a bucket, hashed. Also built in userspace. */
#ifndef ICMPG_KEY_H
#define ICMPG_KEY_H

#include "config.h"
#include "packet.h"

/*
 * A hash serves three: the line of a table (the upper part of bits 0 to 31, by
 * multiplication), a fingerprint (up to 21 bits, from bit 63 down), and bits 32
 * to 42 are free.
 */
u64 icmpg_key_hash(const struct icmpg_config *config,
		   const struct icmpg_pkt *pkt, u8 scope,
		   const struct icmpg_key *key);

#endif /* ICMPG_KEY_H */
