/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The transport of genl_contract.c: a socket to the guard of the namespace that
 * the process is in, requests built attribute by attribute, and all that the
 * kernel answered, with what it said of a refusal.
 */
#ifndef GENL_CONTRACT_NL_H
#define GENL_CONTRACT_NL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <linux/icmpguard.h>

#define REQUEST_BYTES	(64 << 10)
#define ANSWER_BYTES	(512 << 10)
#define ANSWER_MESSAGES	512

/* A request while it is built. */
struct request {
	union {
		struct nlmsghdr nlh;
		char bytes[REQUEST_BYTES];
	};
};

/* What the kernel has answered to one request. */
struct answer {
	int err;		/* errno, 0 if it agreed */
	char text[256];		/* the sentence, empty if there was none */
	unsigned int bad;	/* offset of the attribute it points at, or 0 */
	int missing;		/* type of the attribute that is missing, or -1 */
	unsigned int missing_nest; /* offset of the nest that it is missing in */
	unsigned int messages;
	struct nlmsghdr *message[ANSWER_MESSAGES];
	size_t bytes;
	char data[ANSWER_BYTES] __attribute__((aligned(8)));
};

struct channel {
	struct mnl_socket *nl;
	unsigned int seq;
	unsigned short family;
	unsigned int group;	/* events */
};

static inline struct nlattr *request_end(struct request *request)
{
	return mnl_nlmsg_get_payload_tail(&request->nlh);
}

/* Starts a request to a family. */
static inline void request_init(struct request *request, unsigned short family,
			 unsigned char cmd, unsigned short flags)
{
	struct genlmsghdr *genl;

	memset(request->bytes, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	mnl_nlmsg_put_header(request->bytes);
	request->nlh.nlmsg_type = family;
	request->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(&request->nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = ICMPGUARD_FAMILY_VERSION;
}

/*
 * Adds any attribute, its length said to be another if claim isn't 0. Returns
 * its offset, which is how the kernel points at it.
 */
static inline unsigned int request_put(struct request *request, unsigned short type,
				const void *data, size_t length, unsigned short claim)
{
	struct nlattr *attr = request_end(request);

	mnl_attr_put(&request->nlh, type, length, data);
	if (claim)
		attr->nla_len = claim;
	return (char *)attr - request->bytes;
}

static inline struct nlattr *request_nest(struct request *request, unsigned short type)
{
	return mnl_attr_nest_start(&request->nlh, type);
}

static inline void request_nest_end(struct request *request, struct nlattr *nest)
{
	mnl_attr_nest_end(&request->nlh, nest);
}

/* The first attribute of a type in a message, or NULL. */
static inline const struct nlattr *message_find(const struct nlmsghdr *nlh, unsigned short type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

static inline const struct nlattr *nest_find(const struct nlattr *nest, unsigned short type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

/* The first in any message of an answer. */
static inline const struct nlattr *answer_find(const struct answer *answer, unsigned short type)
{
	const struct nlattr *attr = NULL;
	unsigned int i;

	for (i = 0; !attr && i < answer->messages; i++)
		attr = message_find(answer->message[i], type);
	return attr;
}

static inline unsigned char message_cmd(const struct nlmsghdr *nlh)
{
	return ((const struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd;
}

/* Do two messages tell the same, whatever their sequence and command? */
static inline bool message_equal(const struct nlmsghdr *a, const struct nlmsghdr *b)
{
	size_t headers = NLMSG_HDRLEN + GENL_HDRLEN;

	return a->nlmsg_len == b->nlmsg_len && a->nlmsg_type == b->nlmsg_type &&
	       !memcmp((const char *)a + headers, (const char *)b + headers,
		       a->nlmsg_len - headers);
}

static inline bool answer_equal(const struct answer *a, const struct answer *b)
{
	unsigned int i;

	if (a->err || b->err || a->messages != b->messages)
		return false;
	for (i = 0; i < a->messages; i++)
		if (!message_equal(a->message[i], b->message[i]))
			return false;
	return true;
}

/* An error, an acknowledgement or the end of a dump: what it says. */
static inline void answer_take_end(struct answer *answer, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	char *end = mnl_nlmsg_get_payload_tail(nlh);
	struct nlattr *attr;
	char *told;

	answer->err = -error->error;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	told = (char *)error + sizeof(int);
	if (nlh->nlmsg_type == NLMSG_ERROR)
		told += NLMSG_ALIGN((nlh->nlmsg_flags & NLM_F_CAPPED) ?
				    sizeof(error->msg) : error->msg.nlmsg_len);
	for (attr = (struct nlattr *)told; mnl_attr_ok(attr, end - (char *)attr);
	     attr = mnl_attr_next(attr)) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(answer->text, sizeof(answer->text), "%s",
				 mnl_attr_get_str(attr));
			break;
		case NLMSGERR_ATTR_OFFS:
			answer->bad = mnl_attr_get_u32(attr);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			answer->missing = mnl_attr_get_u32(attr);
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			answer->missing_nest = mnl_attr_get_u32(attr);
			break;
		}
	}
}

/* Takes what has come in. Returns whether that was the end of an answer. */
static inline bool answer_take(struct answer *answer, int received, unsigned int seq)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(answer->data + answer->bytes);
	bool end = false;

	answer->bytes += NLMSG_ALIGN(received);
	for (; mnl_nlmsg_ok(nlh, received); nlh = mnl_nlmsg_next(nlh, &received)) {
		if (nlh->nlmsg_seq != seq)
			continue;
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
			answer_take_end(answer, nlh);
			end = true;
		} else if (answer->messages < ANSWER_MESSAGES) {
			answer->message[answer->messages++] = nlh;
		}
	}
	return end;
}

/*
 * Sends a request and reads the whole answer. To no address: where there is one,
 * the kernel doesn't ask who has opened the socket.
 */
static inline void channel_ask(struct channel *channel, struct request *request,
			struct answer *answer)
{
	int received;

	memset(answer, 0, offsetof(struct answer, data));
	answer->missing = -1;
	request->nlh.nlmsg_seq = ++channel->seq;
	if (send(mnl_socket_get_fd(channel->nl), request, request->nlh.nlmsg_len, 0) < 0) {
		answer->err = errno;
		return;
	}
	do {
		received = mnl_socket_recvfrom(channel->nl, answer->data + answer->bytes,
					       sizeof(answer->data) - answer->bytes);
		if (received <= 0) {
			answer->err = received ? errno : EPIPE;
			return;
		}
	} while (!answer_take(answer, received, request->nlh.nlmsg_seq));
}

/* Has a notification come? It goes into the answer. Never waits. */
static inline bool channel_hear(struct channel *channel, struct answer *answer)
{
	ssize_t received = recv(mnl_socket_get_fd(channel->nl), answer->data,
				sizeof(answer->data), MSG_DONTWAIT);

	memset(answer, 0, offsetof(struct answer, data));
	if (received <= 0)
		return false;
	answer_take(answer, received, 0);
	return true;
}

/* What the kernel says about a family: its number and all else, in answer. */
static inline int channel_resolve(struct channel *channel, struct answer *answer)
{
	const struct nlattr *id, *group, *attr;
	struct request *ask = calloc(1, sizeof(*ask));

	if (!ask)
		return -1;
	request_init(ask, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(&ask->nlh, CTRL_ATTR_FAMILY_NAME, ICMPGUARD_FAMILY_NAME);
	channel_ask(channel, ask, answer);
	free(ask);
	id = answer_find(answer, CTRL_ATTR_FAMILY_ID);
	attr = answer_find(answer, CTRL_ATTR_MCAST_GROUPS);
	if (answer->err || !id || !attr)
		return -1;
	channel->family = mnl_attr_get_u16(id);
	mnl_attr_for_each_nested(group, attr) {
		if (!strcmp(mnl_attr_get_str(nest_find(group, CTRL_ATTR_MCAST_GRP_NAME)),
			    ICMPGUARD_MCGRP_EVENTS))
			channel->group =
				mnl_attr_get_u32(nest_find(group, CTRL_ATTR_MCAST_GRP_ID));
	}
	return 0;
}

static inline void channel_close(struct channel *channel)
{
	if (channel->nl)
		mnl_socket_close(channel->nl);
	memset(channel, 0, sizeof(*channel));
}

/*
 * Opens a socket in the namespace that the process is in. With @port it has
 * that number, else the kernel chooses. Returns 0 or -1 with errno.
 */
static inline int channel_open(struct channel *channel, unsigned int port)
{
	static struct answer about;
	struct timeval patience = { .tv_sec = 20 };
	int on = 1;

	memset(channel, 0, sizeof(*channel));
	channel->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!channel->nl)
		return -1;
	if (mnl_socket_bind(channel->nl, 0, port ? (pid_t)port : MNL_SOCKET_AUTOPID) ||
	    mnl_socket_setsockopt(channel->nl, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(mnl_socket_get_fd(channel->nl), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)) ||
	    channel_resolve(channel, &about)) {
		channel_close(channel);
		return -1;
	}
	return 0;
}

/* Joins the group of events. Returns 0 or -1 with errno. */
static inline int channel_listen(struct channel *channel)
{
	return mnl_socket_setsockopt(channel->nl, NETLINK_ADD_MEMBERSHIP, &channel->group,
				     sizeof(channel->group));
}

#endif /* GENL_CONTRACT_NL_H */
