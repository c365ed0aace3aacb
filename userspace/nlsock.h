/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink: one socket to the module, and what it answers; a question to the
 * routing table. nlsock.c is the only file that includes libmnl. It doesn't
 * know what attributes mean.
 */
#ifndef ICMPG_NLSOCK_H
#define ICMPG_NLSOCK_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nlattr.h"

struct icmpg_nlsock;

/**
 * struct icmpg_refusal - why the kernel said no
 * @error: positive errno, 0 when it said yes
 * @sentence: in the kernel's own words; empty when it gave none
 * @offset: of the attribute that it names, from the message's start; 0: none
 * @missing: type of an attribute that should have been there; 0: none
 */
struct icmpg_refusal {
	int error;
	char sentence[512];
	uint32_t offset;
	uint32_t missing;
};

/**
 * struct icmpg_route - how this host sends to an address
 * @source: from which of its own addresses
 * @device: out of which interface, by number
 * @has_source: @source was told
 */
struct icmpg_route {
	uint8_t source[16];
	uint32_t device;
	bool has_source;
};

/* Called for each message of the family; @attrs holds its attributes. */
typedef void (*icmpg_nlsock_handler)(uint8_t cmd, struct icmpg_cursor attrs,
				     void *data);

int icmpg_nlsock_create(struct icmpg_nlsock **result);
void icmpg_nlsock_destroy(struct icmpg_nlsock *sock);
int icmpg_nlsock_exchange(struct icmpg_nlsock *sock, struct icmpg_message *msg,
			  icmpg_nlsock_handler handler, void *data,
			  struct icmpg_refusal *refusal);
int icmpg_nlsock_join(struct icmpg_nlsock *sock);
int icmpg_nlsock_receive(struct icmpg_nlsock *sock, const sigset_t *wake,
			 icmpg_nlsock_handler handler, void *data);
int icmpg_nlsock_drain(struct icmpg_nlsock *sock);

int icmpg_nlsock_route(uint32_t family, const uint8_t *address, uint32_t device,
		       struct icmpg_route *route);

void icmpg_nlsock_refusal_read(const void *tlvs, size_t size,
			       struct icmpg_refusal *refusal);

#endif /* ICMPG_NLSOCK_H */
