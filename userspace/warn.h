/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an operator should know of a configuration that is in force.
 */
#ifndef ICMPG_WARN_H
#define ICMPG_WARN_H

#include "config.h"
#include "stats.h"

/**
 * struct icmpg_warning - one sentence
 * @text: most fit a line of 80 with two blanks before them
 */
struct icmpg_warning {
	char text[160];
};

#define ICMPG_WARN_MAX	64

/**
 * struct icmpg_warnings - all there are
 * @at: the first of them
 * @count: how many in @at
 * @more: how many had no place there
 */
struct icmpg_warnings {
	struct icmpg_warning at[ICMPG_WARN_MAX];
	size_t count;
	size_t more;
};

void icmpg_warn_collect(struct icmpg_warnings *list,
			const struct icmpg_config *config,
			const struct icmpg_state *state, uint64_t evicted);

#endif /* ICMPG_WARN_H */
