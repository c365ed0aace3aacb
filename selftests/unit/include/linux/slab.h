/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory, aligned as the kernel's is: to a cache line at least. A test can let
 * an allocation fail.
 */
#ifndef UNIT_LINUX_SLAB_H
#define UNIT_LINUX_SLAB_H

#include <stdlib.h>
#include <string.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/types.h>

#define GFP_KERNEL		0
#define GFP_KERNEL_ACCOUNT	0
#define __GFP_RETRY_MAYFAIL	0
#define __GFP_NOWARN		0
#define __GFP_RETRY_MAYFAIL	0
#define __GFP_NOWARN		0

/* How many allocations succeed before one fails; negative: all do. */
extern int unit_alloc_left;

static inline void *kvmalloc(size_t size, gfp_t flags)
{
	void *memory;

	if (!unit_alloc_left) {
		unit_alloc_left = -1;
		return NULL;
	}
	if (unit_alloc_left > 0)
		unit_alloc_left--;
	if (size > SIZE_MAX / 2 || posix_memalign(&memory, 64, size))
		return NULL;
	return memset(memory, 0xa5, size);
}

static inline void *kvzalloc(size_t size, gfp_t flags)
{
	void *memory = kvmalloc(size, flags);

	return memory ? memset(memory, 0, size) : NULL;
}

static inline void *kvmalloc_array(size_t count, size_t size, gfp_t flags)
{
	return kvmalloc(unit_struct_size(0, size, count), flags);
}

static inline void *kvcalloc(size_t count, size_t size, gfp_t flags)
{
	return kvzalloc(unit_struct_size(0, size, count), flags);
}

static inline void kvfree(const void *memory)
{
	free((void *)memory);
}

#define kzalloc	kvzalloc
#define kfree	kvfree

#endif /* UNIT_LINUX_SLAB_H */
