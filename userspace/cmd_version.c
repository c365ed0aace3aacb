// SPDX-License-Identifier: GPL-2.0-only
/* icmpguard version: of the tool, and of the module when it is loaded. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "stats.h"

/* Asked quietly: a module that isn't there is an answer, not an error. */
static int icmpg_cmd_version_module(struct icmpg_state *state)
{
	struct icmpg_nlsock *sock;
	int ret = icmpg_nlsock_create(&sock);
	int status;

	state->version[0] = '\0';
	if (ret == -ENOENT)
		return ICMPG_DONE;
	if (ret)
		return icmpg_out_error(ICMPG_FAILED, "generic netlink: %s",
				       strerror(-ret));
	status = icmpg_stats_fetch_state(sock, state);
	icmpg_nlsock_destroy(sock);
	return status;
}

static int icmpg_cmd_version_run(const struct icmpg_context *context, int argc,
				 char **argv)
{
	struct icmpg_state state;
	json_t *document;
	int status;

	if (argc)
		return icmpg_cmd_excess(&icmpg_cmd_version, argv[0]);
	status = icmpg_cmd_version_module(&state);
	if (status)
		return status;
	if (!context->json) {
		puts("icmpguard " ICMPG_VERSION);
		printf("module %s\n", state.version[0] ? state.version :
		       "not loaded");
		return ICMPG_DONE;
	}
	document = icmpg_out_document(context->netns);
	icmpg_out_put(document, "tool", icmpg_out_string(ICMPG_VERSION));
	icmpg_out_put(document, "module", state.version[0] ?
		      icmpg_out_string(state.version) : json_null());
	return icmpg_out_json(document, JSON_INDENT(2));
}

const struct icmpg_command icmpg_cmd_version = {
	.name = "version",
	.summary = "of the tool, and of the module when it is loaded",
	.usage =
"icmpguard version\n",
	.run = icmpg_cmd_version_run,
};
