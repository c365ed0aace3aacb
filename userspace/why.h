/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What would become of a packet: the question, and the module's answer.
 */
#ifndef ICMPG_WHY_H
#define ICMPG_WHY_H

#include <linux/icmpguard.h>
#include <net/if.h>

#include "model.h"
#include "nlsock.h"

#define ICMPG_WHY_CLASSES	32	/* more than there are */
#define ICMPG_WHY_LIMITS	16

/**
 * struct icmpg_question - a packet that didn't come
 * @source: address; its prefix length says nothing
 * @destination: address; family 0 when it wasn't said
 * @device: where it comes in; empty when it wasn't said
 */
struct icmpg_question {
	struct icmpg_prefix source;
	struct icmpg_prefix destination;
	char device[IFNAMSIZ];
};

/**
 * struct icmpg_why_limit - a limit that a packet is measured by
 * @scope: enum icmpguard_scope
 * @count: packets per @unit
 * @unit: enum icmpguard_unit
 * @burst: packets
 * @left: packets that would pass at once
 */
struct icmpg_why_limit {
	uint32_t scope;
	uint32_t count;
	uint32_t unit;
	uint32_t burst;
	uint32_t left;
};

/**
 * struct icmpg_why_class - what would become of a packet of a class
 * @class: enum icmpguard_class
 * @action: enum icmpguard_action; 0 of the pseudo-class all
 * @reason: enum icmpguard_reason; 0 of the pseudo-class all
 * @limit: what it is measured by
 * @limits: how many in @limit
 */
struct icmpg_why_class {
	uint32_t class;
	uint32_t action;
	uint32_t reason;
	struct icmpg_why_limit limit[ICMPG_WHY_LIMITS];
	size_t limits;
};

/**
 * struct icmpg_why - what would become of a packet
 * @mode: enum icmpguard_mode
 * @exempt: limits and class actions don't apply to it
 * @known: enum icmpguard_known; 0 while known-first is off
 * @known_for: seconds that it has been known
 * @known_idle: seconds since it was seen
 * @class: of each class
 * @classes: how many in @class
 */
struct icmpg_why {
	uint32_t mode;
	uint32_t exempt;
	uint32_t known;
	uint32_t known_for;
	uint32_t known_idle;
	struct icmpg_why_class class[ICMPG_WHY_CLASSES];
	size_t classes;
};

void icmpg_why_take(struct icmpg_why *why, struct icmpg_cursor attrs);
int icmpg_why_complete(struct icmpg_question *question);
int icmpg_why_fetch(struct icmpg_nlsock *sock,
		    const struct icmpg_question *question,
		    struct icmpg_why *why);

#endif /* ICMPG_WHY_H */
