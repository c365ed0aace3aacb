// SPDX-License-Identifier: GPL-2.0-only
#include "guard.h"

#include <string.h>

static const struct icmpg_key guard_key = { { 3, 4 } };

/* The memory that a configuration asks for, but @lines lines of the table. */
static struct icmpg_limiter *guard_limiter(const struct icmpg_config *config,
					   u32 lines)
{
	struct icmpg_limiter *limiter = kvzalloc(sizeof(*limiter), GFP_KERNEL);
	struct icmpg_settings set = config->set;

	set.table_size = lines * sizeof(struct icmpg_line);
	if (!limiter || icmpg_memory_init(limiter, &set, &guard_key))
		abort();
	return limiter;
}

/* A limiter with an empty table of @lines lines. */
void guard_init(struct guard *guard, const struct icmpg_settings *set,
		u32 lines)
{
	memset(guard, 0, sizeof(*guard));
	guard->config = unit_config(set);
	guard->limiter = guard_limiter(guard->config, lines);
	guard->now_ns = 1000 * SECOND_NS;
}

void guard_exit(struct guard *guard)
{
	icmpg_memory_exit(guard->limiter);
	kvfree(guard->limiter);
	icmpg_config_destroy(guard->config);
}

/* Another configuration, the same buckets. */
void guard_change(struct guard *guard, const struct icmpg_settings *set)
{
	icmpg_config_destroy(guard->config);
	guard->config = unit_config(set);
}

/* Another table; the one before is read for a while. */
void guard_resize(struct guard *guard, u32 lines)
{
	struct icmpg_limiter *from = guard->limiter;

	guard->limiter = guard_limiter(guard->config, lines);
	icmpg_memory_take_over(guard->limiter, from, guard->now_ns);
	icmpg_memory_give_up(from, guard->limiter);
	icmpg_memory_exit(from);
	kvfree(from);
}

/* Stages 2 and 5: @check is what to charge if 0 is returned. */
u8 guard_ask(struct guard *guard, const struct icmpg_pkt *pkt, u32 scopes,
	     struct icmpg_check *check)
{
	u8 reason;

	icmpg_limiter_start(check, guard->limiter, guard->config, pkt,
			    guard->now_ns);
	reason = icmpg_limiter_check(check, pkt->class,
				     scopes & ICMPG_SCOPES_OWN);
	if (!reason)
		reason = icmpg_limiter_check(check, pkt->class,
					     scopes & ~ICMPG_SCOPES_OWN);
	if (!reason && !icmpg_class_is_guarded(pkt->class))
		reason = icmpg_limiter_check(check, ICMPGUARD_CLASS_ALL,
					     scopes & ~ICMPG_SCOPES_OWN);
	return reason;
}

/* One packet: the reason why it is refused, or 0. */
u8 guard_send(struct guard *guard, const struct icmpg_pkt *pkt, u32 scopes)
{
	u64 random = (u64)guard->random << 32;
	struct icmpg_check check;
	u8 reason;

	reason = guard_ask(guard, pkt, scopes, &check);
	if (check.is_shared)
		icmpg_limiter_note(&check);
	if (!reason)
		guard->evictions += icmpg_charge_all(&check, &random);
	return reason;
}

/* How many of @packets pass. */
u32 guard_send_many(struct guard *guard, const struct icmpg_pkt *pkt,
		    u32 scopes, u32 packets)
{
	u32 passed = 0;

	while (packets--)
		passed += !guard_send(guard, pkt, scopes);
	return passed;
}

const struct icmpg_limit *guard_limit(const struct guard *guard, u8 class,
				      u8 scope)
{
	return &guard->config->class[class].limit[scope];
}

/* What a slot of the table owes now, units of its limit. */
u64 guard_debt(const struct guard *guard, u64 slot)
{
	const struct icmpg_limit *limit = guard->config->limit[slot >> 57];

	if (!limit)
		return 0;
	return icmpg_bucket_debt(limit, slot & ICMPG_TAT_MASK,
				 icmpg_limit_now(limit, guard->now_ns));
}
