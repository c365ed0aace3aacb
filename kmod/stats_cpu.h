/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of one CPU, for stats.c and the hooks, which move them. */
#ifndef ICMPG_STATS_CPU_H
#define ICMPG_STATS_CPU_H

#include "stats.h"

#define ICMPG_STATS_COUNTERS						\
	(ICMPG_STATS_FAMILIES * ICMPG_STATS_CLASSES * ICMPG_STATS_REASONS)

/**
 * struct icmpg_stats_cpu - as struct icmpg_counts, of one CPU
 * @sync: lets a 32-bit kernel read 64 bits whole
 * @done: passed or dropped, as the reason says
 * @would: would have been dropped, in monitor mode
 * @evictions: senders that were forgotten while they owed
 */
struct icmpg_stats_cpu {
	struct u64_stats_sync sync;
	u64_stats_t done[ICMPG_STATS_FAMILIES][ICMPG_STATS_CLASSES]
			[ICMPG_STATS_REASONS];
	u64_stats_t would[ICMPG_STATS_FAMILIES][ICMPG_STATS_CLASSES]
			 [ICMPG_STATS_REASONS];
	u64_stats_t evictions;
};

/**
 * icmpg_stats_count() - one packet has ended
 * @stats: the counters
 * @family: enum icmpg_family
 * @class: enum icmpguard_class
 * @reason: enum icmpguard_reason
 * @would: it would have been dropped, but the mode is monitor
 * @evictions: senders that were forgotten for it while they owed
 *
 * Context: softirq or bottom halves off.
 */
static inline void icmpg_stats_count(const struct icmpg_stats *stats, u8 family,
				     u8 class, u8 reason, bool would,
				     u32 evictions)
{
	struct icmpg_stats_cpu *cpu = this_cpu_ptr(stats->cpu);

	u64_stats_update_begin(&cpu->sync);
	if (would)
		u64_stats_inc(&cpu->would[family][class][reason]);
	else
		u64_stats_inc(&cpu->done[family][class][reason]);
	if (unlikely(evictions))
		u64_stats_add(&cpu->evictions, evictions);
	u64_stats_update_end(&cpu->sync);
}

#endif /* ICMPG_STATS_CPU_H */
