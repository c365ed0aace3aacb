/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fixed array of cache lines, each a few words that are found by tag. Read
 * and written a word at a time, with no lock. Also built in userspace.
 */
#ifndef ICMPG_TABLE_H
#define ICMPG_TABLE_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/types.h>

#define ICMPG_LINE_SLOTS	8
#define ICMPG_LINE_BYTES	64

/**
 * struct icmpg_line - one cache line: eight words
 * @slot: buckets (limiter.c) or known senders (known.c), the tag that finds
 *	them on top. Read and written whole.
 */
struct icmpg_line {
	atomic64_t slot[ICMPG_LINE_SLOTS];
} __aligned(ICMPG_LINE_BYTES);

/**
 * struct icmpg_table - lines
 * @line: in memory of their own; NULL if there are none
 * @lines: how many
 */
struct icmpg_table {
	struct icmpg_line *line;
	u32 lines;
};

/**
 * icmpg_table_line() - where a hash belongs
 * @table: has lines
 * @hash: the upper part of bits 0 to 31 chooses, by multiplication
 *
 * Return: the line.
 */
static inline struct icmpg_line *
icmpg_table_line(const struct icmpg_table *table, u64 hash)
{
	return &table->line[(u64)(u32)hash * table->lines >> 32];
}

/* Does the word at a place of a line differ from another below @shift only? */
static __always_inline bool icmpg_table_has(const struct icmpg_line *line,
					    unsigned int place, u64 want,
					    u8 shift, u64 *differs)
{
	*differs = (u64)atomic64_read(&line->slot[place]) ^ want;
	return *differs < 1ULL << shift;
}

/**
 * icmpg_table_find() - look for a word in a line
 * @line: the line
 * @tag: what is on top of the word
 * @shift: where the tag begins
 * @rest: is set to what is below the tag, if there is such a word
 *
 * Written out, as most senders of a flood aren't there: half of what a loop takes.
 *
 * Return: is it there?
 */
static __always_inline bool icmpg_table_find(const struct icmpg_line *line,
					     u32 tag, u8 shift, u64 *rest)
{
	u64 want = (u64)tag << shift, differs;

	if (icmpg_table_has(line, 0, want, shift, &differs) ||
	    icmpg_table_has(line, 1, want, shift, &differs) ||
	    icmpg_table_has(line, 2, want, shift, &differs) ||
	    icmpg_table_has(line, 3, want, shift, &differs) ||
	    icmpg_table_has(line, 4, want, shift, &differs) ||
	    icmpg_table_has(line, 5, want, shift, &differs) ||
	    icmpg_table_has(line, 6, want, shift, &differs) ||
	    icmpg_table_has(line, 7, want, shift, &differs)) {
		*rest = differs;
		return true;
	}
	return false;
}

int icmpg_table_init(struct icmpg_table *table, u32 bytes);
void icmpg_table_exit(struct icmpg_table *table);

#endif /* ICMPG_TABLE_H */
