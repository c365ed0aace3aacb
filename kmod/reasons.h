/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every way a packet can end: one line here is one counter, one word, one
 * sentence and one test. The order is that of enum icmpguard_reason (UAPI:
 * new ones go to the end). Also built in userspace: no other header is needed.
 *
 * X(SYMBOL, word, sentence): ICMPGUARD_REASON_SYMBOL, the word that the tool
 * and /proc show, and what `icmpguard stats --explain` says about it.
 */
#ifndef ICMPG_REASONS_H
#define ICMPG_REASONS_H

#define ICMPG_REASONS(X)						\
	X(PASSED, "passed",						\
	  "Nothing was against it.")					\
	X(EXEMPT, "exempt",						\
	  "An exemption lets it pass; limits and class actions were skipped.") \
	X(CLASS_DROP, "class-drop",					\
	  "The action of its class is drop.")				\
	X(LIMIT_PAIR, "limit-pair",					\
	  "This source sends too many to this destination.")		\
	X(LIMIT_SOURCE, "limit-source",					\
	  "This source sends too many.")				\
	X(LIMIT_SOURCE_NET, "limit-source-net",				\
	  "The network of the source sends too many.")			\
	X(LIMIT_DESTINATION, "limit-destination",			\
	  "This destination is sent too many.")				\
	X(LIMIT_DESTINATION_NET, "limit-destination-net",		\
	  "The network of the destination is sent too many.")		\
	X(LIMIT_INTERFACE, "limit-interface",				\
	  "Too many come in on this interface.")			\
	X(LIMIT_ROUTER, "limit-router",					\
	  "Too many are addressed to this host.")			\
	X(LIMIT_TOTAL, "limit-total",					\
	  "Too many of all classes that aren't guarded come in.")	\
	X(PING_OF_DEATH, "ping-of-death",				\
	  "A fragment ends beyond 65535 bytes, more than an IP packet can be.") \
	X(OVERSIZED, "oversized",					\
	  "A fragment ends beyond max-message.")			\
	X(OVERSIZED_REASSEMBLED, "oversized-reassembled",		\
	  "Put together for this host, the message is above max-message.") \
	X(TINY_FRAGMENT, "tiny-fragment",				\
	  "A first fragment is too short for its headers or not a multiple of 8.") \
	X(REFUSED_MESSAGE, "refused-message",				\
	  "Another fragment of the same message was refused.")		\
	X(BROADCAST_ECHO, "broadcast-echo",				\
	  "A request to a broadcast or multicast address asks many to answer.") \
	X(NETWORK_ADDRESS_ECHO, "network-address-echo",			\
	  "A request to the network address of a connected network.")	\
	X(HOP_LIMIT, "hop-limit",					\
	  "Discovery must come with hop limit 255: this came from off the link.") \
	X(TRUNCATED, "truncated",					\
	  "The packet is too short for the header it says it has.")	\
	X(HEADER_CHAIN, "header-chain",					\
	  "More than 8 IPv6 extension headers stand before the upper layer.") \
	X(LINK_HOP_LIMIT, "link-hop-limit",				\
	  "Listener messages, and IPv4 discovery to a group, must come with hop limit 1.") \
	X(DISCOVERY_CODE, "discovery-code",				\
	  "Discovery with a code that it doesn't have.")		\
	X(DISCOVERY_FRAGMENT, "discovery-fragment",			\
	  "Discovery of IPv6 must not come in fragments, but for types 141, 142 and 149.") \
	X(LISTENER_SOURCE, "listener-source",				\
	  "Listener messages must come from a link-local address; reports may from ::.") \
	X(PATH_MTU_SIZE, "path-mtu-size",				\
	  "A path MTU message with a size that no path can have.")	\
	X(QUOTE_SHORT, "quote-short",					\
	  "An error quotes less than the IP header and 8 bytes of a packet.") \
	X(QUOTE_MALFORMED, "quote-malformed",				\
	  "An error quotes something that is no IP packet.")		\
	X(QUOTE_FRAGMENT, "quote-fragment",				\
	  "An error about an IPv4 fragment that isn't the first.")	\
	X(QUOTE_SOURCE, "quote-source",					\
	  "An error about a packet that its receiver can't have sent.")	\
	X(QUOTE_GROUP, "quote-group",					\
	  "An error about a packet to a broadcast or multicast address.") \
	X(QUOTE_ERROR, "quote-error",					\
	  "An error about an error.")					\
	X(QUOTE_PASSED, "quote-passed",					\
	  "An error in transit whose quote is wrong; nothing else was against it.") \
	X(SOURCE_MARTIAN, "source-martian",				\
	  "Its source is an address that no packet may come from.")	\
	X(SOURCE_BROADCAST, "source-broadcast",				\
	  "Its source is the broadcast address of a connected network.") \
	X(SOURCE_OWN, "source-own",					\
	  "Its source is an address of this host, but it comes from outside.") \
	X(TYPE_DROP, "type-drop",					\
	  "The action of its type is drop.")				\
	X(RA_SANITY, "ra-sanity",					\
	  "A router advertisement whose options don't add up, or not from a link-local address.")

#endif /* ICMPG_REASONS_H */
