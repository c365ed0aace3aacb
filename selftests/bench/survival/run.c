// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who survives a flood: drives the limiter's own source in virtual time, at full
 * scale, beside models of what the peers do. Honest senders ping once a
 * second; some have done so before the flood begins, others begin with it. What
 * counts is the share of their pings that pass.
 */
#include <math.h>
#include <string.h>

#include "guard.h"
#include "peers.h"
#include "survival.h"

#define HONEST_MAX	4096

/**
 * struct pinger - an honest sender
 * @next_ns: when it pings next
 * @period_ns: between its pings
 * @src: its address
 * @sent: pings during the flood
 * @passed: of these
 * @lost: pings of it before the first that passed
 * @is_new: it began with the flood
 */
struct pinger {
	u64 next_ns;
	u64 period_ns;
	u32 src;
	u32 sent;
	u32 passed;
	u32 lost;
	bool is_new;
};

/**
 * struct world - a run
 * @row: what happens
 * @guard: the limiter, or
 * @peer: one of the peers
 * @pkt: scratch
 * @pinger: a heap, the next one first
 * @pingers: how many
 * @random: state
 * @twice: the source to be sent a second time; 0 for none
 * @cursor: of a pool that is gone through in order
 * @flood: packets of the flood that were sent
 * @flood_passed: of these
 */
struct world {
	const struct row *row;
	struct guard guard;
	struct peer *peer;
	struct icmpg_pkt pkt;
	struct pinger pinger[HONEST_MAX];
	unsigned int pingers;
	u64 random;
	u32 twice;
	u32 cursor;
	u64 flood;
	u64 flood_passed;
};

static u64 draw(struct world *world)
{
	u64 z = world->random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static double draw_fraction(struct world *world)
{
	return (draw(world) >> 11) * 0x1p-53;
}

/* Does a packet of @src at @now_ns pass? */
static bool send_one(struct world *world, u32 src, bool is_flood, u64 now_ns)
{
	struct guard *guard = &world->guard;

	if (world->peer)
		return peer_admits(world->peer, src, now_ns);
	world->pkt.src.v4 = htobe32(src);
	guard->now_ns = now_ns;
	guard->random = draw(world);
	/* The packets of a flow arrive on one CPU. */
	unit_cpu = (u64)(src * 2654435761U) * world->row->cpus >> 32;
	if (is_flood && world->row->one_queue)
		unit_cpu = 0;
	return !guard_send(guard, &world->pkt, ~0U);
}

/* Addresses of a pool lie anywhere. */
static u32 pool_address(u32 number)
{
	return number * 2654435761U ^ 0x5bd1e995;
}

static u32 flood_source(struct world *world)
{
	const struct row *row = world->row;
	u32 src;

	if (world->twice) {
		src = world->twice;
		world->twice = 0;
		return src;
	}
	if (row->pool && row->in_order)
		return pool_address(world->cursor++ % row->pool);
	if (row->pool)
		return pool_address(draw(world) % row->pool);
	src = draw(world);
	if (row->twice)
		world->twice = src;
	return src;
}

static void heap_down(struct world *world, unsigned int i)
{
	struct pinger *heap = world->pinger;

	for (;;) {
		unsigned int least = i, child;

		for (child = 2 * i + 1; child <= 2 * i + 2; child++)
			if (child < world->pingers &&
			    heap[child].next_ns < heap[least].next_ns)
				least = child;
		if (least == i)
			return;
		struct pinger swap = heap[i];

		heap[i] = heap[least];
		heap[least] = swap;
		i = least;
	}
}

/* The next honest ping. One arrives up to 10 ms early or late. */
static void ping(struct world *world, u64 flood_ns)
{
	struct pinger *pinger = &world->pinger[0];
	u64 now_ns = pinger->next_ns;
	bool passes = send_one(world, pinger->src, false, now_ns);

	if (now_ns >= flood_ns) {
		pinger->sent++;
		if (!pinger->passed && !passes)
			pinger->lost++;
		pinger->passed += passes;
	}
	pinger->next_ns += pinger->period_ns +
			   (s64)((draw_fraction(world) - 0.5) * 20e6);
	heap_down(world, 0);
}

static void add_pingers(struct world *world, unsigned int count, u32 base,
			u64 start_ns, bool is_new)
{
	u64 period_ns = (u64)(world->row->period_s * 1e9);
	unsigned int i;

	for (i = 0; i < count; i++)
		world->pinger[world->pingers++] = (struct pinger){
			.next_ns = start_ns +
				   (u64)(draw_fraction(world) * period_ns),
			.period_ns = period_ns,
			.src = base + i * 7,
			.is_new = is_new,
		};
}

/* Gaps between independent packets, in means: an exponential distribution. */
#define GAPS	4096

static const double *gaps(void)
{
	static double gap[GAPS];
	unsigned int i;

	for (i = 0; !gap[0] && i < GAPS; i++)
		gap[GAPS - 1 - i] = -log((i + 0.5) / GAPS);
	return gap;
}

/* Honest pings until @end_ns, and a flood of @pps. */
static void run_until(struct world *world, u64 start_ns, u64 end_ns,
		      double pps, u64 flood_ns)
{
	double gap_ns = pps ? 1e9 / pps : 0, next_ns = start_ns + gap_ns / 2;
	const double *gap = gaps();

	for (;;) {
		u64 ping_ns = world->pinger[0].next_ns;

		if (!pps || next_ns >= end_ns || ping_ns < next_ns) {
			if (ping_ns >= end_ns && (!pps || next_ns >= end_ns))
				return;
			if (ping_ns < end_ns) {
				ping(world, flood_ns);
				continue;
			}
		}
		world->flood++;
		world->flood_passed += send_one(world, flood_source(world),
						true, next_ns);
		next_ns += gap_ns * gap[draw(world) % GAPS];
	}
}

static void count_pings(const struct world *world, struct outcome *outcome)
{
	u64 sent[2] = { 0 }, passed[2] = { 0 }, lost = 0, begun = 0;
	unsigned int i;

	for (i = 0; i < world->pingers; i++) {
		const struct pinger *pinger = &world->pinger[i];

		sent[pinger->is_new] += pinger->sent;
		passed[pinger->is_new] += pinger->passed;
		if (!pinger->is_new)
			continue;
		begun++;
		lost += pinger->lost;
	}
	outcome->known = sent[0] ? 100.0 * passed[0] / sent[0] : 0;
	outcome->newcomers = sent[1] ? 100.0 * passed[1] / sent[1] : 0;
	outcome->lost = begun ? (double)lost / begun : 0;
	outcome->flood = world->flood ?
			 100.0 * world->flood_passed / world->flood : 0;
}

static void guard_start(struct world *world)
{
	const struct row *row = world->row;
	struct icmpg_settings set;

	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);
	if (!row->defaults) {
		unit_settings_init(&set);
		unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(PAIR), 10,
			       ICMPGUARD_UNIT_SECOND, 50);
		unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(ROUTER),
			       row->budget_pps, ICMPGUARD_UNIT_SECOND,
			       row->budget_pps);
	}
	set.randomise = true;
	set.known_first = true;
	set.candidate_size = row->candidate_bytes;
	guard_init(&world->guard, &set,
		   row->table_bytes / sizeof(struct icmpg_line));
	world->pkt = unit_pkt(CLASS(ECHO_REQUEST), "10.0.0.1", "192.0.2.1");
}

/**
 * survive() - one run
 * @row: what happens
 * @kind: to the limiter, or to which of its peers
 * @seed: of all that is random
 * @outcome: filled
 */
void survive(const struct row *row, enum peer_kind kind, u64 seed,
	     struct outcome *outcome)
{
	static struct world world;
	u64 start_ns = 1000 * SECOND_NS, flood_ns, end_ns, ns;
	u64 warm_ns = (u64)(row->warm_s * 1e9);

	memset(&world, 0, sizeof(world));
	world.row = row;
	world.random = seed;
	if (kind != PEER_NONE)
		world.peer = peer_create(kind, row->budget_pps);
	else
		guard_start(&world);
	flood_ns = start_ns + (u64)(row->known_s * 1e9);
	end_ns = flood_ns + (u64)(row->flood_s * 1e9);
	add_pingers(&world, row->known, 0x0a000000, start_ns, false);
	if (!row->known)
		start_ns = flood_ns - warm_ns;
	for (ns = world.pingers; ns; ns--)
		heap_down(&world, ns - 1);
	run_until(&world, start_ns, flood_ns - warm_ns, 0, flood_ns);
	run_until(&world, flood_ns - warm_ns, flood_ns, row->warm_pps,
		  flood_ns);
	world.flood = world.flood_passed = 0;
	add_pingers(&world, row->newcomers, 0x0b000000, flood_ns, true);
	for (ns = world.pingers; ns; ns--)
		heap_down(&world, ns - 1);
	for (ns = flood_ns; ns < end_ns;) {
		u64 on_ns = row->on_s ? (u64)(row->on_s * 1e9) : end_ns - ns;
		u64 off_ns = (u64)(row->off_s * 1e9);

		run_until(&world, ns, min(ns + on_ns, end_ns), row->pps,
			  flood_ns);
		ns += on_ns;
		if (ns >= end_ns)
			break;
		run_until(&world, ns, min(ns + off_ns, end_ns), 0, flood_ns);
		ns += off_ns;
	}
	count_pings(&world, outcome);
	if (world.peer)
		peer_destroy(world.peer);
	else
		guard_exit(&world.guard);
}

/**
 * keep_keys() - bytes for each sender that a table keeps
 * @table_bytes: table-size
 * @candidate_bytes: candidate-size
 * @lost_percent: at most this many may be forgotten while they owe
 * @keys: filled: with as many as that allows
 */
void keep_keys(u32 table_bytes, u32 candidate_bytes, double lost_percent,
	       struct keys *keys)
{
	struct icmpg_settings set;
	struct icmpg_pkt pkt;
	struct guard guard;
	u32 count = 0;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(PAIR), 1,
		       ICMPGUARD_UNIT_MINUTE, 2);
	set.known_first = true;
	set.table_size = table_bytes;
	set.candidate_size = candidate_bytes;
	guard_init(&guard, &set, table_bytes / sizeof(struct icmpg_line));
	pkt = unit_pkt(CLASS(ECHO_REQUEST), "10.0.0.1", "192.0.2.1");
	while (!count || guard.evictions * 100 < lost_percent * count) {
		pkt.src.v4 = htobe32(pool_address(++count));
		guard_send(&guard, &pkt, ICMPG_SCOPE_BIT(PAIR));
	}
	keys->kept = count - guard.evictions;
	keys->lost_percent = 100.0 * guard.evictions / count;
	keys->table_bytes = table_bytes;
	keys->all_bytes = icmpg_settings_memory(&set);
	guard_exit(&guard);
}
