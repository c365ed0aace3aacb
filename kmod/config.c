// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration that the packet path reads, computed from what an operator
 * set. Process context, may sleep; no lock: what is built here isn't published
 * yet (net.c publishes). Also built in userspace: knows neither skb nor
 * namespace.
 */
#include "config.h"

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "hash.h"

/*
 * A TAT is in its limit's units: when these change, the buckets that are in the
 * table must not be found any more. A device is one, whatever comes in on it.
 */
static u32 icmpg_config_key_purpose(const struct icmpg_limit *limit, u8 scope,
				    u8 family)
{
	if (scope == ICMPGUARD_SCOPE_INTERFACE)
		family = 0;
	return (u32)limit->shift << 16 | (limit->index * 2 + family);
}

static void icmpg_config_build_actions(struct icmpg_config *config, u8 class)
{
	struct icmpg_class_config *to = &config->class[class];
	u8 i, action;

	to->action = config->set.class[class].action;
	for (i = 1; i <= ICMPGUARD_DIRECTION_MAX; i++) {
		action = config->set.direction[class][i].action;
		to->direction[i] = action ?: to->action;
		to->by_direction |= action != 0;
	}
}

static int icmpg_config_build_class(struct icmpg_config *config, u8 class,
				    const struct icmpg_key *key)
{
	struct icmpg_class_config *to = &config->class[class];
	u8 scope, family;
	int err;

	icmpg_config_build_actions(config, class);
	if (!icmpg_settings_is_limited(&config->set, class))
		return 0;
	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
		const struct icmpg_rate *rate = &config->set.limit[class][scope];
		struct icmpg_limit *limit = &to->limit[scope];
		u32 bit = 1u << scope;

		if (!rate->count)
			continue;
		err = icmpg_limit_build(limit, rate);
		if (err)
			return err;
		to->scopes |= bit;
		config->precise_clock |=
			icmpg_limit_is_short(limit, !(bit & ICMPG_SCOPES_OWN),
					     TICK_NSEC);
		icmpg_limit_share(limit, !(bit & ICMPG_SCOPES_OWN),
				  bit & ICMPG_SCOPES_SINGLE,
				  config->set.known_first);
		/* A single bucket isn't in the table: no index, no key. */
		if (bit & ICMPG_SCOPES_SINGLE)
			continue;
		limit->index = icmpg_limit_index(class, scope);
		for (family = 0; family < ICMPG_FAMILIES; family++)
			icmpg_key_derive(key,
					 icmpg_config_key_purpose(limit, scope,
								  family),
					 &limit->key[family]);
		config->limit[limit->index] = limit;
	}
	return 0;
}

static void icmpg_config_build_mask(__be64 *mask, u8 bits)
{
	mask[0] = bits ? cpu_to_be64(~0ULL << (64 - min_t(u8, bits, 64))) : 0;
	mask[1] = bits > 64 ? cpu_to_be64(~0ULL << (128 - bits)) : 0;
}

static void icmpg_config_build_masks(struct icmpg_config *config)
{
	u8 family, scope, bits;

	for (family = 0; family < ICMPG_FAMILIES; family++) {
		for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
			bits = config->set.width[scope][family];
			if (scope == ICMPGUARD_SCOPE_PAIR)
				bits = config->set.width[ICMPGUARD_SCOPE_SOURCE]
							[family];
			if (scope == ICMPGUARD_SCOPE_DESTINATION)
				bits = icmpg_family_bits(family);
			icmpg_config_build_mask(config->mask[scope][family],
						bits);
		}
	}
	for (scope = 1; scope <= ICMPGUARD_SCOPE_MAX; scope++) {
		u64 mask = be64_to_cpu(config->mask[scope][ICMPG_IPV4][0]);

		config->mask_ipv4[scope] = cpu_to_be32(mask >> 32);
	}
}

static bool icmpg_config_has_short_way(const struct icmpg_config *config)
{
	const struct icmpg_class_config *class =
		&config->class[ICMPGUARD_CLASS_ECHO_REQUEST];

	return config->set.mode == ICMPGUARD_MODE_ENFORCE &&
	       !config->set.exempt && !config->set.type_count &&
	       !class->by_direction &&
	       class->action == ICMPGUARD_ACTION_LIMIT &&
	       class->scopes & ICMPG_SCOPE_BIT(PAIR);
}

/**
 * icmpg_config_build() - the configuration that settings mean
 * @set: moved into the new configuration, which then owns the lists and leaves
 *	none here; untouched if this fails
 * @key: secret of the namespace; what the limits' keys derive from
 * @extack: gets a sentence
 *
 * The generation is the publisher's to set.
 *
 * Context: process, may sleep.
 * Return: the caller's, for icmpg_net_publish() or icmpg_config_destroy();
 * ERR_PTR: -ENOMEM, or as icmpg_settings_check().
 */
struct icmpg_config *icmpg_config_build(struct icmpg_settings *set,
					const struct icmpg_key *key,
					struct netlink_ext_ack *extack)
{
	struct icmpg_config *config;
	u8 class, family;
	int err;

	err = icmpg_settings_check(set, extack);
	if (err)
		return ERR_PTR(err);
	config = kvzalloc(sizeof(*config), GFP_KERNEL_ACCOUNT);
	if (!config) {
		NL_SET_ERR_MSG(extack, "no memory for the configuration");
		return ERR_PTR(-ENOMEM);
	}
	config->set = *set;
	for (class = 1; class <= ICMPGUARD_CLASS_MAX; class++) {
		err = icmpg_config_build_class(config, class, key);
		if (err) {
			kvfree(config);
			return ERR_PTR(err);
		}
	}
	for (family = 0; family < ICMPG_FAMILIES; family++) {
		icmpg_key_derive(key, ICMPG_KEY_SOURCE + family,
				 &config->source_key[family]);
		icmpg_key_derive(key, ICMPG_KEY_NETWORK + family,
				 &config->destination_key[family]);
	}
	icmpg_config_build_masks(config);
	icmpg_types_build(config);
	config->short_way = icmpg_config_has_short_way(config);
	set->broadcast_allow = NULL;
	set->exempt = NULL;
	return config;
}

/**
 * icmpg_config_destroy() - free a configuration that nobody reads
 * @config: with all it owns
 *
 * RCU: one that was published is freed after a grace period only, by net.c.
 * Context: any that may kvfree(), RCU callbacks included.
 */
void icmpg_config_destroy(struct icmpg_config *config)
{
	icmpg_settings_exit(&config->set);
	kvfree(config);
}
