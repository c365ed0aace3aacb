/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters and the state of the guard, as numbers.
 */
#ifndef ICMPG_STATS_H
#define ICMPG_STATS_H

#include <jansson.h>
#include <linux/icmpguard.h>
#include <stdint.h>

#include "nlsock.h"

#define ICMPG_STATS_FAMILIES	2	/* IPv4, IPv6 */
/* Slot 0 takes what a newer module counts and this tool has no word for. */
#define ICMPG_STATS_CLASSES	(ICMPGUARD_CLASS_MAX + 1)
#define ICMPG_STATS_REASONS	(ICMPGUARD_REASON_MAX + 1)

/**
 * struct icmpg_count - packets by what became of them
 * @passed: they went on
 * @dropped: they were refused
 * @would_drop: they went on, in mode monitor; enforce would have refused them
 */
struct icmpg_count {
	uint64_t passed;
	uint64_t dropped;
	uint64_t would_drop;
};

/**
 * struct icmpg_stats - all counters, by family, class and reason
 * @class: of all reasons
 * @reason: of each
 */
struct icmpg_stats {
	struct icmpg_count class[ICMPG_STATS_FAMILIES][ICMPG_STATS_CLASSES];
	struct icmpg_count reason[ICMPG_STATS_FAMILIES][ICMPG_STATS_CLASSES]
				 [ICMPG_STATS_REASONS];
};

/**
 * struct icmpg_state - the guard of a namespace
 * @version: of the module
 * @mode: enum icmpguard_mode
 * @generation: of the configuration
 * @resets: of the counters
 * @table_size: bytes, 0 while the mode is off
 * @evictions: senders forgotten while they owed
 * @fill: slots of 1000 that owe
 * @ipv6: this kernel has IPv6
 * @path_mtu_harmed: path MTU messages that a limit has refused
 * @history_size: bytes of known senders, 0 while mode or known-first is off
 * @history_fill: places of 1000 that are taken
 * @candidate_size: bytes
 * @overloaded: a shared limit was, within 10 seconds
 */
struct icmpg_state {
	char version[64];
	uint32_t mode;
	uint32_t generation;
	uint64_t resets;
	uint32_t table_size;
	uint64_t evictions;
	uint32_t fill;
	uint32_t ipv6;
	uint64_t path_mtu_harmed;
	uint32_t history_size;
	uint32_t history_fill;
	uint32_t candidate_size;
	uint32_t overloaded;
};

int icmpg_stats_fetch(struct icmpg_nlsock *sock, struct icmpg_stats *stats);
void icmpg_stats_take(struct icmpg_stats *stats, struct icmpg_cursor attrs);
struct icmpg_count icmpg_stats_sum(const struct icmpg_stats *stats,
				   uint32_t class, uint32_t reason);
struct icmpg_count icmpg_stats_total(const struct icmpg_stats *stats);
int icmpg_stats_fetch_state(struct icmpg_nlsock *sock, struct icmpg_state *state);
void icmpg_stats_take_state(struct icmpg_state *state, struct icmpg_cursor attrs);
json_t *icmpg_stats_table(const struct icmpg_state *state);

#endif /* ICMPG_STATS_H */
