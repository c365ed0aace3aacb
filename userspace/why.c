// SPDX-License-Identifier: GPL-2.0-only
/*
 * What would become of a packet, asked of the module. What wasn't said of the
 * packet is asked of the routing table first: it is as if this host answered.
 */
#include "why.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "out.h"

static void icmpg_why_take_limit(struct icmpg_why_class *class,
				 struct icmpg_cursor attrs)
{
	struct icmpg_why_limit limit = { .scope = 0 };
	struct icmpg_attribute attr;

	while (icmpg_nlattr_next(&attrs, &attr)) {
		if (attr.type == ICMPGUARD_A_WHY_LIMIT_SCOPE)
			icmpg_nlattr_get_u32(&attr, &limit.scope);
		else if (attr.type == ICMPGUARD_A_WHY_LIMIT_COUNT)
			icmpg_nlattr_get_u32(&attr, &limit.count);
		else if (attr.type == ICMPGUARD_A_WHY_LIMIT_UNIT)
			icmpg_nlattr_get_u32(&attr, &limit.unit);
		else if (attr.type == ICMPGUARD_A_WHY_LIMIT_BURST)
			icmpg_nlattr_get_u32(&attr, &limit.burst);
		else if (attr.type == ICMPGUARD_A_WHY_LIMIT_LEFT)
			icmpg_nlattr_get_u32(&attr, &limit.left);
	}
	if (limit.scope && class->limits < ICMPG_WHY_LIMITS)
		class->limit[class->limits++] = limit;
}

static void icmpg_why_take_class(struct icmpg_why *why,
				 struct icmpg_cursor attrs)
{
	struct icmpg_why_class *class = &why->class[why->classes];
	struct icmpg_attribute attr;

	if (why->classes == ICMPG_WHY_CLASSES)
		return;
	memset(class, 0, sizeof(*class));
	while (icmpg_nlattr_next(&attrs, &attr)) {
		if (attr.type == ICMPGUARD_A_WHY_CLASS_ID)
			icmpg_nlattr_get_u32(&attr, &class->class);
		else if (attr.type == ICMPGUARD_A_WHY_CLASS_ACTION)
			icmpg_nlattr_get_u32(&attr, &class->action);
		else if (attr.type == ICMPGUARD_A_WHY_CLASS_REASON)
			icmpg_nlattr_get_u32(&attr, &class->reason);
		else if (attr.type == ICMPGUARD_A_WHY_CLASS_LIMIT)
			icmpg_why_take_limit(class, icmpg_nlattr_nested(&attr));
	}
	if (class->class)
		why->classes++;
}

/**
 * icmpg_why_take() - read the answer to a why-get
 * @why: where to, all zero before
 * @attrs: its attributes
 */
void icmpg_why_take(struct icmpg_why *why, struct icmpg_cursor attrs)
{
	struct icmpg_attribute attr;

	while (icmpg_nlattr_next(&attrs, &attr)) {
		if (attr.type == ICMPGUARD_A_WHY_MODE)
			icmpg_nlattr_get_u32(&attr, &why->mode);
		else if (attr.type == ICMPGUARD_A_WHY_EXEMPT)
			icmpg_nlattr_get_u32(&attr, &why->exempt);
		else if (attr.type == ICMPGUARD_A_WHY_KNOWN)
			icmpg_nlattr_get_u32(&attr, &why->known);
		else if (attr.type == ICMPGUARD_A_WHY_KNOWN_FOR)
			icmpg_nlattr_get_u32(&attr, &why->known_for);
		else if (attr.type == ICMPGUARD_A_WHY_KNOWN_IDLE)
			icmpg_nlattr_get_u32(&attr, &why->known_idle);
		else if (attr.type == ICMPGUARD_A_WHY_CLASS)
			icmpg_why_take_class(why, icmpg_nlattr_nested(&attr));
	}
}

static void icmpg_why_read(uint8_t cmd, struct icmpg_cursor attrs, void *data)
{
	(void)cmd;
	icmpg_why_take(data, attrs);
}

/**
 * icmpg_why_complete() - what wasn't said of a packet
 * @question: destination and device are filled in where they are missing: the
 *	address and the interface that this host would answer from
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_why_complete(struct icmpg_question *question)
{
	struct icmpg_prefix *destination = &question->destination;
	char address[INET6_ADDRSTRLEN] = "";
	struct icmpg_route route;
	int ret;

	if (destination->family && question->device[0])
		return ICMPG_DONE;
	ret = icmpg_nlsock_route(question->source.family,
				 question->source.address,
				 if_nametoindex(question->device), &route);
	inet_ntop((int)question->source.family, question->source.address,
		  address, sizeof(address));
	if (!ret && !question->device[0] &&
	    !if_indextoname(route.device, question->device))
		ret = -errno;
	if (!ret && !destination->family && !route.has_source)
		ret = -EADDRNOTAVAIL;
	if (ret)
		return icmpg_out_error(ICMPG_INPUT,
			"why: this host has no route to %s to answer by (%s): say to ADDRESS dev IFNAME",
			address, strerror(-ret));
	if (!destination->family) {
		destination->family = question->source.family;
		memcpy(destination->address, route.source,
		       sizeof(destination->address));
	}
	return ICMPG_DONE;
}

static size_t icmpg_why_address_size(const struct icmpg_prefix *address)
{
	return address->family == AF_INET ? 4 : 16;
}

/**
 * icmpg_why_fetch() - ask the module
 * @sock: to whom
 * @question: complete
 * @why: takes the answer
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_why_fetch(struct icmpg_nlsock *sock,
		    const struct icmpg_question *question,
		    struct icmpg_why *why)
{
	struct icmpg_refusal refusal;
	struct icmpg_message *msg;
	int ret;

	memset(why, 0, sizeof(*why));
	msg = icmpg_nlattr_message_create(ICMPGUARD_CMD_WHY_GET,
					  ICMPG_NLATTR_DO);
	if (!msg)
		return icmpg_out_error(ICMPG_FAILED, "out of memory");
	icmpg_nlattr_put(msg, ICMPGUARD_A_WHY_SOURCE, question->source.address,
			 icmpg_why_address_size(&question->source));
	icmpg_nlattr_put(msg, ICMPGUARD_A_WHY_DESTINATION,
			 question->destination.address,
			 icmpg_why_address_size(&question->destination));
	icmpg_nlattr_put_string(msg, ICMPGUARD_A_WHY_DEVICE, question->device);
	ret = icmpg_nlsock_exchange(sock, msg, icmpg_why_read, why, &refusal);
	icmpg_nlattr_message_destroy(msg);
	return ret ? icmpg_cmd_refused("why", ret, &refusal) : ICMPG_DONE;
}
