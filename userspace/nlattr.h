/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests while they are built, and the attributes in requests and answers.
 * It knows their form, not what they mean. No socket.
 */
#ifndef ICMPG_NLATTR_H
#define ICMPG_NLATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICMPG_NLATTR_ROOM	(64u << 10)	/* bytes of a request */

/**
 * struct icmpg_message - a request
 * @buf: netlink header, genetlink header, attributes
 */
struct icmpg_message {
	char buf[ICMPG_NLATTR_ROOM] __attribute__((aligned(8)));
};

/**
 * struct icmpg_attribute - one attribute that was received
 * @type: without the flag bits
 * @data: its payload; valid while the handler runs
 * @size: bytes in @data
 */
struct icmpg_attribute {
	uint16_t type;
	const void *data;
	size_t size;
};

/**
 * struct icmpg_cursor - a place in a row of attributes
 * @at: the next one
 * @left: bytes from there to the end
 */
struct icmpg_cursor {
	const void *at;
	size_t left;
};

/* What a message is sent as. */
enum icmpg_nlattr_request {
	ICMPG_NLATTR_DO,
	ICMPG_NLATTR_DUMP
};

struct icmpg_message *icmpg_nlattr_message_create(uint8_t cmd,
						  enum icmpg_nlattr_request as);
void icmpg_nlattr_message_destroy(struct icmpg_message *msg);
uint32_t icmpg_nlattr_message_size(const struct icmpg_message *msg);
struct icmpg_cursor
icmpg_nlattr_message_attrs(const struct icmpg_message *msg);
uint16_t icmpg_nlattr_message_type_at(const struct icmpg_message *msg,
				      uint32_t offset);
void icmpg_nlattr_put(struct icmpg_message *msg, uint16_t type,
		      const void *data, size_t size);
void icmpg_nlattr_put_u8(struct icmpg_message *msg, uint16_t type,
			 uint8_t value);
void icmpg_nlattr_put_u32(struct icmpg_message *msg, uint16_t type,
			  uint32_t value);
void icmpg_nlattr_put_flag(struct icmpg_message *msg, uint16_t type);
void icmpg_nlattr_put_string(struct icmpg_message *msg, uint16_t type,
			     const char *value);
uint32_t icmpg_nlattr_nest_begin(struct icmpg_message *msg, uint16_t type);
void icmpg_nlattr_nest_end(struct icmpg_message *msg, uint32_t nest);

bool icmpg_nlattr_next(struct icmpg_cursor *cursor,
		       struct icmpg_attribute *attr);
struct icmpg_cursor icmpg_nlattr_nested(const struct icmpg_attribute *attr);
bool icmpg_nlattr_get_u32(const struct icmpg_attribute *attr, uint32_t *value);
bool icmpg_nlattr_get_u64(const struct icmpg_attribute *attr, uint64_t *value);
bool icmpg_nlattr_get_string(const struct icmpg_attribute *attr, char *buf,
			     size_t size);
#endif /* ICMPG_NLATTR_H */
