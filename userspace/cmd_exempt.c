// SPDX-License-Identifier: GPL-2.0-only
/* icmpguard exempt: whose packets skip limits and class actions. */
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "config.h"
#include "out.h"
#include "parse.h"

#define ICMPG_EXEMPT_WORDS	8	/* more than any may have */

static int icmpg_cmd_exempt_change(const struct icmpg_context *context,
				   int argc, char **argv, bool off)
{
	const char *word[ICMPG_EXEMPT_WORDS] = { "exempt" };
	unsigned int count = 1;

	while (count < ICMPG_EXEMPT_WORDS && (int)count <= argc) {
		word[count] = argv[count - 1];
		count++;
	}
	return icmpg_apply_words(context, word, count, off);
}

static void icmpg_cmd_exempt_print(const struct icmpg_context *context,
				   const struct icmpg_config *config)
{
	const struct icmpg_setting *at = config->settings.at;
	const struct icmpg_setting *end = at + config->settings.count;
	json_t *document;

	if (!context->json) {
		for (; at < end; at++)
			if (at->key == ICMPG_KEY_EXEMPT)
				puts(icmpg_out_prefix(&at->prefix).text);
		return;
	}
	document = icmpg_out_document(context->netns);
	icmpg_out_put(document, "exempt", json_array());
	for (; at < end; at++)
		if (at->key == ICMPG_KEY_EXEMPT)
			icmpg_out_json_setting(document, at);
	icmpg_out_json(document, JSON_INDENT(2));
}

static int icmpg_cmd_exempt_list(const struct icmpg_context *context)
{
	struct icmpg_config config;
	struct icmpg_nlsock *sock;
	int status = icmpg_cmd_open(&sock);

	if (status)
		return status;
	status = icmpg_config_fetch(sock, &config);
	if (!status && icmpg_config_hidden(&config))
		status = icmpg_out_error(ICMPG_REFUSED,
			"exempt list: hidden exemptions: %u; it needs CAP_NET_ADMIN, try sudo",
			icmpg_config_hidden(&config));
	if (!status)
		icmpg_cmd_exempt_print(context, &config);
	icmpg_config_clear(&config);
	icmpg_nlsock_destroy(sock);
	return status;
}

static int icmpg_cmd_exempt_run(const struct icmpg_context *context, int argc,
				char **argv)
{
	if (!argc)
		return icmpg_out_error(ICMPG_INPUT,
			"exempt needs one of: add, del, list");
	if (!strcmp(argv[0], "add") || !strcmp(argv[0], "del"))
		return icmpg_cmd_exempt_change(context, argc - 1, argv + 1,
					       argv[0][0] == 'd');
	if (strcmp(argv[0], "list"))
		return icmpg_out_error(ICMPG_INPUT,
			"exempt: unknown word %s, one of: add, del, list",
			icmpg_parse_quote(argv[0]).text);
	if (argc > 1)
		return icmpg_cmd_excess(&icmpg_cmd_exempt, argv[1]);
	return icmpg_cmd_exempt_list(context);
}

const struct icmpg_command icmpg_cmd_exempt = {
	.name = "exempt",
	.summary = "whose packets skip limits and class actions",
	.usage =
"icmpguard exempt add|del PREFIX [dev IFNAME]\n"
"icmpguard exempt add|del dev IFNAME\n"
"icmpguard exempt list\n"
"\n"
"The packets of a prefix, of an interface, or of a prefix on an interface skip\n"
"limits and class actions. They don't skip checks.\n"
"\n"
"  icmpguard exempt add 192.0.2.0/24\n"
"  icmpguard exempt add 2001:db8::/32 dev eth1\n"
"  icmpguard exempt del dev wg0\n"
"  icmpguard exempt list\n",
	.run = icmpg_cmd_exempt_run,
};
