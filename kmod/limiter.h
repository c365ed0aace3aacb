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
#include "known.h"
#include "packet.h"
#include "table.h"

/* After a resize both tables are read for this long. */
#define ICMPG_RESIZE_NS		(10 * 1000000000ULL)

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
 * @known: senders that came back
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
	struct icmpg_known known;
};

/**
 * struct icmpg_limiter_old - what isn't read any more after a resize
 * @table: the buckets
 * @history: known senders, without memory if there were none
 */
struct icmpg_limiter_old {
	struct icmpg_table table;
	struct icmpg_table history;
};

#define ICMPG_CHARGES_MAX	10	/* 7 scopes of a class, 3 of all */

/**
 * struct icmpg_charge - a bucket that has agreed and waits to be charged
 * @limit: its limit
 * @line: where it is in the table; NULL for a single bucket
 * @bucket: the word that it is; NULL if it isn't in its line yet
 * @value: what that word was when it agreed; only of a bucket in the table
 * @debt: what it owed then: units, or nanoseconds of a single bucket
 * @tag: index and fingerprint, as in the upper 28 bits of a slot
 * @shared: its bucket is shared among senders
 */
struct icmpg_charge {
	const struct icmpg_limit *limit;
	struct icmpg_line *line;
	atomic64_t *bucket;
	s64 value;
	u64 debt;
	u32 tag;
	bool shared;
};

/**
 * struct icmpg_check - one packet on its way through the limits
 * @limiter: the buckets
 * @config: the configuration in force
 * @pkt: the packet
 * @now_ns: the guard's clock, read once for the packet
 * @source: hash of its source; 0 if it hasn't been made
 * @destination: hash of its destination's network; 0 if it hasn't been made
 * @sender: what is known of who sent it; looked for only when that matters
 * @is_shared: limits that senders share were asked
 * @overloaded: one of these is overloaded
 * @count: entries in @charge
 * @charge: what to charge if every scope agrees
 */
struct icmpg_check {
	struct icmpg_limiter *limiter;
	const struct icmpg_config *config;
	const struct icmpg_pkt *pkt;
	u64 now_ns;
	u64 source;
	u64 destination;
	struct icmpg_sighting sender;
	bool is_shared;
	bool overloaded;
	u8 count;
	struct icmpg_charge charge[ICMPG_CHARGES_MAX];
};

void icmpg_memory_exit(struct icmpg_limiter *limiter);
int icmpg_memory_init(struct icmpg_limiter *limiter,
		      const struct icmpg_settings *set,
		      const struct icmpg_key *key);
bool icmpg_memory_fits(const struct icmpg_limiter *limiter,
		       const struct icmpg_settings *set);
void icmpg_memory_take_over(struct icmpg_limiter *limiter,
			    const struct icmpg_limiter *from, u64 now_ns);
void icmpg_memory_give_up(struct icmpg_limiter *from,
			  const struct icmpg_limiter *to);
bool icmpg_memory_forget_old(struct icmpg_limiter *limiter,
			     struct icmpg_limiter_old *old);

/**
 * icmpg_limiter_start() - begin to ask for a packet
 * @check: to be used with the functions below; all else of it is theirs
 * @limiter: the buckets
 * @config: the configuration in force
 * @pkt: the packet
 * @now_ns: the guard's clock
 */
static inline void icmpg_limiter_start(struct icmpg_check *check,
				       struct icmpg_limiter *limiter,
				       const struct icmpg_config *config,
				       const struct icmpg_pkt *pkt, u64 now_ns)
{
	check->limiter = limiter;
	check->config = config;
	check->pkt = pkt;
	check->now_ns = now_ns;
	check->sender.is_done = false;
	check->sender.level = ICMPG_LEVEL_UNKNOWN;
	check->source = 0;
	check->destination = 0;
	check->is_shared = false;
	check->overloaded = false;
	check->count = 0;
}

/* What finds a bucket in its line: index of its limit, fingerprint of its key. */
#define ICMPG_FINGERPRINT_BITS	21
#define ICMPG_FINGERPRINT_SHIFT	(64 - ICMPG_FINGERPRINT_BITS)

static inline u32 icmpg_limiter_tag(const struct icmpg_limit *limit, u64 hash)
{
	return (u32)limit->index << ICMPG_FINGERPRINT_BITS |
	       (u32)(hash >> ICMPG_FINGERPRINT_SHIFT);
}

static inline u64 icmpg_limiter_slot(u32 tag, u64 tat)
{
	return (u64)tag << ICMPG_TAT_BITS | (tat & ICMPG_TAT_MASK);
}

static inline u32 icmpg_limiter_slot_tag(u64 slot)
{
	return slot >> ICMPG_TAT_BITS;
}

/*
 * As icmpg_bucket_debt(): a TAT that is further ahead than the limit lets it
 * get comes from a slower limit that was in force before, and is forgiven. All
 * CPUs may charge this one bucket at once, and its field doesn't wrap.
 */
static inline u64 icmpg_limiter_single_debt_ns(const struct icmpg_limit *limit,
					       s64 tat_ns, u64 now_ns)
{
	u64 debt = tat_ns - (s64)now_ns;

	return debt <= limit->window_ns ? debt : 0;
}

u8 icmpg_limiter_check(struct icmpg_check *check, u8 class, u32 scopes);
void icmpg_limiter_note(struct icmpg_check *check);
void icmpg_limiter_known(struct icmpg_check *check,
			 struct icmpg_known_info *info);
u32 icmpg_limiter_left(struct icmpg_check *check, u8 class, u8 scope);

void icmpg_limiter_status(const struct icmpg_limiter *limiter,
			  const struct icmpg_config *config, u64 now_ns,
			  u32 *size, u32 *fill);

#endif /* ICMPG_LIMITER_H */
