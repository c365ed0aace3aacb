// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/icmpguard: "key value" lines that are always all there, both
 * families summed, for anybody on this host to read. Process context. UAPI:
 * keys are only ever added; no addresses.
 */
#include "proc.h"

#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <linux/slab.h>

#include "harm.h"
#include "net.h"
#include "reasons.h"

#define ICMPG_PROC_NAME		"icmpguard"
#define ICMPG_PROC_VERSION	1

#define X(symbol, word, sentence) [ICMPGUARD_REASON_##symbol] = word,
static const char *const icmpg_proc_reason_word[] = { ICMPG_REASONS(X) };
#undef X

static_assert(ARRAY_SIZE(icmpg_proc_reason_word) == ICMPG_STATS_REASONS,
	      "reasons.h has a line for each reason");

/* What a class or a reason has come to. */
struct icmpg_proc_sum {
	u64 passed;
	u64 dropped;
	u64 would_drop;
};

static void icmpg_proc_add(struct icmpg_proc_sum *sum,
			   const struct icmpg_counts *counts, u8 class,
			   u8 reason)
{
	unsigned int family;

	for (family = 0; family < ICMPG_STATS_FAMILIES; family++) {
		if (icmpg_reason_passes(reason))
			sum->passed += counts->done[family][class][reason];
		else
			sum->dropped += counts->done[family][class][reason];
		sum->would_drop += counts->would[family][class][reason];
	}
}

static void icmpg_proc_show_classes(struct seq_file *seq,
				    const struct icmpg_counts *counts)
{
	u8 class, reason;

	for (class = 1; class < ICMPG_STATS_CLASSES; class++) {
		const char *word = icmpg_class_word[class];
		struct icmpg_proc_sum sum = {};

		for (reason = 1; reason < ICMPG_STATS_REASONS; reason++)
			icmpg_proc_add(&sum, counts, class, reason);
		seq_printf(seq, "class.%s.passed %llu\n", word, sum.passed);
		seq_printf(seq, "class.%s.dropped %llu\n", word, sum.dropped);
		seq_printf(seq, "class.%s.would-drop %llu\n", word,
			   sum.would_drop);
	}
}

static void icmpg_proc_show_reasons(struct seq_file *seq,
				    const struct icmpg_counts *counts)
{
	u8 class, reason;

	for (reason = 1; reason < ICMPG_STATS_REASONS; reason++) {
		const char *word = icmpg_proc_reason_word[reason];
		struct icmpg_proc_sum sum = {};

		for (class = 1; class < ICMPG_STATS_CLASSES; class++)
			icmpg_proc_add(&sum, counts, class, reason);
		if (icmpg_reason_passes(reason)) {
			seq_printf(seq, "reason.%s.passed %llu\n", word,
				   sum.passed);
			continue;
		}
		seq_printf(seq, "reason.%s.dropped %llu\n", word, sum.dropped);
		seq_printf(seq, "reason.%s.would-drop %llu\n", word,
			   sum.would_drop);
	}
}

static int icmpg_proc_show(struct seq_file *seq, void *unused)
{
	struct icmpg_net *guard = icmpg_net(seq_file_single_net(seq));
	struct icmpg_known_status known;
	struct icmpg_counts *counts;
	struct icmpg_stats *stats;
	u32 size, fill;
	u64 resets = 0;
	u8 mode;

	counts = kvzalloc(sizeof(*counts), GFP_KERNEL);
	if (!counts)
		return -ENOMEM;
	/* Once there, the counters stay until after this file is gone. */
	stats = rcu_dereference_raw(guard->stats);
	if (stats)
		icmpg_stats_sum(stats, counts, &resets);
	rcu_read_lock();
	mode = rcu_dereference(guard->config)->set.mode;
	rcu_read_unlock();
	icmpg_net_table_status(guard, &size, &fill);
	icmpg_net_known_status(guard, &known);
	seq_printf(seq, "version %u\n", ICMPG_PROC_VERSION);
	seq_printf(seq, "mode %s\n", icmpg_mode_word[mode]);
	icmpg_proc_show_classes(seq, counts);
	icmpg_proc_show_reasons(seq, counts);
	seq_printf(seq, "resets %llu\n", resets);
	seq_printf(seq, "table.size-bytes %u\n", size);
	seq_printf(seq, "table.fill-permille %u\n", fill);
	seq_printf(seq, "table.evictions %llu\n", counts->evictions);
	seq_printf(seq, "path-mtu-harmed %llu\n", icmpg_harm_sum(counts));
	seq_printf(seq, "known.history-bytes %u\n", known.history_bytes);
	seq_printf(seq, "known.history-permille %u\n", known.fill);
	seq_printf(seq, "known.candidate-bytes %u\n", known.candidate_bytes);
	seq_printf(seq, "known.overloaded %u\n", known.overloaded);
	kvfree(counts);
	return 0;
}

/**
 * icmpg_proc_create() - make the file of a namespace
 * @net: the namespace
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int icmpg_proc_create(struct net *net)
{
	struct proc_dir_entry *entry;

	entry = proc_create_net_single(ICMPG_PROC_NAME, 0444, net->proc_net,
				       icmpg_proc_show, NULL);
	/* A kernel without /proc has no file, and the guard all the same. */
	return entry || !IS_ENABLED(CONFIG_PROC_FS) ? 0 : -ENOMEM;
}

/**
 * icmpg_proc_destroy() - remove the file; waits for its readers
 * @net: the namespace
 */
void icmpg_proc_destroy(struct net *net)
{
	remove_proc_entry(ICMPG_PROC_NAME, net->proc_net);
}
