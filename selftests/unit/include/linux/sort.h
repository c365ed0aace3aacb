/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_SORT_H
#define UNIT_LINUX_SORT_H

#include <stdlib.h>

static inline void sort(void *base, size_t count, size_t size,
			int (*compare)(const void *left, const void *right),
			void (*swap)(void *left, void *right, int size))
{
	qsort(base, count, size, compare);
}

#endif /* UNIT_LINUX_SORT_H */
