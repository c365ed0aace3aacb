// SPDX-License-Identifier: GPL-2.0-only
/*
 * The short way of floods, packet by packet beside the long one: what it refuses
 * is refused there for the same reason, and leaves the same behind.
 */
#include "flood_limits.h"

#include <string.h>

#include "guard.h"

#define LINES		256
#define PACKETS		60000

/**
 * struct both - two limiters that see the same packets
 * @is: the one with the short way
 * @wanted: the one without
 * @refused: by the short way, by scope
 * @left: what it left to the long way
 */
struct both {
	struct guard is;
	struct guard wanted;
	u32 refused[ICMPG_SCOPE_SLOTS];
	u32 left;
};

/* As flood.h does. */
static u8 short_way(struct guard *guard, const struct icmpg_pkt *pkt, bool local)
{
	struct icmpg_flood_ask ask = {
		.config = guard->config,
		.limiter = guard->limiter,
		.source = icmpg_key_source(guard->config, pkt),
		.first = (__force u64)pkt->dst.word[0],
		.second = (__force u64)pkt->dst.word[1],
		.now_ns = guard->now_ns,
		.family = pkt->family,
	};
	bool overloaded, is_full;
	u64 candidate;
	u32 refusal;

	EXPECT(icmpg_flood_network(&ask) ==
	       icmpg_key_destination(guard->config, pkt));
	if (icmpg_flood_owes_pair(&ask))
		return REASON(LIMIT_PAIR);
	is_full = icmpg_flood_is_full(&ask, &overloaded);
	if (!is_full && !icmpg_flood_is_attacked(&ask))
		return 0;
	if (icmpg_flood_owes_source(&ask))
		return REASON(LIMIT_SOURCE);
	refusal = icmpg_flood_share(&ask, local ? ICMPG_DESTINATION_LOCAL :
				    ICMPG_DESTINATION_TRANSIT, is_full,
				    overloaded, &candidate);
	if (refusal & ICMPG_FLOOD_SEEN &&
	    !icmpg_known_note_candidate(&guard->limiter->known, candidate,
					refusal & ICMPG_FLOOD_OVERLOADED,
					guard->now_ns))
		return 0;
	return refusal;
}

static bool same_table(const struct icmpg_table *a, const struct icmpg_table *b)
{
	return a->lines == b->lines &&
	       !memcmp(a->line, b->line, a->lines * sizeof(*a->line));
}

/* All that packets write, but for the counters of CPUs, which drew the same. */
static bool same_memory(const struct icmpg_limiter *a,
			const struct icmpg_limiter *b)
{
	const struct icmpg_known *x = &a->known, *y = &b->known;

	return same_table(&a->table, &b->table) &&
	       !memcmp(a->router, b->router, sizeof(a->router)) &&
	       (!x->history.line ||
		(same_table(&x->history, &y->history) &&
		 !memcmp(x->candidates, y->candidates,
			 x->sets * sizeof(*x->candidates)) &&
		 !memcmp(x->cpu, y->cpu, sizeof(*x->cpu)) &&
		 atomic64_read(&x->overload_ns) ==
		 atomic64_read(&y->overload_ns)));
}

/* One packet, both ways. */
static void send_both(struct both *both, struct icmpg_pkt *pkt)
{
	/* One in four goes through to somebody else. */
	bool local = ktap_random_below(4);
	u32 scopes = local ? SCOPES_EVERY : SCOPES_TRANSIT;
	u8 is, wanted;

	pkt->dst.v6[0] ^= htobe32(local ? 0 : 0x100);
	wanted = guard_send(&both->wanted, pkt, scopes);
	is = short_way(&both->is, pkt, local);
	if (is) {
		both->refused[is - REASON(LIMIT_PAIR) + SCOPE(PAIR)]++;
	} else {
		both->left++;
		is = guard_send(&both->is, pkt, scopes);
	}
	EXPECT(is == wanted, "reason %u, not %u", is, wanted);
	EXPECT(atomic64_read(&both->is.limiter->known.overload_ns) ==
	       atomic64_read(&both->wanted.limiter->known.overload_ns));
}

static struct icmpg_pkt echo(u8 family, u32 source)
{
	struct icmpg_pkt pkt = {
		.family = family,
		.class = CLASS(ECHO_REQUEST),
		.ifindex = 2,
	};

	if (family == ICMPG_IPV4) {
		pkt.src.v4 = htobe32(0x10000000 + source);
		pkt.dst.v4 = htobe32(0xc0000201);
	} else {
		pkt.src.v6[0] = htobe32(0x20010db8);
		pkt.src.v6[1] = htobe32(source);
		pkt.src.v6[3] = htobe32(ktap_random_below(4));
		pkt.dst.v6[0] = htobe32(0x20010db8);
		pkt.dst.v6[3] = htobe32(1);
	}
	return pkt;
}

/*
 * Floods of new sources, of few that come again and again, and of some that were
 * polite before; the budget is used up, and refills.
 */
static void flood(struct both *both, u8 family)
{
	u32 i, source;
	struct icmpg_pkt pkt;

	for (i = 0; i < PACKETS; i++) {
		switch (ktap_random_below(8)) {
		case 0:
			source = ktap_random_below(5);
			break;
		case 1:
			source = 100 + ktap_random_below(200);
			break;
		default:
			source = 1000 + i;
			break;
		}
		pkt = echo(family, source);
		both->is.random = ktap_random();
		both->wanted.random = both->is.random;
		send_both(both, &pkt);
		both->is.now_ns += i % 4096 ? 100000 :
				   SECOND_NS * ktap_random_below(30);
		both->wanted.now_ns = both->is.now_ns;
	}
	EXPECT(same_memory(both->is.limiter, both->wanted.limiter));
	EXPECT(both->is.evictions == both->wanted.evictions);
}

/**
 * struct limits - what is set; 0 for no limit
 * @pair: packets a second
 * @source: packets a second
 * @router: packets a second
 * @destination: packets a second
 * @burst: of the router's
 * @destination_burst: of the destination's
 */
struct limits {
	u32 pair, source, router, destination, burst, destination_burst;
};

static void run(u8 family, bool known_first, struct limits limits,
		struct both *both)
{
	struct icmpg_settings set;
	u8 scope;

	unit_settings_init(&set);
	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++)
		set.limit[CLASS(ECHO_REQUEST)][scope].count = 0;
	unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(PAIR), limits.pair,
		       ICMPGUARD_UNIT_SECOND, 3);
	if (limits.source)
		unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(SOURCE),
			       limits.source, ICMPGUARD_UNIT_SECOND, 2);
	if (limits.router)
		unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(ROUTER),
			       limits.router, ICMPGUARD_UNIT_SECOND,
			       limits.burst);
	if (limits.destination)
		unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(DESTINATION),
			       limits.destination, ICMPGUARD_UNIT_SECOND,
			       limits.destination_burst);
	set.known_first = known_first;
	memset(both, 0, sizeof(*both));
	guard_init(&both->is, &set, LINES);
	guard_init(&both->wanted, &set, LINES);
	EXPECT(both->is.config->short_way);
	flood(both, family);
	guard_exit(&both->is);
	guard_exit(&both->wanted);
}

static void test_same(void)
{
	struct both both;
	u8 family;

	for (family = 0; family < ICMPG_FAMILIES; family++) {
		/* Divided among levels, and a burst too small for that. */
		run(family, true, (struct limits){ 2, 0, 200, 0, 200 }, &both);
		EXPECT(both.refused[SCOPE(PAIR)] > 1000 &&
		       both.refused[SCOPE(ROUTER)] > PACKETS / 4 &&
		       both.left > 1000, "%u %u %u", both.refused[SCOPE(PAIR)],
		       both.refused[SCOPE(ROUTER)], both.left);
		run(family, true, (struct limits){ 2, 0, 200, 0, 20 }, &both);
		EXPECT(both.refused[SCOPE(ROUTER)] > PACKETS / 4);
		/* Nobody is known. */
		run(family, false, (struct limits){ 2, 0, 200, 0, 200 },
		    &both);
		EXPECT(both.refused[SCOPE(ROUTER)] > PACKETS / 4);
		/* The limit of a source comes before the router's. */
		run(family, true, (struct limits){ 20, 1, 200, 0, 200 },
		    &both);
		EXPECT(both.refused[SCOPE(SOURCE)] > 100 &&
		       both.refused[SCOPE(ROUTER)] > PACKETS / 4, "%u %u",
		       both.refused[SCOPE(SOURCE)], both.refused[SCOPE(ROUTER)]);
		/* A budget of the destination alone, and beside the router's. */
		run(family, true, (struct limits){ 2, 1, 0, 200, 0, 200 },
		    &both);
		EXPECT(both.refused[SCOPE(DESTINATION)] > PACKETS / 4, "%u",
		       both.refused[SCOPE(DESTINATION)]);
		run(family, true, (struct limits){ 2, 0, 200, 230, 200, 200 },
		    &both);
		EXPECT(both.refused[SCOPE(DESTINATION)] > 1000 &&
		       both.refused[SCOPE(ROUTER)] > 1000, "%u %u",
		       both.refused[SCOPE(DESTINATION)],
		       both.refused[SCOPE(ROUTER)]);
		/* Only the router's budget is divided, so only that overloads. */
		run(family, true, (struct limits){ 2, 0, 50, 230, 200, 20 },
		    &both);
		EXPECT(both.refused[SCOPE(DESTINATION)] > 1000, "%u",
		       both.refused[SCOPE(DESTINATION)]);
	}
}

/*
 * With the defaults, a flood at two of the router's addresses, one in each family,
 * uses up what these may get, and nothing of what strangers may send to others.
 */
static void test_attacked(void)
{
	struct icmpg_settings set;
	struct guard guard;
	struct icmpg_pkt pkt;
	u32 i, attack = 0, lost = 0;

	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);
	guard_init(&guard, &set, set.table_size / ICMPG_LINE_BYTES);
	for (i = 0; i < PACKETS; i++) {
		guard.random = ktap_random();
		guard.now_ns += SECOND_NS / 20000;
		pkt = echo(i & 1 ? ICMPG_IPV6 : ICMPG_IPV4, 1000000 + i);
		attack += guard_send(&guard, &pkt, SCOPES_EVERY) != 0;
		if (i % 100)
			continue;
		/* Beside the attacked one, on the same network. */
		pkt = echo(i & 128 ? ICMPG_IPV6 : ICMPG_IPV4, 100000000 + i);
		if (pkt.family == ICMPG_IPV4)
			pkt.dst.v4 = htobe32(0xc0000202);
		else
			pkt.dst.v6[3] = htobe32(2);
		lost += guard_send(&guard, &pkt, SCOPES_EVERY) != 0;
	}
	EXPECT(attack > PACKETS / 2, "%u refused", attack);
	EXPECT(!lost, "%u of %u", lost, PACKETS / 100);
	guard_exit(&guard);
}

/* Uses up what strangers may have. */
static void fill(struct guard *guard)
{
	struct icmpg_pkt pkt;
	u32 i;

	for (i = 0; i < 2000; i++) {
		pkt = echo(ICMPG_IPV4, 1000 + i);
		guard_send(guard, &pkt, SCOPES_EVERY);
	}
}

/* Who may use more of the budget than strangers isn't refused like one. */
static void test_known(void)
{
	struct icmpg_pkt known = echo(ICMPG_IPV4, 7), pkt;
	struct icmpg_settings set;
	struct guard guard;
	u32 i;

	unit_settings_init(&set);
	unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(PAIR), 10,
		       ICMPGUARD_UNIT_SECOND, 10);
	unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(ROUTER), 1000,
		       ICMPGUARD_UNIT_SECOND, 1000);
	set.known_first = true;
	guard_init(&guard, &set, LINES);
	for (i = 0; i < 100; i++) {
		EXPECT(!guard_send(&guard, &known, SCOPES_EVERY));
		guard.now_ns += SECOND_NS;
	}
	fill(&guard);
	pkt = echo(ICMPG_IPV4, 5000);
	EXPECT(short_way(&guard, &pkt, true) == REASON(LIMIT_ROUTER));
	EXPECT(!short_way(&guard, &known, true));
	/* Nor is who comes back quietly; sooner it is still a stranger. */
	guard.now_ns += SECOND_NS / 5;
	fill(&guard);
	EXPECT(short_way(&guard, &pkt, true) == REASON(LIMIT_ROUTER));
	guard.now_ns += SECOND_NS / 2;
	fill(&guard);
	EXPECT(!short_way(&guard, &pkt, true));
	guard_exit(&guard);
}

/*
 * What needn't be noted because nothing would come of it: nothing does, in the
 * history, among the candidates or in what a CPU counts.
 */
static void test_none(void)
{
	static u8 candidates[ICMPGUARD_CANDIDATE_SIZE_MIN];
	struct icmpg_sighting sighting;
	struct icmpg_known_cpu cpu;
	struct icmpg_settings set;
	struct icmpg_known *known;
	struct icmpg_line line;
	struct guard guard;
	u32 i, none = 0, early = 0;
	u64 hash = 0;

	unit_settings_init(&set);
	set.known_first = true;
	set.candidate_size = ICMPGUARD_CANDIDATE_SIZE_MIN;
	guard_init(&guard, &set, LINES);
	known = &guard.limiter->known;
	for (i = 0; i < 20000; i++) {
		s64 overload_ns = atomic64_read(&known->overload_ns);
		struct icmpg_line *at;
		bool is_none;

		/* Few, many, and the same again. */
		if (!(i & 3))
			hash = 0x9e3779b97f4a7c15ULL * (1 + ktap_random_below(40));
		else if (i & 1)
			hash = 0x9e3779b97f4a7c15ULL * (1 + ktap_random_below(1000));
		is_none = icmpg_stranger_is_none(known, hash, guard.now_ns);
		at = icmpg_table_line(&known->history, hash);
		memcpy(&line, at, sizeof(line));
		memcpy(candidates, known->candidates, sizeof(candidates));
		cpu = *this_cpu_ptr(known->cpu);
		icmpg_known_look(known, hash, guard.now_ns, &sighting);
		icmpg_known_note(known, &sighting, !is_none && i % 3000 == 7,
				 guard.now_ns);
		if (is_none)
			EXPECT(!memcmp(&line, at, sizeof(line)) &&
			       !memcmp(candidates, known->candidates,
				       sizeof(candidates)) &&
			       !memcmp(&cpu, this_cpu_ptr(known->cpu),
				       sizeof(cpu)) &&
			       overload_ns == atomic64_read(&known->overload_ns));
		none += is_none && sighting.word;
		early += is_none && sighting.entry;
		guard.now_ns += ktap_random_below(SECOND_NS / 50);
		if (!ktap_random_below(500))
			guard.now_ns += ktap_random_below(70) * SECOND_NS;
	}
	EXPECT(none > 1000 && early > 100, "%u %u", none, early);
	guard_exit(&guard);
}

/* Nothing that could come before the limit of a pair may be set. */
static void test_off(void)
{
	static const struct icmpg_prefix prefix = {
		.addr = { 0x0a }, .family = ICMPG_IPV4, .bits = 8,
	};
	struct icmpg_type_setting type = {
		.family = ICMPG_IPV4, .type = 8, .code = ICMPG_ANY_CODE,
		.action = ICMPGUARD_ACTION_ACCEPT,
	};
	struct icmpg_settings set;
	unsigned int i;

	for (i = 0; i < 7; i++) {
		struct icmpg_config *config;

		unit_settings_init(&set);
		unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(PAIR), 10,
			       ICMPGUARD_UNIT_SECOND, 10);
		unit_set_limit(&set, CLASS(ECHO_REQUEST), SCOPE(ROUTER), 1000,
			       ICMPGUARD_UNIT_SECOND, 1000);
		switch (i) {
		case 1:
			set.mode = ICMPGUARD_MODE_MONITOR;
			break;
		case 2:
			EXPECT(!icmpg_prefix_list_change(&set.exempt, &prefix, 1,
							 false, 10, NULL));
			break;
		case 3:
			EXPECT(!icmpg_types_set(&set, &type, NULL));
			break;
		case 4:
			set.direction[CLASS(ECHO_REQUEST)]
				     [ICMPGUARD_DIRECTION_LOCAL].action =
				ICMPGUARD_ACTION_ACCEPT;
			break;
		case 5:
			set.class[CLASS(ECHO_REQUEST)].action =
				ICMPGUARD_ACTION_ACCEPT;
			break;
		case 6:
			set.limit[CLASS(ECHO_REQUEST)][SCOPE(PAIR)].count = 0;
			break;
		}
		config = unit_config(&set);
		EXPECT(config->short_way == !i, "case %u", i);
		icmpg_config_destroy(config);
		icmpg_settings_exit(&set);
	}
}

static const struct ktap_test tests[] = {
	{ "both ways refuse the same, and remember the same", test_same },
	{ "an attacked address leaves room at others", test_attacked },
	{ "known senders aren't strangers", test_known },
	{ "what isn't noted wouldn't change anything", test_none },
	{ "what could come before a pair's limit turns it off", test_off },
};

KTAP_MAIN(tests)
