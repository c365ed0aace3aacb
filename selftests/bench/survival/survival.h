/* SPDX-License-Identifier: GPL-2.0-only */
/* What happens in a run of the simulation, and how it ends. */
#ifndef BENCH_SURVIVAL_H
#define BENCH_SURVIVAL_H

#include <linux/types.h>

#include "peers.h"

/**
 * struct row - a flood, and who lives through it
 * @name: of the row
 * @budget_pps: what the router's limit lets pass
 * @pps: of the flood
 * @pool: its addresses; 0 for random ones
 * @in_order: the pool is gone through in order, not at random
 * @twice: each random address twice in a row
 * @on_s: pulses; 0 for a steady flood
 * @off_s: between them
 * @warm_s: before the flood the pool sends politely for this long
 * @warm_pps: packets a second, then
 * @flood_s: from the flood's begin to the end
 * @known: honest senders that are there before
 * @newcomers: those that begin with the flood
 * @known_s: for how long the known have been there
 * @period_s: between two pings of one
 * @cpus: that packets are spread over
 * @one_queue: but the flood is not: it all comes in on the first of them
 * @candidate_bytes: candidate-size
 * @table_bytes: table-size
 * @defaults: with the default limits, not with a budget
 */
struct row {
	const char *name;
	u32 budget_pps;
	double pps;
	u32 pool;
	bool in_order;
	bool twice;
	double on_s;
	double off_s;
	double warm_s;
	double warm_pps;
	double flood_s;
	unsigned int known;
	unsigned int newcomers;
	double known_s;
	double period_s;
	unsigned int cpus;
	bool one_queue;
	u32 candidate_bytes;
	u32 table_bytes;
	bool defaults;
};

/**
 * struct outcome - what has become of the pings, in the flood
 * @known: per cent of known senders' pings that passed
 * @newcomers: the same of those that began with the flood
 * @lost: pings that a newcomer lost before the first that passed, in the mean
 * @flood: per cent of the flood that passed
 */
struct outcome {
	double known;
	double newcomers;
	double lost;
	double flood;
};

/**
 * struct keys - how many senders that owe a table keeps
 * @kept: senders
 * @lost_percent: of those that came
 * @table_bytes: of the table
 * @all_bytes: with the history and the candidates
 */
struct keys {
	u32 kept;
	double lost_percent;
	u64 table_bytes;
	u64 all_bytes;
};

void survive(const struct row *row, enum peer_kind kind, u64 seed,
	     struct outcome *outcome);

void keep_keys(u32 table_bytes, u32 candidate_bytes, double lost_percent,
	       struct keys *keys);

#endif /* BENCH_SURVIVAL_H */
