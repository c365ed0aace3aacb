/* SPDX-License-Identifier: GPL-2.0-only */
/* Charging the buckets that have agreed. Also built in userspace. */
#ifndef ICMPG_CHARGE_H
#define ICMPG_CHARGE_H

#include "limiter.h"

/*
 * Of 64 random bits so many digits in base 3 may have been taken when a packet
 * begins, which takes up to ICMPG_CHARGES_MAX more: each of them is still 0, 1
 * or 2 to within 3^34 / 2^64, a tenth of a percent.
 */
#define ICMPG_CHARGE_DIGITS	24

u32 icmpg_charge_all(const struct icmpg_check *check, u64 *random);

#endif /* ICMPG_CHARGE_H */
