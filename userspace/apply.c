// SPDX-License-Identifier: GPL-2.0-only
/*
 * From words to a changed configuration. The input is read to its end before
 * the kernel is asked anything, so wrong input is said with or without it.
 */
#include "apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "file.h"
#include "out.h"
#include "parse.h"

static int icmpg_apply_change(const struct icmpg_context *context,
			      const struct icmpg_change *change)
{
	struct icmpg_nlsock *sock;
	uint32_t generation = 0;
	int status = icmpg_cmd_open(&sock);

	if (status)
		return status;
	status = icmpg_change_apply(sock, change, &generation);
	icmpg_nlsock_destroy(sock);
	return status ? status : icmpg_cmd_changed(context, generation);
}

/**
 * icmpg_apply_words() - change the configuration by one line
 * @context: of the command
 * @word: the words of the line
 * @count: how many
 * @off: take away what the line says: exempt del
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_apply_words(const struct icmpg_context *context,
		      const char *const *word, unsigned int count, bool off)
{
	struct icmpg_source source = { .word = word, .count = count };
	struct icmpg_setting setting;
	struct icmpg_settings list = { .at = &setting, .count = 1 };
	struct icmpg_change change = { .settings = &list, .source = &source };
	struct icmpg_error error;

	if (!icmpg_parse_words(word, count, &setting, &error))
		return icmpg_out_error(ICMPG_INPUT, "%s", error.text);
	if (off)
		setting.off = true;
	return icmpg_apply_change(context, &change);
}

static int icmpg_apply_text(const struct icmpg_context *context,
			    const struct icmpg_source *source,
			    enum icmpg_apply how)
{
	struct icmpg_settings list = { .at = NULL };
	struct icmpg_change change = {
		.settings = &list,
		.source = source,
		.replace = how != ICMPG_APPLY_CHANGE,
		.validate_only = how == ICMPG_APPLY_CHECK,
	};
	struct icmpg_error error;
	unsigned int line;
	int status;
	int ret;

	ret = icmpg_parse_text(source->text, source->size, &list, &line,
			       &error);
	if (ret == -EINVAL)
		status = icmpg_out_error(ICMPG_INPUT, "%s:%u: %s",
					 source->name, line, error.text);
	else if (ret)
		status = icmpg_out_error(ICMPG_FAILED, "out of memory");
	else
		status = icmpg_apply_change(context, &change);
	icmpg_model_clear(&list);
	return status;
}

/* What comes out of a pipe that broke isn't a wish for defaults. */
static int icmpg_apply_check_end(const struct icmpg_source *source)
{
	size_t i;

	for (i = 0; i < source->size && memchr(" \t\r\n", source->text[i], 4); i++)
		;
	if (i == source->size)
		return icmpg_out_error(ICMPG_INPUT,
			"%s: is empty; if defaults are wanted: icmpguard reset",
			source->name);
	if (source->text[source->size - 1] != '\n')
		return icmpg_out_error(ICMPG_INPUT,
			"%s: the last line has no end, something may be missing; all of a configuration ends with a newline",
			source->name);
	return ICMPG_DONE;
}

/**
 * icmpg_apply_file() - change the configuration by all lines of a file
 * @context: of the command
 * @name: of the file; "-" is standard input
 * @how: what it does
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_apply_file(const struct icmpg_context *context, const char *name,
		     enum icmpg_apply how)
{
	struct icmpg_source source = {
		.name = strcmp(name, "-") ? name : "stdin",
	};
	bool is_stream;
	char *text;
	int status;

	status = icmpg_file_read(name, &text, &source.size, &is_stream);
	if (status)
		return status;
	source.text = text;
	if (is_stream && how != ICMPG_APPLY_CHANGE)
		status = icmpg_apply_check_end(&source);
	if (!status)
		status = icmpg_apply_text(context, &source, how);
	free(text);
	return status;
}
