/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_BUILD_BUG_H
#define UNIT_LINUX_BUILD_BUG_H

#define __static_assert(condition, message, ...) \
	_Static_assert(condition, message)
#undef static_assert
#define static_assert(condition, ...) \
	__static_assert(condition, ##__VA_ARGS__, #condition)
#define BUILD_BUG_ON(condition)	_Static_assert(!(condition), #condition)

#endif /* UNIT_LINUX_BUILD_BUG_H */
