/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A limiter with its configuration and a clock that the test moves, driven as
 * kmod/hook.c drives it.
 */
#ifndef UNIT_GUARD_H
#define UNIT_GUARD_H

#include "charge.h"
#include "limiter.h"
#include "unit.h"

/**
 * struct guard - the limits of one namespace
 * @limiter: its buckets
 * @config: what is in force
 * @now_ns: the clock
 * @random: what the next charge gets
 * @evictions: buckets that owed and were forgotten
 */
struct guard {
	struct icmpg_limiter *limiter;
	struct icmpg_config *config;
	u64 now_ns;
	u32 random;
	u64 evictions;
};

#define SCOPES_EVERY	(~0U)
/* Of what goes through and isn't addressed to this host. */
#define SCOPES_TRANSIT	(~ICMPG_SCOPE_BIT(ROUTER))

void guard_init(struct guard *guard, const struct icmpg_settings *set,
		u32 lines);
void guard_exit(struct guard *guard);
void guard_change(struct guard *guard, const struct icmpg_settings *set);
void guard_resize(struct guard *guard, u32 lines);

u8 guard_ask(struct guard *guard, const struct icmpg_pkt *pkt, u32 scopes,
	     struct icmpg_check *check);
u8 guard_send(struct guard *guard, const struct icmpg_pkt *pkt, u32 scopes);
u32 guard_send_many(struct guard *guard, const struct icmpg_pkt *pkt,
		    u32 scopes, u32 packets);

const struct icmpg_limit *guard_limit(const struct guard *guard, u8 class,
				      u8 scope);
u64 guard_debt(const struct guard *guard, u64 slot);

#endif /* UNIT_GUARD_H */
