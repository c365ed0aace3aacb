/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands: each cmd_*.c has one, and here is what they share.
 */
#ifndef ICMPG_CMD_H
#define ICMPG_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "nlsock.h"

/**
 * struct icmpg_context - what was given before the command
 * @json: -j
 * @netns: -n, already entered; NULL without
 */
struct icmpg_context {
	bool json;
	const char *netns;
};

/**
 * struct icmpg_command - a command
 * @name: the word for it
 * @summary: half a line for `help`
 * @usage: what `help COMMAND` prints: grammar, and examples
 * @run: does it; @argv holds what comes after the word; returns the exit
 *	status and has said what was wrong
 */
struct icmpg_command {
	const char *name;
	const char *summary;
	const char *usage;
	int (*run)(const struct icmpg_context *context, int argc, char **argv);
};

extern const struct icmpg_command icmpg_cmd_status;
extern const struct icmpg_command icmpg_cmd_show;
extern const struct icmpg_command icmpg_cmd_set;
extern const struct icmpg_command icmpg_cmd_exempt;
extern const struct icmpg_command icmpg_cmd_stats;
extern const struct icmpg_command icmpg_cmd_monitor;
extern const struct icmpg_command icmpg_cmd_why;
extern const struct icmpg_command icmpg_cmd_reset;
extern const struct icmpg_command icmpg_cmd_save;
extern const struct icmpg_command icmpg_cmd_restore;
extern const struct icmpg_command icmpg_cmd_help;
extern const struct icmpg_command icmpg_cmd_version;

/* All of them, in the order of `help`; NULL ends them. */
extern const struct icmpg_command *const icmpg_cmd_all[];

const struct icmpg_command *icmpg_cmd_find(const char *name);
void icmpg_cmd_list(char *buf, unsigned int size);
int icmpg_cmd_open(struct icmpg_nlsock **sock);
int icmpg_cmd_refused(const char *what, int ret,
		      const struct icmpg_refusal *refusal);
int icmpg_cmd_request(struct icmpg_nlsock *sock, uint8_t cmd,
		      icmpg_nlsock_handler handler, void *data,
		      const char *what);
int icmpg_cmd_excess(const struct icmpg_command *command, const char *word);
int icmpg_cmd_changed(const struct icmpg_context *context,
		      uint32_t generation);

#endif /* ICMPG_CMD_H */
