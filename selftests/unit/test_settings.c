// SPDX-License-Identifier: GPL-2.0-only
/* The defaults, as the documentation has them, and what is refused. */
#include <string.h>

#include "unit.h"

#define ACCEPT	ICMPGUARD_ACTION_ACCEPT
#define LIMIT	ICMPGUARD_ACTION_LIMIT
#define DROP	ICMPGUARD_ACTION_DROP

/* The class table, row by row as it is printed. */
static const struct {
	u8 class;
	const char *word;
	u8 action;
	bool guarded;
	const char *limits;	/* SCOPE RATE/BURST, a second's packets */
} table[] = {
	{ CLASS(ECHO_REQUEST), "echo-request", LIMIT, false,
	  "pair 10/50, source 1000/2000, destination 2000/2000, "
	  "router 5000/5000, destination-net 5000/5000, "
	  "source-net 5000/10000" },
	{ CLASS(ECHO_REPLY), "echo-reply", LIMIT, false,
	  "destination 4000/8000" },
	{ CLASS(PROBE_REQUEST), "probe-request", LIMIT, false,
	  "pair 2/10, destination 200/400, router 200/400" },
	{ CLASS(PROBE_REPLY), "probe-reply", LIMIT, false,
	  "destination 500/1000" },
	{ CLASS(PATH_MTU), "path-mtu", ACCEPT, true, "" },
	{ CLASS(UNREACHABLE), "unreachable", LIMIT, false,
	  "source 100/200, destination 1000/2000" },
	{ CLASS(TIME_EXCEEDED), "time-exceeded", LIMIT, false,
	  "destination 2000/4000" },
	{ CLASS(PARAMETER_PROBLEM), "parameter-problem", LIMIT, false,
	  "destination 500/1000" },
	{ CLASS(REDIRECT), "redirect", DROP, false, "" },
	{ CLASS(SOURCE_QUENCH), "source-quench", DROP, false, "" },
	{ CLASS(TIMESTAMP), "timestamp", LIMIT, false,
	  "pair 2/10, destination 200/400, router 200/400" },
	{ CLASS(ROUTER_DISCOVERY), "router-discovery", LIMIT, true,
	  "source 100/200, interface 1000/2000" },
	{ CLASS(NEIGHBOUR_DISCOVERY), "neighbour-discovery", LIMIT, true,
	  "source 200/400, interface 2000/4000" },
	{ CLASS(MULTICAST_LISTENER), "multicast-listener", LIMIT, true,
	  "source 200/400, interface 2000/4000" },
	{ CLASS(MOBILITY), "mobility", LIMIT, false,
	  "pair 2/10, destination 500/1000, router 200/400" },
	{ CLASS(LOW_POWER), "low-power", LIMIT, false,
	  "pair 20/100, destination 2000/4000, router 2000/4000" },
	{ CLASS(NODE_INFORMATION), "node-information", DROP, false, "" },
	{ CLASS(DEPRECATED), "deprecated", DROP, false, "" },
	{ CLASS(OTHER), "other", LIMIT, false,
	  "pair 2/10, destination 200/400, router 200/400" },
	{ CLASS(FRAGMENT), "fragment", LIMIT, false,
	  "pair 60/400, source 1000/4000, destination 4000/8000, "
	  "router 6000/12000" },
};

static const char *const scope_words[] = {
	NULL, "pair", "source", "source-net", "destination", "destination-net",
	"interface", "router", "total",
};

/* What a row of the table says of a scope; a count of 0 for nothing. */
static struct icmpg_rate table_rate(const char *limits, const char *word)
{
	struct icmpg_rate rate = { 0 };
	char scope[32];
	int read;

	while (sscanf(limits, " %31s %u/%u%n", scope, &rate.count, &rate.burst,
		      &read) == 3) {
		if (!strcmp(scope, word))
			return rate;
		limits += read + (limits[read] == ',');
	}
	return (struct icmpg_rate){ 0 };
}

static void check_default_class(const struct icmpg_settings *set,
				unsigned int row)
{
	u8 class = table[row].class, scope;

	EXPECT(set->class[class].action == table[row].action, "%s",
	       table[row].word);
	EXPECT(!set->class[class].force, "%s", table[row].word);
	EXPECT(icmpg_class_is_guarded(class) == table[row].guarded, "%s",
	       table[row].word);
	EXPECT(!strcmp(icmpg_class_word[class], table[row].word));
	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
		const struct icmpg_rate *rate = &set->limit[class][scope];
		struct icmpg_rate wanted = table_rate(table[row].limits,
						      scope_words[scope]);

		EXPECT(rate->count == wanted.count &&
		       rate->burst == wanted.burst, "%s %s: %u burst %u",
		       table[row].word, scope_words[scope], rate->count,
		       rate->burst);
		EXPECT(!wanted.count || rate->unit == ICMPGUARD_UNIT_SECOND);
		rate = icmpg_settings_default_limit(class, scope);
		EXPECT(rate->count == wanted.count &&
		       rate->burst == wanted.burst);
	}
}

static void test_defaults(void)
{
	struct netlink_ext_ack extack = {};
	struct icmpg_settings set;
	unsigned int i;
	u8 scope;

	memset(&set, 0xa5, sizeof(set));
	icmpg_settings_init(&set, ICMPGUARD_MODE_MONITOR);
	EXPECT(ARRAY_SIZE(table) == ICMPGUARD_CLASS_MAX - 1);
	for (i = 0; i < ARRAY_SIZE(table); i++)
		check_default_class(&set, i);
	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
		EXPECT(!set.limit[CLASS(ALL)][scope].count);
		EXPECT(!strcmp(icmpg_scope_word[scope], scope_words[scope]));
	}
	EXPECT(set.mode == ICMPGUARD_MODE_MONITOR);
	EXPECT(set.randomise);
	EXPECT(!set.bridged);
	EXPECT(set.max_message == 9216);
	EXPECT(set.table_size == 1048576);
	EXPECT(set.candidate_size == 1048576);
	EXPECT(set.known_first);
	EXPECT(set.check[ICMPGUARD_CHECK_PING_OF_DEATH]);
	EXPECT(set.check[ICMPGUARD_CHECK_TINY_FRAGMENT]);
	EXPECT(set.check[ICMPGUARD_CHECK_BROADCAST_ECHO]);
	EXPECT(set.check[ICMPGUARD_CHECK_NETWORK_ADDRESS_ECHO]);
	EXPECT(set.check[ICMPGUARD_CHECK_HEADER_CHAIN]);
	EXPECT(set.check[ICMPGUARD_CHECK_PATH_MTU_SIZE]);
	EXPECT(set.check[ICMPGUARD_CHECK_QUOTED_PACKET]);
	EXPECT(!set.check_transit[ICMPGUARD_CHECK_QUOTED_PACKET]);
	EXPECT(set.check[ICMPGUARD_CHECK_SOURCE_ADDRESS]);
	EXPECT(!set.check[ICMPGUARD_CHECK_RA_SANITY]);
	EXPECT(ICMPGUARD_CHECK_MAX == 9, "a check without a default here");
	EXPECT(set.width[SCOPE(SOURCE)][ICMPG_IPV4] == 32);
	EXPECT(set.width[SCOPE(SOURCE)][ICMPG_IPV6] == 64);
	EXPECT(set.width[SCOPE(SOURCE_NET)][ICMPG_IPV4] == 24);
	EXPECT(set.width[SCOPE(SOURCE_NET)][ICMPG_IPV6] == 48);
	EXPECT(set.width[SCOPE(DESTINATION_NET)][ICMPG_IPV4] == 24);
	EXPECT(set.width[SCOPE(DESTINATION_NET)][ICMPG_IPV6] == 64);
	EXPECT(!set.broadcast_allow && !set.exempt);
	EXPECT(!icmpg_settings_check(&set, &extack), "%s", extack._msg);
	EXPECT(!extack._msg);
}

static void test_words(void)
{
	EXPECT(!strcmp(icmpg_mode_word[ICMPGUARD_MODE_OFF], "off"));
	EXPECT(!strcmp(icmpg_mode_word[ICMPGUARD_MODE_MONITOR], "monitor"));
	EXPECT(!strcmp(icmpg_mode_word[ICMPGUARD_MODE_ENFORCE], "enforce"));
	EXPECT(!strcmp(icmpg_class_word[CLASS(ALL)], "all"));
	EXPECT(!strcmp(icmpg_check_word[ICMPGUARD_CHECK_PING_OF_DEATH],
		       "ping-of-death"));
	EXPECT(!strcmp(icmpg_check_word[ICMPGUARD_CHECK_TINY_FRAGMENT],
		       "tiny-fragment"));
	EXPECT(!strcmp(icmpg_check_word[ICMPGUARD_CHECK_BROADCAST_ECHO],
		       "broadcast-echo"));
	EXPECT(!strcmp(icmpg_check_word[ICMPGUARD_CHECK_NETWORK_ADDRESS_ECHO],
		       "network-address-echo"));
	EXPECT(!strcmp(icmpg_check_word[ICMPGUARD_CHECK_HEADER_CHAIN],
		       "header-chain"));
}

/* Is this refused as it should be, with a sentence that says @names? */
static void check(int line, const struct icmpg_settings *set, int expected,
		  const char *names)
{
	struct netlink_ext_ack extack = {};
	int err = icmpg_settings_check(set, &extack);

	EXPECT(err == expected, "line %d: %d and not %d: %s", line, err,
	       expected, extack._msg);
	EXPECT(!err == !extack._msg, "line %d: %d: %s", line, err, extack._msg);
	EXPECT(err == icmpg_settings_check(set, NULL));
	if (err && extack._msg)
		EXPECT(strstr(extack._msg, names), "line %d: '%s' without '%s'",
		       line, extack._msg, names);
}

/* The defaults with a change to `set`, and what must become of it. */
#define CHECK(expected, names, ...) do {				\
	struct icmpg_settings set;					\
									\
	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);		\
	__VA_ARGS__;							\
	check(__LINE__, &set, expected, names);				\
} while (0)

#define SET_RATE(class, scope, number, per, at_once) do {		\
	set.limit[CLASS(class)][SCOPE(scope)] = (struct icmpg_rate){	\
		.count = number,					\
		.unit = ICMPGUARD_UNIT_##per,				\
		.burst = at_once,					\
	};								\
} while (0)

static void test_numbers(void)
{
	CHECK(-EINVAL, "mode", set.mode = 0);
	CHECK(0, "", set.mode = ICMPGUARD_MODE_OFF);
	CHECK(-EINVAL, "mode", set.mode = ICMPGUARD_MODE_MAX + 1);
	CHECK(0, "", set.max_message = 576);
	CHECK(-ERANGE, "max-message", set.max_message = 575);
	CHECK(-ERANGE, "max-message", set.max_message = 0);
	CHECK(0, "", set.max_message = 65535);
	CHECK(-ERANGE, "max-message", set.max_message = 65536);
	CHECK(-ERANGE, "max-message", set.max_message = UINT32_MAX);
	CHECK(0, "", set.table_size = 64 << 10);
	CHECK(-ERANGE, "table-size", set.table_size = (64 << 10) - 1);
	CHECK(-ERANGE, "table-size", set.table_size = 0);
	CHECK(0, "", set.table_size = 1 << 30);
	CHECK(-ERANGE, "table-size", set.table_size = (1 << 30) + 1);
	CHECK(-ERANGE, "table-size", set.table_size = UINT32_MAX);
	CHECK(0, "", set.candidate_size = 16 << 10);
	CHECK(-ERANGE, "candidate-size", set.candidate_size = (16 << 10) - 1);
	CHECK(0, "", set.candidate_size = 1 << 30);
	CHECK(-ERANGE, "candidate-size", set.candidate_size = (1 << 30) + 1);
}

static void test_widths(void)
{
	CHECK(0, "", set.width[SCOPE(DESTINATION_NET)][ICMPG_IPV4] = 1);
	CHECK(0, "", set.width[SCOPE(DESTINATION_NET)][ICMPG_IPV4] = 32);
	CHECK(-ERANGE, "width",
	      set.width[SCOPE(DESTINATION_NET)][ICMPG_IPV4] = 0);
	CHECK(-ERANGE, "width",
	      set.width[SCOPE(DESTINATION_NET)][ICMPG_IPV4] = 33);
	CHECK(0, "", set.width[SCOPE(DESTINATION_NET)][ICMPG_IPV6] = 128);
	CHECK(-ERANGE, "width",
	      set.width[SCOPE(DESTINATION_NET)][ICMPG_IPV6] = 129);
	CHECK(-ERANGE, "width", set.width[SCOPE(SOURCE)][ICMPG_IPV4] = 0);
	CHECK(-ERANGE, "width", set.width[SCOPE(SOURCE)][ICMPG_IPV4] = 33);
	CHECK(-ERANGE, "width", set.width[SCOPE(SOURCE)][ICMPG_IPV6] = 129);
	CHECK(0, "", set.width[SCOPE(SOURCE)][ICMPG_IPV6] = 128);
	CHECK(-ERANGE, "width", set.width[SCOPE(SOURCE_NET)][ICMPG_IPV4] = 0);
	CHECK(-ERANGE, "width", set.width[SCOPE(SOURCE_NET)][ICMPG_IPV6] = 0);
	/* A network isn't smaller than what is one source. */
	CHECK(0, "", set.width[SCOPE(SOURCE_NET)][ICMPG_IPV6] = 64);
	CHECK(-EINVAL, "source-net",
	      set.width[SCOPE(SOURCE_NET)][ICMPG_IPV6] = 65);
	CHECK(0, "", set.width[SCOPE(SOURCE)][ICMPG_IPV4] = 24);
	CHECK(-EINVAL, "source-net",
	      set.width[SCOPE(SOURCE)][ICMPG_IPV4] = 23);
}

static void test_actions(void)
{
	CHECK(-EINVAL, "accept, limit or drop",
	      set.class[CLASS(OTHER)].action = 0);
	CHECK(-EINVAL, "accept, limit or drop",
	      set.class[CLASS(OTHER)].action = ICMPGUARD_ACTION_MAX + 1);
	CHECK(0, "", set.class[CLASS(ECHO_REQUEST)].action = DROP);
	CHECK(0, "", set.class[CLASS(ECHO_REQUEST)].action = ACCEPT);
	CHECK(0, "", set.class[CLASS(REDIRECT)].action = ACCEPT);
	/* It has no limit of its own. */
	CHECK(-EINVAL, "redirect", set.class[CLASS(REDIRECT)].action = LIMIT);
}

static void test_guarded(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		u8 class = table[i].class;

		CHECK(table[i].guarded ? -EINVAL : 0, table[i].word,
		      set.class[class].action = DROP);
		CHECK(0, "", set.class[class].action = DROP,
		      set.class[class].force = true);
		CHECK(0, "", set.class[class].action = ACCEPT);
	}
}

/* Spoofed senders are always within a sender's own limits. */
static void test_shared(void)
{
	unsigned int i;
	u8 scope;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		for (scope = 1; scope < SCOPE(TOTAL); scope++) {
			bool own = scope == SCOPE(PAIR) ||
				   scope == SCOPE(SOURCE);

			CHECK(own ? -EINVAL : 0, table[i].word,
			      set.class[table[i].class].action = LIMIT;
			      memset(set.limit[table[i].class], 0,
				     sizeof(set.limit[0]));
			      set.limit[table[i].class][scope].count = 5;
			      set.limit[table[i].class][scope].burst = 5;
			      set.limit[table[i].class][scope].unit = 1);
		}
		CHECK(-EINVAL, table[i].word,
		      set.class[table[i].class].action = LIMIT;
		      memset(set.limit[table[i].class], 0,
			     sizeof(set.limit[0])));
	}
	/* What isn't limited needs none. */
	CHECK(0, "", set.class[CLASS(OTHER)].action = ACCEPT;
	      memset(set.limit[CLASS(OTHER)], 0, sizeof(set.limit[0])));
	CHECK(0, "", set.class[CLASS(OTHER)].action = DROP;
	      memset(set.limit[CLASS(OTHER)], 0, sizeof(set.limit[0])));
}

static void test_rates(void)
{
	CHECK(0, "", SET_RATE(OTHER, ROUTER, 1, HOUR, 1));
	CHECK(0, "", SET_RATE(OTHER, ROUTER, 1, HOUR, 1000000));
	CHECK(0, "", SET_RATE(OTHER, ROUTER, 1000000, SECOND, 1000000));
	CHECK(0, "", SET_RATE(OTHER, ROUTER, 60000000, MINUTE, 1));
	CHECK(0, "", SET_RATE(OTHER, ROUTER, 3600000000U, HOUR, 1));
	CHECK(-ERANGE, "1000000/s",
	      SET_RATE(OTHER, ROUTER, 1000001, SECOND, 1));
	CHECK(-ERANGE, "1000000/s",
	      SET_RATE(OTHER, ROUTER, 60000001, MINUTE, 1));
	CHECK(-ERANGE, "1000000/s",
	      SET_RATE(OTHER, ROUTER, 3600000001U, HOUR, 1));
	CHECK(-ERANGE, "bursts", SET_RATE(OTHER, ROUTER, 1, SECOND, 0));
	CHECK(-ERANGE, "bursts", SET_RATE(OTHER, ROUTER, 1, SECOND, 1000001));
	CHECK(-ERANGE, "rates",
	      set.limit[CLASS(OTHER)][SCOPE(ROUTER)].unit = 0);
	CHECK(-ERANGE, "rates", set.limit[CLASS(OTHER)][SCOPE(ROUTER)].unit =
		      ICMPGUARD_UNIT_MAX + 1);
	/* Also in a class that isn't limited now. */
	CHECK(-ERANGE, "bursts", set.class[CLASS(OTHER)].action = DROP;
	      SET_RATE(OTHER, ROUTER, 1, SECOND, 0));
}

static void test_scopes(void)
{
	u8 scope;

	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
		bool is_of_all = scope == SCOPE(INTERFACE) ||
				 scope == SCOPE(ROUTER) ||
				 scope == SCOPE(TOTAL);

		CHECK(is_of_all ? 0 : -EINVAL, "all",
		      set.limit[CLASS(ALL)][scope].count = 5;
		      set.limit[CLASS(ALL)][scope].burst = 5;
		      set.limit[CLASS(ALL)][scope].unit = 1);
		CHECK(scope == SCOPE(TOTAL) ? -EINVAL : 0, "total",
		      set.limit[CLASS(ECHO_REQUEST)][scope].count = 5;
		      set.limit[CLASS(ECHO_REQUEST)][scope].burst = 5;
		      set.limit[CLASS(ECHO_REQUEST)][scope].unit = 1);
		/* The question without a rate. */
		EXPECT(icmpg_settings_check_limit(CLASS(ALL), scope, NULL,
						  NULL) ==
		       (is_of_all ? 0 : -EINVAL));
		EXPECT(icmpg_settings_check_limit(CLASS(ECHO_REQUEST), scope,
						  NULL, NULL) ==
		       (scope == SCOPE(TOTAL) ? -EINVAL : 0));
	}
}

/* The one class that is asked for is looked at, and no other. */
static void test_one_class(void)
{
	struct netlink_ext_ack extack = {};
	struct icmpg_settings set;
	u8 class;

	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);
	set.class[CLASS(PATH_MTU)].action = DROP;
	for (class = 1; class <= ICMPGUARD_CLASS_MAX; class++)
		EXPECT(icmpg_settings_check_class(&set, class, &extack) ==
		       (class == CLASS(PATH_MTU) ? -EINVAL : 0), "%u", class);
	EXPECT(extack._msg && strstr(extack._msg, "force"));
}

static void test_copy(void)
{
	struct icmpg_settings set, copy;
	int left;

	icmpg_settings_init(&set, ICMPGUARD_MODE_ENFORCE);
	set.max_message = 1000;
	REQUIRE(!icmpg_settings_copy(&copy, &set));
	EXPECT(!memcmp(&copy, &set, sizeof(set)));
	set.broadcast_allow = unit_list("224.0.0.0/24");
	set.exempt = unit_list("10.0.0.0/8");
	for (left = 0; left < 2; left++) {
		unit_alloc_left = left;
		EXPECT(icmpg_settings_copy(&copy, &set) == -ENOMEM);
		EXPECT(unit_alloc_left == -1);
		EXPECT(!copy.broadcast_allow && !copy.exempt);
	}
	REQUIRE(!icmpg_settings_copy(&copy, &set));
	EXPECT(copy.max_message == 1000);
	EXPECT(copy.exempt && copy.exempt != set.exempt);
	EXPECT(copy.broadcast_allow &&
	       copy.broadcast_allow != set.broadcast_allow);
	icmpg_settings_exit(&set);
	icmpg_settings_exit(&set);
	EXPECT(copy.exempt->count == 1 && copy.exempt->entry[0].bits == 8);
	EXPECT(copy.broadcast_allow->entry[0].bits == 24);
	icmpg_settings_exit(&copy);
}

static const struct ktap_test tests[] = {
	{ "defaults are those of the class table", test_defaults },
	{ "words of the grammar", test_words },
	{ "mode, max-message, table-size", test_numbers },
	{ "widths", test_widths },
	{ "actions", test_actions },
	{ "a guarded class is dropped only by force", test_guarded },
	{ "a limited class has a shared scope", test_shared },
	{ "rates and bursts", test_rates },
	{ "scopes of a class and of all", test_scopes },
	{ "one class alone", test_one_class },
	{ "copies own what they have", test_copy },
};

KTAP_MAIN(tests)
