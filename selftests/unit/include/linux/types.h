/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel types on top of libc, for the userspace build of the pure code. */
#ifndef UNIT_LINUX_TYPES_H
#define UNIT_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef unsigned int gfp_t;

typedef struct {
	s64 counter;
} atomic64_t;

struct rcu_head {
	void *next;
	void (*func)(struct rcu_head *head);
};

#define BITS_PER_LONG	__LONG_WIDTH__

#endif /* UNIT_LINUX_TYPES_H */
