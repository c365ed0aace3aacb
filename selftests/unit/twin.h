/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The limiter as one would write it without caring for memory or time: one
 * exact bucket for each key, by the words of the documentation and not by the
 * code under test, with which it shares nothing but the rounding of T.
 */
#ifndef UNIT_TWIN_H
#define UNIT_TWIN_H

#include "config.h"
#include "packet.h"

/**
 * struct twin_rate - a rate as it is rounded
 * @t: what a packet costs, units
 * @tau: how far a bucket may owe and still admit a packet, units
 * @shift: a unit is 2^shift ns
 */
struct twin_rate {
	u64 t;
	u64 tau;
	unsigned int shift;
};

struct twin;

struct twin_rate twin_rate(const struct icmpg_rate *rate);
struct twin_rate twin_rate_ns(const struct icmpg_rate *rate);

struct twin *twin_create(void);
void twin_destroy(struct twin *twin);
u8 twin_send(struct twin *twin, const struct icmpg_settings *set,
	     const struct icmpg_pkt *pkt, u32 scopes, bool all, u64 now_ns);
u64 twin_buckets(const struct twin *twin);

#endif /* UNIT_TWIN_H */
