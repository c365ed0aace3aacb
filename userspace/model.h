/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A setting is one line of the grammar as numbers. A configuration is a list
 * of them, whether it was typed, read from a file, or told by the kernel.
 * model.c turns settings into attributes and back, and compares them.
 */
#ifndef ICMPG_MODEL_H
#define ICMPG_MODEL_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "nlattr.h"

/**
 * struct icmpg_prefix - addresses, a device, or addresses on a device
 * @family: AF_INET or AF_INET6; 0 when any address is meant
 * @bits: leading bits of @address that count
 * @address: network byte order, 4 bytes of it in IPv4
 * @device: empty when any device is meant
 */
struct icmpg_prefix {
	uint32_t family;
	uint32_t bits;
	uint8_t address[16];
	char device[IFNAMSIZ];
};

#define ICMPG_ANY_CODE	256

/**
 * struct icmpg_setting - one line of the grammar
 * @key: which line; says which members count
 * @line: where it was read, from 1; 0 when it was typed or told
 * @class: class, limit
 * @direction: class: 0 for all
 * @type: type
 * @code: type: ICMPG_ANY_CODE for all that have no setting of their own
 * @scope: limit, width
 * @check: check
 * @family: width, type: AF_INET or AF_INET6
 * @value: mode, action, bytes, bits; packets per @unit; 1 and 0 for on and off;
 *	check: 2 for all, where there is that, and 1 for local
 * @unit: limit
 * @burst: limit, packets; 0 leaves it to the kernel
 * @off: limit, type, broadcast-allow, exempt: it goes away
 * @force: class, type: drop although it is guarded
 * @prefix: broadcast-allow, exempt
 */
struct icmpg_setting {
	enum icmpg_key key;
	unsigned int line;
	uint32_t class;
	uint32_t direction;
	uint32_t type;
	uint32_t code;
	uint32_t scope;
	uint32_t check;
	uint32_t family;
	uint32_t value;
	uint32_t unit;
	uint32_t burst;
	bool off;
	bool force;
	struct icmpg_prefix prefix;
};

/**
 * struct icmpg_settings - a list of settings
 * @at: the settings
 * @count: how many
 * @room: how many @at has room for
 */
struct icmpg_settings {
	struct icmpg_setting *at;
	size_t count;
	size_t room;
};

int icmpg_model_add(struct icmpg_settings *list,
		    const struct icmpg_setting *setting);
void icmpg_model_clear(struct icmpg_settings *list);
void icmpg_model_sort(struct icmpg_settings *list);
int icmpg_model_compare(const struct icmpg_setting *a,
			const struct icmpg_setting *b);
bool icmpg_model_is_prefix(const struct icmpg_setting *setting);
bool icmpg_model_is_entry(const struct icmpg_setting *setting);
bool icmpg_model_is_same(const struct icmpg_setting *a,
			 const struct icmpg_setting *b);

void icmpg_model_put(struct icmpg_message *msg,
		     const struct icmpg_setting *setting);
bool icmpg_model_get(const struct icmpg_attribute *attr,
		     struct icmpg_setting *setting);
unsigned int icmpg_model_word(const struct icmpg_setting *setting,
			      uint16_t type);

#endif /* ICMPG_MODEL_H */
