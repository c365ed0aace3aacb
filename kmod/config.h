/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration of one namespace: what an operator sets (icmpg_settings)
 * and what is computed from it for the packet path (icmpg_config). Both are
 * immutable once built; a change builds a new one. Also built in userspace.
 */
#ifndef ICMPG_CONFIG_H
#define ICMPG_CONFIG_H

#include <linux/types.h>
#include <linux/icmpguard.h>
#ifdef __KERNEL__
#include <linux/if.h>
#include <linux/in6.h>
#include <linux/rcupdate.h>
#include <net/netlink.h>
#endif

#include "bucket.h"

/* Two families, as an index. */
enum icmpg_family {
	ICMPG_IPV4,
	ICMPG_IPV6,
	ICMPG_FAMILIES
};

#define ICMPG_CLASS_SLOTS	(ICMPGUARD_CLASS_MAX + 1)
#define ICMPG_SCOPE_SLOTS	(ICMPGUARD_SCOPE_MAX + 1)
#define ICMPG_CHECK_SLOTS	(ICMPGUARD_CHECK_MAX + 1)
#define ICMPG_DIRECTION_SLOTS	(ICMPGUARD_DIRECTION_MAX + 1)

#define ICMPG_SCOPE_BIT(scope)	(1u << ICMPGUARD_SCOPE_##scope)
/* A sender's own limits; all others are shared among senders. */
#define ICMPG_SCOPES_OWN	(ICMPG_SCOPE_BIT(PAIR) | ICMPG_SCOPE_BIT(SOURCE))
/* Limits with one bucket in the namespace, not one per key. */
#define ICMPG_SCOPES_SINGLE	(ICMPG_SCOPE_BIT(ROUTER) | ICMPG_SCOPE_BIT(TOTAL))
/* What the pseudo-class all can be limited by. */
#define ICMPG_SCOPES_ALL	(ICMPG_SCOPE_BIT(INTERFACE) | ICMPG_SCOPES_SINGLE)

/* Known senders take an eighth of what the buckets do, in memory of their own. */
#define ICMPG_HISTORY_BYTES(table_size)	((table_size) / 8)

/* Bits of an address; 0 for that of no family. */
static inline u8 icmpg_family_bits(u8 family)
{
	return family == ICMPG_IPV4 ? 32 : family == ICMPG_IPV6 ? 128 : 0;
}

/**
 * struct icmpg_prefix - an address prefix, perhaps tied to a device
 * @addr: network byte order, IPv4 in the first word; bits past @bits are zero
 * @family: enum icmpg_family; ICMPG_FAMILIES for any address on @dev
 * @bits: prefix length; 0 for any address
 * @dev: device name, empty for any
 */
struct icmpg_prefix {
	__be32 addr[4];
	u8 family;
	u8 bits;
	char dev[16];
};

/**
 * struct icmpg_prefix_list - a set of prefixes, searchable without a lock
 * @count: entries in @entry
 * @lengths: per family, the prefix lengths that occur, one bit each
 * @entry: sorted by family, length, address, device; no two alike
 */
struct icmpg_prefix_list {
	u32 count;
	unsigned long lengths[ICMPG_FAMILIES][192 / BITS_PER_LONG];
	struct icmpg_prefix entry[];
};

/**
 * struct icmpg_class_setting - what an operator says about a class
 * @action: enum icmpguard_action
 * @force: a guarded class may be dropped
 */
struct icmpg_class_setting {
	u8 action;
	bool force;
};

#define ICMPG_ANY_CODE	256

/**
 * struct icmpg_type_setting - what an operator says about one type
 * @family: enum icmpg_family
 * @type: ICMP type
 * @code: ICMP code, or ICMPG_ANY_CODE for those without a setting of their own
 * @action: enum icmpguard_action
 * @force: it may be dropped although a guarded class has it
 */
struct icmpg_type_setting {
	u8 family;
	u8 type;
	u16 code;
	u8 action;
	bool force;
};

/**
 * struct icmpg_settings - what an operator sets, as plain values
 * @mode: enum icmpguard_mode
 * @randomise: shared buckets are charged 0 to 2 packets, 1 in the mean
 * @bridged: judge bridged frames too
 * @max_message: bytes after the IP headers of a message that comes in fragments
 * @known_first: of shared limits, senders that came back may use more of the
 *	burst than others
 * @table_size: bytes of the buckets; for known senders an eighth is added
 * @candidate_size: bytes for senders that may come back; with @known_first
 * @check: on or off, by enum icmpguard_check
 * @check_transit: whether it is for packets in transit, too; false where there
 *	is no choice, and while @check is off
 * @class: by enum icmpguard_class
 * @direction: by class and enum icmpguard_direction, instead of @class; an
 *	action of 0 means that @class holds
 * @type_count: how many there are in @type
 * @type: before class and direction; sorted by family, type and code
 * @limit: by class and scope; a count of 0 means no limit
 * @width: bits of the address that make a key, by scope and family: source
 *	(also that of pair), source-net, destination-net
 * @broadcast_allow: groups that may be pinged; NULL for none. Owned.
 * @exempt: what limits and class actions don't apply to; NULL for none. Owned.
 */
struct icmpg_settings {
	u8 mode;
	bool randomise;
	bool bridged;
	u32 max_message;
	bool known_first;
	u32 table_size;
	u32 candidate_size;
	bool check[ICMPG_CHECK_SLOTS];
	bool check_transit[ICMPG_CHECK_SLOTS];
	struct icmpg_class_setting class[ICMPG_CLASS_SLOTS];
	struct icmpg_class_setting direction[ICMPG_CLASS_SLOTS]
					    [ICMPG_DIRECTION_SLOTS];
	u32 type_count;
	struct icmpg_type_setting type[ICMPGUARD_TYPES_MAX];
	struct icmpg_rate limit[ICMPG_CLASS_SLOTS][ICMPG_SCOPE_SLOTS];
	u8 width[ICMPG_SCOPE_SLOTS][ICMPG_FAMILIES];
	struct icmpg_prefix_list *broadcast_allow;
	struct icmpg_prefix_list *exempt;
};

/**
 * struct icmpg_class_config - a class as the packet path wants it
 * @action: enum icmpguard_action
 * @by_direction: @direction tells the action, and not @action
 * @direction: enum icmpguard_action, by enum icmpguard_direction
 * @scopes: bit mask of the scopes that limit it, ICMPG_SCOPE_BIT()
 * @limit: by scope; valid where @scopes has the bit
 */
struct icmpg_class_config {
	u8 action;
	bool by_direction;
	u8 direction[ICMPG_DIRECTION_SLOTS];
	u32 scopes;
	struct icmpg_limit limit[ICMPG_SCOPE_SLOTS];
};

/**
 * struct icmpg_config - one immutable configuration of a namespace
 * @generation: counts the configurations of the namespace, from 1
 * @precise_clock: some limit is too short for the tick clock
 * @short_way: echo requests may go the short way (flood.h): nothing that is set
 *	could let them pass, or refuse them, before the limit of their pair
 * @set: what it was built from
 * @source_key: of the hash of a packet's source, by family
 * @destination_key: of the hash of its destination's network, by family
 * @mask: the bits of an address that make a key, by scope and family. An IPv4
 *	address is the upper half of the first word, as it lies in memory.
 * @mask_ipv4: the same for IPv4 alone
 * @type: by family and ICMP type: enum icmpguard_action, or 0 if the class
 *	tells it; with ICMPG_TYPE_BY_CODE if some codes have one of their own
 * @class: by enum icmpguard_class; the last one is the pseudo-class all
 * @limit: those of @class by their index in the table, NULL where there is none
 * @rcu: for freeing it after the last packet that may read it
 */
struct icmpg_config {
	u32 generation;
	bool precise_clock;
	bool short_way;
	struct icmpg_settings set;
	struct icmpg_key source_key[ICMPG_FAMILIES];
	struct icmpg_key destination_key[ICMPG_FAMILIES];
	__be64 mask[ICMPG_SCOPE_SLOTS][ICMPG_FAMILIES][2];
	__be32 mask_ipv4[ICMPG_SCOPE_SLOTS];
	u8 type[ICMPG_FAMILIES][256];
	struct icmpg_class_config class[ICMPG_CLASS_SLOTS];
	const struct icmpg_limit *limit[128];
	struct rcu_head rcu;
};

/**
 * icmpg_class_is_guarded() - is the network unusable without this class?
 * @class: enum icmpguard_class
 *
 * Return: true if only force may drop it.
 */
static inline bool icmpg_class_is_guarded(u8 class)
{
	return class == ICMPGUARD_CLASS_PATH_MTU ||
	       class == ICMPGUARD_CLASS_ROUTER_DISCOVERY ||
	       class == ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY ||
	       class == ICMPGUARD_CLASS_MULTICAST_LISTENER;
}

#define ICMPG_ERROR_CLASSES						\
	(1u << ICMPGUARD_CLASS_UNREACHABLE |				\
	 1u << ICMPGUARD_CLASS_PATH_MTU |				\
	 1u << ICMPGUARD_CLASS_TIME_EXCEEDED |				\
	 1u << ICMPGUARD_CLASS_PARAMETER_PROBLEM |			\
	 1u << ICMPGUARD_CLASS_SOURCE_QUENCH |				\
	 1u << ICMPGUARD_CLASS_REDIRECT)

/**
 * icmpg_class_is_error() - is it about a packet that somebody has sent?
 * @class: enum icmpguard_class
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool icmpg_class_is_error(u8 class)
{
	return ICMPG_ERROR_CLASSES & 1u << class;
}

/* Can a check be for this host alone, or for all? Then that is how it is set. */
static inline bool icmpg_check_has_transit(u8 check)
{
	return check == ICMPGUARD_CHECK_QUOTED_PACKET;
}

#define ICMPG_TYPE_BY_CODE	0x80

struct netlink_ext_ack;

/* Index of a limit in the table's slots: stable, 1 to 127; 0 is an empty slot. */
static inline u8 icmpg_limit_index(u8 class, u8 scope)
{
	return (class - 1) * (ICMPGUARD_SCOPE_INTERFACE) + scope;
}

static_assert((ICMPGUARD_CLASS_ALL - 1) * ICMPGUARD_SCOPE_INTERFACE +
	      ICMPGUARD_SCOPE_INTERFACE <= 127, "slots have 7 bits for it");

extern const char *const icmpg_class_word[ICMPG_CLASS_SLOTS];
extern const char *const icmpg_scope_word[ICMPG_SCOPE_SLOTS];
extern const char *const icmpg_check_word[ICMPG_CHECK_SLOTS];
extern const char *const icmpg_mode_word[ICMPGUARD_MODE_MAX + 1];

void icmpg_settings_init(struct icmpg_settings *set, u8 mode);
int icmpg_settings_copy(struct icmpg_settings *to,
			const struct icmpg_settings *from);
void icmpg_settings_exit(struct icmpg_settings *set);
u64 icmpg_settings_memory(const struct icmpg_settings *set);
const struct icmpg_rate *icmpg_settings_default_limit(u8 class, u8 scope);
bool icmpg_settings_has_width(u8 scope);
int icmpg_settings_check_limit(u8 class, u8 scope,
			       const struct icmpg_rate *rate,
			       struct netlink_ext_ack *extack);
int icmpg_settings_check_class(const struct icmpg_settings *set, u8 class,
			       struct netlink_ext_ack *extack);
bool icmpg_settings_is_limited(const struct icmpg_settings *set, u8 class);
int icmpg_settings_check(const struct icmpg_settings *set,
			 struct netlink_ext_ack *extack);

int icmpg_types_set(struct icmpg_settings *set,
		    const struct icmpg_type_setting *setting,
		    struct netlink_ext_ack *extack);
void icmpg_types_delete(struct icmpg_settings *set,
			const struct icmpg_type_setting *setting);
const struct icmpg_type_setting *
icmpg_types_find(const struct icmpg_settings *set, u8 family, u8 type,
		 u16 code);
int icmpg_types_check(const struct icmpg_settings *set,
		      struct netlink_ext_ack *extack);
bool icmpg_types_limits(const struct icmpg_settings *set, u8 class);
void icmpg_types_build(struct icmpg_config *config);

struct icmpg_config *icmpg_config_build(struct icmpg_settings *set,
					const struct icmpg_key *key,
					struct netlink_ext_ack *extack);
void icmpg_config_destroy(struct icmpg_config *config);

int icmpg_prefix_check(const struct icmpg_prefix *prefix,
		       struct netlink_ext_ack *extack);
int icmpg_prefix_compare(const void *left, const void *right);
int icmpg_prefix_list_change(struct icmpg_prefix_list **list,
			     const struct icmpg_prefix *prefix, u32 count,
			     bool del, u32 max, struct netlink_ext_ack *extack);
int icmpg_prefix_list_copy(struct icmpg_prefix_list **to,
			   const struct icmpg_prefix_list *from);
bool icmpg_prefix_list_find(const struct icmpg_prefix_list *list,
			    const struct icmpg_prefix *prefix);
bool icmpg_prefix_list_has(const struct icmpg_prefix_list *list, u8 family,
			   const __be32 *addr, const char *dev);

#endif /* ICMPG_CONFIG_H */
