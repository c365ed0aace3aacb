/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-CPU counters: each packet moves exactly one. Written by the hooks with
 * bottom halves off, read by anyone.
 */
#ifndef ICMPG_STATS_H
#define ICMPG_STATS_H

#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>
#include <linux/icmpguard.h>

#define ICMPG_STATS_FAMILIES	2
#define ICMPG_STATS_CLASSES	ICMPGUARD_CLASS_ALL	/* 0 is unused */
#define ICMPG_STATS_REASONS	(ICMPGUARD_REASON_MAX + 1)

/**
 * struct icmpg_counts - packets by family, class and reason
 * @done: passed or dropped, as the reason says
 * @would: would have been dropped, in monitor mode
 * @evictions: senders that were forgotten while they owed
 */
struct icmpg_counts {
	u64 done[ICMPG_STATS_FAMILIES][ICMPG_STATS_CLASSES][ICMPG_STATS_REASONS];
	u64 would[ICMPG_STATS_FAMILIES][ICMPG_STATS_CLASSES][ICMPG_STATS_REASONS];
	u64 evictions;
};

struct icmpg_stats_cpu;

/**
 * struct icmpg_stats - the counters of a namespace
 * @cpu: one set per CPU; they only ever grow
 * @lock: guards @base and @resets
 * @base: the sums at the last reset, taken off what is reported
 * @resets: how often the counters were reset
 */
struct icmpg_stats {
	struct icmpg_stats_cpu __percpu *cpu;
	struct mutex lock;	/* of base and resets */
	struct icmpg_counts base;
	u64 resets;
};

/* Does a packet that ended so go on its way? */
static inline bool icmpg_reason_passes(u8 reason)
{
	return reason <= ICMPGUARD_REASON_EXEMPT ||
	       reason == ICMPGUARD_REASON_QUOTE_PASSED;
}

struct icmpg_stats *icmpg_stats_create(void);
void icmpg_stats_destroy(struct icmpg_stats *stats);
void icmpg_stats_sum(struct icmpg_stats *stats, struct icmpg_counts *sum,
		     u64 *resets);
void icmpg_stats_reset(struct icmpg_stats *stats);

#endif /* ICMPG_STATS_H */
