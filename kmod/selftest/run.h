/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The self-tests of a self-test build: a module in which one fails refuses to
 * load. Each stands at the end of the file that it tests, in this folder. And
 * the bug that a build with PLANT=1 is told to have.
 */
#ifndef ICMPG_SELFTEST_RUN_H
#define ICMPG_SELFTEST_RUN_H

#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/types.h>

#ifdef ICMPG_SELFTEST
bool icmpg_selftest_classify(void);
bool icmpg_selftest_limiter(void);
bool icmpg_selftest_fragment(void);

/* Say what was expected; the number of failures is what counts. */
#define ICMPG_EXPECT(failed, condition) do {				\
	if (!(condition)) {						\
		pr_err("icmpguard: self-test %s:%d: %s\n", __func__,	\
		       __LINE__, #condition);				\
		(failed)++;						\
	}								\
} while (0)

static inline int icmpg_selftest_run(void)
{
	bool ok = icmpg_selftest_classify();

	ok &= icmpg_selftest_limiter();
	ok &= icmpg_selftest_fragment();
	if (!ok)
		return -EINVAL;
	pr_info("icmpguard: self-tests passed\n");
	return 0;
}
#elif defined(ICMPG_PLANT)
int icmpg_plant_run(void);

static inline int icmpg_selftest_run(void)
{
	return icmpg_plant_run();
}
#else
static inline int icmpg_selftest_run(void)
{
	return 0;
}
#endif

#endif /* ICMPG_SELFTEST_RUN_H */
