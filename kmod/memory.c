// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a limiter: all of it is taken when it is configured. After a
 * resize what was before is read on for a while. Process context, may sleep,
 * one change at a time (net.c); packets read what is here through RCU. Also
 * built in userspace.
 */
#include "limiter.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "hash.h"

/*
 * How many first sightings are written down in a unit of time: what is written
 * must be there a second later, when a ping comes again. More memory than
 * that, and all are written. With less, of 1/8 to 8/8 of the entries in a second
 * 4/8 to 6/8 serve best: at 3 Mpps and 4 MiB a newcomer loses 5.8 pings, with 8/8
 * 8.3. Sets of 8 or 16 would lose 5.0 or 4.5 of them, for twice or four times
 * the reading of each packet.
 */
static u32 icmpg_memory_writes(u32 sets)
{
	u64 a_second = (u64)sets * ICMPG_CANDIDATES * 5 / 8;

	return max_t(u32, 1, div_u64(a_second << ICMPG_CANDIDATE_UNIT_SHIFT,
				     1000000000));
}

/* Whole lines and sets are used of these bytes. */
static int icmpg_memory_init_known(struct icmpg_known *known, u32 history_bytes,
				   u32 candidate_bytes,
				   const struct icmpg_key *key)
{
	u8 family;
	int err;

	for (family = 0; family < ARRAY_SIZE(known->key); family++)
		icmpg_key_derive(key, ICMPG_KEY_KNOWN + family,
				 &known->key[family]);
	known->sets = candidate_bytes / sizeof(*known->candidates);
	known->writes = icmpg_memory_writes(known->sets);
	err = icmpg_table_init(&known->history, history_bytes);
	if (err)
		return err;
	known->candidates = kvcalloc(known->sets, sizeof(*known->candidates),
				     GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL |
				     __GFP_NOWARN);
	known->cpu = alloc_percpu_gfp(struct icmpg_known_cpu,
				      GFP_KERNEL_ACCOUNT);
	return known->candidates && known->cpu ? 0 : -ENOMEM;
}

static void icmpg_memory_exit_known(struct icmpg_known *known)
{
	icmpg_table_exit(&known->history);
	icmpg_table_exit(&known->old);
	kvfree(known->candidates);
	known->candidates = NULL;
	free_percpu(known->cpu);
	known->cpu = NULL;
}

/*
 * The history of @from is read on, its candidates are not: who comes back twice
 * more is known again.
 */
static void icmpg_memory_take_over_known(struct icmpg_known *known,
					 const struct icmpg_known *from,
					 u64 until_ns)
{
	known->old = from->history;
	known->old_until_ns = until_ns;
	atomic64_set(&known->overload_ns, atomic64_read(&from->overload_ns));
}

/**
 * icmpg_memory_init() - all memory that a limiter takes
 * @limiter: zeroed
 * @set: says how much
 * @key: secret of the namespace
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; icmpg_memory_exit() frees what there is.
 */
int icmpg_memory_init(struct icmpg_limiter *limiter,
		      const struct icmpg_settings *set,
		      const struct icmpg_key *key)
{
	int err;

	err = icmpg_table_init(&limiter->table, set->table_size);
	if (err || !set->known_first)
		return err;
	return icmpg_memory_init_known(&limiter->known,
				       ICMPG_HISTORY_BYTES(set->table_size),
				       set->candidate_size, key);
}

/**
 * icmpg_memory_exit() - free what icmpg_memory_init() made
 * @limiter: perhaps without memory; no packet may read it any more
 */
void icmpg_memory_exit(struct icmpg_limiter *limiter)
{
	icmpg_table_exit(&limiter->table);
	icmpg_table_exit(&limiter->old);
	icmpg_memory_exit_known(&limiter->known);
}

/**
 * icmpg_memory_fits() - has a limiter the memory that settings ask for?
 * @limiter: initialised
 * @set: the settings
 *
 * Context: any.
 * Return: true if nothing has to be allocated.
 */
bool icmpg_memory_fits(const struct icmpg_limiter *limiter,
		       const struct icmpg_settings *set)
{
	const struct icmpg_known *known = &limiter->known;

	if (limiter->table.lines != set->table_size / sizeof(struct icmpg_line))
		return false;
	if (!set->known_first)
		return !known->history.line;
	return known->history.line &&
	       known->sets == set->candidate_size /
			      sizeof(struct icmpg_candidates);
}

/**
 * icmpg_memory_take_over() - continue where another limiter is
 * @limiter: has memory of its own
 * @from: in use so far; its table and history are read for another 10 s
 * @now_ns: the guard's clock
 *
 * RACE: what packets charge single buckets while this copies them is lost: at
 * most a few packets per resize.
 */
void icmpg_memory_take_over(struct icmpg_limiter *limiter,
			    const struct icmpg_limiter *from, u64 now_ns)
{
	unsigned int class;

	limiter->old = from->table;
	limiter->old_until_ns = now_ns + ICMPG_RESIZE_NS;
	for (class = 0; class < ICMPG_CLASS_SLOTS; class++)
		atomic64_set(&limiter->router[class].tat_ns,
			     atomic64_read(&from->router[class].tat_ns));
	atomic64_set(&limiter->total.tat_ns,
		     atomic64_read(&from->total.tat_ns));
	if (limiter->known.history.line && from->known.history.line)
		icmpg_memory_take_over_known(&limiter->known, &from->known,
					     limiter->old_until_ns);
}

/**
 * icmpg_memory_give_up() - what another limiter reads on is no longer its own
 * @from: as in icmpg_memory_take_over(); no packet may read it any more
 * @to: took over
 */
void icmpg_memory_give_up(struct icmpg_limiter *from,
			  const struct icmpg_limiter *to)
{
	from->table.line = NULL;
	if (to->known.old.line)
		from->known.history.line = NULL;
}

/**
 * icmpg_memory_forget_old() - stop to read what was before a resize
 * @limiter: in use
 * @old: gets the table and history; to be freed by icmpg_table_exit()
 *
 * RCU: a packet may be reading a line of them until the next grace period.
 *
 * Context: process, one change at a time.
 * Return: is there anything to free?
 */
bool icmpg_memory_forget_old(struct icmpg_limiter *limiter,
			     struct icmpg_limiter_old *old)
{
	old->table = limiter->old;
	old->history = limiter->known.old;
	WRITE_ONCE(limiter->old.line, NULL);
	WRITE_ONCE(limiter->known.old.line, NULL);
	return old->table.line;
}
