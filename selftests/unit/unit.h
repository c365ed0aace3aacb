/* SPDX-License-Identifier: GPL-2.0-only */
/* What several of the tests need to make settings and packets. */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/netlink.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/types.h>

#include "config.h"
#include "packet.h"

#include "ktap.h"

#define SECOND_NS	1000000000ULL

#define CLASS(class)	ICMPGUARD_CLASS_##class
#define SCOPE(scope)	ICMPGUARD_SCOPE_##scope
#define REASON(reason)	ICMPGUARD_REASON_##reason

void unit_settings_init(struct icmpg_settings *set);
void unit_set_limit(struct icmpg_settings *set, u8 class, u8 scope, u32 count,
		    u8 unit, u32 burst);
struct icmpg_config *unit_config(const struct icmpg_settings *set);

union icmpg_addr unit_addr(u8 family, const char *text);
struct icmpg_prefix unit_prefix(const char *text, const char *dev);
struct icmpg_prefix_list *unit_list(const char *text);
struct icmpg_pkt unit_pkt(u8 class, const char *src, const char *dst);

#endif /* UNIT_UNIT_H */
