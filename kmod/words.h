/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of the grammar, in the order of their enums in the uapi header,
 * so that module and tool can't disagree. reasons.h has those of the reasons.
 * Also built in userspace: no other header is needed.
 *
 * X(SYMBOL, word) stands for ICMPGUARD_<LIST>_SYMBOL.
 */
#ifndef ICMPG_WORDS_H
#define ICMPG_WORDS_H

#define ICMPG_MODES(X)							\
	X(OFF, "off")							\
	X(MONITOR, "monitor")						\
	X(ENFORCE, "enforce")

/* The classes of messages, without the pseudo-class "all". */
#define ICMPG_CLASSES(X)						\
	X(ECHO_REQUEST, "echo-request")					\
	X(ECHO_REPLY, "echo-reply")					\
	X(PROBE_REQUEST, "probe-request")				\
	X(PROBE_REPLY, "probe-reply")					\
	X(PATH_MTU, "path-mtu")						\
	X(UNREACHABLE, "unreachable")					\
	X(TIME_EXCEEDED, "time-exceeded")				\
	X(PARAMETER_PROBLEM, "parameter-problem")			\
	X(REDIRECT, "redirect")						\
	X(SOURCE_QUENCH, "source-quench")				\
	X(TIMESTAMP, "timestamp")					\
	X(ROUTER_DISCOVERY, "router-discovery")				\
	X(NEIGHBOUR_DISCOVERY, "neighbour-discovery")			\
	X(MULTICAST_LISTENER, "multicast-listener")			\
	X(MOBILITY, "mobility")						\
	X(LOW_POWER, "low-power")					\
	X(NODE_INFORMATION, "node-information")				\
	X(DEPRECATED, "deprecated")					\
	X(OTHER, "other")						\
	X(FRAGMENT, "fragment")

/* What a limit can be set for: the classes, and all that aren't guarded. */
#define ICMPG_LIMIT_CLASSES(X)						\
	ICMPG_CLASSES(X)						\
	X(ALL, "all")

#define ICMPG_ACTIONS(X)						\
	X(ACCEPT, "accept")						\
	X(LIMIT, "limit")						\
	X(DROP, "drop")

#define ICMPG_DIRECTIONS(X)						\
	X(LOCAL, "local")						\
	X(TRANSIT, "transit")

#define ICMPG_SCOPES(X)							\
	X(PAIR, "pair")							\
	X(SOURCE, "source")						\
	X(SOURCE_NET, "source-net")					\
	X(DESTINATION, "destination")					\
	X(DESTINATION_NET, "destination-net")				\
	X(INTERFACE, "interface")					\
	X(ROUTER, "router")						\
	X(TOTAL, "total")

#define ICMPG_UNITS(X)							\
	X(SECOND, "s")							\
	X(MINUTE, "m")							\
	X(HOUR, "h")

#define ICMPG_CHECKS(X)							\
	X(PING_OF_DEATH, "ping-of-death")				\
	X(TINY_FRAGMENT, "tiny-fragment")				\
	X(BROADCAST_ECHO, "broadcast-echo")				\
	X(NETWORK_ADDRESS_ECHO, "network-address-echo")			\
	X(HEADER_CHAIN, "header-chain")					\
	X(PATH_MTU_SIZE, "path-mtu-size")				\
	X(QUOTED_PACKET, "quoted-packet")				\
	X(SOURCE_ADDRESS, "source-address")				\
	X(RA_SANITY, "ra-sanity")

#define ICMPG_KNOWNS(X)							\
	X(NO, "no")							\
	X(JUNIOR, "junior")						\
	X(YES, "yes")

#endif /* ICMPG_WORDS_H */
