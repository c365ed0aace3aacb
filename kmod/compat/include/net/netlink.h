/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ICMPG_COMPAT_NET_NETLINK_H
#define ICMPG_COMPAT_NET_NETLINK_H

#include_next <net/netlink.h>

/*
 * COMPAT: 6.7, "netlink: make range pointers in policies const". Before, what
 * was only read was declared as if it were written.
 */
#ifndef ICMPG_HAVE_NLA_POLICY_CONST_RANGE
#undef NLA_POLICY_FULL_RANGE
#define NLA_POLICY_FULL_RANGE(tp, _range) {				\
	.type = NLA_ENSURE_UINT_OR_BINARY_TYPE(tp),			\
	.validation_type = NLA_VALIDATE_RANGE_PTR,			\
	.range = (struct netlink_range_validation *)(_range),		\
}
#endif

#endif /* ICMPG_COMPAT_NET_NETLINK_H */
