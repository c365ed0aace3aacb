// SPDX-License-Identifier: GPL-2.0-only
/* icmpguard show: the configuration, as text or JSON. */
#include <stdio.h>

#include "cmd.h"
#include "config.h"
#include "out.h"

/* A list without an entry is told too. */
static void icmpg_cmd_show_list(json_t *document, const char *key)
{
	if (!json_object_get(document, key))
		icmpg_out_put(document, key, json_array());
}

static void icmpg_cmd_show_json(const struct icmpg_context *context,
				const struct icmpg_config *config)
{
	json_t *document = icmpg_out_document(context->netns);
	size_t i;

	icmpg_out_put(document, "generation",
		      json_integer(config->generation));
	for (i = 0; i < config->settings.count; i++)
		icmpg_out_json_setting(document, &config->settings.at[i]);
	icmpg_cmd_show_list(document, "type");
	icmpg_cmd_show_list(document, "broadcast-allow");
	icmpg_cmd_show_list(document, "exempt");
	icmpg_out_put(document, "exempt-hidden",
		      json_integer(icmpg_config_hidden(config)));
	icmpg_out_json(document, JSON_INDENT(2));
}

static void icmpg_cmd_show_text(const struct icmpg_config *config)
{
	uint32_t hidden = icmpg_config_hidden(config);

	icmpg_out_settings(stdout, &config->settings);
	if (hidden)
		printf("# hidden exemptions: %u; seeing them needs CAP_NET_ADMIN\n",
		       hidden);
}

static int icmpg_cmd_show_run(const struct icmpg_context *context, int argc,
			      char **argv)
{
	struct icmpg_config config;
	struct icmpg_nlsock *sock;
	int status;

	if (argc)
		return icmpg_cmd_excess(&icmpg_cmd_show, argv[0]);
	status = icmpg_cmd_open(&sock);
	if (status)
		return status;
	status = icmpg_config_fetch(sock, &config);
	if (!status && context->json)
		icmpg_cmd_show_json(context, &config);
	else if (!status)
		icmpg_cmd_show_text(&config);
	icmpg_config_clear(&config);
	icmpg_nlsock_destroy(sock);
	return status;
}

const struct icmpg_command icmpg_cmd_show = {
	.name = "show",
	.summary = "the configuration, in the words of set",
	.usage =
"icmpguard show\n"
"\n"
"The same text that save writes: the words of set without set, one change a\n"
"line. With -j, a JSON document.\n"
"\n"
"  icmpguard show\n"
"  icmpguard -j show | jq .limit.all\n"
"  icmpguard -n blue show\n",
	.run = icmpg_cmd_show_run,
};
