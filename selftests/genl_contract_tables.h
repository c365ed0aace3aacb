/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What genl_contract.c walks through: every operation, every attribute that it
 * takes or tells, and what must be taken and refused in each. A number in the
 * uapi header, or a policy in the module, that has no line here fails.
 *
 * A new attribute gets one line in the table of its set:
 *
 *	{ ICMPGUARD_A_LIMIT_BURST, "burst", U32(1, ICMPGUARD_BURST_MAX),
 *	  BASE(5), TAKE(1, 5), REFUSE(7) },
 *
 * U32(LOW, HIGH) is what the module's policy allows; one below, one above, all
 * wrong lengths and wrong nesting are then refused without further words. BASE
 * makes it part of each request that is about its set, with this value; NEEDED
 * says that the request is refused without it. TAKE are values which must be
 * taken with the others as in BASE, and told afterwards, REFUSE values which
 * the policy lets pass and the guard must refuse; TAKE_TEXT and REFUSE_TEXT are
 * the same for strings. ONLY_TOLD, ONLY_SET: the other way it doesn't occur.
 * CONTRADICTS: a flag that is refused together with the others as in BASE.
 * SOMETIMES: not in every answer.
 *
 * A new set is a table, a line in sets[], and a NEST(set) attribute of another
 * set or an operation. A new operation is a line in operations[]. What needs
 * more than one attribute to be wrong is a line in refusals[] of genl_contract.c.
 */
#ifndef GENL_CONTRACT_TABLES_H
#define GENL_CONTRACT_TABLES_H

#include <linux/icmpguard.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/socket.h>

/* a device that every namespace of a test has */
#define DEVICE			"probe"

enum kind {
	KIND_NONE, KIND_U8, KIND_U32, KIND_U64, KIND_FLAG, KIND_STRING, KIND_BINARY, KIND_NEST,
};

/* A list of numbers that knows how long it is. */
struct numbers {
	unsigned int count;
	unsigned int number[6];
};

struct set;

/* One attribute; see above. */
struct attribute {
	unsigned short type;
	const char *name;
	enum kind kind;
	unsigned long long low;		/* of a number; of a length, if binary */
	unsigned long long high;	/* the same; of a string's length */
	const struct set *nest;
	bool needed;
	bool in_base;
	bool only_told;
	bool only_set;
	bool contradicts;
	bool sometimes;
	unsigned int base;		/* of a binary: its length */
	const char *bytes;		/* of a binary: what its bytes are */
	const char *base_text;		/* of a string */
	struct numbers take;		/* of a binary: lengths */
	struct numbers refuse;
	const char *take_text[2];
	const char *refuse_text[6];
};

struct set {
	const char *name;
	const struct attribute *attribute;
	unsigned int count;
	unsigned int max;		/* of the uapi header */
};

#define U8(from, to)		.kind = KIND_U8, .low = (from), .high = (to)
#define U32(from, to)		.kind = KIND_U32, .low = (from), .high = (to)
#define ANY_U32			U32(0, UINT_MAX)
#define U64			.kind = KIND_U64, .high = ULLONG_MAX
#define FLAG			.kind = KIND_FLAG
#define STRING(most)		.kind = KIND_STRING, .high = (most)
#define BINARY(from, to)	.kind = KIND_BINARY, .low = (from), .high = (to)
#define NEST(of)		.kind = KIND_NEST, .nest = &(of)
#define PAD			.kind = KIND_NONE, .only_told = true

#define BASE(value)		.in_base = true, .base = (value)
#define NEEDED(value)		.needed = true, BASE(value)
#define NEEDED_TEXT(text)	.needed = true, .in_base = true, .base_text = (text)
#define NUMBERS(...)		{							\
		.count = sizeof((unsigned int[]){ __VA_ARGS__ }) / sizeof(unsigned int), \
		.number = { __VA_ARGS__ },						\
	}
#define TAKE(...)		.take = NUMBERS(__VA_ARGS__)
#define REFUSE(...)		.refuse = NUMBERS(__VA_ARGS__)
#define TAKE_TEXT(...)		.take_text = { __VA_ARGS__ }
#define REFUSE_TEXT(...)	.refuse_text = { __VA_ARGS__ }
#define ONLY_TOLD		.only_told = true
#define ONLY_SET		.only_set = true
#define SOMETIMES		.sometimes = true
#define CONTRADICTS		.only_set = true, .contradicts = true

#define SET(of, highest)	{							\
		.name = #of, .attribute = of##_attributes, .max = (highest),		\
		.count = sizeof(of##_attributes) / sizeof(of##_attributes[0]),		\
	}

/* ------------------------------------------------------- what can be set */

static const struct attribute class_attributes[] = {
	{ ICMPGUARD_A_CLASS_ID, "id", U32(1, ICMPGUARD_CLASS_FRAGMENT),
	  NEEDED(ICMPGUARD_CLASS_REDIRECT), TAKE(1, ICMPGUARD_CLASS_FRAGMENT) },
	{ ICMPGUARD_A_CLASS_ACTION, "action", U32(1, ICMPGUARD_ACTION_MAX),
	  NEEDED(ICMPGUARD_ACTION_ACCEPT), TAKE(ICMPGUARD_ACTION_ACCEPT, ICMPGUARD_ACTION_DROP),
	  /* redirect has no limit that senders share */
	  REFUSE(ICMPGUARD_ACTION_LIMIT) },
	/* told of a guarded class that is dropped */
	{ ICMPGUARD_A_CLASS_FORCE, "force", FLAG, ONLY_SET },
	{ ICMPGUARD_A_CLASS_DIRECTION, "direction", U32(1, ICMPGUARD_DIRECTION_MAX),
	  TAKE(1, ICMPGUARD_DIRECTION_MAX) },
};

static const struct attribute type_attributes[] = {
	{ ICMPGUARD_A_TYPE_FAMILY, "family", ANY_U32,
	  NEEDED(AF_INET), TAKE(AF_INET, AF_INET6), REFUSE(0, 1, AF_NETLINK, UINT_MAX) },
	{ ICMPGUARD_A_TYPE_TYPE, "type", U32(0, 255), NEEDED(200), TAKE(0, 255) },
	{ ICMPGUARD_A_TYPE_CODE, "code", U32(0, 255), TAKE(0, 255) },
	/* needed too, unless there is delete: see refusals[] */
	{ ICMPGUARD_A_TYPE_ACTION, "action", U32(1, ICMPGUARD_ACTION_MAX),
	  BASE(ICMPGUARD_ACTION_ACCEPT), TAKE(1, ICMPGUARD_ACTION_MAX) },
	{ ICMPGUARD_A_TYPE_FORCE, "force", FLAG, ONLY_SET },
	{ ICMPGUARD_A_TYPE_DELETE, "delete", FLAG, CONTRADICTS },
};

static const struct attribute limit_attributes[] = {
	{ ICMPGUARD_A_LIMIT_CLASS, "class", U32(1, ICMPGUARD_CLASS_MAX),
	  NEEDED(ICMPGUARD_CLASS_ECHO_REQUEST), TAKE(1, ICMPGUARD_CLASS_MAX) },
	{ ICMPGUARD_A_LIMIT_SCOPE, "scope", U32(1, ICMPGUARD_SCOPE_MAX),
	  NEEDED(ICMPGUARD_SCOPE_ROUTER), TAKE(1, ICMPGUARD_SCOPE_ROUTER),
	  REFUSE(ICMPGUARD_SCOPE_TOTAL) },
	{ ICMPGUARD_A_LIMIT_COUNT, "count", U32(1, UINT_MAX),
	  NEEDED(10), TAKE(1, ICMPGUARD_RATE_MAX_PPS),
	  REFUSE(ICMPGUARD_RATE_MAX_PPS + 1, UINT_MAX) },
	{ ICMPGUARD_A_LIMIT_UNIT, "unit", U32(1, ICMPGUARD_UNIT_MAX),
	  NEEDED(ICMPGUARD_UNIT_SECOND), TAKE(1, ICMPGUARD_UNIT_MAX) },
	{ ICMPGUARD_A_LIMIT_BURST, "burst", U32(1, ICMPGUARD_BURST_MAX),
	  BASE(5), TAKE(1, ICMPGUARD_BURST_MAX) },
	{ ICMPGUARD_A_LIMIT_OFF, "off", FLAG, CONTRADICTS },
};

static const struct attribute check_attributes[] = {
	{ ICMPGUARD_A_CHECK_ID, "id", U32(1, ICMPGUARD_CHECK_MAX),
	  NEEDED(ICMPGUARD_CHECK_QUOTED_PACKET), TAKE(1, ICMPGUARD_CHECK_MAX) },
	{ ICMPGUARD_A_CHECK_ENABLED, "enabled", U8(0, 1), NEEDED(1), TAKE(0, 1) },
	{ ICMPGUARD_A_CHECK_TRANSIT, "transit", U8(0, 1), TAKE(0, 1) },
};

static const struct attribute width_attributes[] = {
	{ ICMPGUARD_A_WIDTH_SCOPE, "scope", U32(1, ICMPGUARD_SCOPE_MAX),
	  NEEDED(ICMPGUARD_SCOPE_SOURCE_NET),
	  TAKE(ICMPGUARD_SCOPE_SOURCE_NET, ICMPGUARD_SCOPE_DESTINATION_NET),
	  REFUSE(ICMPGUARD_SCOPE_PAIR, ICMPGUARD_SCOPE_DESTINATION, ICMPGUARD_SCOPE_INTERFACE,
		 ICMPGUARD_SCOPE_ROUTER, ICMPGUARD_SCOPE_TOTAL) },
	{ ICMPGUARD_A_WIDTH_FAMILY, "family", ANY_U32,
	  NEEDED(AF_INET), TAKE(AF_INET, AF_INET6), REFUSE(0, 1, AF_NETLINK, UINT_MAX) },
	{ ICMPGUARD_A_WIDTH_BITS, "bits", U32(1, 128), NEEDED(20), TAKE(1, 32),
	  REFUSE(33, 128) },
};

#define MULTICAST_BYTES		"\xe0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static const struct attribute exemption_attributes[] = {
	{ ICMPGUARD_A_PREFIX_ADDRESS, "address", BINARY(4, 16), .bytes = MULTICAST_BYTES,
	  NEEDED(4), TAKE(4, 16), REFUSE(5, 8, 15) },
	{ ICMPGUARD_A_PREFIX_BITS, "bits", U32(0, 128), NEEDED(16), TAKE(3, 32),
	  REFUSE(0, 2, 33, 128) },
	{ ICMPGUARD_A_PREFIX_DEVICE, "device", STRING(15), TAKE_TEXT("e", "fifteen-letters"),
	  REFUSE_TEXT("", ".", "..", "a/b", "a b", "a:1") },
	/* of an entry that isn't there */
	{ ICMPGUARD_A_PREFIX_DELETE, "delete", FLAG, CONTRADICTS },
};

static const struct attribute broadcast_allow_attributes[] = {
	{ ICMPGUARD_A_PREFIX_ADDRESS, "address", BINARY(4, 16), .bytes = MULTICAST_BYTES,
	  NEEDED(4), TAKE(4, 16), REFUSE(5, 8, 15) },
	{ ICMPGUARD_A_PREFIX_BITS, "bits", U32(0, 128), NEEDED(16), TAKE(3, 32),
	  REFUSE(0, 2, 33, 128) },
	{ ICMPGUARD_A_PREFIX_DEVICE, "device", STRING(15), REFUSE_TEXT("eth0", "") },
	{ ICMPGUARD_A_PREFIX_DELETE, "delete", FLAG, CONTRADICTS },
};

static const struct set class_set = SET(class, ICMPGUARD_A_CLASS_MAX);
static const struct set type_set = SET(type, ICMPGUARD_A_TYPE_MAX);
static const struct set limit_set = SET(limit, ICMPGUARD_A_LIMIT_MAX);
static const struct set check_set = SET(check, ICMPGUARD_A_CHECK_MAX);
static const struct set width_set = SET(width, ICMPGUARD_A_WIDTH_MAX);
/* the same attributes twice, with other rules */
static const struct set exemption_set = SET(exemption, ICMPGUARD_A_PREFIX_MAX);
static const struct set broadcast_allow_set = SET(broadcast_allow, ICMPGUARD_A_PREFIX_MAX);

static const struct attribute config_attributes[] = {
	/* changes with every request that is taken: test generation has the rest */
	{ ICMPGUARD_A_CONFIG_GENERATION, "generation", ANY_U32, REFUSE(UINT_MAX) },
	{ ICMPGUARD_A_CONFIG_MODE, "mode", U32(1, ICMPGUARD_MODE_MAX), TAKE(3, 2, 1) },
	{ ICMPGUARD_A_CONFIG_MAX_MESSAGE, "max-message",
	  U32(ICMPGUARD_MAX_MESSAGE_MIN, ICMPGUARD_MAX_MESSAGE_MAX),
	  TAKE(ICMPGUARD_MAX_MESSAGE_MIN, ICMPGUARD_MAX_MESSAGE_MAX) },
	{ ICMPGUARD_A_CONFIG_TABLE_SIZE, "table-size",
	  U32(ICMPGUARD_TABLE_SIZE_MIN, ICMPGUARD_TABLE_SIZE_MAX),
	  TAKE(ICMPGUARD_TABLE_SIZE_MIN, ICMPGUARD_TABLE_SIZE_MAX) },
	{ ICMPGUARD_A_CONFIG_RANDOMISE, "randomise", U8(0, 1), TAKE(0, 1) },
	{ ICMPGUARD_A_CONFIG_BRIDGED, "bridged", U8(0, 1), TAKE(1, 0) },
	{ ICMPGUARD_A_CONFIG_CLASS, "class", NEST(class_set) },
	{ ICMPGUARD_A_CONFIG_LIMIT, "limit", NEST(limit_set) },
	{ ICMPGUARD_A_CONFIG_CHECK, "check", NEST(check_set) },
	{ ICMPGUARD_A_CONFIG_WIDTH, "width", NEST(width_set) },
	{ ICMPGUARD_A_CONFIG_BROADCAST_ALLOW, "broadcast-allow", NEST(broadcast_allow_set) },
	{ ICMPGUARD_A_CONFIG_EXEMPTION, "exemption", NEST(exemption_set) },
	{ ICMPGUARD_A_CONFIG_REPLACE, "replace", FLAG, ONLY_SET },
	{ ICMPGUARD_A_CONFIG_VALIDATE_ONLY, "validate-only", FLAG, ONLY_SET },
	{ ICMPGUARD_A_CONFIG_TRANSACTION, "transaction", U32(1, ICMPGUARD_TRANSACTION_MAX),
	  ONLY_SET, TAKE(ICMPGUARD_TRANSACTION_BEGIN),
	  REFUSE(ICMPGUARD_TRANSACTION_ADD, ICMPGUARD_TRANSACTION_COMMIT) },
	{ ICMPGUARD_A_CONFIG_EXEMPTION_COUNT, "exemption-count", ANY_U32, ONLY_TOLD },
	/* none by default */
	{ ICMPGUARD_A_CONFIG_TYPE, "type", NEST(type_set), SOMETIMES },
	{ ICMPGUARD_A_CONFIG_KNOWN_FIRST, "known-first", U8(0, 1), TAKE(1, 0) },
	{ ICMPGUARD_A_CONFIG_CANDIDATE_SIZE, "candidate-size",
	  U32(ICMPGUARD_CANDIDATE_SIZE_MIN, ICMPGUARD_CANDIDATE_SIZE_MAX),
	  TAKE(ICMPGUARD_CANDIDATE_SIZE_MIN, ICMPGUARD_CANDIDATE_SIZE_MAX) },
};

/* ------------------------------------------------------- what is only told */

static const struct attribute reason_attributes[] = {
	{ ICMPGUARD_A_REASON_ID, "id", U32(1, ICMPGUARD_REASON_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_REASON_PASSED, "passed", U64, ONLY_TOLD },
	{ ICMPGUARD_A_REASON_DROPPED, "dropped", U64, ONLY_TOLD },
	{ ICMPGUARD_A_REASON_WOULD_DROP, "would-drop", U64, ONLY_TOLD },
	{ ICMPGUARD_A_REASON_PAD, "pad", PAD },
};

static const struct set reason_set = SET(reason, ICMPGUARD_A_REASON_MAX);

static const struct attribute stats_attributes[] = {
	{ ICMPGUARD_A_STATS_FAMILY, "family", U32(AF_INET, AF_INET6), ONLY_TOLD },
	{ ICMPGUARD_A_STATS_CLASS, "class", U32(1, ICMPGUARD_CLASS_FRAGMENT), ONLY_TOLD },
	{ ICMPGUARD_A_STATS_PASSED, "passed", U64, ONLY_TOLD },
	{ ICMPGUARD_A_STATS_DROPPED, "dropped", U64, ONLY_TOLD },
	{ ICMPGUARD_A_STATS_WOULD_DROP, "would-drop", U64, ONLY_TOLD },
	{ ICMPGUARD_A_STATS_REASON, "reason", NEST(reason_set), ONLY_TOLD, SOMETIMES },
	{ ICMPGUARD_A_STATS_PAD, "pad", PAD },
};

static const struct attribute status_attributes[] = {
	{ ICMPGUARD_A_STATUS_VERSION, "version", STRING(64), ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_MODE, "mode", U32(1, ICMPGUARD_MODE_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_GENERATION, "generation", ANY_U32, ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_RESETS, "resets", U64, ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_TABLE_SIZE, "table-size", U32(0, ICMPGUARD_TABLE_SIZE_MAX),
	  ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_TABLE_EVICTIONS, "table-evictions", U64, ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_TABLE_FILL, "table-fill", U32(0, 1000), ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_IPV6, "ipv6", U8(0, 1), ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_PAD, "pad", PAD },
	{ ICMPGUARD_A_STATUS_PATH_MTU_HARMED, "path-mtu-harmed", U64, ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_HISTORY_SIZE, "history-size", ANY_U32, ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_HISTORY_FILL, "history-fill", U32(0, 1000), ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_CANDIDATE_SIZE, "candidate-size",
	  U32(0, ICMPGUARD_CANDIDATE_SIZE_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_STATUS_OVERLOADED, "overloaded", U8(0, 1), ONLY_TOLD },
};

static const struct attribute why_limit_attributes[] = {
	{ ICMPGUARD_A_WHY_LIMIT_SCOPE, "scope", U32(1, ICMPGUARD_SCOPE_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_WHY_LIMIT_COUNT, "count", U32(1, UINT_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_WHY_LIMIT_UNIT, "unit", U32(1, ICMPGUARD_UNIT_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_WHY_LIMIT_BURST, "burst", U32(1, ICMPGUARD_BURST_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_WHY_LIMIT_LEFT, "left", U32(0, ICMPGUARD_BURST_MAX), ONLY_TOLD },
};

static const struct set why_limit_set = SET(why_limit, ICMPGUARD_A_WHY_LIMIT_MAX);

static const struct attribute why_class_attributes[] = {
	{ ICMPGUARD_A_WHY_CLASS_ID, "id", U32(1, ICMPGUARD_CLASS_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_WHY_CLASS_ACTION, "action", U32(1, ICMPGUARD_ACTION_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_WHY_CLASS_REASON, "reason", U32(1, ICMPGUARD_REASON_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_WHY_CLASS_LIMIT, "limit", NEST(why_limit_set), ONLY_TOLD },
};

static const struct set why_class_set = SET(why_class, ICMPGUARD_A_WHY_CLASS_MAX);

/* asked and told: addresses of one family, and a device that there is */
static const struct attribute why_attributes[] = {
	{ ICMPGUARD_A_WHY_SOURCE, "source", BINARY(4, 16), .bytes = MULTICAST_BYTES,
	  NEEDED(4), TAKE(4), REFUSE(5, 8, 15) },
	{ ICMPGUARD_A_WHY_DESTINATION, "destination", BINARY(4, 16), .bytes = MULTICAST_BYTES,
	  NEEDED(4), TAKE(4), REFUSE(5, 8, 15, 16) },
	{ ICMPGUARD_A_WHY_DEVICE, "device", STRING(15), NEEDED_TEXT(DEVICE),
	  TAKE_TEXT(DEVICE), REFUSE_TEXT("", "lo", "none") },
	{ ICMPGUARD_A_WHY_MODE, "mode", U32(1, ICMPGUARD_MODE_MAX), ONLY_TOLD },
	{ ICMPGUARD_A_WHY_EXEMPT, "exempt", U8(0, 1), ONLY_TOLD },
	{ ICMPGUARD_A_WHY_CLASS, "class", NEST(why_class_set), ONLY_TOLD },
	/* while known-first is on, and of a sender that is known */
	{ ICMPGUARD_A_WHY_KNOWN, "known", U32(1, ICMPGUARD_KNOWN_MAX), ONLY_TOLD, SOMETIMES },
	{ ICMPGUARD_A_WHY_KNOWN_FOR, "known-for", ANY_U32, ONLY_TOLD, SOMETIMES },
	{ ICMPGUARD_A_WHY_KNOWN_IDLE, "known-idle", ANY_U32, ONLY_TOLD, SOMETIMES },
};

static const struct set why_set = SET(why, ICMPGUARD_A_WHY_MAX);
static const struct set config_set = SET(config, ICMPGUARD_A_CONFIG_MAX);
static const struct set stats_set = SET(stats, ICMPGUARD_A_STATS_MAX);
static const struct set status_set = SET(status, ICMPGUARD_A_STATUS_MAX);

static const struct set *const sets[] = {
	&config_set, &class_set, &type_set, &limit_set, &check_set, &width_set, &exemption_set,
	&broadcast_allow_set, &stats_set, &reason_set, &status_set,
	&why_set, &why_class_set, &why_limit_set,
};

/* ------------------------------------------------------------- operations */

/* One operation: how it is asked for, by whom, with what, and what it tells. */
struct operation {
	unsigned char cmd;
	const char *name;
	bool does, dumps;
	bool notifies;			/* is sent, never asked for */
	bool needs_admin;
	const struct set *request;	/* NULL: it takes no attribute */
	const struct set *reply;	/* NULL: it tells nothing */
};

static const struct operation operations[] = {
	{ ICMPGUARD_CMD_CONFIG_GET, "config-get", .does = true, .dumps = true,
	  .reply = &config_set },
	{ ICMPGUARD_CMD_CONFIG_SET, "config-set", .does = true, .needs_admin = true,
	  .request = &config_set, .reply = &config_set },
	{ ICMPGUARD_CMD_CONFIG_RESET, "config-reset", .does = true, .needs_admin = true,
	  .reply = &config_set },
	{ ICMPGUARD_CMD_CONFIG_NTF, "config-ntf", .notifies = true, .reply = &config_set },
	{ ICMPGUARD_CMD_STATS_GET, "stats-get", .dumps = true, .reply = &stats_set },
	{ ICMPGUARD_CMD_STATS_RESET, "stats-reset", .does = true, .needs_admin = true },
	{ ICMPGUARD_CMD_STATUS_GET, "status-get", .does = true, .reply = &status_set },
	{ ICMPGUARD_CMD_WHY_GET, "why-get", .does = true, .needs_admin = true,
	  .request = &why_set, .reply = &why_set },
	{ ICMPGUARD_CMD_PATH_MTU_NTF, "path-mtu-ntf", .notifies = true, .reply = &status_set },
	{ ICMPGUARD_CMD_TABLE_NTF, "table-ntf", .notifies = true, .reply = &status_set },
};

#define ARRAY_LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

#endif /* GENL_CONTRACT_TABLES_H */
