// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refusing packets on this machine itself, on one and on two processors: the
 * guard's own limiter, compiled from its source, beside a model of what
 * xt_hashlimit does with an entry that it has found (6.1: dsthash_find() takes
 * the entry's lock and leaves with it held; hashlimit_mt_common() moves its
 * expiry, recalculates its credit and unlocks). What the kernel does around it
 * isn't in either. Prints lines as inside.sh does, of several tries the fastest:
 * in a slower one the processors had something else to do, and two that don't run
 * at the same time don't get in each other's way either.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guard.h"
#include "hash.h"

#define NATIVE_PACKETS	2000000
#define NATIVE_TRIES	15
#define NATIVE_BUCKETS	65536
#define NATIVE_SOURCES	1000

/* as struct dsthash_ent, as far as it matters */
struct native_entry {
	struct native_entry *next;
	u32 source;
	pthread_spinlock_t lock;
	u64 expires;
	u64 prev;
	u64 credit;
	u64 credit_cap;
	u64 cost;
} __attribute__((aligned(64)));

static struct native_entry *native_bucket[NATIVE_BUCKETS];
static const struct icmpg_key native_key = { { 1, 2 } };
static struct guard native_guard;
static volatile u64 native_jiffies = 1000;
static pthread_barrier_t native_start;

/* Nothing that one thread writes shares a line with what is another's. */
struct native_run {
	pthread_t thread;
	bool (*refuses)(u32 source);
	u32 sources;
	u32 cpu;
	u64 refused;
	u64 start_ns;
	u64 end_ns;
} __attribute__((aligned(64)));

static u32 native_hash(u32 source)
{
	u64 word = source;

	return icmpg_hash(&native_key, &word, 1) % NATIVE_BUCKETS;
}

static void native_fill(void)
{
	for (u32 source = 0; source < NATIVE_SOURCES; source++) {
		struct native_entry *entry = aligned_alloc(64, sizeof(*entry));
		u32 bucket = native_hash(source);

		memset(entry, 0, sizeof(*entry));
		pthread_spin_init(&entry->lock, PTHREAD_PROCESS_PRIVATE);
		entry->source = source;
		entry->cost = 60000;
		entry->credit_cap = 60000;
		entry->prev = native_jiffies;
		entry->next = native_bucket[bucket];
		native_bucket[bucket] = entry;
	}
}

static bool native_hashlimit_refuses(u32 source)
{
	struct native_entry *entry = native_bucket[native_hash(source)];
	u64 now = native_jiffies, delta;
	bool refused = true;

	while (entry && entry->source != source)
		entry = entry->next;
	if (!entry)
		return false;
	pthread_spin_lock(&entry->lock);
	entry->expires = now + 1000;
	delta = now - entry->prev;
	entry->prev = now;
	entry->credit += delta;
	if (entry->credit > entry->credit_cap)
		entry->credit = entry->credit_cap;
	if (entry->credit >= entry->cost) {
		entry->credit -= entry->cost;
		refused = false;
	}
	pthread_spin_unlock(&entry->lock);
	return refused;
}

static bool native_guard_refuses(u32 source)
{
	struct icmpg_pkt pkt = {
		.family = ICMPG_IPV4,
		.class = ICMPGUARD_CLASS_ECHO_REQUEST,
		.src.v4 = source,
		.dst.v4 = 1,
	};

	return guard_send(&native_guard, &pkt, SCOPES_EVERY);
}

static u64 native_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static void *native_thread(void *data)
{
	struct native_run *run = data;
	u32 source = 0, refused = 0;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(run->cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	pthread_barrier_wait(&native_start);
	run->start_ns = native_now_ns();
	for (u32 i = 0; i < NATIVE_PACKETS; i++) {
		if (++source >= run->sources)
			source = 0;
		refused += run->refuses(source);
	}
	run->end_ns = native_now_ns();
	run->refused = refused;
	return NULL;
}

/*
 * All of them at the same time: nanoseconds from the first one's start to the last
 * one's end.
 */
static u64 native_try(bool (*refuses)(u32 source), u32 sources, u32 cpus)
{
	struct native_run run[2] = { 0 };
	u64 start = U64_MAX, end = 0;

	pthread_barrier_init(&native_start, NULL, cpus);
	for (u32 i = 0; i < cpus; i++) {
		run[i].refuses = refuses;
		run[i].sources = sources;
		run[i].cpu = i;
		if (pthread_create(&run[i].thread, NULL, native_thread, &run[i]))
			abort();
	}
	for (u32 i = 0; i < cpus; i++) {
		pthread_join(run[i].thread, NULL);
		start = run[i].start_ns < start ? run[i].start_ns : start;
		end = run[i].end_ns > end ? run[i].end_ns : end;
		if (run[i].refused != NATIVE_PACKETS)
			abort();
	}
	pthread_barrier_destroy(&native_start);
	return end - start;
}

static void native_measure(const char *name, const char *subject,
			   bool (*refuses)(u32 source), u32 sources)
{
	for (u32 cpus = 1; cpus <= 2; cpus++) {
		u64 best = U64_MAX;

		for (u32 i = 0; i < NATIVE_TRIES; i++) {
			u64 ns = native_try(refuses, sources, cpus);

			best = ns < best ? ns : best;
		}
		printf("measured %s-%u %s packets=%u refused=%u instructions=0 ns=%llu\n",
		       name, cpus, subject, cpus * NATIVE_PACKETS,
		       cpus * NATIVE_PACKETS,
		       (unsigned long long)best);
	}
}

int main(void)
{
	struct icmpg_settings set;

	unit_settings_init(&set);
	unit_set_limit(&set, ICMPGUARD_CLASS_ECHO_REQUEST, ICMPGUARD_SCOPE_PAIR,
		       1, ICMPGUARD_UNIT_MINUTE, 1);
	guard_init(&native_guard, &set, 16384);
	native_fill();
	for (u32 source = 0; source < NATIVE_SOURCES; source++) {
		native_guard_refuses(source);
		native_hashlimit_refuses(source);
	}
	native_measure("native-one", "guard", native_guard_refuses, 1);
	native_measure("native-one", "hashlimit", native_hashlimit_refuses, 1);
	native_measure("native-thousand", "guard", native_guard_refuses,
		       NATIVE_SOURCES);
	native_measure("native-thousand", "hashlimit", native_hashlimit_refuses,
		       NATIVE_SOURCES);
	puts("complete");
	return 0;
}
