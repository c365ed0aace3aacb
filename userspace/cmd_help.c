// SPDX-License-Identifier: GPL-2.0-only
/* icmpguard help: what there is to say. */
#include <stdio.h>

#include "cmd.h"
#include "out.h"
#include "parse.h"

static void icmpg_cmd_help_all(void)
{
	unsigned int i;

	puts("icmpguard [-j] [-n NETNS] COMMAND");
	putchar('\n');
	for (i = 0; icmpg_cmd_all[i]; i++)
		printf("  %-10s%s\n", icmpg_cmd_all[i]->name,
		       icmpg_cmd_all[i]->summary);
	puts("\n"
	     "  -j         JSON instead of text\n"
	     "  -n NETNS   in this network namespace: a name of ip netns, or a path\n"
	     "\n"
	     "icmpguard help COMMAND says more, icmpguard(8) all.");
}

static int icmpg_cmd_help_run(const struct icmpg_context *context, int argc,
			      char **argv)
{
	const struct icmpg_command *command;
	char list[256];

	(void)context;
	if (!argc) {
		icmpg_cmd_help_all();
		return ICMPG_DONE;
	}
	if (argc > 1)
		return icmpg_cmd_excess(&icmpg_cmd_help, argv[1]);
	command = icmpg_cmd_find(argv[0]);
	if (!command) {
		icmpg_cmd_list(list, sizeof(list));
		return icmpg_out_error(ICMPG_INPUT,
			"help: unknown command %s, one of: %s",
			icmpg_parse_quote(argv[0]).text, list);
	}
	fputs(command->usage, stdout);
	return ICMPG_DONE;
}

const struct icmpg_command icmpg_cmd_help = {
	.name = "help",
	.summary = "this, or the grammar of one command",
	.usage =
"icmpguard help [COMMAND]\n"
"\n"
"  icmpguard help set\n",
	.run = icmpg_cmd_help_run,
};
