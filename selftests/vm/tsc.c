// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints how fast this machine's time stamp counter runs, in kHz. The virtual
 * machine sees the same counter, but at its start, when the processors here are
 * busy, may take its speed wrong by a factor, and its clock with it.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>

#define TSC_TRIES	20
#define TSC_MEASURE_NS	50000000

/* the counter and the clock at the same moment */
struct tsc_pair {
	uint64_t ticks;
	uint64_t ns;
};

static uint64_t tsc_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* Reads both, several times, and takes the reading that took the least time. */
static struct tsc_pair tsc_read(void)
{
	struct tsc_pair best = { 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TSC_TRIES; i++) {
		uint64_t before = __rdtsc(), ns = tsc_now_ns(), took = __rdtsc() - before;

		if (took >= least)
			continue;
		least = took;
		best.ticks = before + took / 2;
		best.ns = ns;
	}
	return best;
}

int main(void)
{
	struct timespec nap = { .tv_nsec = TSC_MEASURE_NS };
	struct tsc_pair first, last;

	first = tsc_read();
	nanosleep(&nap, NULL);
	last = tsc_read();
	printf("%.0f\n", (last.ticks - first.ticks) * 1e6 / (last.ns - first.ns));
	return 0;
}
#else
/* another kind of processor: what the machine sees is not a counter of ours */
int main(void)
{
	return 0;
}
#endif
