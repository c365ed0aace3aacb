/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 64-bit atomics on gcc's. With UNIT_RACE a test can let another CPU in just
 * before an atomic64_try_cmpxchg(), where it hurts most.
 */
#ifndef UNIT_LINUX_ATOMIC_H
#define UNIT_LINUX_ATOMIC_H

#include <linux/types.h>

#ifdef UNIT_RACE
/* What the other CPU does, once; NULL for nothing. */
extern __thread void (*unit_race)(void);

static inline void unit_race_run(void)
{
	void (*race)(void) = unit_race;

	unit_race = NULL;
	if (race)
		race();
}
#else
static inline void unit_race_run(void)
{
}
#endif

static inline s64 atomic64_read(const atomic64_t *atomic)
{
	return __atomic_load_n(&atomic->counter, __ATOMIC_RELAXED);
}

static inline void atomic64_set(atomic64_t *atomic, s64 value)
{
	__atomic_store_n(&atomic->counter, value, __ATOMIC_RELAXED);
}

static inline void atomic64_add(s64 value, atomic64_t *atomic)
{
	__atomic_fetch_add(&atomic->counter, value, __ATOMIC_RELAXED);
}

static inline bool atomic64_try_cmpxchg(atomic64_t *atomic, s64 *old, s64 new)
{
	unit_race_run();
	return __atomic_compare_exchange_n(&atomic->counter, old, new, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static inline s64 atomic64_add_return(s64 value, atomic64_t *atomic)
{
	return __atomic_add_fetch(&atomic->counter, value, __ATOMIC_SEQ_CST);
}

#define atomic64_try_cmpxchg_relaxed	atomic64_try_cmpxchg

#endif /* UNIT_LINUX_ATOMIC_H */
