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

/**
 * icmpg_table_find() - look for a word in a line
 * @line: the line
 * @tag: what is on top of the word
 * @shift: where the tag begins
 * @word: is set to the word, if there is one
 *
 * Return: is it there?
 */
static inline bool icmpg_table_find(const struct icmpg_line *line, u32 tag,
				    u8 shift, u64 *word)
{
	unsigned int i;
	u64 slot;

	for (i = 0; i < ICMPG_LINE_SLOTS; i++) {
		slot = atomic64_read(&line->slot[i]);
		if (slot >> shift == tag) {
			*word = slot;
			return true;
		}
	}
	return false;
}

int icmpg_table_init(struct icmpg_table *table, u32 bytes);
void icmpg_table_exit(struct icmpg_table *table);

#endif /* ICMPG_TABLE_H */
