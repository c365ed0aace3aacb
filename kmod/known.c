// SPDX-License-Identifier: GPL-2.0-only
/*
 * Known senders: remembers who comes back, and for how long it has done so.
 * Softirq; no lock, no allocation, no walk. The way of a flood is nearly
 * read-only: of first sightings, only as many are written as can be kept until
 * they come back. Also built in userspace; must not know limits or packets.
 */
#include "known.h"

#include <linux/kernel.h>

#include "stranger.h"

/* A word of the history: fingerprint, last seen, age. */
#define ICMPG_KNOWN_AGE_MASK	((1U << 20) - 1)

/* Units. */
#define ICMPG_KNOWN_ABSENCE	60	/* more of one doesn't count as age */
#define ICMPG_KNOWN_HALVES_SHIFT	12	/* 73 minutes: see worth */

/* An entry of the candidates: fingerprint, visits, time. */
#define ICMPG_CANDIDATE_VISITS_SHIFT	12
#define ICMPG_CANDIDATE_VISITS_MAX	3

/* Units. */
#define ICMPG_CANDIDATE_QUIETER	7	/* 0.40 s: the same while overloaded */
/*
 * 60 s: later is a first sighting. In a flood nothing is kept for so long, but
 * before it pings of one in 30 s become known by this, and keep all of them.
 */
#define ICMPG_CANDIDATE_LATE	894
#define ICMPG_CANDIDATE_FRESH	75	/* 5 s: a junior isn't replaced */

#define ICMPG_KNOWN_STATUS_LINES	4096

static u64 icmpg_known_word(u32 tag, u32 last, u32 age)
{
	return (u64)tag << ICMPG_KNOWN_TAG_SHIFT |
	       (u64)last << ICMPG_KNOWN_LAST_SHIFT | age;
}

static u32 icmpg_known_age(u64 word)
{
	return word & ICMPG_KNOWN_AGE_MASK;
}

/*
 * Trust grows with age, as in an attack who was polite for 10 s before must come
 * after who was for minutes: known senders keep all of their pings where one
 * level for all would leave them 1.3 %.
 */
static u8 icmpg_known_level(u32 age)
{
	if (age < 56)		/* a minute */
		return ICMPG_LEVEL_SENIOR;
	if (age < 559)		/* 10 minutes */
		return ICMPG_LEVEL_MINUTE;
	if (age < 6706)		/* 2 hours */
		return ICMPG_LEVEL_MINUTES;
	if (age < 80467)	/* a day */
		return ICMPG_LEVEL_HOURS;
	return ICMPG_LEVEL_DAY;
}

static u32 icmpg_known_visits(u32 entry)
{
	return entry >> ICMPG_CANDIDATE_VISITS_SHIFT &
	       ICMPG_CANDIDATE_VISITS_MAX;
}

static u32 icmpg_known_entry(u32 tag, u32 visits, u64 now_ns)
{
	return tag << ICMPG_CANDIDATE_TAG_SHIFT |
	       min_t(u32, visits, ICMPG_CANDIDATE_VISITS_MAX) <<
	       ICMPG_CANDIDATE_VISITS_SHIFT |
	       icmpg_stranger_time(now_ns);
}

static __always_inline bool icmpg_known_find(struct icmpg_line *line, u32 tag,
					     struct icmpg_sighting *sighting)
{
	unsigned int place;
	u64 rest;

	place = icmpg_table_find(line, tag, ICMPG_KNOWN_TAG_SHIFT, &rest);
	if (place == ICMPG_LINE_SLOTS)
		return false;
	sighting->word = (u64)tag << ICMPG_KNOWN_TAG_SHIFT | rest;
	sighting->place = place;
	return true;
}

/* RCU: net.c takes the line away and waits before it frees the old history. */
static noinline bool icmpg_known_find_old(const struct icmpg_known *known,
					  u64 now_ns,
					  struct icmpg_sighting *sighting)
{
	struct icmpg_table old;

	old.line = READ_ONCE(known->old.line);
	if (likely(!old.line) || now_ns >= known->old_until_ns)
		return false;
	old.lines = known->old.lines;
	sighting->is_old =
		icmpg_known_find(icmpg_table_line(&old, sighting->hash),
				 icmpg_stranger_tag(sighting->hash), sighting);
	return sighting->is_old;
}

static void icmpg_known_find_candidate(const struct icmpg_known *known,
				       u64 now_ns,
				       struct icmpg_sighting *sighting)
{
	struct icmpg_candidates *set = icmpg_stranger_set(known, sighting->hash);
	u32 tag = icmpg_stranger_candidate_tag(sighting->hash), entry, gap;
	unsigned int i;

	for (i = 0; i < ICMPG_CANDIDATES; i++) {
		entry = READ_ONCE(set->entry[i]);
		if (entry >> ICMPG_CANDIDATE_TAG_SHIFT != tag)
			continue;
		sighting->entry = entry;
		sighting->place = i;
		gap = icmpg_stranger_gap(entry, now_ns);
		if (gap < ICMPG_CANDIDATE_QUIETER || gap > ICMPG_CANDIDATE_LATE)
			return;
		/* With this visit. */
		sighting->level = icmpg_known_visits(entry) + 1 <
				  ICMPG_CANDIDATE_VISITS_MAX ?
				  ICMPG_LEVEL_JUNIOR : ICMPG_LEVEL_QUIET;
		return;
	}
}

/**
 * icmpg_known_look() - is a sender known?
 * @known: with memory
 * @hash: of its source, by icmpg_key_mix() with the subkey of its family
 * @now_ns: the guard's clock
 * @sighting: filled
 *
 * Reads only.
 *
 * Context: softirq or user space, under rcu_read_lock(); takes no lock.
 */
void icmpg_known_look(const struct icmpg_known *known, u64 hash, u64 now_ns,
		      struct icmpg_sighting *sighting)
{
	*sighting = (struct icmpg_sighting){
		.hash = hash,
		.level = ICMPG_LEVEL_UNKNOWN,
		.is_done = true,
	};
	if (icmpg_known_find(icmpg_table_line(&known->history, hash),
			     icmpg_stranger_tag(hash), sighting) ||
	    (unlikely(READ_ONCE(known->old.line)) &&
	     icmpg_known_find_old(known, now_ns, sighting)))
		sighting->level =
			icmpg_known_level(icmpg_known_age(sighting->word));
	else
		icmpg_known_find_candidate(known, now_ns, sighting);
}

/*
 * What a word of the history is worth: its age, halved for each 73 minutes that
 * it hasn't been seen. Who has just come is worth nothing.
 */
static u32 icmpg_known_worth(u64 word, u64 now_ns)
{
	u32 halves = icmpg_stranger_idle(word, now_ns) >> ICMPG_KNOWN_HALVES_SHIFT;

	return icmpg_known_age(word) >> min_t(u32, halves, 31);
}

/*
 * Write a word where the least is lost: a free place, else who is worth least,
 * of several who hasn't been seen for longest. RACE: another CPU may write the
 * same place at the same time; one of them is lost, and comes back.
 */
static void icmpg_known_insert(struct icmpg_known *known, u64 hash, u64 word,
			       u64 now_ns)
{
	struct icmpg_line *line = icmpg_table_line(&known->history, hash);
	u64 least = U64_MAX;
	unsigned int i, best = 0;

	for (i = 0; i < ICMPG_LINE_SLOTS; i++) {
		u64 other = atomic64_read(&line->slot[i]), loss = 0;

		if (other)
			loss = ((u64)icmpg_known_worth(other, now_ns) << 32 |
				(ICMPG_KNOWN_LAST_MASK -
				 icmpg_stranger_idle(other, now_ns))) + 1;
		if (loss < least) {
			least = loss;
			best = i;
		}
	}
	atomic64_set(&line->slot[best], word);
}

/* A sender of the history has been seen: how long ago was the last time? */
static void icmpg_known_touch(struct icmpg_known *known,
			      const struct icmpg_sighting *sighting,
			      bool overloaded, u64 now_ns)
{
	u32 idle = icmpg_stranger_idle(sighting->word, now_ns);
	u32 age = icmpg_known_age(sighting->word);
	s64 old = sighting->word;
	struct icmpg_line *line;
	u64 word;

	if (idle < ICMPG_KNOWN_TOUCH && !sighting->is_old)
		return;
	/* Nobody grows older by flooding. */
	if (!overloaded)
		age = min_t(u32, age + min_t(u32, idle, ICMPG_KNOWN_ABSENCE),
			    ICMPG_KNOWN_AGE_MASK);
	word = icmpg_known_word(icmpg_stranger_tag(sighting->hash),
				icmpg_stranger_units(now_ns), age);
	if (sighting->is_old) {
		icmpg_known_insert(known, sighting->hash, word, now_ns);
		return;
	}
	line = icmpg_table_line(&known->history, sighting->hash);
	/* RACE: if another CPU was faster, it wrote the same or a newcomer. */
	atomic64_try_cmpxchg(&line->slot[sighting->place], &old, word);
}

/**
 * icmpg_known_take_stock() - how much is there of what all CPUs see?
 * @known: with memory
 * @cpu: this CPU's
 * @window: now, in 2^26 ns
 *
 * Each CPU adds what it has seen to one number, and takes the growth of that
 * number for the rate: right however the packets are spread, where the rate of
 * one CPU times their number isn't. RACE: on a kernel that preempts softirqs
 * another one of this CPU may have done it meanwhile; then there is nothing to do.
 *
 * Context: softirq; takes no lock.
 */
void icmpg_known_take_stock(struct icmpg_known *known,
			    struct icmpg_known_cpu *cpu, u32 window)
{
	u32 passed = window - READ_ONCE(cpu->window);
	u64 total, rate;

	if (!passed)
		return;
	total = atomic64_add_return(cpu->count, &known->unknown);
	rate = div_u64(total - cpu->unknown, passed);
	cpu->probability = rate <= known->writes ? U32_MAX :
			   div64_u64((u64)known->writes << 32, rate);
	cpu->unknown = total;
	cpu->window = window;
	cpu->count = 0;
}

/*
 * A first sighting is written down, in its own place or in that of who hasn't
 * been seen for longest, but no junior that was seen just now.
 */
static void icmpg_known_begin(struct icmpg_known *known,
			      const struct icmpg_sighting *sighting, u64 now_ns)
{
	struct icmpg_candidates *set = icmpg_stranger_set(known, sighting->hash);
	unsigned int i, best = sighting->place;
	u32 most = sighting->entry;

	for (i = 0; !sighting->entry && i < ICMPG_CANDIDATES; i++) {
		u32 entry = READ_ONCE(set->entry[i]);
		u32 gap = icmpg_stranger_gap(entry, now_ns) + 1;

		if (!entry)
			gap = U32_MAX;
		else if (icmpg_known_visits(entry) &&
			 gap <= ICMPG_CANDIDATE_FRESH)
			continue;
		if (gap > most) {
			most = gap;
			best = i;
		}
	}
	if (most)
		WRITE_ONCE(set->entry[best],
			   icmpg_known_entry(icmpg_stranger_candidate_tag(sighting->hash),
					     0, now_ns));
}

/**
 * icmpg_known_begin_stranger() - write a first sighting down
 * @known: with memory
 * @hash: of its source, one that icmpg_known_look() doesn't find
 * @now_ns: the guard's clock
 *
 * Context: softirq, under rcu_read_lock(); takes no lock.
 */
void icmpg_known_begin_stranger(struct icmpg_known *known, u64 hash, u64 now_ns)
{
	const struct icmpg_sighting sighting = { .hash = hash };

	icmpg_known_begin(known, &sighting, now_ns);
}

/*
 * While overloaded, a candidate that comes back quietly moves up, and one that
 * doesn't begins anew: a flood from a pool of addresses needs them more often
 * than a ping comes. Of 100,000 at 1 Mpps nearly none waits 0.4 s three times in
 * a row, and newcomers keep 96 % of their pings; with 0.27 s and no beginning
 * anew they kept 0.9 %.
 */
static void icmpg_known_return(struct icmpg_known *known,
			       const struct icmpg_sighting *sighting, u32 gap,
			       u64 now_ns)
{
	struct icmpg_candidates *set = icmpg_stranger_set(known, sighting->hash);
	u32 visits = icmpg_known_visits(sighting->entry);

	if (gap < ICMPG_CANDIDATE_QUIETER && !visits &&
	    (!gap || !icmpg_stranger_samples(known, now_ns)))
		return;
	visits = gap < ICMPG_CANDIDATE_QUIETER ? 0 : visits + 1;
	WRITE_ONCE(set->entry[sighting->place],
		   icmpg_known_entry(icmpg_stranger_candidate_tag(sighting->hash),
				     visits, now_ns));
}

/* A candidate has come back in quiet times: it is known from here on. */
static void icmpg_known_promote(struct icmpg_known *known,
				const struct icmpg_sighting *sighting,
				u64 now_ns)
{
	struct icmpg_candidates *set = icmpg_stranger_set(known, sighting->hash);

	WRITE_ONCE(set->entry[sighting->place], 0);
	icmpg_known_insert(known, sighting->hash,
			   icmpg_known_word(icmpg_stranger_tag(sighting->hash),
					    icmpg_stranger_units(now_ns), 0),
			   now_ns);
}

/*
 * How long ago was a shared bucket overloaded? @now: one of this packet is.
 * RACE: another CPU's clock may be ahead: that is just now.
 */
static u64 icmpg_known_quiet_ns(struct icmpg_known *known, bool now, u64 now_ns)
{
	u64 last_ns = atomic64_read(&known->overload_ns);

	/* One line for all CPUs: written now and then only. */
	if (now && last_ns >> ICMPG_CANDIDATE_UNIT_SHIFT !=
		   now_ns >> ICMPG_CANDIDATE_UNIT_SHIFT)
		atomic64_set(&known->overload_ns, now_ns);
	if (now || now_ns < last_ns)
		return 0;
	return last_ns ? now_ns - last_ns : U64_MAX;
}

/**
 * icmpg_known_note() - a sender has been seen
 * @known: with memory
 * @sighting: by icmpg_known_look(), for this packet
 * @overloaded: a shared bucket of the packet is overloaded
 * @now_ns: the guard's clock
 *
 * Context: softirq, under rcu_read_lock(); takes no lock.
 */
void icmpg_known_note(struct icmpg_known *known,
		      const struct icmpg_sighting *sighting, bool overloaded,
		      u64 now_ns)
{
	u64 quiet_ns = icmpg_known_quiet_ns(known, overloaded, now_ns);
	u32 gap;

	overloaded = quiet_ns < ICMPG_KNOWN_OVERLOAD_NS;
	if (sighting->word) {
		icmpg_known_touch(known, sighting, overloaded, now_ns);
		return;
	}
	gap = icmpg_stranger_gap(sighting->entry, now_ns);
	/*
	 * Who was first seen in a flood and comes with the next one hasn't come
	 * back: pulses would get into the history.
	 */
	if (sighting->entry && gap <= ICMPG_CANDIDATE_LATE &&
	    (overloaded || gap < quiet_ns >> ICMPG_CANDIDATE_UNIT_SHIFT)) {
		if (overloaded)
			icmpg_known_return(known, sighting, gap, now_ns);
		else if (gap >= ICMPG_CANDIDATE_QUIET)
			icmpg_known_promote(known, sighting, now_ns);
		return;
	}
	if (icmpg_stranger_samples(known, now_ns))
		icmpg_known_begin(known, sighting, now_ns);
}

/**
 * icmpg_known_note_candidate() - a candidate's packet finds no room for strangers
 * @known: with memory
 * @hash: of its source, one that isn't in the history
 * @overloaded: a shared bucket of the packet is overloaded
 * @now_ns: the guard's clock
 *
 * As icmpg_known_look() and icmpg_known_note(), where only who has come back
 * has more room.
 *
 * Context: softirq, under rcu_read_lock(); takes no lock.
 * Return: false if it has come back, and then it isn't noted.
 */
bool icmpg_known_note_candidate(struct icmpg_known *known, u64 hash,
				bool overloaded, u64 now_ns)
{
	struct icmpg_sighting sighting = {
		.hash = hash,
		.level = ICMPG_LEVEL_UNKNOWN,
		.is_done = true,
	};

	icmpg_known_find_candidate(known, now_ns, &sighting);
	if (sighting.level != ICMPG_LEVEL_UNKNOWN)
		return false;
	icmpg_known_note(known, &sighting, overloaded, now_ns);
	return true;
}

/**
 * icmpg_known_info() - what is to be told of a sender
 * @sighting: by icmpg_known_look()
 * @now_ns: the guard's clock
 * @info: filled
 *
 * Context: any.
 */
void icmpg_known_info(const struct icmpg_sighting *sighting, u64 now_ns,
		      struct icmpg_known_info *info)
{
	u64 word = sighting->word;

	*info = (struct icmpg_known_info){ .level = sighting->level };
	if (!word)
		return;
	info->age_ns = (u64)icmpg_known_age(word) << ICMPG_KNOWN_UNIT_SHIFT;
	info->idle_ns = (u64)icmpg_stranger_idle(word, now_ns) <<
			ICMPG_KNOWN_UNIT_SHIFT;
}

/**
 * icmpg_known_status() - the memory of known senders
 * @known: perhaps without memory
 * @now_ns: the guard's clock
 * @status: filled; from at most 4096 lines
 *
 * Context: any, under rcu_read_lock().
 */
void icmpg_known_status(const struct icmpg_known *known, u64 now_ns,
			struct icmpg_known_status *status)
{
	const struct icmpg_table *history = &known->history;
	u64 last_ns = atomic64_read(&known->overload_ns);
	u32 lines, taken = 0, i, n;

	*status = (struct icmpg_known_status){};
	if (!history->line)
		return;
	lines = min_t(u32, history->lines, ICMPG_KNOWN_STATUS_LINES);
	for (i = 0; i < lines; i++) {
		const struct icmpg_line *line;

		line = &history->line[div_u64((u64)i * history->lines, lines)];
		for (n = 0; n < ICMPG_LINE_SLOTS; n++)
			taken += !!atomic64_read(&line->slot[n]);
	}
	status->history_bytes = history->lines * sizeof(struct icmpg_line);
	status->candidate_bytes = known->sets * sizeof(*known->candidates);
	status->fill = lines ? taken * 1000 / (lines * ICMPG_LINE_SLOTS) : 0;
	status->overloaded = last_ns &&
			     (s64)(now_ns - last_ns) < (s64)ICMPG_KNOWN_OVERLOAD_NS;
}
