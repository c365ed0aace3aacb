/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The generic netlink interface of icmpguard: the one header that the module
 * and its tools share. kmod/spec/icmpguard.yaml says the same in words.
 *
 * UAPI: every number here is frozen once released. New ones are added at the
 * end; a reader skips attributes it doesn't know.
 */
#ifndef _UAPI_LINUX_ICMPGUARD_H
#define _UAPI_LINUX_ICMPGUARD_H

#define ICMPGUARD_FAMILY_NAME		"icmpguard"
#define ICMPGUARD_FAMILY_VERSION	1
#define ICMPGUARD_MCGRP_EVENTS		"events"

/* What the guard does in a network namespace. */
enum icmpguard_mode {
	ICMPGUARD_MODE_OFF = 1,		/* no hooks, no tables */
	ICMPGUARD_MODE_MONITOR,		/* count what enforce would drop */
	ICMPGUARD_MODE_ENFORCE,

	__ICMPGUARD_MODE_MAX,
	ICMPGUARD_MODE_MAX = __ICMPGUARD_MODE_MAX - 1
};

/* What a message is. Each type number of each family is in exactly one. */
enum icmpguard_class {
	ICMPGUARD_CLASS_ECHO_REQUEST = 1,
	ICMPGUARD_CLASS_ECHO_REPLY,
	ICMPGUARD_CLASS_PROBE_REQUEST,
	ICMPGUARD_CLASS_PROBE_REPLY,
	ICMPGUARD_CLASS_PATH_MTU,
	ICMPGUARD_CLASS_UNREACHABLE,
	ICMPGUARD_CLASS_TIME_EXCEEDED,
	ICMPGUARD_CLASS_PARAMETER_PROBLEM,
	ICMPGUARD_CLASS_REDIRECT,
	ICMPGUARD_CLASS_SOURCE_QUENCH,
	ICMPGUARD_CLASS_TIMESTAMP,
	ICMPGUARD_CLASS_ROUTER_DISCOVERY,
	ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY,
	ICMPGUARD_CLASS_MULTICAST_LISTENER,
	ICMPGUARD_CLASS_MOBILITY,
	ICMPGUARD_CLASS_LOW_POWER,
	ICMPGUARD_CLASS_NODE_INFORMATION,
	ICMPGUARD_CLASS_DEPRECATED,
	ICMPGUARD_CLASS_OTHER,
	ICMPGUARD_CLASS_FRAGMENT,
	/* Limits only: all classes that aren't guarded, together. */
	ICMPGUARD_CLASS_ALL,

	__ICMPGUARD_CLASS_MAX,
	ICMPGUARD_CLASS_MAX = __ICMPGUARD_CLASS_MAX - 1
};

/* What is done with the messages of a class. */
enum icmpguard_action {
	ICMPGUARD_ACTION_ACCEPT = 1,
	ICMPGUARD_ACTION_LIMIT,
	ICMPGUARD_ACTION_DROP,

	__ICMPGUARD_ACTION_MAX,
	ICMPGUARD_ACTION_MAX = __ICMPGUARD_ACTION_MAX - 1
};

/* Where a message goes: what is done with a class may depend on it. */
enum icmpguard_direction {
	ICMPGUARD_DIRECTION_LOCAL = 1,	/* to this host, or to many */
	ICMPGUARD_DIRECTION_TRANSIT,

	__ICMPGUARD_DIRECTION_MAX,
	ICMPGUARD_DIRECTION_MAX = __ICMPGUARD_DIRECTION_MAX - 1
};

/* What shares one bucket of a limit. */
enum icmpguard_scope {
	ICMPGUARD_SCOPE_PAIR = 1,	/* source and destination */
	ICMPGUARD_SCOPE_SOURCE,
	ICMPGUARD_SCOPE_SOURCE_NET,
	ICMPGUARD_SCOPE_DESTINATION,
	ICMPGUARD_SCOPE_DESTINATION_NET,
	ICMPGUARD_SCOPE_INTERFACE,	/* the device a packet came in on */
	ICMPGUARD_SCOPE_ROUTER,		/* everything addressed to this host */
	ICMPGUARD_SCOPE_TOTAL,		/* only with ICMPGUARD_CLASS_ALL */

	__ICMPGUARD_SCOPE_MAX,
	ICMPGUARD_SCOPE_MAX = __ICMPGUARD_SCOPE_MAX - 1
};

/* The time that a limit's rate counts packets in. */
enum icmpguard_unit {
	ICMPGUARD_UNIT_SECOND = 1,
	ICMPGUARD_UNIT_MINUTE,
	ICMPGUARD_UNIT_HOUR,

	__ICMPGUARD_UNIT_MAX,
	ICMPGUARD_UNIT_MAX = __ICMPGUARD_UNIT_MAX - 1
};

#define ICMPGUARD_RATE_MAX_PPS		1000000	/* packets a second */
#define ICMPGUARD_BURST_MAX		1000000	/* packets */
#define ICMPGUARD_MAX_MESSAGE_MIN	576	/* bytes */
#define ICMPGUARD_MAX_MESSAGE_MAX	65535
#define ICMPGUARD_TABLE_SIZE_MIN	(64 << 10)	/* bytes */
#define ICMPGUARD_TABLE_SIZE_MAX	(1024 << 20)
#define ICMPGUARD_CANDIDATE_SIZE_MIN	(16 << 10)	/* bytes */
#define ICMPGUARD_CANDIDATE_SIZE_MAX	(1024 << 20)
#define ICMPGUARD_EXEMPTIONS_MAX	10000
#define ICMPGUARD_BROADCAST_ALLOW_MAX	64
#define ICMPGUARD_TYPES_MAX		128

/*
 * Rules that are no rates; each is on or off. Those that judge the packets of
 * others less strictly than those for this host say so: see
 * ICMPGUARD_A_CHECK_TRANSIT.
 */
enum icmpguard_check {
	ICMPGUARD_CHECK_PING_OF_DEATH = 1,
	ICMPGUARD_CHECK_TINY_FRAGMENT,
	ICMPGUARD_CHECK_BROADCAST_ECHO,
	ICMPGUARD_CHECK_NETWORK_ADDRESS_ECHO,
	ICMPGUARD_CHECK_HEADER_CHAIN,
	ICMPGUARD_CHECK_PATH_MTU_SIZE,
	ICMPGUARD_CHECK_QUOTED_PACKET,	/* also in transit if told so */
	ICMPGUARD_CHECK_SOURCE_ADDRESS,
	ICMPGUARD_CHECK_RA_SANITY,	/* off unless it is asked for */

	__ICMPGUARD_CHECK_MAX,
	ICMPGUARD_CHECK_MAX = __ICMPGUARD_CHECK_MAX - 1
};

/* Why a packet ended as it did. kmod/reasons.h has a sentence for each. */
enum icmpguard_reason {
	ICMPGUARD_REASON_PASSED = 1,
	ICMPGUARD_REASON_EXEMPT,
	ICMPGUARD_REASON_CLASS_DROP,
	ICMPGUARD_REASON_LIMIT_PAIR,
	ICMPGUARD_REASON_LIMIT_SOURCE,
	ICMPGUARD_REASON_LIMIT_SOURCE_NET,
	ICMPGUARD_REASON_LIMIT_DESTINATION,
	ICMPGUARD_REASON_LIMIT_DESTINATION_NET,
	ICMPGUARD_REASON_LIMIT_INTERFACE,
	ICMPGUARD_REASON_LIMIT_ROUTER,
	ICMPGUARD_REASON_LIMIT_TOTAL,
	ICMPGUARD_REASON_PING_OF_DEATH,
	ICMPGUARD_REASON_OVERSIZED,
	ICMPGUARD_REASON_OVERSIZED_REASSEMBLED,
	ICMPGUARD_REASON_TINY_FRAGMENT,
	ICMPGUARD_REASON_REFUSED_MESSAGE,
	ICMPGUARD_REASON_BROADCAST_ECHO,
	ICMPGUARD_REASON_NETWORK_ADDRESS_ECHO,
	ICMPGUARD_REASON_HOP_LIMIT,
	ICMPGUARD_REASON_TRUNCATED,
	ICMPGUARD_REASON_HEADER_CHAIN,
	ICMPGUARD_REASON_LINK_HOP_LIMIT,
	ICMPGUARD_REASON_DISCOVERY_CODE,
	ICMPGUARD_REASON_DISCOVERY_FRAGMENT,
	ICMPGUARD_REASON_LISTENER_SOURCE,
	ICMPGUARD_REASON_PATH_MTU_SIZE,
	ICMPGUARD_REASON_QUOTE_SHORT,
	ICMPGUARD_REASON_QUOTE_MALFORMED,
	ICMPGUARD_REASON_QUOTE_FRAGMENT,
	ICMPGUARD_REASON_QUOTE_SOURCE,
	ICMPGUARD_REASON_QUOTE_GROUP,
	ICMPGUARD_REASON_QUOTE_ERROR,
	ICMPGUARD_REASON_QUOTE_PASSED,
	ICMPGUARD_REASON_SOURCE_MARTIAN,
	ICMPGUARD_REASON_SOURCE_BROADCAST,
	ICMPGUARD_REASON_SOURCE_OWN,
	ICMPGUARD_REASON_TYPE_DROP,
	ICMPGUARD_REASON_RA_SANITY,

	__ICMPGUARD_REASON_MAX,
	ICMPGUARD_REASON_MAX = __ICMPGUARD_REASON_MAX - 1
};

/* A change too large for one message: begin, any number of add, commit. */
enum icmpguard_transaction {
	ICMPGUARD_TRANSACTION_BEGIN = 1,
	ICMPGUARD_TRANSACTION_ADD,
	ICMPGUARD_TRANSACTION_COMMIT,

	__ICMPGUARD_TRANSACTION_MAX,
	ICMPGUARD_TRANSACTION_MAX = __ICMPGUARD_TRANSACTION_MAX - 1
};

/* Is a sender known to come back? */
enum icmpguard_known {
	ICMPGUARD_KNOWN_NO = 1,
	/* not yet: it came back while shared limits were overloaded, or does now */
	ICMPGUARD_KNOWN_JUNIOR,
	ICMPGUARD_KNOWN_YES,

	__ICMPGUARD_KNOWN_MAX,
	ICMPGUARD_KNOWN_MAX = __ICMPGUARD_KNOWN_MAX - 1
};

enum icmpguard_cmd {
	/*
	 * Do: the configuration but its prefixes, ICMPGUARD_A_CONFIG_*.
	 * Dump: the same in the first message, broadcast-allow and (for
	 * CAP_NET_ADMIN) exemptions in the others.
	 */
	ICMPGUARD_CMD_CONFIG_GET = 1,
	/* Changes whole or not at all; replies with what config-get does. */
	ICMPGUARD_CMD_CONFIG_SET,
	/* Everything but the mode back to defaults; same reply. */
	ICMPGUARD_CMD_CONFIG_RESET,
	/* To the events group after every change; same attributes. */
	ICMPGUARD_CMD_CONFIG_NTF,
	/* Dump: one message per family and class with ICMPGUARD_A_STATS_*. */
	ICMPGUARD_CMD_STATS_GET,
	ICMPGUARD_CMD_STATS_RESET,
	/* ICMPGUARD_A_STATUS_* */
	ICMPGUARD_CMD_STATUS_GET,
	/* What would become of a packet: ICMPGUARD_A_WHY_* */
	ICMPGUARD_CMD_WHY_GET,
	/*
	 * To the events group, at most once a second: a limit has refused path
	 * MTU messages, ICMPGUARD_A_STATUS_PATH_MTU_HARMED.
	 */
	ICMPGUARD_CMD_PATH_MTU_NTF,
	/*
	 * To the events group, at most once a second, while senders that owe
	 * are forgotten: ICMPGUARD_A_STATUS_TABLE_*
	 */
	ICMPGUARD_CMD_TABLE_NTF,

	__ICMPGUARD_CMD_MAX,
	ICMPGUARD_CMD_MAX = __ICMPGUARD_CMD_MAX - 1
};

enum {
	/* u32; in a set: refuse with -EBUSY unless it is still this one */
	ICMPGUARD_A_CONFIG_GENERATION = 1,
	ICMPGUARD_A_CONFIG_MODE,		/* u32, enum icmpguard_mode */
	ICMPGUARD_A_CONFIG_MAX_MESSAGE,		/* u32, bytes */
	ICMPGUARD_A_CONFIG_TABLE_SIZE,		/* u32, bytes */
	ICMPGUARD_A_CONFIG_RANDOMISE,		/* u8, 0 or 1 */
	ICMPGUARD_A_CONFIG_BRIDGED,		/* u8, 0 or 1 */
	ICMPGUARD_A_CONFIG_CLASS,	/* nest CLASS, any number of times */
	ICMPGUARD_A_CONFIG_LIMIT,	/* nest LIMIT, any number of times */
	ICMPGUARD_A_CONFIG_CHECK,	/* nest CHECK, any number of times */
	ICMPGUARD_A_CONFIG_WIDTH,	/* nest WIDTH, any number of times */
	ICMPGUARD_A_CONFIG_BROADCAST_ALLOW, /* nest PREFIX, any number */
	ICMPGUARD_A_CONFIG_EXEMPTION,	/* nest PREFIX, any number of times */
	/* set: start from the defaults instead of what is in force */
	ICMPGUARD_A_CONFIG_REPLACE,		/* flag */
	ICMPGUARD_A_CONFIG_VALIDATE_ONLY,	/* flag, set only */
	ICMPGUARD_A_CONFIG_TRANSACTION,	/* u32, enum icmpguard_transaction */
	ICMPGUARD_A_CONFIG_EXEMPTION_COUNT,	/* u32, get only */
	ICMPGUARD_A_CONFIG_TYPE,	/* nest TYPE, any number of times */
	ICMPGUARD_A_CONFIG_KNOWN_FIRST,		/* u8, 0 or 1 */
	ICMPGUARD_A_CONFIG_CANDIDATE_SIZE,	/* u32, bytes */

	__ICMPGUARD_A_CONFIG_MAX,
	ICMPGUARD_A_CONFIG_MAX = __ICMPGUARD_A_CONFIG_MAX - 1
};

enum {
	ICMPGUARD_A_CLASS_ID = 1,		/* u32, enum icmpguard_class */
	ICMPGUARD_A_CLASS_ACTION,		/* u32, enum icmpguard_action */
	/* drop of a guarded class: needed in a set, told in a get */
	ICMPGUARD_A_CLASS_FORCE,		/* flag */
	/*
	 * u32, enum icmpguard_direction; left out: whatever it is, and of what
	 * was set before only this stays
	 */
	ICMPGUARD_A_CLASS_DIRECTION,

	__ICMPGUARD_A_CLASS_MAX,
	ICMPGUARD_A_CLASS_MAX = __ICMPGUARD_A_CLASS_MAX - 1
};

enum {
	ICMPGUARD_A_LIMIT_CLASS = 1,		/* u32, enum icmpguard_class */
	ICMPGUARD_A_LIMIT_SCOPE,		/* u32, enum icmpguard_scope */
	ICMPGUARD_A_LIMIT_COUNT,		/* u32, packets per unit */
	ICMPGUARD_A_LIMIT_UNIT,			/* u32, enum icmpguard_unit */
	/* u32, packets; left out in a set: twice a second's, at least 1 */
	ICMPGUARD_A_LIMIT_BURST,
	/* flag instead of count, unit and burst: no such limit */
	ICMPGUARD_A_LIMIT_OFF,

	__ICMPGUARD_A_LIMIT_MAX,
	ICMPGUARD_A_LIMIT_MAX = __ICMPGUARD_A_LIMIT_MAX - 1
};

enum {
	ICMPGUARD_A_CHECK_ID = 1,		/* u32, enum icmpguard_check */
	ICMPGUARD_A_CHECK_ENABLED,		/* u8, 0 or 1 */
	/*
	 * u8, 0 or 1: packets that pass through are refused, too. Only of
	 * quoted-packet; left out in a set: 0.
	 */
	ICMPGUARD_A_CHECK_TRANSIT,

	__ICMPGUARD_A_CHECK_MAX,
	ICMPGUARD_A_CHECK_MAX = __ICMPGUARD_A_CHECK_MAX - 1
};

/* What is done with one type of messages, whatever its class says. */
enum {
	ICMPGUARD_A_TYPE_FAMILY = 1,		/* u32, AF_INET or AF_INET6 */
	ICMPGUARD_A_TYPE_TYPE,			/* u32, 0 to 255 */
	ICMPGUARD_A_TYPE_CODE,		/* u32, 0 to 255; left out: all */
	ICMPGUARD_A_TYPE_ACTION,		/* u32, enum icmpguard_action */
	/* drop of what a guarded class has: needed in a set, told in a get */
	ICMPGUARD_A_TYPE_FORCE,			/* flag */
	/* flag instead of an action, set only: what its class says */
	ICMPGUARD_A_TYPE_DELETE,

	__ICMPGUARD_A_TYPE_MAX,
	ICMPGUARD_A_TYPE_MAX = __ICMPGUARD_A_TYPE_MAX - 1
};

/* How many leading bits of an address make the key of a scope. */
enum {
	/* u32, enum icmpguard_scope: source, source-net, destination-net */
	ICMPGUARD_A_WIDTH_SCOPE = 1,
	ICMPGUARD_A_WIDTH_FAMILY,		/* u32, AF_INET or AF_INET6 */
	ICMPGUARD_A_WIDTH_BITS,			/* u32, 1 to 32 or 128 */

	__ICMPGUARD_A_WIDTH_MAX,
	ICMPGUARD_A_WIDTH_MAX = __ICMPGUARD_A_WIDTH_MAX - 1
};

/* An exemption (prefix, device, or both) or an allowed group (prefix). */
enum {
	ICMPGUARD_A_PREFIX_ADDRESS = 1,	/* binary, 4 or 16 bytes */
	ICMPGUARD_A_PREFIX_BITS,		/* u32, goes with address */
	ICMPGUARD_A_PREFIX_DEVICE,		/* string, exemptions only */
	ICMPGUARD_A_PREFIX_DELETE,		/* flag, set only */

	__ICMPGUARD_A_PREFIX_MAX,
	ICMPGUARD_A_PREFIX_MAX = __ICMPGUARD_A_PREFIX_MAX - 1
};

enum {
	ICMPGUARD_A_STATS_FAMILY = 1,		/* u32, AF_INET or AF_INET6 */
	ICMPGUARD_A_STATS_CLASS,		/* u32, enum icmpguard_class */
	ICMPGUARD_A_STATS_PASSED,		/* u64, packets, all reasons */
	ICMPGUARD_A_STATS_DROPPED,		/* u64, packets, all reasons */
	ICMPGUARD_A_STATS_WOULD_DROP,		/* u64, packets, all reasons */
	/* nest REASON, once for each with a count above zero */
	ICMPGUARD_A_STATS_REASON,
	ICMPGUARD_A_STATS_PAD,

	__ICMPGUARD_A_STATS_MAX,
	ICMPGUARD_A_STATS_MAX = __ICMPGUARD_A_STATS_MAX - 1
};

enum {
	ICMPGUARD_A_REASON_ID = 1,		/* u32, enum icmpguard_reason */
	ICMPGUARD_A_REASON_PASSED,		/* u64, packets */
	ICMPGUARD_A_REASON_DROPPED,		/* u64, packets */
	ICMPGUARD_A_REASON_WOULD_DROP,		/* u64, packets */
	ICMPGUARD_A_REASON_PAD,

	__ICMPGUARD_A_REASON_MAX,
	ICMPGUARD_A_REASON_MAX = __ICMPGUARD_A_REASON_MAX - 1
};

enum {
	ICMPGUARD_A_STATUS_VERSION = 1,		/* string, of the module */
	ICMPGUARD_A_STATUS_MODE,		/* u32, enum icmpguard_mode */
	ICMPGUARD_A_STATUS_GENERATION,		/* u32, of the configuration */
	ICMPGUARD_A_STATUS_RESETS,		/* u64, of the counters */
	ICMPGUARD_A_STATUS_TABLE_SIZE,		/* u32, bytes; 0 while off */
	/* u64: senders forgotten while they owed, for want of space */
	ICMPGUARD_A_STATUS_TABLE_EVICTIONS,
	/* u32: of every 1000 slots of the table, how many owe now */
	ICMPGUARD_A_STATUS_TABLE_FILL,
	ICMPGUARD_A_STATUS_IPV6,		/* u8, 0: no IPv6 in this kernel */
	ICMPGUARD_A_STATUS_PAD,
	/* u64, packets: path MTU messages that a limit has refused */
	ICMPGUARD_A_STATUS_PATH_MTU_HARMED,
	/* u32, bytes of known senders; 0 while known-first or the mode is off */
	ICMPGUARD_A_STATUS_HISTORY_SIZE,
	/* u32: of every 1000 places for known senders, how many are taken */
	ICMPGUARD_A_STATUS_HISTORY_FILL,
	ICMPGUARD_A_STATUS_CANDIDATE_SIZE,	/* u32, bytes; 0 as above */
	/* u8, 1: a shared limit was overloaded within the last 10 s */
	ICMPGUARD_A_STATUS_OVERLOADED,

	__ICMPGUARD_A_STATUS_MAX,
	ICMPGUARD_A_STATUS_MAX = __ICMPGUARD_A_STATUS_MAX - 1
};

/*
 * A packet that didn't come: source, destination and device are the request's,
 * all else is the answer.
 */
enum {
	ICMPGUARD_A_WHY_SOURCE = 1,		/* binary, 4 or 16 bytes */
	ICMPGUARD_A_WHY_DESTINATION,		/* binary, as long */
	ICMPGUARD_A_WHY_DEVICE,			/* string, where it comes in */
	ICMPGUARD_A_WHY_MODE,			/* u32, enum icmpguard_mode */
	ICMPGUARD_A_WHY_EXEMPT,			/* u8, 0 or 1 */
	/*
	 * nest WHY_CLASS, once for each class that the family has messages of,
	 * and one for the pseudo-class all where that has limits; none while
	 * the mode is off
	 */
	ICMPGUARD_A_WHY_CLASS,
	/* u32, enum icmpguard_known; not while known-first is off */
	ICMPGUARD_A_WHY_KNOWN,
	/* u32, seconds that it has been known, but attacks and absences */
	ICMPGUARD_A_WHY_KNOWN_FOR,
	ICMPGUARD_A_WHY_KNOWN_IDLE,	/* u32, seconds since it was seen */

	__ICMPGUARD_A_WHY_MAX,
	ICMPGUARD_A_WHY_MAX = __ICMPGUARD_A_WHY_MAX - 1
};

enum {
	ICMPGUARD_A_WHY_CLASS_ID = 1,		/* u32, enum icmpguard_class */
	ICMPGUARD_A_WHY_CLASS_ACTION,		/* u32; not of all */
	/* u32, enum icmpguard_reason: how it would end; not of all */
	ICMPGUARD_A_WHY_CLASS_REASON,
	/* nest WHY_LIMIT, once for each limit that it is measured by */
	ICMPGUARD_A_WHY_CLASS_LIMIT,

	__ICMPGUARD_A_WHY_CLASS_MAX,
	ICMPGUARD_A_WHY_CLASS_MAX = __ICMPGUARD_A_WHY_CLASS_MAX - 1
};

enum {
	ICMPGUARD_A_WHY_LIMIT_SCOPE = 1,	/* u32, enum icmpguard_scope */
	ICMPGUARD_A_WHY_LIMIT_COUNT,		/* u32, packets per unit */
	ICMPGUARD_A_WHY_LIMIT_UNIT,		/* u32, enum icmpguard_unit */
	ICMPGUARD_A_WHY_LIMIT_BURST,		/* u32, packets */
	/* u32, packets that would pass at once; 0: the next one wouldn't */
	ICMPGUARD_A_WHY_LIMIT_LEFT,

	__ICMPGUARD_A_WHY_LIMIT_MAX,
	ICMPGUARD_A_WHY_LIMIT_MAX = __ICMPGUARD_A_WHY_LIMIT_MAX - 1
};

#endif /* _UAPI_LINUX_ICMPGUARD_H */
