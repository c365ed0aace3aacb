// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the commands share: their table, the socket, the kernel's refusals.
 */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "out.h"
#include "parse.h"

const struct icmpg_command *const icmpg_cmd_all[] = {
	&icmpg_cmd_status,
	&icmpg_cmd_show,
	&icmpg_cmd_set,
	&icmpg_cmd_exempt,
	&icmpg_cmd_stats,
	&icmpg_cmd_monitor,
	&icmpg_cmd_why,
	&icmpg_cmd_reset,
	&icmpg_cmd_save,
	&icmpg_cmd_restore,
	&icmpg_cmd_help,
	&icmpg_cmd_version,
	NULL
};

/**
 * icmpg_cmd_find() - a command by its word
 * @name: the whole word
 *
 * Return: NULL when there is none.
 */
const struct icmpg_command *icmpg_cmd_find(const char *name)
{
	unsigned int i;

	for (i = 0; icmpg_cmd_all[i]; i++)
		if (!strcmp(icmpg_cmd_all[i]->name, name))
			return icmpg_cmd_all[i];
	return NULL;
}

/**
 * icmpg_cmd_list() - the words of all commands, with a comma between them
 * @buf: takes as many as fit
 * @size: of @buf
 */
void icmpg_cmd_list(char *buf, unsigned int size)
{
	unsigned int used = 0;
	unsigned int i;

	for (i = 0; icmpg_cmd_all[i] && used < size; i++)
		used += (unsigned int)snprintf(buf + used, size - used, "%s%s",
					       i ? ", " : "",
					       icmpg_cmd_all[i]->name);
}

/**
 * icmpg_cmd_open() - find the module
 * @sock: takes the socket, the caller's to destroy
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_cmd_open(struct icmpg_nlsock **sock)
{
	int ret = icmpg_nlsock_create(sock);

	if (ret == -ENOENT)
		return icmpg_out_error(ICMPG_NO_MODULE,
			"module not loaded, try: modprobe icmpguard");
	if (ret)
		return icmpg_out_error(ICMPG_FAILED, "generic netlink: %s",
				       strerror(-ret));
	return ICMPG_DONE;
}

/**
 * icmpg_cmd_refused() - say why a request failed
 * @what: what was tried, as in "reading the counters"
 * @ret: what icmpg_nlsock_exchange() returned
 * @refusal: what it filled
 *
 * Return: the exit status.
 */
int icmpg_cmd_refused(const char *what, int ret,
		      const struct icmpg_refusal *refusal)
{
	if (!refusal->error)
		return icmpg_out_error(ICMPG_FAILED, "%s: netlink: %s", what,
				       strerror(-ret));
	if (refusal->sentence[0])
		return icmpg_out_error(ICMPG_REFUSED, "%s: %s", what,
				       refusal->sentence);
	if (refusal->error == EPERM || refusal->error == EACCES)
		return icmpg_out_error(ICMPG_REFUSED,
			"%s: not permitted: it needs CAP_NET_ADMIN in this network namespace, try sudo",
			what);
	/* The family went away after it was found. */
	if (refusal->error == ENOENT)
		return icmpg_out_error(ICMPG_NO_MODULE,
			"module not loaded, try: modprobe icmpguard");
	if (refusal->error == EOPNOTSUPP)
		return icmpg_out_error(ICMPG_REFUSED,
			"%s: the loaded module doesn't know how; is it older than the tool?",
			what);
	if (refusal->missing)
		return icmpg_out_error(ICMPG_REFUSED,
			"%s: the kernel misses attribute %u; is the loaded module newer than the tool?",
			what, refusal->missing);
	return icmpg_out_error(ICMPG_REFUSED, "%s: the kernel refused: %s",
			       what, strerror(refusal->error));
}

/**
 * icmpg_cmd_request() - a request without attributes, with one answer
 * @sock: to whom
 * @cmd: enum icmpguard_cmd
 * @handler: takes the answer, or NULL
 * @data: for @handler
 * @what: what is tried, for the error
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_cmd_request(struct icmpg_nlsock *sock, uint8_t cmd,
		      icmpg_nlsock_handler handler, void *data,
		      const char *what)
{
	struct icmpg_refusal refusal;
	struct icmpg_message *msg;
	int ret;

	msg = icmpg_nlattr_message_create(cmd, ICMPG_NLATTR_DO);
	if (!msg)
		return icmpg_out_error(ICMPG_FAILED, "out of memory");
	ret = icmpg_nlsock_exchange(sock, msg, handler, data, &refusal);
	icmpg_nlattr_message_destroy(msg);
	return ret ? icmpg_cmd_refused(what, ret, &refusal) : ICMPG_DONE;
}

/**
 * icmpg_cmd_excess() - refuse a word that a command has no use for
 * @command: which
 * @word: the word
 *
 * Return: ICMPG_INPUT.
 */
int icmpg_cmd_excess(const struct icmpg_command *command, const char *word)
{
	if (!strcmp(word, "-j") || !strcmp(word, "-n"))
		return icmpg_out_error(ICMPG_INPUT,
			"%s comes before the command, as in: icmpguard %s%s %s",
			word, word, word[1] == 'n' ? " NETNS" : "",
			command->name);
	return icmpg_out_error(ICMPG_INPUT,
		"%s: unexpected %s; see: icmpguard help %s", command->name,
		icmpg_parse_quote(word).text, command->name);
}

/**
 * icmpg_cmd_changed() - the answer to a change that was made
 * @context: with -j it is a document, else nothing is said
 * @generation: of the configuration that came of it
 *
 * Return: ICMPG_DONE.
 */
int icmpg_cmd_changed(const struct icmpg_context *context,
		      uint32_t generation)
{
	json_t *document;

	if (!context->json)
		return ICMPG_DONE;
	document = icmpg_out_document(context->netns);
	icmpg_out_put(document, "generation", json_integer(generation));
	return icmpg_out_json(document, JSON_INDENT(2));
}
