// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <arpa/inet.h>
#include <string.h>

int unit_alloc_left = -1;
__thread unsigned int unit_cpu;
#ifdef UNIT_RACE
__thread void (*unit_race)(void);
#endif

/* The secret of all configurations here: the same hashes in each run. */
static const struct icmpg_key unit_key = {
	.k = { 0x243f6a8885a308d3ULL, 0x13198a2e03707344ULL },
};

/*
 * No limits: all classes are accepted, nothing is random, and all senders are
 * alike.
 */
void unit_settings_init(struct icmpg_settings *set)
{
	u8 class;

	icmpg_settings_init(set, ICMPGUARD_MODE_ENFORCE);
	memset(set->limit, 0, sizeof(set->limit));
	for (class = 1; class < ICMPGUARD_CLASS_ALL; class++)
		set->class[class].action = ICMPGUARD_ACTION_ACCEPT;
	set->randomise = false;
	set->known_first = false;
}

/* A class with a limit must have one that senders share: router, by default. */
void unit_set_limit(struct icmpg_settings *set, u8 class, u8 scope, u32 count,
		    u8 unit, u32 burst)
{
	set->class[class].action = ICMPGUARD_ACTION_LIMIT;
	set->limit[class][scope].count = count;
	set->limit[class][scope].unit = unit;
	set->limit[class][scope].burst = burst;
	if (!set->limit[class][ICMPGUARD_SCOPE_ROUTER].count)
		unit_set_limit(set, class, ICMPGUARD_SCOPE_ROUTER, 1000000,
			       ICMPGUARD_UNIT_SECOND, 1000000);
}

/* Of a copy of @set. Ends the program if it is refused. */
struct icmpg_config *unit_config(const struct icmpg_settings *set)
{
	struct netlink_ext_ack extack = {};
	struct icmpg_config *config;
	struct icmpg_settings copy;

	if (icmpg_settings_copy(&copy, set))
		abort();
	config = icmpg_config_build(&copy, &unit_key, &extack);
	if (IS_ERR(config)) {
		printf("Bail out! settings refused: %s\n", extack._msg);
		exit(1);
	}
	return config;
}

/* Ends the program if @text is no address. */
union icmpg_addr unit_addr(u8 family, const char *text)
{
	union icmpg_addr addr = {};

	if (inet_pton(family == ICMPG_IPV4 ? AF_INET : AF_INET6, text,
		      &addr) != 1) {
		printf("Bail out! no address: %s\n", text);
		exit(1);
	}
	return addr;
}

static u8 unit_family(const char *text)
{
	return strchr(text, ':') ? ICMPG_IPV6 : ICMPG_IPV4;
}

/* "ADDRESS/BITS", or NULL for any; a device, or NULL for any. */
struct icmpg_prefix unit_prefix(const char *text, const char *dev)
{
	struct icmpg_prefix prefix = { .family = ICMPG_FAMILIES };
	union icmpg_addr addr;
	char address[64] = "";
	unsigned int bits;

	if (text) {
		sscanf(text, "%63[^/]/%u", address, &bits);
		prefix.family = unit_family(text);
		prefix.bits = bits;
		addr = unit_addr(prefix.family, address);
		memcpy(prefix.addr, &addr, sizeof(prefix.addr));
	}
	if (dev)
		strncpy(prefix.dev, dev, sizeof(prefix.dev) - 1);
	return prefix;
}

/* A list of one. */
struct icmpg_prefix_list *unit_list(const char *text)
{
	struct icmpg_prefix prefix = unit_prefix(text, NULL);
	struct icmpg_prefix_list *list = NULL;

	if (icmpg_prefix_list_change(&list, &prefix, 1, false, 1, NULL))
		abort();
	return list;
}

/* A whole message, on eth0, that nothing is wrong with. */
struct icmpg_pkt unit_pkt(u8 class, const char *src, const char *dst)
{
	struct icmpg_pkt pkt = {
		.family = unit_family(src),
		.class = class,
		.ifindex = 2,
		.dev = "eth0",
		.hop_limit = 255,
		.length = 64,
		.end = 64,
		.part = ICMPG_PART_WHOLE,
		.icmp = true,
	};

	pkt.src = unit_addr(pkt.family, src);
	pkt.dst = unit_addr(pkt.family, dst);
	pkt.headers = pkt.family == ICMPG_IPV4 ? 20 : 0;
	return pkt;
}
