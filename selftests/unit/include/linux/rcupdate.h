/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_RCUPDATE_H
#define UNIT_LINUX_RCUPDATE_H

#include <linux/types.h>

#endif /* UNIT_LINUX_RCUPDATE_H */
