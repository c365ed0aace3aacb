// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-CPU counters of a namespace. Counting: softirq, no lock. Reading and
 * resetting: process context. A reset sets no counter back, it remembers where
 * they stood, so that no packet is ever lost to it.
 */
#include "stats.h"

#include <linux/mm.h>
#include <linux/slab.h>

#include "stats_cpu.h"

static_assert(sizeof(struct icmpg_stats_cpu) <= PCPU_MIN_UNIT_SIZE,
	      "what a CPU may be given at once");

/**
 * icmpg_stats_create() - counters at zero
 *
 * Context: process, may sleep. Charged to the caller's cgroup.
 * Return: to be given to icmpg_stats_destroy(), or NULL.
 */
struct icmpg_stats *icmpg_stats_create(void)
{
	struct icmpg_stats *stats;
	int cpu;

	stats = kvzalloc(sizeof(*stats), GFP_KERNEL_ACCOUNT);
	if (!stats)
		return NULL;
	stats->cpu = alloc_percpu_gfp(struct icmpg_stats_cpu,
				      GFP_KERNEL_ACCOUNT);
	if (!stats->cpu) {
		kvfree(stats);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(stats->cpu, cpu)->sync);
	mutex_init(&stats->lock);
	return stats;
}

/**
 * icmpg_stats_destroy() - free the counters
 * @stats: or NULL; nobody may use them any more
 */
void icmpg_stats_destroy(struct icmpg_stats *stats)
{
	if (!stats)
		return;
	free_percpu(stats->cpu);
	kvfree(stats);
}

/* Add one CPU's counters: a u64 at a time, each of them whole. */
static void icmpg_stats_add(u64 *sum, const u64_stats_t *from, size_t count,
			    const struct u64_stats_sync *sync)
{
	unsigned int start;
	size_t i;
	u64 value;

	for (i = 0; i < count; i++) {
		do {
			start = u64_stats_fetch_begin(sync);
			value = u64_stats_read(&from[i]);
		} while (u64_stats_fetch_retry(sync, start));
		sum[i] += value;
	}
}

static void icmpg_stats_add_all(const struct icmpg_stats *stats,
				struct icmpg_counts *sum)
{
	int cpu;

	BUILD_BUG_ON(sizeof(sum->done) / sizeof(u64) != ICMPG_STATS_COUNTERS);
	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct icmpg_stats_cpu *from;

		from = per_cpu_ptr(stats->cpu, cpu);
		icmpg_stats_add(&sum->done[0][0][0], &from->done[0][0][0],
				ICMPG_STATS_COUNTERS, &from->sync);
		icmpg_stats_add(&sum->would[0][0][0], &from->would[0][0][0],
				ICMPG_STATS_COUNTERS, &from->sync);
		icmpg_stats_add(&sum->evictions, &from->evictions, 1,
				&from->sync);
	}
}

/**
 * icmpg_stats_sum() - what the counters say
 * @stats: the counters
 * @sum: filled; too large for a stack
 * @resets: how often they were reset
 *
 * Context: process, may sleep.
 */
void icmpg_stats_sum(struct icmpg_stats *stats, struct icmpg_counts *sum,
		     u64 *resets)
{
	const u64 *base = (const u64 *)&stats->base;
	u64 *value = (u64 *)sum;
	size_t i;

	mutex_lock(&stats->lock);
	icmpg_stats_add_all(stats, sum);
	for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
		value[i] -= base[i];
	*resets = stats->resets;
	mutex_unlock(&stats->lock);
}

/**
 * icmpg_stats_reset() - count from zero again
 * @stats: the counters
 *
 * Context: process, may sleep.
 */
void icmpg_stats_reset(struct icmpg_stats *stats)
{
	mutex_lock(&stats->lock);
	icmpg_stats_add_all(stats, &stats->base);
	stats->resets++;
	mutex_unlock(&stats->lock);
}
