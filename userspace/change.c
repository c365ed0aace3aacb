// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of the configuration: one request, or a transaction of several when
 * they don't fit one. A refusal is led back to the word that was typed.
 */
#include "config.h"

#include <errno.h>
#include <linux/icmpguard.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "out.h"
#include "parse.h"

/*
 * Bytes of a request, the last setting's less. Well below what a socket's
 * send buffer is sure to take, and what nests can tell the length of.
 */
#define ICMPG_CHANGE_ROOM	(32u << 10)

#define ICMPG_CHANGE_TRIES	50	/* of a transaction, 20 ms apart */

/**
 * struct icmpg_changing - a change on its way
 * @sock: where to
 * @change: what
 * @list: its settings, in a transaction prefixes first
 * @prefixes: so many of @list come first; 0 without a transaction
 * @msg: the request that is built or was sent last
 * @first: the setting that @msg begins with
 * @count: how many settings @msg has
 * @start: their offsets in @msg
 * @generation: of the configuration that the kernel answered with
 * @refusal: of @msg
 */
struct icmpg_changing {
	struct icmpg_nlsock *sock;
	const struct icmpg_change *change;
	struct icmpg_settings list;
	size_t prefixes;
	struct icmpg_message *msg;
	size_t first;
	size_t count;
	uint32_t start[ICMPG_CHANGE_ROOM / 8 + 1];
	uint32_t generation;
	struct icmpg_refusal refusal;
};

/* A fresh request that goes on where the last one ended. */
static int icmpg_change_begin(struct icmpg_changing *state)
{
	icmpg_nlattr_message_destroy(state->msg);
	state->msg = icmpg_nlattr_message_create(ICMPGUARD_CMD_CONFIG_SET,
						 ICMPG_NLATTR_DO);
	state->first += state->count;
	state->count = 0;
	return state->msg ? 0 : -ENOMEM;
}

/*
 * As many settings as fit; true when that was all of them. Prefixes don't
 * share a request with what comes behind them.
 */
static bool icmpg_change_fill(struct icmpg_changing *state)
{
	size_t next = state->first;

	for (; next < state->list.count; next++) {
		uint32_t size = icmpg_nlattr_message_size(state->msg);

		if (size >= ICMPG_CHANGE_ROOM ||
		    (state->count && next == state->prefixes))
			return false;
		state->start[state->count++] = size;
		icmpg_model_put(state->msg, &state->list.at[next]);
	}
	return true;
}

/* The settings, @prefixes first or all as they were given. */
static int icmpg_change_order(struct icmpg_changing *state, bool prefixes)
{
	const struct icmpg_settings *given = state->change->settings;
	int round;
	size_t i;

	state->list.count = 0;
	for (round = prefixes ? 0 : 1; round < 2; round++) {
		for (i = 0; i < given->count; i++)
			if ((!prefixes || !round ==
			     icmpg_model_is_prefix(&given->at[i])) &&
			    icmpg_model_add(&state->list, &given->at[i]))
				return -ENOMEM;
		if (!round)
			state->prefixes = state->list.count;
	}
	return 0;
}

static void icmpg_change_read(uint8_t cmd, struct icmpg_cursor attrs,
			      void *data)
{
	struct icmpg_changing *state = data;
	struct icmpg_attribute attr;

	(void)cmd;
	while (icmpg_nlattr_next(&attrs, &attr))
		if (attr.type == ICMPGUARD_A_CONFIG_GENERATION)
			icmpg_nlattr_get_u32(&attr, &state->generation);
}

static int icmpg_change_send(struct icmpg_changing *state)
{
	return icmpg_nlsock_exchange(state->sock, state->msg,
				     icmpg_change_read, state,
				     &state->refusal);
}

static void icmpg_change_flags(struct icmpg_changing *state, bool replace,
			       bool validate_only)
{
	if (replace)
		icmpg_nlattr_put_flag(state->msg, ICMPGUARD_A_CONFIG_REPLACE);
	if (validate_only)
		icmpg_nlattr_put_flag(state->msg,
				      ICMPGUARD_A_CONFIG_VALIDATE_ONLY);
}

/* Begin carries no settings, commit the last of them. */
static int icmpg_change_transact_once(struct icmpg_changing *state)
{
	const struct icmpg_change *change = state->change;
	bool all = false;
	int ret;

	state->first = 0;
	state->count = 0;
	ret = icmpg_change_begin(state);
	if (ret)
		return ret;
	icmpg_nlattr_put_u32(state->msg, ICMPGUARD_A_CONFIG_TRANSACTION,
			     ICMPGUARD_TRANSACTION_BEGIN);
	icmpg_change_flags(state, change->replace, false);
	ret = icmpg_change_send(state);
	while (!ret && !all) {
		ret = icmpg_change_begin(state);
		if (ret)
			return ret;
		all = icmpg_change_fill(state);
		icmpg_nlattr_put_u32(state->msg, ICMPGUARD_A_CONFIG_TRANSACTION,
				     all ? ICMPGUARD_TRANSACTION_COMMIT :
				     ICMPGUARD_TRANSACTION_ADD);
		icmpg_change_flags(state, false, all && change->validate_only);
		ret = icmpg_change_send(state);
	}
	return ret;
}

/* Another's change between begin and commit is no reason to give up. */
static int icmpg_change_transact(struct icmpg_changing *state)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	int tries = 0;
	int ret;

	/*
	 * The kernel judges the whole with the commit, and blames what is in
	 * that: so the classes and limits should be, and prefixes needn't.
	 */
	ret = icmpg_change_order(state, true);
	if (ret)
		return ret;
	for (;;) {
		ret = icmpg_change_transact_once(state);
		if (ret != -EBUSY || !state->refusal.error ||
		    ++tries == ICMPG_CHANGE_TRIES)
			return ret;
		nanosleep(&pause, NULL);
	}
}

static int icmpg_change_run(struct icmpg_changing *state)
{
	int ret = icmpg_change_order(state, false);

	if (!ret)
		ret = icmpg_change_begin(state);
	if (ret)
		return ret;
	icmpg_change_flags(state, state->change->replace,
			   state->change->validate_only);
	if (icmpg_change_fill(state))
		return icmpg_change_send(state);
	return icmpg_change_transact(state);
}

/* The setting of the request that holds an offset; NULL when none does. */
static const struct icmpg_setting *
icmpg_change_setting_at(const struct icmpg_changing *state, uint32_t offset,
			uint32_t *start)
{
	size_t i = state->count;

	while (i && state->start[i - 1] > offset)
		i--;
	if (!offset || !i)
		return NULL;
	*start = state->start[i - 1];
	return &state->list.at[state->first + i - 1];
}

/* The words of a setting, joined; @line is for their memory. */
static void icmpg_change_words(const struct icmpg_source *source,
			       const struct icmpg_setting *setting,
			       struct icmpg_line *line)
{
	unsigned int i;

	if (source->name) {
		if (!icmpg_parse_find(source->text, source->size,
				      setting->line, line))
			line->count = 0;
		return;
	}
	line->count = 0;
	for (i = 0; i < source->count && i < ICMPG_PARSE_WORDS_MAX; i++)
		line->word[line->count++] = source->word[i];
}

static void icmpg_change_join(const struct icmpg_line *line, char *buf,
			      size_t size)
{
	size_t used = 0;
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < line->count && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 i ? " " : "", line->word[i]);
}

/* Where it is: file and line, the word when it is one, and the line. */
static void icmpg_change_place(const struct icmpg_changing *state,
			       char *buf, size_t size)
{
	const struct icmpg_source *source = state->change->source;
	const struct icmpg_setting *setting;
	struct icmpg_line line;
	char joined[128];
	unsigned int word;
	uint32_t start;
	size_t used = 0;

	setting = icmpg_change_setting_at(state, state->refusal.offset, &start);
	if (source->name && setting)
		used = (size_t)snprintf(buf, size, "%.200s:%u: ",
					source->name, setting->line);
	else if (source->name)
		used = (size_t)snprintf(buf, size, "%.200s: ", source->name);
	if (!setting && (source->name || !state->change->settings->count))
		return;
	icmpg_change_words(source, setting, &line);
	icmpg_change_join(&line, joined, sizeof(joined));
	word = !setting || start == state->refusal.offset ? line.count :
		icmpg_model_word(setting, icmpg_nlattr_message_type_at(
			state->msg, state->refusal.offset));
	if (word < line.count)
		used += (size_t)snprintf(buf + used, size - used, "%s in ",
				 icmpg_parse_quote(line.word[word]).text);
	snprintf(buf + used, size - used, "%s: ",
		 icmpg_parse_quote(joined).text);
}

static int icmpg_change_refused(const struct icmpg_changing *state, int ret)
{
	char place[800] = "";

	if (!state->refusal.sentence[0])
		return icmpg_cmd_refused("changing the configuration", ret,
					 &state->refusal);
	icmpg_change_place(state, place, sizeof(place));
	return icmpg_out_error(ICMPG_REFUSED, "%s%s", place,
			       state->refusal.sentence);
}

/**
 * icmpg_change_apply() - change the configuration
 * @sock: where
 * @change: how
 * @generation: takes the number of the configuration that came of it
 *
 * Return: an exit status; it has been said what was wrong, and then nothing
 * has changed.
 */
int icmpg_change_apply(struct icmpg_nlsock *sock,
		       const struct icmpg_change *change,
		       uint32_t *generation)
{
	struct icmpg_changing *state = calloc(1, sizeof(*state));
	int status = ICMPG_DONE;
	int ret = -ENOMEM;

	if (state) {
		state->sock = sock;
		state->change = change;
		ret = icmpg_change_run(state);
	}
	if (ret == -ENOMEM && (!state || !state->refusal.error))
		status = icmpg_out_error(ICMPG_FAILED, "out of memory");
	else if (ret)
		status = icmpg_change_refused(state, ret);
	else if (state->refusal.sentence[0])
		icmpg_out_note("%s", state->refusal.sentence);
	if (state) {
		*generation = state->generation;
		icmpg_nlattr_message_destroy(state->msg);
		icmpg_model_clear(&state->list);
	}
	free(state);
	return status;
}
