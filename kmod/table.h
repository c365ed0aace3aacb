/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fixed array of cache lines, each a few words that are found by tag. Read
 * and written a word at a time, with no lock. Also built in userspace.
 */
#ifndef ICMPG_TABLE_H
#define ICMPG_TABLE_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/compiler.h>
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

/* The upper quarter of a word as it lies in memory. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ICMPG_TABLE_TOP	0
#else
#define ICMPG_TABLE_TOP	3
#endif
typedef u16 __attribute__((__may_alias__)) icmpg_table_quarter;

/*
 * Does the word at a place of a line differ from another below @shift only? Nearly
 * always the upper quarter says that it doesn't, which costs half of reading
 * the word: that is only done, whole, where the quarter fits.
 */
static __always_inline bool icmpg_table_has(const struct icmpg_line *line,
					    unsigned int place, u64 want,
					    u8 shift, u64 *differs)
{
	const icmpg_table_quarter *top =
		(const icmpg_table_quarter *)&line->slot[place] +
		ICMPG_TABLE_TOP;

	/* Whatever is read here is only a hint. */
	if (data_race(*top) != (u16)(want >> 48))
		return false;
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
 * Return: its place, or ICMPG_LINE_SLOTS.
 */
static __always_inline unsigned int
icmpg_table_find(const struct icmpg_line *line, u32 tag, u8 shift, u64 *rest)
{
	u64 want = (u64)tag << shift;

	if (icmpg_table_has(line, 0, want, shift, rest))
		return 0;
	if (icmpg_table_has(line, 1, want, shift, rest))
		return 1;
	if (icmpg_table_has(line, 2, want, shift, rest))
		return 2;
	if (icmpg_table_has(line, 3, want, shift, rest))
		return 3;
	if (icmpg_table_has(line, 4, want, shift, rest))
		return 4;
	if (icmpg_table_has(line, 5, want, shift, rest))
		return 5;
	if (icmpg_table_has(line, 6, want, shift, rest))
		return 6;
	if (icmpg_table_has(line, 7, want, shift, rest))
		return 7;
	return ICMPG_LINE_SLOTS;
}

int icmpg_table_init(struct icmpg_table *table, u32 bytes);
void icmpg_table_exit(struct icmpg_table *table);

#endif /* ICMPG_TABLE_H */
