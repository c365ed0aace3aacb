// SPDX-License-Identifier: GPL-2.0-only
/* Scopes and their keys: who shares a bucket with whom, and who is charged. */
#include <string.h>
#include <sys/mman.h>

#include "guard.h"
#include "twin.h"

#define LINES	65536

/* 5 packets at once and then hardly any: what is left says who was charged. */
static void set_five(struct icmpg_settings *set, u8 class, u8 scope)
{
	unit_set_limit(set, class, scope, 1, ICMPGUARD_UNIT_HOUR, 5);
}

/**
 * struct sharing - two packets, and whether they are one to a scope
 * @name: of the row
 * @a: source, destination, source's zone, destination's zone, device
 * @b: the same of the other
 * @scopes: a bit for each scope whose bucket they share
 */
struct sharing {
	const char *name;
	struct ends {
		const char *src;
		const char *dst;
		u32 src_zone;
		u32 dst_zone;
		u32 ifindex;
	} a, b;
	u32 scopes;
};

#define BIT_OF(scope)	ICMPG_SCOPE_BIT(scope)
#define SRC		(BIT_OF(SOURCE) | BIT_OF(SOURCE_NET))
#define DST		(BIT_OF(DESTINATION) | BIT_OF(DESTINATION_NET))
#define SRC_NET		BIT_OF(SOURCE_NET)
#define DST_NET		BIT_OF(DESTINATION_NET)
#define DEV		BIT_OF(INTERFACE)
#define PAIR		BIT_OF(PAIR)

static const struct sharing sharings[] = {
	{ "v4 the same", { "10.0.0.1", "10.1.0.1" }, { "10.0.0.1", "10.1.0.1" },
	  PAIR | SRC | DST | DEV },
	{ "v4 another source of a network", { "10.0.0.1", "10.1.0.1" },
	  { "10.0.0.2", "10.1.0.1" }, SRC_NET | DST | DEV },
	{ "v4 the last source of a network", { "10.0.0.0", "10.1.0.1" },
	  { "10.0.0.255", "10.1.0.1" }, SRC_NET | DST | DEV },
	{ "v4 source in another network", { "10.0.0.1", "10.1.0.1" },
	  { "10.0.1.1", "10.1.0.1" }, DST | DEV },
	{ "v4 another destination of a network", { "10.0.0.1", "10.1.0.1" },
	  { "10.0.0.1", "10.1.0.2" }, SRC | DST_NET | DEV },
	{ "v4 destination in another network", { "10.0.0.1", "10.1.0.1" },
	  { "10.0.0.1", "10.1.1.1" }, SRC | DEV },
	{ "v4 the other way round", { "10.0.0.1", "10.1.0.1" },
	  { "10.1.0.1", "10.0.0.1" }, DEV },
	{ "v4 another device", { "10.0.0.1", "10.1.0.1", .ifindex = 2 },
	  { "10.0.0.1", "10.1.0.1", .ifindex = 3 }, PAIR | SRC | DST },
	{ "v4 in a VRF", { "10.0.0.1", "10.1.0.1" },
	  { "10.0.0.1", "10.1.0.1", 9, 9 }, DEV },
	{ "v4 in two VRFs", { "10.0.0.1", "10.1.0.1", 8, 8 },
	  { "10.0.0.1", "10.1.0.1", 9, 9 }, DEV },
	{ "v4 in one VRF", { "10.0.0.1", "10.1.0.1", 9, 9, 2 },
	  { "10.0.0.1", "10.1.0.1", 9, 9, 3 }, PAIR | SRC | DST },
	{ "v4 another source in one VRF", { "10.0.0.1", "10.1.0.1", 9, 9 },
	  { "10.0.0.2", "10.1.0.1", 9, 9 }, SRC_NET | DST | DEV },

	{ "v6 the same", { "2001:db8::1", "2001:db9::1" },
	  { "2001:db8::1", "2001:db9::1" }, PAIR | SRC | DST | DEV },
	{ "v6 another source of a /64", { "2001:db8::1", "2001:db9::1" },
	  { "2001:db8::ffff:0:0:2", "2001:db9::1" }, PAIR | SRC | DST | DEV },
	{ "v6 another source of a /48", { "2001:db8::1", "2001:db9::1" },
	  { "2001:db8:0:1::1", "2001:db9::1" }, SRC_NET | DST | DEV },
	{ "v6 source in another network", { "2001:db8::1", "2001:db9::1" },
	  { "2001:db8:1::1", "2001:db9::1" }, DST | DEV },
	{ "v6 another destination of a /64", { "2001:db8::1", "2001:db9::1" },
	  { "2001:db8::1", "2001:db9::2" }, SRC | DST_NET | DEV },
	{ "v6 destination in another network", { "2001:db8::1", "2001:db9::1" },
	  { "2001:db8::1", "2001:db9:0:1::1" }, SRC | DEV },
	{ "v6 link-local", { "fe80::1", "ff02::1", 2 }, { "fe80::1", "ff02::1", 2 },
	  PAIR | SRC | DST | DEV },
	{ "v6 another link-local", { "fe80::1", "fe80::9", 2, 2 },
	  { "fe80::2", "fe80::9", 2, 2 }, DST | DEV },
	{ "v6 the same link-local on another link",
	  { "fe80::1", "fe80::9", 2, 2, 2 }, { "fe80::1", "fe80::9", 3, 3, 3 },
	  0 },
	{ "v6 two link-locals to one", { "fe80::1", "2001:db9::1", 2, 0, 2 },
	  { "fe80::1", "2001:db9::1", 3, 0, 3 }, DST },
	{ "v6 to link-locals of two links",
	  { "2001:db8::1", "fe80::9", 0, 2, 2 },
	  { "2001:db8::1", "fe80::9", 0, 3, 3 }, SRC },
	{ "v6 in two VRFs", { "2001:db8::1", "2001:db9::1", 8, 8 },
	  { "2001:db8::1", "2001:db9::1", 9, 9 }, DEV },
	{ "v6 a /64 in one VRF", { "2001:db8::1", "2001:db9::1", 9, 9 },
	  { "2001:db8::2", "2001:db9::1", 9, 9 }, PAIR | SRC | DST | DEV },

	{ "v4 and v6 on a device", { "10.0.0.1", "10.1.0.1" },
	  { "2001:db8::1", "2001:db9::1" }, DEV },
	{ "v4 and v6 of the same bytes", { "10.0.0.1", "10.1.0.1" },
	  { "a00:1::", "a01:1::" }, DEV },
};

static struct icmpg_pkt sharing_pkt(const struct ends *ends)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), ends->src, ends->dst);

	pkt.src_zone = ends->src_zone;
	pkt.dst_zone = ends->dst_zone;
	pkt.ifindex = ends->ifindex ?: 2;
	return pkt;
}

/* Whoever shares a bucket that somebody has emptied is refused. */
static void check_sharing(const struct sharing *row, u8 scope)
{
	struct icmpg_pkt a = sharing_pkt(&row->a), b = sharing_pkt(&row->b);
	bool shared = row->scopes & 1u << scope;
	struct icmpg_settings set;
	struct guard guard;
	u8 reason;

	unit_settings_init(&set);
	set_five(&set, CLASS(OTHER), scope);
	guard_init(&guard, &set, LINES / 64);
	EXPECT(guard_send_many(&guard, &a, SCOPES_TRANSIT, 7) == 5);
	EXPECT(guard_send(&guard, &a, SCOPES_TRANSIT) ==
	       REASON(LIMIT_PAIR) + scope - SCOPE(PAIR));
	reason = guard_send(&guard, &b, SCOPES_TRANSIT);
	EXPECT(reason == (shared ? REASON(LIMIT_PAIR) + scope - SCOPE(PAIR) : 0),
	       "%s, scope %u: %u", row->name, scope, reason);
	guard_exit(&guard);
}

static void test_sharing(void)
{
	unsigned int i;
	u8 scope;

	for (i = 0; i < ARRAY_SIZE(sharings); i++)
		for (scope = SCOPE(PAIR); scope <= SCOPE(INTERFACE); scope++)
			check_sharing(&sharings[i], scope);
}

/* Router and total have one bucket each, whoever it is and in any family. */
static void test_single(void)
{
	struct icmpg_pkt v4 = unit_pkt(CLASS(OTHER), "10.0.0.1", "10.1.0.1");
	struct icmpg_pkt v6 = unit_pkt(CLASS(OTHER), "2001:db8::1",
				       "2001:db9::1");
	struct icmpg_pkt ping = unit_pkt(CLASS(ECHO_REQUEST), "10.0.0.1",
					 "10.1.0.1");
	struct icmpg_settings set;
	struct guard guard;

	unit_settings_init(&set);
	set_five(&set, CLASS(OTHER), SCOPE(ROUTER));
	set_five(&set, CLASS(ECHO_REQUEST), SCOPE(ROUTER));
	guard_init(&guard, &set, 16);
	/* What isn't for this host is no concern of it. */
	EXPECT(guard_send_many(&guard, &v4, SCOPES_TRANSIT, 7) == 7);
	EXPECT(guard_send_many(&guard, &v4, SCOPES_EVERY, 2) == 2);
	EXPECT(guard_send_many(&guard, &v6, SCOPES_EVERY, 7) == 3);
	EXPECT(guard_send(&guard, &v4, SCOPES_EVERY) == REASON(LIMIT_ROUTER));
	/* Each class has its own. */
	EXPECT(guard_send_many(&guard, &ping, SCOPES_EVERY, 7) == 5);
	guard_exit(&guard);

	unit_settings_init(&set);
	set.limit[CLASS(ALL)][SCOPE(TOTAL)] = (struct icmpg_rate){
		.count = 1, .burst = 5, .unit = ICMPGUARD_UNIT_HOUR,
	};
	guard_init(&guard, &set, 16);
	EXPECT(guard_send_many(&guard, &v4, SCOPES_TRANSIT, 2) == 2);
	EXPECT(guard_send_many(&guard, &ping, SCOPES_EVERY, 1) == 1);
	EXPECT(guard_send_many(&guard, &v6, SCOPES_TRANSIT, 7) == 2);
	EXPECT(guard_send(&guard, &ping, SCOPES_EVERY) == REASON(LIMIT_TOTAL));
	guard_exit(&guard);
}

/* All classes together, but for those that are guarded. */
static void test_all(void)
{
	static const u8 scopes[] = {
		SCOPE(INTERFACE), SCOPE(ROUTER), SCOPE(TOTAL),
	};
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.1", "10.1.0.1");
	struct icmpg_settings set;
	struct guard guard;
	unsigned int i;
	u8 class;

	for (i = 0; i < ARRAY_SIZE(scopes); i++) {
		unit_settings_init(&set);
		set.limit[CLASS(ALL)][scopes[i]] = (struct icmpg_rate){
			.count = 1, .burst = 5, .unit = ICMPGUARD_UNIT_HOUR,
		};
		guard_init(&guard, &set, 16);
		EXPECT(guard_send_many(&guard, &pkt, SCOPES_EVERY, 7) == 5);
		for (class = 1; class < CLASS(ALL); class++) {
			struct icmpg_pkt other = pkt;
			u8 reason;

			other.class = class;
			reason = guard_send(&guard, &other, SCOPES_EVERY);
			EXPECT(reason == (icmpg_class_is_guarded(class) ? 0 :
				REASON(LIMIT_PAIR) + scopes[i] - SCOPE(PAIR)),
			       "class %u: %u", class, reason);
		}
		guard_exit(&guard);
	}
}

/* Classes and scopes don't share buckets, nor do they know each other's keys. */
static void test_classes(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.1", "10.0.0.1");
	struct icmpg_settings set;
	struct guard guard;
	u8 class, scope;

	unit_settings_init(&set);
	for (class = 1; class < CLASS(ALL); class++)
		for (scope = SCOPE(PAIR); scope <= SCOPE(INTERFACE); scope++)
			set_five(&set, class, scope);
	guard_init(&guard, &set, LINES);
	for (class = 1; class < CLASS(ALL); class++) {
		for (scope = SCOPE(PAIR); scope <= SCOPE(INTERFACE); scope++) {
			pkt.class = class;
			EXPECT(guard_send_many(&guard, &pkt, 1u << scope, 7) ==
			       5, "class %u scope %u", class, scope);
		}
	}
	guard_exit(&guard);
}

/* A class without a limit, a scope that isn't asked: nothing is charged. */
static void test_unlimited(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.1", "10.1.0.1");
	struct icmpg_settings set;
	struct icmpg_check check;
	struct guard guard;

	unit_settings_init(&set);
	guard_init(&guard, &set, 16);
	EXPECT(!guard_ask(&guard, &pkt, SCOPES_EVERY, &check));
	EXPECT(check.count == 0);
	set_five(&set, CLASS(OTHER), SCOPE(PAIR));
	guard_change(&guard, &set);
	EXPECT(!guard_ask(&guard, &pkt, ICMPG_SCOPE_BIT(SOURCE), &check));
	EXPECT(check.count == 0);
	EXPECT(!guard_ask(&guard, &pkt, SCOPES_EVERY, &check));
	EXPECT(check.count == 2);
	guard_exit(&guard);
}

/*
 * The last scope refuses: those before it have agreed, and haven't been
 * charged. For each of them in turn.
 */
static void test_all_or_nothing(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.1", "10.1.0.1");
	struct icmpg_settings set;
	struct guard guard;
	u8 last, scope;

	for (last = SCOPE(PAIR); last <= SCOPE(TOTAL); last++) {
		unit_settings_init(&set);
		for (scope = SCOPE(PAIR); scope <= SCOPE(ROUTER); scope++)
			set_five(&set, CLASS(OTHER), scope);
		set.limit[CLASS(ALL)][SCOPE(TOTAL)] =
			set.limit[CLASS(OTHER)][SCOPE(ROUTER)];
		guard_init(&guard, &set, LINES / 64);
		/* Empty this one alone, then let all be asked. */
		EXPECT(guard_send_many(&guard, &pkt, 1u << last, 7) == 5);
		EXPECT(guard_send_many(&guard, &pkt, SCOPES_EVERY, 100) == 0);
		EXPECT(guard_send(&guard, &pkt, SCOPES_EVERY) ==
		       REASON(LIMIT_PAIR) + last - SCOPE(PAIR));
		for (scope = SCOPE(PAIR); scope <= SCOPE(TOTAL); scope++)
			EXPECT(guard_send_many(&guard, &pkt, 1u << scope, 7) ==
			       (scope == last ? 0 : 5), "%u after %u", scope,
			       last);
		guard_exit(&guard);
	}
}

/* Each scope that agreed is charged for one packet, with its own T. */
static void test_charges(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.1", "10.1.0.1");
	struct icmpg_settings set;
	struct icmpg_check check;
	struct guard guard;
	unsigned int i, n;
	u8 scope;

	unit_settings_init(&set);
	for (scope = SCOPE(PAIR); scope <= SCOPE(ROUTER); scope++)
		unit_set_limit(&set, CLASS(OTHER), scope, scope * 37,
			       ICMPGUARD_UNIT_MINUTE, 10);
	set.limit[CLASS(ALL)][SCOPE(INTERFACE)] =
		set.limit[CLASS(OTHER)][SCOPE(PAIR)];
	set.limit[CLASS(ALL)][SCOPE(ROUTER)] =
		set.limit[CLASS(OTHER)][SCOPE(SOURCE)];
	set.limit[CLASS(ALL)][SCOPE(TOTAL)] =
		set.limit[CLASS(OTHER)][SCOPE(SOURCE_NET)];
	guard_init(&guard, &set, LINES / 64);
	for (n = 1; n <= 10; n++) {
		EXPECT(!guard_ask(&guard, &pkt, SCOPES_EVERY, &check));
		EXPECT(check.count == ICMPG_CHARGES_MAX, "%u", check.count);
		icmpg_charge_all(&check, &(u64){ ~0ULL });
		for (i = 0; i < check.count; i++) {
			const struct icmpg_charge *charge = &check.charge[i];
			s64 tat;

			if (!charge->line) {
				tat = atomic64_read(charge->bucket);
				EXPECT(tat == (s64)(guard.now_ns +
						    n * charge->limit->t_ns));
			}
		}
	}
	EXPECT(guard_send(&guard, &pkt, SCOPES_EVERY));
	guard_exit(&guard);
}

/* Memory that can be made unwritable, for a limiter with a table in it. */
struct sealed {
	struct icmpg_limiter limiter;
	struct icmpg_line line[512];
};

/*
 * A refused packet writes nothing, not even what is there already: it is asked
 * about in memory that can't be written. So is one that passes, until then.
 */
static void test_reads_only(void)
{
	static const u8 classes[] = { CLASS(OTHER), CLASS(ECHO_REQUEST) };
	unsigned int i, refused = 0, passed = 0;
	struct icmpg_settings set;
	struct sealed *sealed;
	struct guard guard;
	u8 scope, n;

	unit_settings_init(&set);
	for (n = 0; n < ARRAY_SIZE(classes); n++)
		for (scope = SCOPE(PAIR); scope <= SCOPE(ROUTER); scope++)
			unit_set_limit(&set, classes[n], scope, 10 * scope,
				       ICMPGUARD_UNIT_SECOND, 5 * scope);
	set.limit[CLASS(ALL)][SCOPE(TOTAL)] = (struct icmpg_rate){
		.count = 100, .burst = 50, .unit = ICMPGUARD_UNIT_SECOND,
	};
	guard_init(&guard, &set, 1);
	sealed = mmap(NULL, sizeof(*sealed), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(sealed != MAP_FAILED);
	sealed->limiter.table.line = sealed->line;
	sealed->limiter.table.lines = ARRAY_SIZE(sealed->line);
	for (i = 0; i < 40000; i++) {
		struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.1",
						"10.1.0.1");
		struct icmpg_check check;
		u8 reason;

		pkt.class = classes[ktap_random_below(2)];
		pkt.src.v4 += htobe32(ktap_random_below(1000));
		pkt.dst.v4 += htobe32(ktap_random_below(5));
		guard.now_ns += ktap_random_below(2000000);
		check = (struct icmpg_check){
			.limiter = &sealed->limiter,
			.config = guard.config,
			.pkt = &pkt,
			.now_ns = guard.now_ns,
		};
		REQUIRE(!mprotect(sealed, sizeof(*sealed), PROT_READ));
		reason = icmpg_limiter_check(&check, pkt.class, SCOPES_EVERY);
		if (!reason)
			reason = icmpg_limiter_check(&check, CLASS(ALL),
						     SCOPES_EVERY);
		REQUIRE(!mprotect(sealed, sizeof(*sealed),
				  PROT_READ | PROT_WRITE));
		refused += !!reason;
		passed += !reason;
		if (!reason)
			icmpg_charge_all(&check, &(u64){ 0 });
	}
	EXPECT(refused > 1000 && passed > 1000, "%u refused, %u passed",
	       refused, passed);
	munmap(sealed, sizeof(*sealed));
	guard_exit(&guard);
}

/* ------------------------- beside the exact twin ------------------------- */

#define ADDRESSES	150

/* Whom packets come from and go to; the two families' in turn. */
struct population {
	union icmpg_addr src[ICMPG_FAMILIES][ADDRESSES];
	union icmpg_addr dst[ICMPG_FAMILIES][ADDRESSES];
};

/* Addresses that share prefixes of all lengths. */
static void populate(struct population *all)
{
	unsigned int i, family;

	for (family = 0; family < ICMPG_FAMILIES; family++) {
		u8 bytes = icmpg_family_bits(family) / 8;

		for (i = 0; i < ADDRESSES; i++) {
			u8 *src = (u8 *)&all->src[family][i];
			u8 *dst = (u8 *)&all->dst[family][i];
			u8 n = ktap_random_below(bytes);

			if (i && ktap_random_below(8)) {
				u64 like = ktap_random_below(i);

				memcpy(src, &all->src[family][like], bytes);
				memcpy(dst, &all->dst[family][like], bytes);
			}
			src[n] ^= ktap_random();
			dst[bytes - 1 - n] ^= ktap_random();
		}
	}
}

static struct icmpg_pkt random_pkt(const struct population *all)
{
	static const u8 classes[] = {
		CLASS(ECHO_REQUEST), CLASS(OTHER), CLASS(FRAGMENT),
		CLASS(NEIGHBOUR_DISCOVERY), CLASS(ROUTER_DISCOVERY),
	};
	struct icmpg_pkt pkt = {
		.family = ktap_random_below(ICMPG_FAMILIES),
		.class = classes[ktap_random_below(ARRAY_SIZE(classes))],
		.ifindex = 2 + ktap_random_below(4),
		.icmp = true,
	};

	/* A few hot ones among many. */
	pkt.src = all->src[pkt.family][ktap_random_below(
			ktap_random_below(2) ? 4 : ADDRESSES)];
	pkt.dst = all->dst[pkt.family][ktap_random_below(
			ktap_random_below(2) ? 4 : ADDRESSES)];
	/* Devices 4 and 5 are in VRFs. */
	if (pkt.ifindex >= 4)
		pkt.src_zone = pkt.dst_zone = pkt.ifindex + 100;
	if (pkt.family == ICMPG_IPV6 && !ktap_random_below(4)) {
		pkt.src.v6[0] = htobe32(0xfe800000 | (ktap_random() & 0x3f0000));
		pkt.src_zone = pkt.ifindex;
		if (ktap_random_below(2)) {
			pkt.dst.v6[0] = htobe32(0xfe800000);
			pkt.dst_zone = pkt.ifindex;
		}
	}
	return pkt;
}

static void random_limit(struct icmpg_settings *set, u8 class, u8 scope)
{
	static const u32 counts[] = { 1, 10, 50, 100, 777, 5000, 60000 };
	static const u32 bursts[] = { 1, 2, 10, 100, 1000 };
	u8 unit = 1 + ktap_random_below(2);
	u32 count = counts[ktap_random_below(ARRAY_SIZE(counts))];

	unit_set_limit(set, class, scope,
		       unit == ICMPGUARD_UNIT_MINUTE ? count * 20 : count, unit,
		       bursts[ktap_random_below(ARRAY_SIZE(bursts))]);
}

static void random_settings(struct icmpg_settings *set)
{
	u8 class, scope;

	unit_settings_init(set);
	for (class = 1; class <= CLASS(ALL); class++) {
		for (scope = SCOPE(PAIR); scope <= SCOPE(TOTAL); scope++) {
			if ((class == CLASS(ALL) ?
			     !(ICMPG_SCOPES_ALL & 1u << scope) :
			     scope == SCOPE(TOTAL)) ||
			    ktap_random_below(scope <= SCOPE(SOURCE) ? 2 : 3))
				continue;
			random_limit(set, class, scope);
		}
	}
	set->width[SCOPE(SOURCE)][ICMPG_IPV6] = 32 + ktap_random_below(97);
	set->width[SCOPE(SOURCE_NET)][ICMPG_IPV6] = 1 + ktap_random_below(32);
	set->width[SCOPE(DESTINATION_NET)][ICMPG_IPV6] =
		1 + ktap_random_below(128);
	set->width[SCOPE(SOURCE)][ICMPG_IPV4] = 24 + ktap_random_below(9);
	set->width[SCOPE(SOURCE_NET)][ICMPG_IPV4] = 1 + ktap_random_below(24);
	set->width[SCOPE(DESTINATION_NET)][ICMPG_IPV4] =
		1 + ktap_random_below(32);
}

static u64 random_gap_ns(void)
{
	switch (ktap_random_below(8)) {
	case 0:
		return 0;
	case 1:
		return ktap_random_below(100000000);
	case 2:
		return ktap_random_below(1000) ? 0 : ktap_random_below(SECOND_NS);
	}
	return ktap_random_below(1000000);
}

/*
 * Random packets under random limits: the same verdict, with the same reason,
 * for each of them. The table is so large that nothing is pushed out, and that
 * two of a few thousand buckets don't share a fingerprint: 28 bits besides the
 * line make that one in a million runs.
 */
static void check_twin(unsigned int packets, u32 *reasons)
{
	static struct population all;
	struct twin *twin = twin_create();
	struct icmpg_settings set;
	struct guard guard;
	unsigned int i, differences = 0;

	memset(&all, 0, sizeof(all));
	populate(&all);
	random_settings(&set);
	guard_init(&guard, &set, LINES);
	guard.now_ns = ktap_random_below(1000000) * SECOND_NS;
	for (i = 0; i < packets; i++) {
		struct icmpg_pkt pkt = random_pkt(&all);
		u32 scopes = ktap_random_below(2) ? SCOPES_EVERY :
						    SCOPES_TRANSIT;
		u8 expected, reason;

		guard.now_ns += random_gap_ns();
		expected = twin_send(twin, &set, &pkt, scopes,
				     !icmpg_class_is_guarded(pkt.class),
				     guard.now_ns);
		reason = guard_send(&guard, &pkt, scopes);
		differences += !EXPECT(reason == expected,
				       "packet %u, class %u, family %u: %u and not %u",
				       i, pkt.class, pkt.family, reason,
				       expected);
		reasons[reason]++;
		/* Nothing that follows would mean anything. */
		if (differences)
			break;
	}
	EXPECT(!guard.evictions, "%llu of %llu buckets",
	       (unsigned long long)guard.evictions,
	       (unsigned long long)twin_buckets(twin));
	twin_destroy(twin);
	guard_exit(&guard);
}

static void test_twin(void)
{
	u32 reasons[ICMPGUARD_REASON_MAX + 1] = { 0 };
	unsigned int round;
	u8 reason;

	for (round = 0; round < 50 && !ktap_complaints; round++)
		check_twin(5000, reasons);
	for (reason = REASON(LIMIT_PAIR); reason <= REASON(LIMIT_TOTAL); reason++)
		EXPECT(reasons[reason] > 10, "reason %u: %u", reason,
		       reasons[reason]);
	EXPECT(reasons[0] > 20000, "%u passed", reasons[0]);
}

/* The defaults but for what is random, and 1000 packets a second. */
static void test_twin_defaults(void)
{
	struct twin *twin = twin_create();
	static struct population all;
	struct icmpg_settings set;
	struct guard guard;
	unsigned int i, passed = 0;

	memset(&all, 0, sizeof(all));
	populate(&all);
	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);
	set.known_first = false;
	set.randomise = false;
	guard_init(&guard, &set, LINES);
	for (i = 0; i < 100000; i++) {
		struct icmpg_pkt pkt = random_pkt(&all);
		u8 expected, reason;

		guard.now_ns += ktap_random_below(200000);
		expected = twin_send(twin, &set, &pkt, SCOPES_EVERY,
				     !icmpg_class_is_guarded(pkt.class),
				     guard.now_ns);
		reason = guard_send(&guard, &pkt, SCOPES_EVERY);
		passed += !reason;
		if (!EXPECT(reason == expected, "packet %u: %u and not %u", i,
			    reason, expected))
			break;
	}
	EXPECT(passed > 10000 && passed < 95000, "%u", passed);
	EXPECT(!guard.evictions);
	twin_destroy(twin);
	guard_exit(&guard);
}

/* The clock of a limit wraps in its slot: three times, in the middle of it. */
static void test_twin_wraps(void)
{
	static const struct icmpg_rate rates[] = {
		{ 1000000, 100, ICMPGUARD_UNIT_SECOND },
		{ 1000, 2000, ICMPGUARD_UNIT_SECOND },
		{ 1, 20, ICMPGUARD_UNIT_MINUTE },
	};
	const struct icmpg_limit *limit;
	struct icmpg_settings set;
	struct guard guard;
	unsigned int i, n, wrap;
	u64 wrap_ns;

	for (n = 0; n < ARRAY_SIZE(rates); n++) {
		struct twin *twin = twin_create();

		unit_settings_init(&set);
		unit_set_limit(&set, CLASS(OTHER), SCOPE(SOURCE),
			       rates[n].count, rates[n].unit, rates[n].burst);
		guard_init(&guard, &set, LINES / 64);
		limit = guard_limit(&guard, CLASS(OTHER), SCOPE(SOURCE));
		wrap_ns = 1ULL << 36 << limit->shift;
		for (wrap = 1; wrap <= 3; wrap++) {
			/* Senders of their own, who left nothing a wrap ago. */
			struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER),
							"10.0.0.0", "10.1.0.1");

			pkt.src.v4 += htobe32(wrap << 8);
			guard.now_ns = wrap_ns * wrap - 500 * limit->t_ns;
			for (i = 0; i < 20000; i++) {
				u8 expected, reason;

				guard.now_ns += ktap_random_below(limit->t_ns /
								  8);
				pkt.src.v4 ^= htobe32(ktap_random_below(3));
				expected = twin_send(twin, &set, &pkt,
						     SCOPES_TRANSIT, true,
						     guard.now_ns);
				reason = guard_send(&guard, &pkt,
						    SCOPES_TRANSIT);
				if (!EXPECT(reason == expected,
					    "wrap %u, packet %u: %u and not %u",
					    wrap, i, reason, expected))
					break;
			}
			EXPECT(guard.now_ns > wrap_ns * wrap);
		}
		EXPECT(!guard.evictions);
		twin_destroy(twin);
		guard_exit(&guard);
	}
}

/* ------------------------------- randomise ------------------------------- */

/* What a shared bucket pays for: 0 to 2 packets, 1 in the mean. */
static void test_randomise(void)
{
	static const u8 scopes[] = {
		SCOPE(SOURCE_NET), SCOPE(DESTINATION), SCOPE(DESTINATION_NET),
		SCOPE(INTERFACE), SCOPE(ROUTER),
	};
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.1", "10.1.0.1");
	const unsigned int packets = 100000;
	struct icmpg_settings set;
	struct guard guard;
	unsigned int i, n;
	u32 paid[3];

	for (i = 0; i < ARRAY_SIZE(scopes); i++) {
		const struct icmpg_limit *limit;
		struct icmpg_single *single;
		s64 before = 0, after = 0;
		double debt;

		unit_settings_init(&set);
		set.randomise = true;
		unit_set_limit(&set, CLASS(OTHER), scopes[i], 1,
			       ICMPGUARD_UNIT_SECOND, 1000000);
		guard_init(&guard, &set, 1);
		limit = guard_limit(&guard, CLASS(OTHER), scopes[i]);
		single = &guard.limiter->router[CLASS(OTHER)];
		memset(paid, 0, sizeof(paid));
		for (n = 0; n < packets; n++) {
			guard.random = ktap_random();
			EXPECT(!guard_send(&guard, &pkt, 1u << scopes[i]));
			if (scopes[i] == SCOPE(ROUTER))
				after = atomic64_read(&single->tat_ns) > 0 ?
					(atomic64_read(&single->tat_ns) -
					 guard.now_ns) / limit->t_ns : 0;
			else
				after = guard_debt(&guard,
					atomic64_read(&guard.limiter->table.line->slot[0])) /
					limit->t;
			if (!EXPECT(after - before >= 0 && after - before <= 2))
				break;
			paid[after - before]++;
			before = after;
		}
		debt = after;
		/* Five standard deviations: one in 3.5 million runs. */
		EXPECT(debt > packets - 5 * __builtin_sqrt(2 * packets / 3.0) &&
		       debt < packets + 5 * __builtin_sqrt(2 * packets / 3.0),
		       "scope %u: %f", scopes[i], debt);
		for (n = 0; n < 3; n++)
			EXPECT(paid[n] > packets / 3 - 800 &&
			       paid[n] < packets / 3 + 800, "scope %u: %u x %u",
			       scopes[i], n, paid[n]);
		guard_exit(&guard);
	}
}

/* A sender's own limits are exact all the same. */
static void test_randomise_own(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.1", "10.1.0.1");
	struct icmpg_settings set;
	struct guard guard;
	unsigned int i;
	u32 passed;
	u8 scope;

	for (scope = SCOPE(PAIR); scope <= SCOPE(SOURCE); scope++) {
		unit_settings_init(&set);
		set.randomise = true;
		unit_set_limit(&set, CLASS(OTHER), scope, 1,
			       ICMPGUARD_UNIT_HOUR, 1000);
		guard_init(&guard, &set, 16);
		for (i = passed = 0; i < 1500; i++) {
			guard.random = ktap_random();
			passed += !guard_send(&guard, &pkt, SCOPES_EVERY);
		}
		EXPECT(passed == 1000, "%u", passed);
		guard_exit(&guard);
	}
}

/* What one bucket pays for says nothing of what another of the packet does. */
static void test_randomise_apart(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.1", "10.1.0.1");
	const unsigned int packets = 90000;
	struct icmpg_single *router, *total;
	u32 together[3][3] = { { 0 } };
	s64 was[2] = { 0 }, is[2];
	const struct icmpg_limit *limit[2];
	struct icmpg_settings set;
	struct guard guard;
	unsigned int n, m;

	unit_settings_init(&set);
	set.randomise = true;
	unit_set_limit(&set, CLASS(OTHER), SCOPE(ROUTER), 1,
		       ICMPGUARD_UNIT_SECOND, 1000000);
	set.limit[CLASS(ALL)][SCOPE(TOTAL)] = (struct icmpg_rate){
		.count = 1, .burst = 1000000, .unit = ICMPGUARD_UNIT_SECOND,
	};
	guard_init(&guard, &set, 1);
	router = &guard.limiter->router[CLASS(OTHER)];
	total = &guard.limiter->total;
	limit[0] = guard_limit(&guard, CLASS(OTHER), SCOPE(ROUTER));
	limit[1] = guard_limit(&guard, CLASS(ALL), SCOPE(TOTAL));
	/* Both in debt from here on. */
	atomic64_set(&router->tat_ns, guard.now_ns);
	atomic64_set(&total->tat_ns, guard.now_ns);
	for (n = 0; n < packets; n++) {
		guard.random = ktap_random();
		EXPECT(!guard_send(&guard, &pkt, SCOPES_EVERY));
		is[0] = (atomic64_read(&router->tat_ns) - guard.now_ns) /
			limit[0]->t_ns;
		is[1] = (atomic64_read(&total->tat_ns) - guard.now_ns) /
			limit[1]->t_ns;
		REQUIRE(is[0] - was[0] >= 0 && is[0] - was[0] <= 2);
		REQUIRE(is[1] - was[1] >= 0 && is[1] - was[1] <= 2);
		together[is[0] - was[0]][is[1] - was[1]]++;
		memcpy(was, is, sizeof(was));
	}
	for (n = 0; n < 3; n++)
		for (m = 0; m < 3; m++)
			EXPECT(together[n][m] > packets / 9 - 600 &&
			       together[n][m] < packets / 9 + 600, "%u %u: %u",
			       n, m, together[n][m]);
	guard_exit(&guard);
}

/* -------------------------------- what is left --------------------------- */

static void check_left(struct guard *guard, const struct icmpg_pkt *pkt,
		       u8 class, u8 scope, u32 left)
{
	struct icmpg_check check = {
		.limiter = guard->limiter,
		.config = guard->config,
		.pkt = pkt,
		.now_ns = guard->now_ns,
	};
	u32 told = icmpg_limiter_left(&check, class, scope);

	EXPECT(told == left, "class %u scope %u: %u and not %u", class, scope,
	       told, left);
}

static void test_left(void)
{
	struct icmpg_pkt pkt = unit_pkt(CLASS(OTHER), "10.0.0.1", "10.1.0.1");
	struct icmpg_settings set;
	struct guard guard;
	u8 class, scope;
	u32 n;

	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
		class = scope == SCOPE(TOTAL) ? CLASS(ALL) : CLASS(OTHER);
		unit_settings_init(&set);
		unit_set_limit(&set, class, scope, 1, ICMPGUARD_UNIT_SECOND, 7);
		guard_init(&guard, &set, 64);
		for (n = 0; n < 7; n++) {
			check_left(&guard, &pkt, class, scope, 7 - n);
			EXPECT(!guard_send(&guard, &pkt, SCOPES_EVERY));
		}
		check_left(&guard, &pkt, class, scope, 0);
		EXPECT(guard_send(&guard, &pkt, SCOPES_EVERY));
		/* A token a second (T is off by 0.1 %), up to the burst. */
		guard.now_ns += SECOND_NS * 102 / 100;
		check_left(&guard, &pkt, class, scope, 1);
		guard.now_ns += 3 * SECOND_NS;
		check_left(&guard, &pkt, class, scope, 4);
		/* Another table: what was owed is owed. */
		guard_resize(&guard, 128);
		check_left(&guard, &pkt, class, scope, 4);
		guard.now_ns += 9 * SECOND_NS;
		check_left(&guard, &pkt, class, scope, 7);
		guard_exit(&guard);
	}
}

static const struct ktap_test tests[] = {
	{ "who shares a bucket", test_sharing },
	{ "one bucket for all: router, total", test_single },
	{ "limits of all classes but the guarded ones", test_all },
	{ "buckets of other classes and scopes", test_classes },
	{ "nothing is asked without a limit", test_unlimited },
	{ "all are charged or none", test_all_or_nothing },
	{ "ten buckets are charged for one packet", test_charges },
	{ "what is asked writes nothing", test_reads_only },
	{ "random limits, as an exact twin has them", test_twin },
	{ "the defaults, as an exact twin has them", test_twin_defaults },
	{ "three wraps of the clock, as an exact twin has them", test_twin_wraps },
	{ "a shared bucket pays for 0 to 2 packets", test_randomise },
	{ "a sender's own buckets pay for one packet", test_randomise_own },
	{ "two buckets of a packet pay apart", test_randomise_apart },
	{ "what is left is what passes", test_left },
};

KTAP_MAIN(tests)
