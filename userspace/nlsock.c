// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: the only file that includes libmnl. One socket, one request at a
 * time; every request is acknowledged, so that a refusal always arrives.
 */
#define _GNU_SOURCE
#include "nlsock.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/icmpguard.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define ICMPG_NLSOCK_ROOM	(128u << 10)	/* bytes of a datagram */

/**
 * struct icmpg_nlsock - a socket that found the module
 * @mnl: libmnl's socket
 * @family: number of the module's family
 * @group: number of its events group, 0 when it told none
 * @sequence: of the last request
 * @buf: what was received last
 */
struct icmpg_nlsock {
	struct mnl_socket *mnl;
	uint16_t family;
	uint32_t group;
	uint32_t sequence;
	char buf[ICMPG_NLSOCK_ROOM] __attribute__((aligned(8)));
};

/**
 * struct icmpg_exchange - one request that waits for its end
 * @sock: where
 * @type: of the messages that @handler is called for
 * @handler: may be NULL
 * @data: for @handler
 * @refusal: filled when the kernel says no, or yes with a remark
 * @interrupted: what was dumped changed meanwhile
 */
struct icmpg_exchange {
	struct icmpg_nlsock *sock;
	uint16_t type;
	icmpg_nlsock_handler handler;
	void *data;
	struct icmpg_refusal *refusal;
	bool interrupted;
};

/**
 * icmpg_nlsock_refusal_read() - the extended part of an acknowledgement
 * @tlvs: its attributes
 * @size: bytes in @tlvs
 * @refusal: takes what is there
 */
void icmpg_nlsock_refusal_read(const void *tlvs, size_t size,
			       struct icmpg_refusal *refusal)
{
	struct icmpg_cursor cursor = { .at = tlvs, .left = size };
	struct icmpg_attribute attr;

	while (icmpg_nlattr_next(&cursor, &attr)) {
		if (attr.type == NLMSGERR_ATTR_MSG)
			icmpg_nlattr_get_string(&attr, refusal->sentence,
						sizeof(refusal->sentence));
		else if (attr.type == NLMSGERR_ATTR_OFFS)
			icmpg_nlattr_get_u32(&attr, &refusal->offset);
		else if (attr.type == NLMSGERR_ATTR_MISS_TYPE)
			icmpg_nlattr_get_u32(&attr, &refusal->missing);
	}
}

/* An acknowledgement or the end of a dump: 0 or -errno. */
static int icmpg_nlsock_finish(const struct nlmsghdr *nlh,
			       struct icmpg_refusal *refusal)
{
	size_t size = mnl_nlmsg_get_payload_len(nlh);
	const char *payload = mnl_nlmsg_get_payload(nlh);
	const struct nlmsgerr *ack = (const void *)payload;
	size_t head = sizeof(int);
	int error;

	if (size < sizeof(int))
		return nlh->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	memcpy(&error, payload, sizeof(error));
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		head = sizeof(*ack);
		if (size < head)
			return -EBADMSG;
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
		    ack->msg.nlmsg_len >= sizeof(ack->msg))
			head += MNL_ALIGN(ack->msg.nlmsg_len) -
				sizeof(ack->msg);
	}
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && size > head)
		icmpg_nlsock_refusal_read(payload + head, size - head, refusal);
	if (error > 0)
		return -EBADMSG;
	refusal->error = -error;
	return error;
}

static void icmpg_nlsock_deliver(const struct nlmsghdr *nlh,
				 icmpg_nlsock_handler handler, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	size_t size = mnl_nlmsg_get_payload_len(nlh);
	struct icmpg_cursor cursor;

	if (!handler || size < GENL_HDRLEN)
		return;
	cursor.at = (const char *)genl + GENL_HDRLEN;
	cursor.left = size - GENL_HDRLEN;
	handler(genl->cmd, cursor, data);
}

/* One datagram: 1 while more is to come, else 0 or -errno. */
static int icmpg_nlsock_read(struct icmpg_exchange *ex, size_t received)
{
	const struct nlmsghdr *nlh = (const void *)ex->sock->buf;
	int left = (int)received;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_seq != ex->sock->sequence)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			ex->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_ERROR ||
		    nlh->nlmsg_type == NLMSG_DONE)
			return icmpg_nlsock_finish(nlh, ex->refusal);
		if (nlh->nlmsg_type == ex->type)
			icmpg_nlsock_deliver(nlh, ex->handler, ex->data);
	}
	return 1;
}

static int icmpg_nlsock_run(struct icmpg_exchange *ex,
			    struct icmpg_message *msg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)msg->buf;
	struct icmpg_nlsock *sock = ex->sock;
	int ret;

	memset(ex->refusal, 0, sizeof(*ex->refusal));
	nlh->nlmsg_type = ex->type;
	nlh->nlmsg_seq = ++sock->sequence;
	if (mnl_socket_sendto(sock->mnl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t got = mnl_socket_recvfrom(sock->mnl, sock->buf,
						  sizeof(sock->buf));

		if (got < 0 && errno == EINTR)
			ret = 1;
		else
			ret = got < 0 ? -errno :
				icmpg_nlsock_read(ex, (size_t)got);
	} while (ret > 0);
	return ret ? ret : ex->interrupted ? -EAGAIN : 0;
}

/**
 * icmpg_nlsock_exchange() - send a request and take all that is answered
 * @sock: to whom
 * @msg: the request; sent once more it is a new request
 * @handler: called for each message of the answer, or NULL
 * @data: for @handler
 * @refusal: takes the kernel's no; all zero when it isn't the kernel that
 *	failed
 *
 * Return: 0; -EAGAIN when what was dumped changed meanwhile; else -errno.
 */
int icmpg_nlsock_exchange(struct icmpg_nlsock *sock, struct icmpg_message *msg,
			  icmpg_nlsock_handler handler, void *data,
			  struct icmpg_refusal *refusal)
{
	struct icmpg_exchange ex = {
		.sock = sock,
		.type = sock->family,
		.handler = handler,
		.data = data,
		.refusal = refusal,
	};

	return icmpg_nlsock_run(&ex, msg);
}

static void icmpg_nlsock_group_read(struct icmpg_cursor group,
				    struct icmpg_nlsock *sock)
{
	struct icmpg_attribute attr;
	char name[32] = "";
	uint32_t id = 0;

	while (icmpg_nlattr_next(&group, &attr)) {
		if (attr.type == CTRL_ATTR_MCAST_GRP_NAME)
			icmpg_nlattr_get_string(&attr, name, sizeof(name));
		else if (attr.type == CTRL_ATTR_MCAST_GRP_ID)
			icmpg_nlattr_get_u32(&attr, &id);
	}
	if (!strcmp(name, ICMPGUARD_MCGRP_EVENTS))
		sock->group = id;
}

/* What the kernel says of the family; @data is the socket. */
static void icmpg_nlsock_family_read(uint8_t cmd, struct icmpg_cursor attrs,
				     void *data)
{
	struct icmpg_nlsock *sock = data;
	struct icmpg_attribute attr;
	uint32_t id;

	(void)cmd;
	while (icmpg_nlattr_next(&attrs, &attr)) {
		if (attr.type == CTRL_ATTR_FAMILY_ID &&
		    icmpg_nlattr_get_u32(&attr, &id)) {
			sock->family = (uint16_t)id;
		} else if (attr.type == CTRL_ATTR_MCAST_GROUPS) {
			struct icmpg_cursor list = icmpg_nlattr_nested(&attr);
			struct icmpg_attribute group;

			while (icmpg_nlattr_next(&list, &group))
				icmpg_nlsock_group_read(
					icmpg_nlattr_nested(&group), sock);
		}
	}
}

static int icmpg_nlsock_resolve(struct icmpg_nlsock *sock)
{
	struct icmpg_message *msg;
	struct icmpg_refusal refusal;
	struct icmpg_exchange ex = {
		.sock = sock,
		.type = GENL_ID_CTRL,
		.handler = icmpg_nlsock_family_read,
		.data = sock,
		.refusal = &refusal,
	};
	int ret;

	msg = icmpg_nlattr_message_create(CTRL_CMD_GETFAMILY, ICMPG_NLATTR_DO);
	if (!msg)
		return -ENOMEM;
	icmpg_nlattr_put_string(msg, CTRL_ATTR_FAMILY_NAME,
				ICMPGUARD_FAMILY_NAME);
	ret = icmpg_nlsock_run(&ex, msg);
	icmpg_nlattr_message_destroy(msg);
	return ret ? ret : sock->family ? 0 : -EBADMSG;
}

static int icmpg_nlsock_setup(struct icmpg_nlsock *sock)
{
	int on = 1;

	sock->mnl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!sock->mnl)
		return -errno;
	/* Older kernels lack some; then their messages say less. */
	mnl_socket_setsockopt(sock->mnl, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock->mnl, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock->mnl, NETLINK_GET_STRICT_CHK, &on,
			      sizeof(on));
	if (mnl_socket_bind(sock->mnl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	sock->sequence = (uint32_t)time(NULL);
	return icmpg_nlsock_resolve(sock);
}

/**
 * icmpg_nlsock_create() - open a socket and find the module
 * @result: takes the socket, the caller's; NULL on failure
 *
 * Return: 0; -ENOENT when the module isn't loaded; else -errno.
 */
int icmpg_nlsock_create(struct icmpg_nlsock **result)
{
	struct icmpg_nlsock *sock = calloc(1, sizeof(*sock));
	int ret = sock ? icmpg_nlsock_setup(sock) : -ENOMEM;

	if (ret) {
		icmpg_nlsock_destroy(sock);
		sock = NULL;
	}
	*result = sock;
	return ret;
}

/**
 * icmpg_nlsock_destroy() - close a socket, and drop a transaction begun on it
 * @sock: may be NULL
 */
void icmpg_nlsock_destroy(struct icmpg_nlsock *sock)
{
	if (!sock)
		return;
	if (sock->mnl)
		mnl_socket_close(sock->mnl);
	free(sock);
}

/**
 * icmpg_nlsock_join() - hear the module's events, and of its unloading
 * @sock: takes no requests from now on
 *
 * Return: 0; -EOPNOTSUPP when the module has no events; else -errno.
 */
int icmpg_nlsock_join(struct icmpg_nlsock *sock)
{
	int control = GENL_ID_CTRL;
	int group = (int)sock->group;

	if (!group)
		return -EOPNOTSUPP;
	if (mnl_socket_setsockopt(sock->mnl, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		return -errno;
	/* The group "notify" of the control family has its family's number. */
	if (mnl_socket_setsockopt(sock->mnl, NETLINK_ADD_MEMBERSHIP, &control,
				  sizeof(control)) < 0)
		return -errno;
	return 0;
}

/* The control family says that a family is gone: ours? */
static void icmpg_nlsock_gone_read(uint8_t cmd, struct icmpg_cursor attrs,
				   void *data)
{
	struct icmpg_nlsock *sock = data;
	struct icmpg_attribute attr;
	uint32_t id;

	while (cmd == CTRL_CMD_DELFAMILY && icmpg_nlattr_next(&attrs, &attr))
		if (attr.type == CTRL_ATTR_FAMILY_ID &&
		    icmpg_nlattr_get_u32(&attr, &id) && id == sock->family)
			sock->family = 0;
}

/* One datagram of events. */
static void icmpg_nlsock_take(struct icmpg_nlsock *sock, int left,
			      icmpg_nlsock_handler handler, void *data)
{
	const struct nlmsghdr *nlh = (const void *)sock->buf;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_type == GENL_ID_CTRL)
			icmpg_nlsock_deliver(nlh, icmpg_nlsock_gone_read, sock);
		else if (nlh->nlmsg_type == sock->family)
			icmpg_nlsock_deliver(nlh, handler, data);
	}
}

/**
 * icmpg_nlsock_receive() - wait for events
 * @sock: joined
 * @wake: signals that end the wait; the caller has blocked them
 * @handler: called for each event that was waiting
 * @data: for @handler
 *
 * Return: 0 after some events; -EINTR after a signal; -ENOBUFS when events
 * were lost; -ENOENT when the module was unloaded; else -errno.
 */
int icmpg_nlsock_receive(struct icmpg_nlsock *sock, const sigset_t *wake,
			 icmpg_nlsock_handler handler, void *data)
{
	struct pollfd fd = {
		.fd = mnl_socket_get_fd(sock->mnl),
		.events = POLLIN,
	};
	ssize_t got;

	if (ppoll(&fd, 1, NULL, wake) < 0)
		return -errno;
	got = mnl_socket_recvfrom(sock->mnl, sock->buf, sizeof(sock->buf));
	if (got < 0)
		return -errno;
	icmpg_nlsock_take(sock, (int)got, handler, data);
	return sock->family ? 0 : -ENOENT;
}

/**
 * icmpg_nlsock_drain() - forget the events that are waiting
 * @sock: joined
 *
 * The kernel says that some were lost before it gives those that came earlier, and
 * says so only once until all of these are gone.
 *
 * Return: 0; -ENOENT when the module was unloaded; else -errno.
 */
int icmpg_nlsock_drain(struct icmpg_nlsock *sock)
{
	int fd = mnl_socket_get_fd(sock->mnl);

	while (sock->family) {
		ssize_t got = recv(fd, sock->buf, sizeof(sock->buf),
				   MSG_DONTWAIT);

		if (got >= 0)
			icmpg_nlsock_take(sock, (int)got, NULL, NULL);
		else if (errno == EAGAIN)
			return 0;
		else if (errno != ENOBUFS && errno != EINTR)
			return -errno;
	}
	return -ENOENT;
}

/* For mnl_cb_run(): the answer to a question for a route. */
static int icmpg_nlsock_route_read(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct icmpg_route *route = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		size_t size = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) == RTA_OIF &&
		    size == sizeof(route->device)) {
			route->device = mnl_attr_get_u32(attr);
		} else if (mnl_attr_get_type(attr) == RTA_PREFSRC &&
			   size <= sizeof(route->source)) {
			memcpy(route->source, mnl_attr_get_payload(attr), size);
			route->has_source = true;
		}
	}
	return MNL_CB_STOP;
}

static int icmpg_nlsock_route_ask(struct mnl_socket *mnl, uint32_t family,
				  const uint8_t *address, uint32_t device,
				  struct icmpg_route *route)
{
	size_t size = family == AF_INET ? 4 : 16;
	char buf[8192] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;
	ssize_t got;

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = 1;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = (unsigned char)family;
	rtm->rtm_dst_len = (unsigned char)(8 * size);
	mnl_attr_put(nlh, RTA_DST, size, address);
	if (device)
		mnl_attr_put_u32(nlh, RTA_OIF, device);
	if (mnl_socket_bind(mnl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(mnl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	got = mnl_socket_recvfrom(mnl, buf, sizeof(buf));
	if (got < 0 || mnl_cb_run(buf, (size_t)got, 1,
				  mnl_socket_get_portid(mnl),
				  icmpg_nlsock_route_read, route) < 0)
		return -errno;
	return 0;
}

/**
 * icmpg_nlsock_route() - ask the routing table of this network namespace
 * @family: AF_INET or AF_INET6
 * @address: where to, 4 or 16 bytes
 * @device: out of which interface, by number; 0 for any
 * @route: takes the answer
 *
 * Return: 0 or -errno.
 */
int icmpg_nlsock_route(uint32_t family, const uint8_t *address, uint32_t device,
		       struct icmpg_route *route)
{
	struct mnl_socket *mnl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int ret;

	memset(route, 0, sizeof(*route));
	if (!mnl)
		return -errno;
	ret = icmpg_nlsock_route_ask(mnl, family, address, device, route);
	mnl_socket_close(mnl);
	return ret;
}
