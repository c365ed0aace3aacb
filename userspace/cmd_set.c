// SPDX-License-Identifier: GPL-2.0-only
/* icmpguard set: change the configuration, one line or many at once. */
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "out.h"

#define ICMPG_SET_WORDS	16	/* more than any line may have */

static int icmpg_cmd_set_run(const struct icmpg_context *context, int argc,
			     char **argv)
{
	const char *word[ICMPG_SET_WORDS];
	unsigned int count = 0;

	if (argc && !strcmp(argv[0], "-"))
		return argc > 1 ? icmpg_cmd_excess(&icmpg_cmd_set, argv[1]) :
			icmpg_apply_file(context, "-", ICMPG_APPLY_CHANGE);
	if (argc && (!strcmp(argv[0], "-j") || !strcmp(argv[0], "-n")))
		return icmpg_cmd_excess(&icmpg_cmd_set, argv[0]);
	if (argc && !strcmp(argv[0], "exempt"))
		return icmpg_out_error(ICMPG_INPUT,
			"set has no key 'exempt' here: use icmpguard exempt add, or exempt del");
	while (count < ICMPG_SET_WORDS && (int)count < argc) {
		word[count] = argv[count];
		count++;
	}
	return icmpg_apply_words(context, word, count, false);
}

const struct icmpg_command icmpg_cmd_set = {
	.name = "set",
	.summary = "change the configuration",
	.usage =
"icmpguard set KEY VALUE...     one change\n"
"icmpguard set -                many from stdin, a line each, all or none\n"
"\n"
"  mode off|monitor|enforce\n"
"  limit CLASS SCOPE RATE/UNIT [burst N]   UNIT is s, m or h\n"
"  limit CLASS SCOPE off\n"
"  limit all interface|router|total ...    all classes that aren't guarded\n"
"  class CLASS accept|limit|drop [local|transit] [force]\n"
"  type icmp|icmpv6 N [code N] accept|limit|drop [force]\n"
"  type icmp|icmpv6 N [code N] off         what its class says\n"
"  check NAME on|off\n"
"  check quoted-packet off|local|all       local: for this host\n"
"  max-message BYTES                       576 to 65535\n"
"  width source|source-net|destination-net ipv4|ipv6 BITS\n"
"  broadcast-allow PREFIX [off]\n"
"  table-size SIZE                         64K to 1G\n"
"  candidate-size SIZE                     16K to 1G\n"
"  known-first on|off\n"
"  randomise on|off\n"
"  bridged on|off\n"
"\n"
"  icmpguard set mode monitor\n"
"  icmpguard set limit echo-request source 50/s burst 100\n"
"  icmpguard set limit echo-request router off\n"
"  icmpguard set limit all total 5000/s\n"
"  icmpguard set class redirect accept\n"
"  icmpguard set class timestamp drop transit\n"
"  icmpguard set class neighbour-discovery drop force\n"
"  icmpguard set type icmp 42 drop\n"
"  icmpguard set type icmpv6 1 code 6 accept\n"
"  icmpguard set check broadcast-echo off\n"
"  icmpguard set max-message 4096\n"
"  icmpguard set width source-net ipv6 56\n"
"  icmpguard set broadcast-allow 224.0.0.18/32\n"
"  icmpguard set table-size 4M\n"
"  printf 'mode monitor\\nlimit all total 5000/s\\n' | icmpguard set -\n",
	.run = icmpg_cmd_set_run,
};
