/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results as KTAP (Documentation/dev-tools/ktap.rst): a plan, one line for each
 * test, what was wrong as comments, and an exit status that agrees. Random
 * numbers whose seed is printed, and taken from the environment to repeat a
 * run: SEED=0x1234.
 */
#ifndef UNIT_KTAP_H
#define UNIT_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/**
 * struct ktap_test - one line of a program's results
 * @name: what holds if it is ok
 * @run: finds out with EXPECT() and REQUIRE()
 */
struct ktap_test {
	const char *name;
	void (*run)(void);
};

/* Complaints beyond this many say nothing new. */
#define KTAP_COMPLAINTS	10

static unsigned int ktap_complaints;

__attribute__((__format__(printf, 4, 5))) static inline bool
ktap_complain(const char *file, int line, const char *expected,
	      const char *format, ...)
{
	va_list arguments;

	if (ktap_complaints++ >= KTAP_COMPLAINTS)
		return false;
	printf("# %s:%d: expected %s", file, line, expected);
	if (*format) {
		printf("; ");
		va_start(arguments, format);
		vprintf(format, arguments);
		va_end(arguments);
	}
	putchar('\n');
	return false;
}

/* EXPECT(condition, format...): the test fails, and goes on. Is it true? */
#define EXPECT(condition, ...)						\
	((condition) ? true :						\
	 ktap_complain(__FILE__, __LINE__, #condition, "" __VA_ARGS__))

/* REQUIRE(condition, format...): the same, but the test ends here. */
#define REQUIRE(condition, ...) do {					\
	if (!EXPECT(condition, __VA_ARGS__))				\
		return;							\
} while (0)

static uint64_t ktap_random_state;

/* SplitMix64: Steele, Lea, Flood (2014). */
static inline uint64_t ktap_random(void)
{
	uint64_t z = ktap_random_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0 to @limit - 1; the bias of the remainder doesn't matter here. */
static inline uint64_t ktap_random_below(uint64_t limit)
{
	return ktap_random() % limit;
}

/* Print the seed. Each test starts from it, so that one alone repeats. */
static inline uint64_t ktap_seed(void)
{
	const char *wanted = getenv("SEED");
	struct timespec now;
	uint64_t seed;

	clock_gettime(CLOCK_REALTIME, &now);
	seed = wanted ? strtoull(wanted, NULL, 0) :
			(uint64_t)now.tv_sec << 20 ^ now.tv_nsec;
	printf("# SEED=%#llx repeats this run\n", (unsigned long long)seed);
	return seed;
}

static inline int ktap_run(const struct ktap_test *test, unsigned int tests)
{
	unsigned int i, failed = 0;
	uint64_t seed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%u\n", tests);
	seed = ktap_seed();
	for (i = 0; i < tests; i++) {
		ktap_complaints = 0;
		ktap_random_state = seed;
		test[i].run();
		if (ktap_complaints > KTAP_COMPLAINTS)
			printf("# and %u more\n",
			       ktap_complaints - KTAP_COMPLAINTS);
		failed += !!ktap_complaints;
		printf("%sok %u %s\n", ktap_complaints ? "not " : "", i + 1,
		       test[i].name);
	}
	return failed ? 1 : 0;
}

#define KTAP_MAIN(tests)						\
int main(void)								\
{									\
	return ktap_run(tests, sizeof(tests) / sizeof((tests)[0]));	\
}

#endif /* UNIT_KTAP_H */
