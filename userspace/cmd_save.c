// SPDX-License-Identifier: GPL-2.0-only
/* icmpguard save: the configuration as a file that restore takes. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "config.h"
#include "file.h"
#include "out.h"
#include "parse.h"

static void icmpg_cmd_save_write(FILE *file, const void *data)
{
	const struct icmpg_config *config = data;

	icmpg_out_settings(file, &config->settings);
}

/* A file that restore would refuse, or read as less, is worse than none. */
static int icmpg_cmd_save_check(const struct icmpg_config *config)
{
	uint32_t hidden = icmpg_config_hidden(config);
	size_t i;

	if (hidden)
		return icmpg_out_error(ICMPG_REFUSED,
			"save: hidden exemptions: %u, which the file would lack; it needs CAP_NET_ADMIN, try sudo",
			hidden);
	for (i = 0; i < config->settings.count; i++) {
		const struct icmpg_setting *at = &config->settings.at[i];
		struct icmpg_text text = icmpg_out_setting(at);
		struct icmpg_setting again;
		struct icmpg_error error;
		struct icmpg_line line;

		if (!icmpg_out_is_known(at)) {
			icmpg_out_note("%s is of a newer module: saved as a comment",
				       icmpg_parse_quote(text.text).text);
			continue;
		}
		if (!icmpg_parse_line(text.text, strlen(text.text), &line,
				      &error) ||
		    !icmpg_parse_words(line.word, line.count, &again, &error) ||
		    icmpg_model_compare(at, &again))
			return icmpg_out_error(ICMPG_FAILED,
				"save: the line %s could not be restored",
				icmpg_parse_quote(text.text).text);
	}
	return ICMPG_DONE;
}

static int icmpg_cmd_save_to(const char *name,
			     const struct icmpg_config *config)
{
	if (name)
		return icmpg_file_write(name, icmpg_cmd_save_write, config);
	icmpg_cmd_save_write(stdout, config);
	return ICMPG_DONE;
}

static int icmpg_cmd_save_run(const struct icmpg_context *context, int argc,
			      char **argv)
{
	struct icmpg_config config;
	struct icmpg_nlsock *sock;
	int status;

	if (context->json)
		return icmpg_out_error(ICMPG_INPUT,
			"save writes what restore reads; for JSON use: icmpguard -j show");
	if (argc > 1)
		return icmpg_cmd_excess(&icmpg_cmd_save, argv[1]);
	if (argc && argv[0][0] == '-')
		return icmpg_out_error(ICMPG_INPUT,
			"save: %s is no FILE; without one it writes to stdout",
			icmpg_parse_quote(argv[0]).text);
	status = icmpg_cmd_open(&sock);
	if (status)
		return status;
	status = icmpg_config_fetch(sock, &config);
	if (!status)
		status = icmpg_cmd_save_check(&config);
	if (!status)
		status = icmpg_cmd_save_to(argc ? argv[0] : NULL, &config);
	icmpg_config_clear(&config);
	icmpg_nlsock_destroy(sock);
	return status;
}

const struct icmpg_command icmpg_cmd_save = {
	.name = "save",
	.summary = "the configuration to a file, for restore",
	.usage =
"icmpguard save [FILE]\n"
"\n"
"Without FILE to stdout. FILE is written beside and renamed, so that it is\n"
"always whole.\n"
"\n"
"  icmpguard save /etc/icmpguard.conf\n"
"  icmpguard save | diff /etc/icmpguard.conf -\n",
	.run = icmpg_cmd_save_run,
};
