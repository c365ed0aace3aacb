/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's parameters. */
#ifndef ICMPG_MAIN_H
#define ICMPG_MAIN_H

#include <linux/types.h>

extern u8 icmpg_start_mode;
extern unsigned int icmpg_userns_memory;

#endif /* ICMPG_MAIN_H */
