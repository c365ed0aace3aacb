/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Known senders: who has come back. A ping repeats, a random spoof doesn't, so
 * of what senders share, those who came back may use more than others. First
 * sightings are candidates; who comes back quietly is a junior while a shared
 * bucket is overloaded, and else gets into the history, where age counts.
 * Also built in userspace.
 */
#ifndef ICMPG_KNOWN_H
#define ICMPG_KNOWN_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "bucket.h"
#include "table.h"

#define ICMPG_CANDIDATES	4	/* of a set */
#define ICMPG_CANDIDATE_UNIT_SHIFT	26	/* ns; 67 ms */

/**
 * struct icmpg_candidates - a set of senders that may come back
 * @entry: 18 bits keyed fingerprint, 2 bits how often it came back quietly in
 *	a row, 12 bits time of the last sighting in 1/16 s. Read and written
 *	whole, with no lock; 0 is free.
 */
struct icmpg_candidates {
	u32 entry[ICMPG_CANDIDATES];
} __aligned(ICMPG_CANDIDATES * 4);

/**
 * struct icmpg_known_cpu - what one CPU sees
 * @window: when it last took stock, in 2^26 ns
 * @count: packets of unknown senders since
 * @probability: that a first sighting is written down, in 2^-32
 * @random: state of a generator of random numbers
 * @unknown: what icmpg_known.unknown was then
 */
struct icmpg_known_cpu {
	u32 window;
	u32 count;
	u32 probability;
	u32 random;
	u64 unknown;
};

/**
 * struct icmpg_known - what is known of senders in a namespace
 * @history: those that came back: 20 bits keyed fingerprint, 24 bits when last
 *	seen, 20 bits age, both in 2^30 ns. No memory: known-first is off.
 * @old: the history before a resize; only read
 * @old_until_ns: until when @old is read
 * @candidates: sets of those that may come back
 * @sets: how many
 * @writes: how many first sightings are written down in 2^26 ns, at most
 * @cpu: for each CPU, how much of what it sees that is
 * @key: subkeys of the hash, by family
 * @overload_ns: when a shared bucket was last seen to be overloaded
 * @unknown: packets of unknown senders, all CPUs together
 */
struct icmpg_known {
	struct icmpg_table history;
	struct icmpg_table old;
	u64 old_until_ns;
	struct icmpg_candidates *candidates;
	u32 sets;
	u32 writes;
	struct icmpg_known_cpu __percpu *cpu;
	struct icmpg_key key[2];
	atomic64_t overload_ns ____cacheline_aligned;
	atomic64_t unknown ____cacheline_aligned;
};

/**
 * struct icmpg_sighting - a sender, looked for
 * @hash: what it is found by
 * @word: in the history; 0 if it isn't there
 * @entry: among the candidates; 0 if it isn't there, or in the history
 * @place: slot of the line, or entry of the set
 * @level: enum icmpg_level
 * @is_done: has been looked for
 * @is_old: @word is in the history before a resize
 */
struct icmpg_sighting {
	u64 hash;
	u64 word;
	u32 entry;
	u8 place;
	u8 level;
	bool is_done;
	bool is_old;
};

/**
 * struct icmpg_known_info - what is known of one sender
 * @level: enum icmpg_level
 * @age_ns: for how long it has been known, without attacks and absences; 0 if
 *	it isn't in the history
 * @idle_ns: since when it hasn't been seen, to 4 s; with @age_ns
 */
struct icmpg_known_info {
	u8 level;
	u64 age_ns;
	u64 idle_ns;
};

/**
 * struct icmpg_known_status - the memory of known senders
 * @history_bytes: of the history; 0 while known-first or the mode is off
 * @candidate_bytes: of the candidates; as above
 * @fill: of every 1000 places of the history, how many are taken
 * @overloaded: has a shared bucket been overloaded in the last 10 s?
 */
struct icmpg_known_status {
	u32 history_bytes;
	u32 candidate_bytes;
	u32 fill;
	bool overloaded;
};

void icmpg_known_look(const struct icmpg_known *known, u64 hash, u64 now_ns,
		      struct icmpg_sighting *sighting);
void icmpg_known_note(struct icmpg_known *known,
		      const struct icmpg_sighting *sighting, bool overloaded,
		      u64 now_ns);
bool icmpg_known_note_candidate(struct icmpg_known *known, u64 hash,
				bool overloaded, u64 now_ns);
void icmpg_known_take_stock(struct icmpg_known *known,
			    struct icmpg_known_cpu *cpu, u32 window);
void icmpg_known_begin_stranger(struct icmpg_known *known, u64 hash,
				u64 now_ns);
void icmpg_known_info(const struct icmpg_sighting *sighting, u64 now_ns,
		      struct icmpg_known_info *info);
void icmpg_known_status(const struct icmpg_known *known, u64 now_ns,
			struct icmpg_known_status *status);

#endif /* ICMPG_KNOWN_H */
