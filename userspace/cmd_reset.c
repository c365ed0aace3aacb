// SPDX-License-Identifier: GPL-2.0-only
/* icmpguard reset: everything but the mode back to defaults. */
#include <linux/icmpguard.h>

#include "cmd.h"
#include "config.h"
#include "out.h"

static void icmpg_cmd_reset_read(uint8_t cmd, struct icmpg_cursor attrs,
				 void *data)
{
	struct icmpg_attribute attr;

	(void)cmd;
	while (icmpg_nlattr_next(&attrs, &attr))
		if (attr.type == ICMPGUARD_A_CONFIG_GENERATION)
			icmpg_nlattr_get_u32(&attr, data);
}

static int icmpg_cmd_reset_run(const struct icmpg_context *context, int argc,
			       char **argv)
{
	struct icmpg_nlsock *sock;
	uint32_t generation = 0;
	int status;

	if (argc)
		return icmpg_cmd_excess(&icmpg_cmd_reset, argv[0]);
	status = icmpg_cmd_open(&sock);
	if (status)
		return status;
	status = icmpg_cmd_request(sock, ICMPGUARD_CMD_CONFIG_RESET,
				   icmpg_cmd_reset_read, &generation, "reset");
	icmpg_nlsock_destroy(sock);
	return status ? status : icmpg_cmd_changed(context, generation);
}

const struct icmpg_command icmpg_cmd_reset = {
	.name = "reset",
	.summary = "everything but the mode back to defaults",
	.usage =
"icmpguard reset\n"
"\n"
"Classes, limits, checks, widths, sizes and exemptions go back to defaults.\n"
"The mode stays. Counters stay too: they have stats reset.\n",
	.run = icmpg_cmd_reset_run,
};
