/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rate limiter of a namespace: a table of buckets by key, and the single
 * buckets of scopes that have no key. Also built in userspace.
 */
#ifndef ICMPG_LIMITER_H
#define ICMPG_LIMITER_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/rcupdate.h>

#include "config.h"
#include "packet.h"

#define ICMPG_LINE_SLOTS	8
#define ICMPG_LINE_BYTES	64

/* After a resize both tables are read for this long. */
#define ICMPG_RESIZE_NS		(10 * 1000000000ULL)

/**
 * struct icmpg_line - one cache line of the table: eight buckets
 * @slot: 7 bits index of the limit, 21 bits keyed fingerprint, 36 bits TAT in
 *	the limit's units. Read and written whole, with no lock.
 */
struct icmpg_line {
	atomic64_t slot[ICMPG_LINE_SLOTS];
} __aligned(ICMPG_LINE_BYTES);

/**
 * struct icmpg_table - the buckets that have a key
 * @line: the lines, in memory of their own
 * @lines: how many
 */
struct icmpg_table {
	struct icmpg_line *line;
	u32 lines;
};

/**
 * struct icmpg_single - a bucket of its own, alone on its cache line
 * @tat_ns: theoretical arrival time, nanoseconds of the guard's clock
 */
struct icmpg_single {
	atomic64_t tat_ns;
} ____cacheline_aligned;

/**
 * struct icmpg_limiter - all buckets of a namespace
 * @table: in use
 * @old: the one before a resize; its line is NULL when there is none. Only
 *	read.
 * @old_until_ns: until when @old is read
 * @router: by enum icmpguard_class
 * @total: of the pseudo-class all
 *
 * A resize makes a new one of these, which takes over the singles' values and
 * the old table; what is freed when is the business of net.c.
 */
struct icmpg_limiter {
	struct icmpg_table table;
	struct icmpg_table old;
	u64 old_until_ns;
	struct icmpg_single router[ICMPG_CLASS_SLOTS];
	struct icmpg_single total;
};

#define ICMPG_CHARGES_MAX	10	/* 7 scopes of a class, 3 of all */

/**
 * struct icmpg_charge - a bucket that has agreed and waits to be charged
 * @limit: its limit
 * @line: where it is in the table; NULL for a single bucket
 * @single: the single bucket; NULL for one in the table
 * @old_tat: the TAT found in the table before a resize, or 0
 * @tag: index and fingerprint, as in the upper 28 bits of a slot
 * @shared: its bucket is shared among senders
 */
struct icmpg_charge {
	const struct icmpg_limit *limit;
	struct icmpg_line *line;
	struct icmpg_single *single;
	u64 old_tat;
	u32 tag;
	bool shared;
};

/**
 * struct icmpg_check - one packet on its way through the limits
 * @limiter: the buckets
 * @config: the configuration in force
 * @pkt: the packet
 * @now_ns: the guard's clock, read once for the packet
 * @count: entries in @charge
 * @charge: what to charge if every scope agrees
 */
struct icmpg_check {
	struct icmpg_limiter *limiter;
	const struct icmpg_config *config;
	const struct icmpg_pkt *pkt;
	u64 now_ns;
	u8 count;
	struct icmpg_charge charge[ICMPG_CHARGES_MAX];
};

int icmpg_limiter_table_init(struct icmpg_table *table, u32 bytes);
void icmpg_limiter_table_exit(struct icmpg_table *table);
void icmpg_limiter_take_over(struct icmpg_limiter *limiter,
			     const struct icmpg_limiter *from, u64 now_ns);

u8 icmpg_limiter_check(struct icmpg_check *check, u8 class, u32 scopes);
u32 icmpg_limiter_charge(struct icmpg_check *check, u32 random);
u32 icmpg_limiter_left(const struct icmpg_check *check, u8 class, u8 scope);

void icmpg_limiter_status(const struct icmpg_limiter *limiter,
			  const struct icmpg_config *config, u64 now_ns,
			  u32 *size, u32 *fill);

#endif /* ICMPG_LIMITER_H */
