/* SPDX-License-Identifier: GPL-2.0-only */
/* Types of messages and their classes. Also built in userspace. */
#ifndef ICMPG_CLASSIFY_TYPE_H
#define ICMPG_CLASSIFY_TYPE_H

#include "config.h"

u8 icmpg_classify_type(u8 family, u8 type, u8 code);
bool icmpg_classify_example(u8 family, u8 class, u8 *type);
bool icmpg_classify_is_guarded(u8 family, u8 type, u16 code);

#endif /* ICMPG_CLASSIFY_TYPE_H */
