// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads on the same buckets, each on a CPU of its own where there are
 * two: no charge is lost, nobody has two buckets, and a bucket admits at most
 * one packet more for each thread but one. With ThreadSanitizer, too.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "fragment.h"
#include "guard.h"

#define THREADS		2

/**
 * struct thread - one of them
 * @guard: the buckets, which are the others' too
 * @number: from 0
 * @random: its own random numbers
 * @passed: packets
 * @paid: packets that a bucket had to pay for
 * @sent: packets, by sender
 */
struct thread {
	struct guard guard;
	unsigned int number;
	u64 random;
	u64 passed;
	u64 paid;
	u64 sent[64];
	pthread_t id;
	void (*run)(struct thread *thread);
};

static pthread_barrier_t barrier;

static u32 random_of(struct thread *thread)
{
	thread->random = thread->random * 6364136223846793005ULL + 1;
	return thread->random >> 32;
}

static void pin(unsigned int number)
{
	cpu_set_t may, only;
	int cpu, count = 0;

	if (sched_getaffinity(0, sizeof(may), &may))
		return;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &may) || count++ != (int)number)
			continue;
		CPU_ZERO(&only);
		CPU_SET(cpu, &only);
		pthread_setaffinity_np(pthread_self(), sizeof(only), &only);
	}
}

static void *thread_main(void *argument)
{
	struct thread *thread = argument;

	pin(thread->number);
	pthread_barrier_wait(&barrier);
	thread->run(thread);
	return NULL;
}

/* All of them through @run; each with its own view of @guard. */
static void run_threads(struct thread *thread, const struct guard *guard,
			void (*run)(struct thread *thread))
{
	unsigned int i;

	memset(thread, 0, THREADS * sizeof(*thread));
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (i = 0; i < THREADS; i++) {
		thread[i].guard = *guard;
		thread[i].number = i;
		thread[i].random = ktap_random();
		thread[i].run = run;
		if (pthread_create(&thread[i].id, NULL, thread_main,
				   &thread[i]))
			abort();
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i].id, NULL);
	pthread_barrier_destroy(&barrier);
}

static struct icmpg_pkt sender(unsigned int n)
{
	struct icmpg_pkt pkt = {
		.family = ICMPG_IPV4,
		.class = CLASS(OTHER),
		.ifindex = 2,
		.icmp = true,
	};

	pkt.src.v4 = htobe32(0x0a000000 + n);
	pkt.dst.v4 = htobe32(0xc0000201);
	return pkt;
}

static u64 slot_at(const struct guard *guard, u32 line, unsigned int slot)
{
	return atomic64_read(&guard->limiter->table.line[line].slot[slot]);
}

#define BURST		60000
#define ATTEMPTS	60000

/* One sender, as fast as it goes; the clock stands still. */
static void run_hot(struct thread *thread)
{
	struct icmpg_pkt pkt = sender(1);

	thread->passed = guard_send_many(&thread->guard, &pkt,
					 ICMPG_SCOPE_BIT(PAIR), ATTEMPTS);
}

/*
 * More than the burst: all of it passes, and one more at most. All that has
 * passed is owed.
 */
static void test_hot_key(void)
{
	const struct icmpg_limit *limit;
	struct thread thread[THREADS];
	struct icmpg_settings set;
	struct guard guard;
	u64 passed, debt;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(OTHER), SCOPE(PAIR), 1, ICMPGUARD_UNIT_HOUR,
		       BURST);
	guard_init(&guard, &set, 1);
	run_threads(thread, &guard, run_hot);
	passed = thread[0].passed + thread[1].passed;
	EXPECT(passed >= BURST && passed <= BURST + THREADS - 1, "%llu",
	       (unsigned long long)passed);
	limit = guard_limit(&guard, CLASS(OTHER), SCOPE(PAIR));
	debt = guard_debt(&guard, slot_at(&guard, 0, 0));
	EXPECT(debt == passed * limit->t, "%llu packets owed for %llu",
	       (unsigned long long)(debt / limit->t),
	       (unsigned long long)passed);
	guard_exit(&guard);
}

static void run_router(struct thread *thread)
{
	struct icmpg_pkt pkt = sender(thread->number);

	thread->passed = guard_send_many(&thread->guard, &pkt,
					 ICMPG_SCOPE_BIT(ROUTER), ATTEMPTS);
}

static void test_router(void)
{
	const struct icmpg_limit *limit;
	struct thread thread[THREADS];
	struct icmpg_settings set;
	struct guard guard;
	u64 passed, debt;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(OTHER), SCOPE(ROUTER), 1,
		       ICMPGUARD_UNIT_HOUR, BURST);
	guard_init(&guard, &set, 1);
	run_threads(thread, &guard, run_router);
	passed = thread[0].passed + thread[1].passed;
	EXPECT(passed >= BURST && passed <= BURST + THREADS - 1, "%llu",
	       (unsigned long long)passed);
	limit = guard_limit(&guard, CLASS(OTHER), SCOPE(ROUTER));
	debt = atomic64_read(&guard.limiter->router[CLASS(OTHER)].tat_ns) -
	       guard.now_ns;
	EXPECT(debt == passed * limit->t_ns, "%llu packets owed for %llu",
	       (unsigned long long)(debt / limit->t_ns),
	       (unsigned long long)passed);
	guard_exit(&guard);
}

/* The first digit in base 3 of the only shared bucket's fraction. */
static void run_random(struct thread *thread)
{
	struct icmpg_pkt pkt = sender(1);
	unsigned int i;

	for (i = 0; i < ATTEMPTS; i++) {
		thread->guard.random = random_of(thread);
		if (guard_send(&thread->guard, &pkt,
			       ICMPG_SCOPE_BIT(DESTINATION)))
			continue;
		thread->passed++;
		thread->paid += (u64)thread->guard.random * 3 >> 32;
	}
}

/* Charges of 0, 1 and 2 packets: none of them is lost. */
static void test_random(void)
{
	const struct icmpg_limit *limit;
	struct thread thread[THREADS];
	struct icmpg_settings set;
	struct guard guard;
	u64 paid, debt;

	unit_settings_init(&set);
	set.randomise = true;
	unit_set_limit(&set, CLASS(OTHER), SCOPE(DESTINATION), 1,
		       ICMPGUARD_UNIT_HOUR, BURST);
	guard_init(&guard, &set, 1);
	run_threads(thread, &guard, run_random);
	paid = thread[0].paid + thread[1].paid;
	limit = guard_limit(&guard, CLASS(OTHER), SCOPE(DESTINATION));
	debt = guard_debt(&guard, slot_at(&guard, 0, 0));
	EXPECT(debt == paid * limit->t, "%llu packets owed for %llu",
	       (unsigned long long)(debt / limit->t), (unsigned long long)paid);
	/* Each thread may have one of 2 packets on its way. */
	EXPECT(paid >= BURST && paid <= BURST + 2 * THREADS, "%llu",
	       (unsigned long long)paid);
	guard_exit(&guard);
}

#define STEPS		200
#define STEP_NS		5000000
#define BEHIND_NS	4000000

/*
 * Each step is 5 ms: 2 x 750 attempts where 500 may pass. The clocks
 * of two CPUs differ by a tick at most. That is why they wait for each other: a
 * thread that doesn't run for a while has a clock as no CPU has it.
 */
static void run_clock(struct thread *thread)
{
	struct icmpg_pkt pkt = sender(1);
	u64 start_ns = thread->guard.now_ns;
	unsigned int i;

	for (i = 1; i <= STEPS; i++) {
		pthread_barrier_wait(&barrier);
		thread->guard.now_ns = start_ns + i * STEP_NS -
				       random_of(thread) % BEHIND_NS;
		thread->passed += guard_send_many(&thread->guard, &pkt,
						  SCOPES_EVERY, 750);
	}
}

/* With a clock that moves: what passes is rate, time and burst, plus one. */
static void check_clock(u8 class, u8 scope)
{
	const struct icmpg_rate rate = {
		100000, 1000, ICMPGUARD_UNIT_SECOND,
	};
	struct thread thread[THREADS];
	struct icmpg_settings set;
	struct guard guard;
	u64 passed, due;

	unit_settings_init(&set);
	set.limit[class][scope] = rate;
	if (class != CLASS(ALL))
		unit_set_limit(&set, class, scope, rate.count, rate.unit,
			       rate.burst);
	guard_init(&guard, &set, 1);
	run_threads(thread, &guard, run_clock);
	passed = thread[0].passed + thread[1].passed;
	due = (u64)STEPS * STEP_NS * rate.count / SECOND_NS + rate.burst;
	/*
	 * 0.1 % for the rounding of T, one for the other thread, and what the
	 * first clock may have been behind.
	 */
	EXPECT(passed <= due + due / 1000 + THREADS - 1 +
			 (u64)BEHIND_NS * rate.count / SECOND_NS &&
	       passed >= due - due / 100, "scope %u: %llu of %llu", scope,
	       (unsigned long long)passed, (unsigned long long)due);
	guard_exit(&guard);
}

static void test_clock(void)
{
	check_clock(CLASS(OTHER), SCOPE(PAIR));
	check_clock(CLASS(OTHER), SCOPE(DESTINATION));
	check_clock(CLASS(OTHER), SCOPE(ROUTER));
	check_clock(CLASS(ALL), SCOPE(TOTAL));
}

static void run_eight(struct thread *thread)
{
	unsigned int i;

	for (i = 0; i < ATTEMPTS; i++) {
		unsigned int n = random_of(thread) % 8;
		struct icmpg_pkt pkt = sender(n);

		if (!guard_send(&thread->guard, &pkt, ICMPG_SCOPE_BIT(PAIR)))
			thread->sent[n]++;
	}
}

/* Eight senders in one line: each owes what it has sent, to the packet. */
static void test_one_line(void)
{
	const struct icmpg_limit *limit;
	struct thread thread[THREADS];
	struct icmpg_settings set;
	unsigned int i, n, round;
	struct guard guard;
	u64 sent, owed;

	for (round = 0; round < 5; round++) {
		unit_settings_init(&set);
		unit_set_limit(&set, CLASS(OTHER), SCOPE(PAIR), 1,
			       ICMPGUARD_UNIT_HOUR, 1000000);
		guard_init(&guard, &set, 1);
		run_threads(thread, &guard, run_eight);
		limit = guard_limit(&guard, CLASS(OTHER), SCOPE(PAIR));
		for (n = 0; n < 8; n++) {
			struct icmpg_pkt pkt = sender(n);
			struct icmpg_check check;

			EXPECT(!guard_ask(&guard, &pkt, ICMPG_SCOPE_BIT(PAIR),
					  &check));
			sent = thread[0].sent[n] + thread[1].sent[n];
			owed = 0;
			for (i = 0; i < 8; i++)
				if (slot_at(&guard, 0, i) >> 36 ==
				    check.charge[0].tag)
					owed += guard_debt(&guard,
						slot_at(&guard, 0, i)) /
						limit->t;
			EXPECT(owed == sent, "%llu owed, %llu sent",
			       (unsigned long long)owed,
			       (unsigned long long)sent);
		}
		EXPECT(thread[0].guard.evictions + thread[1].guard.evictions ==
		       0);
		guard_exit(&guard);
	}
}

#define LINES		8
#define SENDERS		200
#define ROUNDS		60

/* The same senders, all of them, in nearly the same order. */
static void run_insert(struct thread *thread)
{
	unsigned int i, n;

	for (i = 0; i < SENDERS; i++) {
		struct icmpg_pkt pkt;

		n = i;
		if (random_of(thread) % 4 == 0)
			n = random_of(thread) % SENDERS;
		pkt = sender(n);
		guard_send(&thread->guard, &pkt, ICMPG_SCOPE_BIT(PAIR));
	}
}

/*
 * A table that is too small, so that senders push each other out all the time:
 * nobody is in a line twice. A moment is one for both: the clock stands still
 * while they run.
 */
static void test_duplicates(void)
{
	struct thread thread[THREADS];
	struct icmpg_settings set;
	struct guard guard;
	unsigned int round, line, i, n, duplicates = 0;
	u64 evictions = 0;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(OTHER), SCOPE(PAIR), 100,
		       ICMPGUARD_UNIT_SECOND, 50);
	guard_init(&guard, &set, LINES);
	for (round = 0; round < ROUNDS; round++) {
		run_threads(thread, &guard, run_insert);
		evictions += thread[0].guard.evictions +
			     thread[1].guard.evictions;
		for (line = 0; line < LINES; line++)
			for (i = 0; i < 8; i++)
				for (n = 0; n < i; n++)
					duplicates +=
						slot_at(&guard, line, i) &&
						slot_at(&guard, line, i) >> 36 ==
						slot_at(&guard, line, n) >> 36;
		guard.now_ns += ktap_random_below(20000000);
	}
	EXPECT(!duplicates, "%u", duplicates);
	EXPECT(evictions > ROUNDS * SENDERS / 4, "%llu",
	       (unsigned long long)evictions);
	guard_exit(&guard);
}

/* One reads how full the table is while the other one fills it. */
static void run_status(struct thread *thread)
{
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		struct icmpg_pkt pkt = sender(i);
		u32 size, fill;

		if (thread->number) {
			guard_send(&thread->guard, &pkt, SCOPES_EVERY);
			continue;
		}
		icmpg_limiter_status(thread->guard.limiter,
				     thread->guard.config,
				     thread->guard.now_ns, &size, &fill);
		thread->passed += size == 64 * 64 && fill <= 1000;
	}
}

static void test_status(void)
{
	struct thread thread[THREADS];
	struct icmpg_settings set;
	struct guard guard;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(OTHER), SCOPE(PAIR), 1, ICMPGUARD_UNIT_HOUR,
		       2);
	guard_init(&guard, &set, 64);
	run_threads(thread, &guard, run_status);
	EXPECT(thread[0].passed == 2000);
	guard_exit(&guard);
}

#define PINGERS		200
#define PINGS		12

/*
 * Both CPUs see the same senders, once a second, beside strangers that keep the
 * router's bucket overloaded from half of the time on.
 */
static void run_known(struct thread *thread)
{
	u64 start_ns = thread->guard.now_ns;
	unsigned int i, n;

	unit_cpu = thread->number;
	for (i = 1; i <= PINGS; i++) {
		pthread_barrier_wait(&barrier);
		thread->guard.now_ns = start_ns + i * SECOND_NS;
		for (n = 0; n < (i > PINGS / 2 ? 5000 : 20); n++) {
			struct icmpg_pkt pkt = sender(1000 + random_of(thread));

			guard_send(&thread->guard, &pkt, SCOPES_EVERY);
		}
		pthread_barrier_wait(&barrier);
		for (n = 0; n < PINGERS; n++) {
			struct icmpg_pkt pkt = sender(n);

			thread->passed += !guard_send(&thread->guard, &pkt,
						      SCOPES_EVERY);
		}
	}
}

/* Nobody is lost on the way to being known, and none of their pings after it. */
static void test_known(void)
{
	struct thread thread[THREADS];
	unsigned int n, unknown = 0;
	struct icmpg_settings set;
	struct guard guard;
	u64 passed;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(OTHER), SCOPE(ROUTER), 2000,
		       ICMPGUARD_UNIT_SECOND, 6400);
	set.known_first = true;
	guard_init(&guard, &set, 1024);
	run_threads(thread, &guard, run_known);
	guard.now_ns = thread[0].guard.now_ns;
	for (n = 0; n < PINGERS; n++) {
		struct icmpg_pkt pkt = sender(n);
		struct icmpg_known_info info;
		struct icmpg_check check;

		guard_ask(&guard, &pkt, SCOPES_EVERY, &check);
		icmpg_limiter_known(&check, &info);
		unknown += info.level < ICMPG_LEVEL_SENIOR;
	}
	EXPECT(!unknown, "%u of %u", unknown, PINGERS);
	passed = thread[0].passed + thread[1].passed;
	EXPECT(passed == THREADS * PINGERS * PINGS, "%llu of %u",
	       (unsigned long long)passed, THREADS * PINGERS * PINGS);
	guard_exit(&guard);
}

static struct icmpg_fragments *marks;

static void run_marks(struct thread *thread)
{
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		struct icmpg_pkt pkt = sender(random_of(thread) % 64);
		u8 mark;

		pkt.id = pkt.src.v4;
		mark = icmpg_fragment_find(marks, &pkt, 1000 * SECOND_NS);
		/* A mark is there whole or not at all. */
		thread->passed += mark == ICMPG_MARK_NONE ||
				  mark == ICMPG_MARK_REFUSED;
		icmpg_fragment_mark(marks, &pkt, ICMPG_MARK_REFUSED,
				    1000 * SECOND_NS);
	}
}

static void test_marks(void)
{
	const struct icmpg_key key = { { 1, 2 } };
	struct thread thread[THREADS];
	struct icmpg_settings set;
	struct guard guard;

	marks = icmpg_fragments_create(&key);
	unit_settings_init(&set);
	guard_init(&guard, &set, 1);
	run_threads(thread, &guard, run_marks);
	EXPECT(thread[0].passed == 20000 && thread[1].passed == 20000);
	icmpg_fragments_destroy(marks);
	guard_exit(&guard);
}

static const struct ktap_test tests[] = {
	{ "one sender from two CPUs", test_hot_key },
	{ "the router's bucket from two CPUs", test_router },
	{ "random charges from two CPUs", test_random },
	{ "with a clock that moves", test_clock },
	{ "eight senders in a line", test_one_line },
	{ "nobody has two buckets", test_duplicates },
	{ "status of a table in use", test_status },
	{ "known senders from two CPUs", test_known },
	{ "marks of fragments", test_marks },
};

KTAP_MAIN(tests)
