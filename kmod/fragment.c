// SPDX-License-Identifier: GPL-2.0-only
/*
 * Marks that fragments leave for the other fragments of their message, for a
 * second: that it is ICMP, or that it has been refused. Softirq; one word per
 * mark, no lock, no allocation. A mark that is pushed out is forgotten: then
 * the fragment limits, and the kernel's reassembly limits, are what is left.
 */
#include "fragment.h"

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "hash.h"

#define ICMPG_MARK_LINES	512
#define ICMPG_MARK_SLOTS	8

/*
 * A mark: 38 bits fingerprint, 2 bits enum icmpg_mark, 24 bits time in units
 * of 2^20 ns. RACE: an old mark is young again for a second every 4.9 hours;
 * it takes the same fingerprint to notice.
 */
#define ICMPG_MARK_TIME_MASK	0xffffffULL
#define ICMPG_MARK_TIME_SHIFT	20
#define ICMPG_MARK_KIND_SHIFT	24
#define ICMPG_MARK_LIFE		954	/* units of 2^20 ns: 1 s */
#define ICMPG_MARK_AHEAD	64	/* units: more than a tick */
#define ICMPG_MARK_PRINT_SHIFT	26

/**
 * struct icmpg_fragments - the marks of a namespace
 * @key: of the fingerprints
 * @line: eight slots each; a message has its place in one of them. Apart from
 *	the key, as beside it they would take twice their room.
 */
struct icmpg_fragments {
	struct icmpg_key key;
	atomic64_t (*line)[ICMPG_MARK_SLOTS];
};

/**
 * icmpg_fragments_create() - no marks yet
 * @key: the namespace's secret
 *
 * Context: process, may sleep. 32 KiB, charged to the caller's cgroup.
 * Return: to be given to icmpg_fragments_destroy(), or NULL.
 */
struct icmpg_fragments *icmpg_fragments_create(const struct icmpg_key *key)
{
	struct icmpg_fragments *fragments;

	fragments = kzalloc(sizeof(*fragments), GFP_KERNEL_ACCOUNT);
	if (!fragments)
		return NULL;
	fragments->line = kvcalloc(ICMPG_MARK_LINES, sizeof(*fragments->line),
				   GFP_KERNEL_ACCOUNT);
	if (!fragments->line) {
		kfree(fragments);
		return NULL;
	}
	icmpg_key_derive(key, ICMPG_KEY_FRAGMENT, &fragments->key);
	return fragments;
}

/**
 * icmpg_fragments_destroy() - free the marks
 * @fragments: or NULL; no packet may read them any more
 */
void icmpg_fragments_destroy(struct icmpg_fragments *fragments)
{
	if (!fragments)
		return;
	kvfree(fragments->line);
	kfree(fragments);
}

/* What identifies a message: RFC 791 section 2.3, RFC 8200 section 4.5. */
static u64 icmpg_fragment_hash(const struct icmpg_fragments *fragments,
			       const struct icmpg_pkt *pkt)
{
	u64 word[5];

	word[0] = (u64)pkt->src_zone << 32 | (__force u32)pkt->id;
	if (pkt->family == ICMPG_IPV4) {
		word[1] = (u64)(__force u32)pkt->src.v4 << 32 |
			  (__force u32)pkt->dst.v4;
		return icmpg_hash(&fragments->key, word, 2);
	}
	word[1] = (__force u64)pkt->src.word[0];
	word[2] = (__force u64)pkt->src.word[1];
	word[3] = (__force u64)pkt->dst.word[0];
	word[4] = (__force u64)pkt->dst.word[1];
	return icmpg_hash(&fragments->key, word, 5);
}

static u64 icmpg_fragment_age(u64 slot, u64 now_ns)
{
	u64 age = ((now_ns >> ICMPG_MARK_TIME_SHIFT) - slot) &
		  ICMPG_MARK_TIME_MASK;

	/* The clock of another CPU, or the one before a change, may be ahead. */
	return age > ICMPG_MARK_TIME_MASK - ICMPG_MARK_AHEAD ? 0 : age;
}

static u8 icmpg_fragment_kind(u64 slot)
{
	return slot >> ICMPG_MARK_KIND_SHIFT & 3;
}

/**
 * icmpg_fragment_find() - is there a mark on a fragment's message?
 * @fragments: the marks
 * @pkt: a fragment
 * @now_ns: the guard's clock
 *
 * Context: softirq, under rcu_read_lock(); takes no lock.
 * Return: enum icmpg_mark.
 */
u8 icmpg_fragment_find(const struct icmpg_fragments *fragments,
		       const struct icmpg_pkt *pkt, u64 now_ns)
{
	u64 hash = icmpg_fragment_hash(fragments, pkt);
	const atomic64_t *slot = fragments->line[hash % ICMPG_MARK_LINES];
	unsigned int i;

	for (i = 0; i < ICMPG_MARK_SLOTS; i++) {
		u64 value = atomic64_read(&slot[i]);

		if ((value ^ hash) >> ICMPG_MARK_PRINT_SHIFT == 0 &&
		    icmpg_fragment_age(value, now_ns) < ICMPG_MARK_LIFE)
			return icmpg_fragment_kind(value);
	}
	return ICMPG_MARK_NONE;
}

/**
 * icmpg_fragment_mark() - mark the message of a fragment
 * @fragments: the marks
 * @pkt: the fragment
 * @mark: enum icmpg_mark; ICMPG_MARK_NONE only takes off one that is there
 * @now_ns: the guard's clock
 *
 * Takes the message's own slot, else one that is over, else the oldest; those
 * of refused messages go before those that keep an ICMPv6 message from hiding.
 * RACE: two CPUs may choose the same slot: the later mark stays.
 *
 * Context: as icmpg_fragment_find().
 */
void icmpg_fragment_mark(struct icmpg_fragments *fragments,
			 const struct icmpg_pkt *pkt, u8 mark, u64 now_ns)
{
	u64 hash = icmpg_fragment_hash(fragments, pkt);
	atomic64_t *slot = fragments->line[hash % ICMPG_MARK_LINES];
	u64 best_rank = 0, value;
	unsigned int i, best = 0;

	for (i = 0; i < ICMPG_MARK_SLOTS; i++) {
		u64 rank;

		value = atomic64_read(&slot[i]);
		if ((value ^ hash) >> ICMPG_MARK_PRINT_SHIFT == 0)
			break;
		rank = icmpg_fragment_age(value, now_ns) + 1;
		if (rank > ICMPG_MARK_LIFE ||
		    icmpg_fragment_kind(value) != ICMPG_MARK_ICMP)
			rank += ICMPG_MARK_LIFE;
		if (rank > best_rank) {
			best_rank = rank;
			best = i;
		}
	}
	if (i < ICMPG_MARK_SLOTS)
		best = i;
	else if (mark == ICMPG_MARK_NONE)
		return;
	value = hash >> ICMPG_MARK_PRINT_SHIFT << ICMPG_MARK_PRINT_SHIFT;
	value |= (u64)mark << ICMPG_MARK_KIND_SHIFT;
	value |= now_ns >> ICMPG_MARK_TIME_SHIFT & ICMPG_MARK_TIME_MASK;
	atomic64_set(&slot[best], value);
}

#ifdef ICMPG_SELFTEST
#include "selftest/fragment.c"
#endif
