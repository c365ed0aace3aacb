// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of the grammar as tables. Pure: no allocation, no output.
 */
#include "names.h"

#include <linux/icmpguard.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../kmod/reasons.h"
#include "../kmod/words.h"

#define ICMPG_NAMES_DEFINE(name, describes)				\
	const struct icmpg_names icmpg_names_##name = {			\
		.what = describes,					\
		.count = sizeof(icmpg_names_##name##_words) /		\
			 sizeof(icmpg_names_##name##_words[0]) - 1,	\
		.word = icmpg_names_##name##_words,			\
	}

static const char *const icmpg_names_key_words[] = {
	[ICMPG_KEY_MODE] = "mode",
	[ICMPG_KEY_MAX_MESSAGE] = "max-message",
	[ICMPG_KEY_TABLE_SIZE] = "table-size",
	[ICMPG_KEY_CANDIDATE_SIZE] = "candidate-size",
	[ICMPG_KEY_KNOWN_FIRST] = "known-first",
	[ICMPG_KEY_RANDOMISE] = "randomise",
	[ICMPG_KEY_BRIDGED] = "bridged",
	[ICMPG_KEY_CHECK] = "check",
	[ICMPG_KEY_WIDTH] = "width",
	[ICMPG_KEY_CLASS] = "class",
	[ICMPG_KEY_LIMIT] = "limit",
	[ICMPG_KEY_TYPE] = "type",
	[ICMPG_KEY_BROADCAST_ALLOW] = "broadcast-allow",
	[ICMPG_KEY_EXEMPT] = "exempt",
};
ICMPG_NAMES_DEFINE(key, "key");

#define X(symbol, word) [ICMPGUARD_MODE_##symbol] = word,
static const char *const icmpg_names_mode_words[] = { ICMPG_MODES(X) };
#undef X
ICMPG_NAMES_DEFINE(mode, "mode");

#define X(symbol, word) [ICMPGUARD_CLASS_##symbol] = word,
static const char *const icmpg_names_class_words[] = { ICMPG_CLASSES(X) };
static const char *const icmpg_names_limit_class_words[] = {
	ICMPG_LIMIT_CLASSES(X)
};
#undef X
ICMPG_NAMES_DEFINE(class, "class");
ICMPG_NAMES_DEFINE(limit_class, "class");

#define X(symbol, word) [ICMPGUARD_ACTION_##symbol] = word,
static const char *const icmpg_names_action_words[] = { ICMPG_ACTIONS(X) };
#undef X
ICMPG_NAMES_DEFINE(action, "action");

#define X(symbol, word) [ICMPGUARD_DIRECTION_##symbol] = word,
static const char *const icmpg_names_direction_words[] = {
	ICMPG_DIRECTIONS(X)
};
#undef X
ICMPG_NAMES_DEFINE(direction, "direction");

#define X(symbol, word) [ICMPGUARD_SCOPE_##symbol] = word,
static const char *const icmpg_names_scope_words[] = { ICMPG_SCOPES(X) };
#undef X
ICMPG_NAMES_DEFINE(scope, "scope");

/* Subsets of the scopes: those whose bit is in @mask. */
#define ICMPG_NAMES_BIT(symbol) (1u << ICMPGUARD_SCOPE_##symbol)
#define ICMPG_NAMES_CLASS_MASK (~ICMPG_NAMES_BIT(TOTAL))
#define ICMPG_NAMES_ALL_MASK						\
	(ICMPG_NAMES_BIT(INTERFACE) | ICMPG_NAMES_BIT(ROUTER) |		\
	 ICMPG_NAMES_BIT(TOTAL))
#define ICMPG_NAMES_WIDTH_MASK						\
	(ICMPG_NAMES_BIT(SOURCE) | ICMPG_NAMES_BIT(SOURCE_NET) |	\
	 ICMPG_NAMES_BIT(DESTINATION_NET))
#define ICMPG_NAMES_IF(mask, symbol, word)				\
	[ICMPGUARD_SCOPE_##symbol] =					\
		((mask) & ICMPG_NAMES_BIT(symbol)) ? word : NULL,

#define X(symbol, word) ICMPG_NAMES_IF(ICMPG_NAMES_CLASS_MASK, symbol, word)
static const char *const icmpg_names_class_scope_words[] = { ICMPG_SCOPES(X) };
#undef X
#define X(symbol, word) ICMPG_NAMES_IF(ICMPG_NAMES_ALL_MASK, symbol, word)
static const char *const icmpg_names_all_scope_words[] = { ICMPG_SCOPES(X) };
#undef X
#define X(symbol, word) ICMPG_NAMES_IF(ICMPG_NAMES_WIDTH_MASK, symbol, word)
static const char *const icmpg_names_width_scope_words[] = { ICMPG_SCOPES(X) };
#undef X
ICMPG_NAMES_DEFINE(class_scope, "scope");
ICMPG_NAMES_DEFINE(all_scope, "scope of class all");
ICMPG_NAMES_DEFINE(width_scope, "scope");

#define X(symbol, word) [ICMPGUARD_UNIT_##symbol] = word,
static const char *const icmpg_names_unit_words[] = { ICMPG_UNITS(X) };
#undef X
ICMPG_NAMES_DEFINE(unit, "unit");

#define X(symbol, word) [ICMPGUARD_CHECK_##symbol] = word,
static const char *const icmpg_names_check_words[] = { ICMPG_CHECKS(X) };
#undef X
ICMPG_NAMES_DEFINE(check, "check");

#define X(symbol, word, sentence) [ICMPGUARD_REASON_##symbol] = word,
static const char *const icmpg_names_reason_words[] = { ICMPG_REASONS(X) };
#undef X
ICMPG_NAMES_DEFINE(reason, "reason");

#define X(symbol, word, sentence) [ICMPGUARD_REASON_##symbol] = sentence,
static const char *const icmpg_names_reason_sentences[] = { ICMPG_REASONS(X) };
#undef X

#define X(symbol, word) [ICMPGUARD_KNOWN_##symbol] = word,
static const char *const icmpg_names_known_words[] = { ICMPG_KNOWNS(X) };
#undef X
ICMPG_NAMES_DEFINE(known, "word");

static const char *const icmpg_names_family_words[] = {
	[AF_INET] = "ipv4",
	[AF_INET6] = "ipv6",
};
ICMPG_NAMES_DEFINE(family, "family");

static const char *const icmpg_names_protocol_words[] = {
	[AF_INET] = "icmp",
	[AF_INET6] = "icmpv6",
};
ICMPG_NAMES_DEFINE(protocol, "protocol");

static const char *const icmpg_names_switch_words[] = {
	[ICMPG_SWITCH_ON] = "on",
	[ICMPG_SWITCH_OFF] = "off",
};
ICMPG_NAMES_DEFINE(switch, "value");

static const char *const icmpg_names_reach_words[] = {
	[ICMPG_REACH_OFF] = "off",
	[ICMPG_REACH_LOCAL] = "local",
	[ICMPG_REACH_ALL] = "all",
};
ICMPG_NAMES_DEFINE(reach, "value");

/**
 * icmpg_names_find() - the number of a word
 * @names: where to look
 * @word: the whole word; a prefix of one isn't found
 *
 * Return: the number, 0 when there is no such word.
 */
uint32_t icmpg_names_find(const struct icmpg_names *names, const char *word)
{
	uint32_t value;

	for (value = 1; value <= names->count; value++)
		if (names->word[value] && !strcmp(names->word[value], word))
			return value;
	return 0;
}

/**
 * icmpg_names_word() - the word of a number
 * @names: where to look
 * @value: any number, also one that came from a newer module
 *
 * Return: the word, NULL when there is none.
 */
const char *icmpg_names_word(const struct icmpg_names *names, uint32_t value)
{
	return value <= names->count ? names->word[value] : NULL;
}

/**
 * icmpg_names_print() - the word of a number, or the number itself
 * @names: where to look
 * @value: any number
 *
 * Return: a copy of the word.
 */
struct icmpg_name icmpg_names_print(const struct icmpg_names *names,
				    uint32_t value)
{
	const char *word = icmpg_names_word(names, value);
	struct icmpg_name name;

	if (word)
		snprintf(name.text, sizeof(name.text), "%s", word);
	else
		snprintf(name.text, sizeof(name.text), "%u", value);
	return name;
}

/**
 * icmpg_names_list() - all words, with a comma between them
 * @names: which
 * @buf: takes as many as fit
 * @size: of @buf, above 0
 */
void icmpg_names_list(const struct icmpg_names *names, char *buf, size_t size)
{
	size_t used = 0;
	uint32_t value;

	buf[0] = '\0';
	for (value = 1; value <= names->count; value++) {
		int added;

		if (!names->word[value])
			continue;
		added = snprintf(buf + used, size - used, "%s%s",
				 used ? ", " : "", names->word[value]);
		if (added < 0 || (size_t)added >= size - used)
			return;
		used += (size_t)added;
	}
}

/**
 * icmpg_names_sentence() - what a reason means
 * @reason: enum icmpguard_reason, or any other number
 *
 * Return: a whole sentence.
 */
const char *icmpg_names_sentence(uint32_t reason)
{
	if (reason && reason <= icmpg_names_reason.count)
		return icmpg_names_reason_sentences[reason];
	return "A newer module counts this; the tool doesn't know it.";
}

/**
 * icmpg_names_has_reach() - is a check for this host alone, or for all?
 * @check: enum icmpguard_check
 *
 * Return: whether off, local and all are its values, and not off and on.
 */
bool icmpg_names_has_reach(uint32_t check)
{
	return check == ICMPGUARD_CHECK_QUOTED_PACKET;
}
