/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_CACHE_H
#define UNIT_LINUX_CACHE_H

#include <linux/compiler.h>

#define SMP_CACHE_BYTES		64
#define ____cacheline_aligned	__aligned(SMP_CACHE_BYTES)

#endif /* UNIT_LINUX_CACHE_H */
