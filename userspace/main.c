// SPDX-License-Identifier: GPL-2.0-only
/*
 * icmpguard: guards a router's ICMP. Options, the command, the exit status.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "netns.h"
#include "out.h"
#include "parse.h"

/*
 * What is opened later must not become stdin, stdout or stderr. One of these
 * that was closed is opened the wrong way round, so that using it still fails.
 */
static void icmpg_main_fill_descriptors(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null",
			 fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return;
}

/* Options before the command; -1 to go on at @next, else an exit status. */
static int icmpg_main_options(struct icmpg_context *context, int argc,
			      char **argv, int *next)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "-j")) {
			context->json = true;
		} else if (!strcmp(argv[i], "-n") && i + 1 < argc) {
			context->netns = argv[++i];
		} else if (!strcmp(argv[i], "-n")) {
			return icmpg_out_error(ICMPG_INPUT,
				"-n needs a network namespace: a name of ip netns, or a path");
		} else if (!strcmp(argv[i], "-h") ||
			   !strcmp(argv[i], "--help")) {
			return icmpg_cmd_help.run(context, 0, NULL);
		} else {
			return icmpg_out_error(ICMPG_INPUT,
				"unknown option %s, one of: -j, -n NETNS",
				icmpg_parse_quote(argv[i]).text);
		}
	}
	*next = i;
	return -1;
}

static int icmpg_main_command(const struct icmpg_context *context, int argc,
			      char **argv)
{
	const struct icmpg_command *command;
	char list[256];
	int status;

	icmpg_cmd_list(list, sizeof(list));
	if (!argc)
		return icmpg_out_error(ICMPG_INPUT,
				       "a command is needed, one of: %s", list);
	command = icmpg_cmd_find(argv[0]);
	if (!command)
		return icmpg_out_error(ICMPG_INPUT,
				       "unknown command %s, one of: %s",
				       icmpg_parse_quote(argv[0]).text, list);
	if (context->netns) {
		status = icmpg_netns_enter(context->netns);
		if (status)
			return status;
	}
	return command->run(context, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	struct icmpg_context context = { .netns = NULL };
	int next = argc;
	int status;

	icmpg_main_fill_descriptors();
	status = icmpg_main_options(&context, argc, argv, &next);
	if (status < 0)
		status = icmpg_main_command(&context, argc - next,
					    argv + next);
	return icmpg_out_finish(status);
}
