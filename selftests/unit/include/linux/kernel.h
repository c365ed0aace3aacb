/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_KERNEL_H
#define UNIT_LINUX_KERNEL_H

#include_next <linux/kernel.h>
#include <endian.h>
#include <linux/bitops.h>
#include <linux/types.h>

#define U64_MAX			UINT64_MAX
#define U32_MAX			UINT32_MAX

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))

#define min(a, b) ({				\
	__typeof__(a) min_a = (a);		\
	__typeof__(b) min_b = (b);		\
						\
	(void)(&min_a == &min_b);		\
	min_a < min_b ? min_a : min_b;		\
})
#define max(a, b) ({				\
	__typeof__(a) max_a = (a);		\
	__typeof__(b) max_b = (b);		\
						\
	(void)(&max_a == &max_b);		\
	max_a > max_b ? max_a : max_b;		\
})
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define clamp_t(type, value, low, high) \
	min_t(type, max_t(type, value, low), high)

#define cpu_to_be16(value)	((__be16)htobe16(value))
#define cpu_to_be32(value)	((__be32)htobe32(value))
#define cpu_to_be64(value)	((__be64)htobe64(value))
#define be32_to_cpu(value)	be32toh(value)
#define be64_to_cpu(value)	be64toh(value)

#endif /* UNIT_LINUX_KERNEL_H */
