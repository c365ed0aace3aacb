/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_BITOPS_H
#define UNIT_LINUX_BITOPS_H

#include <linux/types.h>

#define BIT(bit)	(1UL << (bit))
#define BIT_ULL(bit)	(1ULL << (bit))

static inline u64 rol64(u64 word, unsigned int shift)
{
	return word << (shift & 63) | word >> (-shift & 63);
}

static inline void __set_bit(unsigned long bit, unsigned long *word)
{
	word[bit / BITS_PER_LONG] |= BIT(bit % BITS_PER_LONG);
}

static inline bool test_bit(unsigned long bit, const unsigned long *word)
{
	return word[bit / BITS_PER_LONG] >> bit % BITS_PER_LONG & 1;
}

#endif /* UNIT_LINUX_BITOPS_H */
