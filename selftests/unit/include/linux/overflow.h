/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_OVERFLOW_H
#define UNIT_LINUX_OVERFLOW_H

#include <linux/types.h>

#define check_add_overflow(a, b, sum)	__builtin_add_overflow(a, b, sum)
#define check_mul_overflow(a, b, product) __builtin_mul_overflow(a, b, product)

static inline size_t unit_struct_size(size_t head, size_t each, size_t count)
{
	size_t size;

	if (check_mul_overflow(each, count, &size) ||
	    check_add_overflow(size, head, &size))
		return SIZE_MAX;
	return size;
}

#define struct_size(pointer, member, count) \
	unit_struct_size(sizeof(*(pointer)), sizeof(*(pointer)->member), count)

#endif /* UNIT_LINUX_OVERFLOW_H */
