// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests and attributes as bytes. Pure but for a request's memory. Whatever
 * is received may be malformed: nothing is read past the bytes that are there.
 */
#include "nlattr.h"

#include <linux/genetlink.h>
#include <linux/icmpguard.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

/* Bytes before the first attribute. */
#define ICMPG_NLATTR_HEAD	(NLMSG_HDRLEN + GENL_HDRLEN)

static struct nlmsghdr *icmpg_nlattr_header(const struct icmpg_message *msg)
{
	return (struct nlmsghdr *)(uintptr_t)msg->buf;
}

/**
 * icmpg_nlattr_message_create() - an empty request
 * @cmd: enum icmpguard_cmd
 * @as: one answer, or a dump
 *
 * Return: the caller's, NULL without memory.
 */
struct icmpg_message *icmpg_nlattr_message_create(uint8_t cmd,
						  enum icmpg_nlattr_request as)
{
	struct icmpg_message *msg = calloc(1, sizeof(*msg));
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	if (!msg)
		return NULL;
	nlh = icmpg_nlattr_header(msg);
	nlh->nlmsg_len = ICMPG_NLATTR_HEAD;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (as == ICMPG_NLATTR_DUMP)
		nlh->nlmsg_flags |= NLM_F_DUMP;
	genl = NLMSG_DATA(nlh);
	genl->cmd = cmd;
	genl->version = ICMPGUARD_FAMILY_VERSION;
	return msg;
}

/**
 * icmpg_nlattr_message_destroy() - free a request
 * @msg: may be NULL
 */
void icmpg_nlattr_message_destroy(struct icmpg_message *msg)
{
	free(msg);
}

/**
 * icmpg_nlattr_message_size() - how long a request is by now
 * @msg: the request
 *
 * Return: bytes; also the offset that the next attribute will have.
 */
uint32_t icmpg_nlattr_message_size(const struct icmpg_message *msg)
{
	return icmpg_nlattr_header(msg)->nlmsg_len;
}

/**
 * icmpg_nlattr_message_attrs() - read a request as its receiver would
 * @msg: the request
 *
 * Return: a cursor at its first attribute.
 */
struct icmpg_cursor
icmpg_nlattr_message_attrs(const struct icmpg_message *msg)
{
	return (struct icmpg_cursor) {
		.at = msg->buf + ICMPG_NLATTR_HEAD,
		.left = icmpg_nlattr_message_size(msg) - ICMPG_NLATTR_HEAD,
	};
}

/**
 * icmpg_nlattr_message_type_at() - which attribute begins at an offset?
 * @msg: a request
 * @offset: from its start, any number
 *
 * Return: the attribute's type, 0 when none can begin there.
 */
uint16_t icmpg_nlattr_message_type_at(const struct icmpg_message *msg,
				      uint32_t offset)
{
	uint32_t size = icmpg_nlattr_message_size(msg);

	struct nlattr nla;

	if (offset % NLA_ALIGNTO || offset < ICMPG_NLATTR_HEAD ||
	    offset > size || size - offset < sizeof(nla))
		return 0;
	memcpy(&nla, msg->buf + offset, sizeof(nla));
	return nla.nla_type & NLA_TYPE_MASK;
}

/**
 * icmpg_nlattr_put() - append an attribute
 * @msg: the request; its builder stops long before it is full
 * @type: attribute type
 * @data: payload
 * @size: bytes in @data
 */
void icmpg_nlattr_put(struct icmpg_message *msg, uint16_t type,
		      const void *data, size_t size)
{
	struct nlmsghdr *nlh = icmpg_nlattr_header(msg);
	struct nlattr nla = {
		.nla_len = (uint16_t)(NLA_HDRLEN + size),
		.nla_type = type,
	};

	if (size > sizeof(msg->buf) / 2 ||
	    sizeof(msg->buf) - nlh->nlmsg_len < NLA_ALIGN(NLA_HDRLEN + size))
		return;
	memcpy(msg->buf + nlh->nlmsg_len, &nla, sizeof(nla));
	if (size)
		memcpy(msg->buf + nlh->nlmsg_len + NLA_HDRLEN, data, size);
	nlh->nlmsg_len += NLA_ALIGN(NLA_HDRLEN + size);
}

/** icmpg_nlattr_put_u8() - append a number of one byte; see icmpg_nlattr_put() */
void icmpg_nlattr_put_u8(struct icmpg_message *msg, uint16_t type,
			 uint8_t value)
{
	icmpg_nlattr_put(msg, type, &value, sizeof(value));
}

/** icmpg_nlattr_put_u32() - append a number; see icmpg_nlattr_put() */
void icmpg_nlattr_put_u32(struct icmpg_message *msg, uint16_t type,
			  uint32_t value)
{
	icmpg_nlattr_put(msg, type, &value, sizeof(value));
}

/** icmpg_nlattr_put_flag() - append a flag; see icmpg_nlattr_put() */
void icmpg_nlattr_put_flag(struct icmpg_message *msg, uint16_t type)
{
	icmpg_nlattr_put(msg, type, NULL, 0);
}

/** icmpg_nlattr_put_string() - append a string; see icmpg_nlattr_put() */
void icmpg_nlattr_put_string(struct icmpg_message *msg, uint16_t type,
			     const char *value)
{
	icmpg_nlattr_put(msg, type, value, strlen(value) + 1);
}

/**
 * icmpg_nlattr_nest_begin() - what is put from now on goes inside
 * @msg: the request
 * @type: of the attribute around it
 *
 * Return: for icmpg_nlattr_nest_end().
 */
uint32_t icmpg_nlattr_nest_begin(struct icmpg_message *msg, uint16_t type)
{
	uint32_t offset = icmpg_nlattr_message_size(msg);

	icmpg_nlattr_put(msg, type | NLA_F_NESTED, NULL, 0);
	return offset;
}

/**
 * icmpg_nlattr_nest_end() - what is put from now on goes behind
 * @msg: the request
 * @nest: from icmpg_nlattr_nest_begin()
 */
void icmpg_nlattr_nest_end(struct icmpg_message *msg, uint32_t nest)
{
	uint32_t size = icmpg_nlattr_message_size(msg);
	struct nlattr nla;

	if (size - nest < sizeof(nla))
		return;
	memcpy(&nla, msg->buf + nest, sizeof(nla));
	nla.nla_len = (uint16_t)(size - nest);
	memcpy(msg->buf + nest, &nla, sizeof(nla));
}

/**
 * icmpg_nlattr_next() - step to the next attribute
 * @cursor: where
 * @attr: takes what it is
 *
 * Return: false at the end, or where the bytes stop making sense.
 */
bool icmpg_nlattr_next(struct icmpg_cursor *cursor,
		       struct icmpg_attribute *attr)
{
	struct nlattr nla;
	size_t step;

	if (cursor->left < sizeof(nla))
		return false;
	memcpy(&nla, cursor->at, sizeof(nla));
	if (nla.nla_len < sizeof(nla) || nla.nla_len > cursor->left)
		return false;
	attr->type = nla.nla_type & NLA_TYPE_MASK;
	attr->data = (const char *)cursor->at + NLA_HDRLEN;
	attr->size = nla.nla_len - NLA_HDRLEN;
	step = NLA_ALIGN(nla.nla_len);
	if (step > cursor->left)
		step = cursor->left;
	cursor->at = (const char *)cursor->at + step;
	cursor->left -= step;
	return true;
}

/**
 * icmpg_nlattr_nested() - the attributes inside an attribute
 * @attr: a nest
 *
 * Return: a cursor at the first.
 */
struct icmpg_cursor icmpg_nlattr_nested(const struct icmpg_attribute *attr)
{
	return (struct icmpg_cursor) { .at = attr->data, .left = attr->size };
}

/**
 * icmpg_nlattr_get_u64() - read a number of 1, 2, 4 or 8 bytes
 * @attr: the attribute
 * @value: untouched when it fails
 *
 * Return: whether it is a number.
 */
bool icmpg_nlattr_get_u64(const struct icmpg_attribute *attr, uint64_t *value)
{
	uint16_t half;
	uint32_t word;

	switch (attr->size) {
	case sizeof(uint8_t):
		*value = *(const uint8_t *)attr->data;
		return true;
	case sizeof(half):
		memcpy(&half, attr->data, sizeof(half));
		*value = half;
		return true;
	case sizeof(word):
		memcpy(&word, attr->data, sizeof(word));
		*value = word;
		return true;
	case sizeof(*value):
		memcpy(value, attr->data, sizeof(*value));
		return true;
	default:
		return false;
	}
}

/** icmpg_nlattr_get_u32() - the same for what must fit 32 bits */
bool icmpg_nlattr_get_u32(const struct icmpg_attribute *attr, uint32_t *value)
{
	uint64_t wide;

	if (!icmpg_nlattr_get_u64(attr, &wide) || wide > UINT32_MAX)
		return false;
	*value = (uint32_t)wide;
	return true;
}

/**
 * icmpg_nlattr_get_string() - copy a string, NUL-terminated or not
 * @attr: the attribute
 * @buf: takes it, cut to what fits, always terminated
 * @size: of @buf, above 0
 *
 * Return: whether all of it fitted.
 */
bool icmpg_nlattr_get_string(const struct icmpg_attribute *attr, char *buf,
			     size_t size)
{
	size_t len = strnlen(attr->data, attr->size);
	bool fits = len < size;

	if (!fits)
		len = size - 1;
	memcpy(buf, attr->data, len);
	buf[len] = '\0';
	return fits;
}

