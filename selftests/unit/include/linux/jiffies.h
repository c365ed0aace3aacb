/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_JIFFIES_H
#define UNIT_LINUX_JIFFIES_H

#define HZ		250
#define TICK_NSEC	(1000000000UL / HZ)

#endif /* UNIT_LINUX_JIFFIES_H */
