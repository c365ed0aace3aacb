/* SPDX-License-Identifier: GPL-2.0-only */
/* Of netlink, only where the sentence of a refusal goes. */
#ifndef UNIT_LINUX_NETLINK_H
#define UNIT_LINUX_NETLINK_H

#include_next <linux/netlink.h>

struct netlink_ext_ack {
	const char *_msg;
};

#define NL_SET_ERR_MSG(extack, msg) do {		\
	struct netlink_ext_ack *unit_extack = (extack);	\
							\
	if (unit_extack)				\
		unit_extack->_msg = (msg);		\
} while (0)
#define NL_SET_ERR_MSG_MOD(extack, msg) \
	NL_SET_ERR_MSG(extack, "icmpguard: " msg)

#endif /* UNIT_LINUX_NETLINK_H */
