// SPDX-License-Identifier: GPL-2.0-only
/* icmpguard restore: make the configuration what a saved file says. */
#include <string.h>

#include "apply.h"
#include "out.h"
#include "parse.h"

static int icmpg_cmd_restore_run(const struct icmpg_context *context, int argc,
				 char **argv)
{
	enum icmpg_apply how = ICMPG_APPLY_REPLACE;

	if (argc && !strcmp(argv[0], "--check")) {
		how = ICMPG_APPLY_CHECK;
		argc--;
		argv++;
	}
	if (!argc)
		return icmpg_out_error(ICMPG_INPUT,
			"restore needs a FILE, or - for stdin");
	if (argv[0][0] == '-' && argv[0][1])
		return icmpg_out_error(ICMPG_INPUT,
			"restore: unknown option %s, the only one is --check",
			icmpg_parse_quote(argv[0]).text);
	if (argc > 1)
		return icmpg_cmd_excess(&icmpg_cmd_restore, argv[1]);
	return icmpg_apply_file(context, argv[0], how);
}

const struct icmpg_command icmpg_cmd_restore = {
	.name = "restore",
	.summary = "make it what a saved file says",
	.usage =
"icmpguard restore [--check] FILE|-\n"
"\n"
"Keys that are absent from the file become defaults, but for the mode, which\n"
"stays. All of the file is applied, or nothing. --check only asks the kernel\n"
"whether it would take it.\n"
"\n"
"  icmpguard restore /etc/icmpguard.conf\n"
"  icmpguard restore --check new.conf\n"
"  icmpguard save | ssh router2 icmpguard restore -\n",
	.run = icmpg_cmd_restore_run,
};
