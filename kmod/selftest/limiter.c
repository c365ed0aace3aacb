// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-test of limiter.c in the kernel, with its own atomics and memory: one
 * sender is held to its limit over three wraps of a slot's clock, and a full
 * line forgets who owes least. Included at the end of limiter.c.
 */
#include "charge.h"
#include "run.h"

#define TEST_RATE_PPS	10
#define TEST_BURST	5

/* A configuration with one limit, echo requests of a pair, or NULL. */
static struct icmpg_config *icmpg_selftest_config(void)
{
	const struct icmpg_rate rate = {
		.count = TEST_RATE_PPS,
		.burst = TEST_BURST,
		.unit = ICMPGUARD_UNIT_SECOND,
	};
	struct icmpg_class_config *class;
	struct icmpg_config *config;
	struct icmpg_limit *limit;

	config = kvzalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return NULL;
	class = &config->class[ICMPGUARD_CLASS_ECHO_REQUEST];
	limit = &class->limit[ICMPGUARD_SCOPE_PAIR];
	if (icmpg_limit_build(limit, &rate)) {
		kvfree(config);
		return NULL;
	}
	limit->index = icmpg_limit_index(ICMPGUARD_CLASS_ECHO_REQUEST,
					 ICMPGUARD_SCOPE_PAIR);
	limit->key[0].k[0] = 1;
	class->scopes = ICMPG_SCOPE_BIT(PAIR);
	config->limit[limit->index] = limit;
	memset(config->mask, 0xff, sizeof(config->mask));
	memset(config->mask_ipv4, 0xff, sizeof(config->mask_ipv4));
	config->mask[ICMPGUARD_SCOPE_PAIR][ICMPG_IPV4][1] = 0;
	return config;
}

/* Send one at @now_ns: does it pass? */
static bool icmpg_selftest_send(struct icmpg_limiter *limiter,
				const struct icmpg_config *config,
				const struct icmpg_pkt *pkt, u64 now_ns,
				u32 *evictions)
{
	struct icmpg_check check = {
		.limiter = limiter,
		.config = config,
		.pkt = pkt,
		.now_ns = now_ns,
	};
	u64 random = 0;

	if (icmpg_limiter_check(&check, pkt->class, ICMPG_SCOPES_OWN))
		return false;
	*evictions += icmpg_charge_all(&check, &random);
	return true;
}

/* 100 packets a second for 10 s, each time the slot's clock has wrapped. */
static unsigned int icmpg_selftest_rate(struct icmpg_limiter *limiter,
					const struct icmpg_config *config,
					struct icmpg_pkt *pkt)
{
	const struct icmpg_limit *limit;
	unsigned int failed = 0, wrap, i;

	limit = &config->class[pkt->class].limit[ICMPGUARD_SCOPE_PAIR];
	for (wrap = 0; wrap < 3; wrap++) {
		u64 start = (1ULL << ICMPG_TAT_BITS << limit->shift) *
			    (wrap + 1) - 5 * NSEC_PER_SEC;
		unsigned int passed = 0;
		u32 evictions = 0;

		for (i = 0; i < 1000; i++)
			passed += icmpg_selftest_send(limiter, config, pkt,
						      start + i * 10000000ULL,
						      &evictions);
		ICMPG_EXPECT(failed, passed >= TEST_BURST + 98);
		ICMPG_EXPECT(failed, passed <= TEST_BURST + 101);
		ICMPG_EXPECT(failed, evictions == 0);
	}
	return failed;
}

/* One line, more senders than slots: who has sent most is remembered. */
static unsigned int icmpg_selftest_full(struct icmpg_limiter *limiter,
					const struct icmpg_config *config,
					struct icmpg_pkt *pkt)
{
	u64 now_ns = 1000 * NSEC_PER_SEC;
	unsigned int failed = 0, i;
	u32 evictions = 0;

	limiter->table.lines = 1;
	for (i = 0; i < TEST_BURST; i++)
		ICMPG_EXPECT(failed, icmpg_selftest_send(limiter, config, pkt,
							 now_ns, &evictions));
	for (i = 0; i < 2 * ICMPG_LINE_SLOTS; i++) {
		struct icmpg_pkt other = *pkt;

		other.src.v4 = htonl(0x0a000100 + i);
		ICMPG_EXPECT(failed, icmpg_selftest_send(limiter, config,
							 &other, now_ns,
							 &evictions));
	}
	ICMPG_EXPECT(failed, evictions == ICMPG_LINE_SLOTS + 1);
	ICMPG_EXPECT(failed, !icmpg_selftest_send(limiter, config, pkt, now_ns,
						  &evictions));
	return failed;
}

/**
 * icmpg_selftest_limiter() - self-test of limiter.c
 *
 * Context: process, may sleep.
 * Return: did all of it hold?
 */
bool icmpg_selftest_limiter(void)
{
	struct icmpg_config *config = icmpg_selftest_config();
	struct icmpg_limiter *limiter;
	struct icmpg_pkt pkt = {
		.family = ICMPG_IPV4,
		.class = ICMPGUARD_CLASS_ECHO_REQUEST,
		.src.v4 = htonl(0x0a000001),
		.dst.v4 = htonl(0x0a000002),
	};
	unsigned int failed = 1;

	limiter = kvzalloc(sizeof(*limiter), GFP_KERNEL);
	if (config && limiter &&
	    !icmpg_table_init(&limiter->table,
				      ICMPGUARD_TABLE_SIZE_MIN)) {
		u32 lines = limiter->table.lines;

		failed = icmpg_selftest_rate(limiter, config, &pkt);
		failed += icmpg_selftest_full(limiter, config, &pkt);
		limiter->table.lines = lines;
		icmpg_table_exit(&limiter->table);
	}
	kvfree(limiter);
	kvfree(config);
	return !failed;
}
