/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs, as many as a test wants to play: each thread says which one it is.
 */
#ifndef UNIT_LINUX_PERCPU_H
#define UNIT_LINUX_PERCPU_H

#include <linux/slab.h>

#define UNIT_CPUS	64
#define __percpu

extern __thread unsigned int unit_cpu;

#define alloc_percpu_gfp(type, flags) \
	((type *)kvcalloc(UNIT_CPUS, sizeof(type), flags))
#define this_cpu_ptr(pointer)	(&(pointer)[unit_cpu])
#define free_percpu(pointer)	kvfree(pointer)

#endif /* UNIT_LINUX_PERCPU_H */
