/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words to settings: the grammar of `set` and of a saved file. Pure: any bytes
 * may be given, nothing is printed and nothing is asked of the system.
 */
#ifndef ICMPG_PARSE_H
#define ICMPG_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"

#define ICMPG_PARSE_LINE_MAX	1023	/* bytes, without its end */
#define ICMPG_PARSE_WORDS_MAX	16	/* more than any line may have */

/**
 * struct icmpg_error - what was wrong with an input, and what would be right
 * @text: one line without an end
 */
struct icmpg_error {
	char text[1024];
};

/**
 * struct icmpg_quote - a word as it may be shown
 * @text: in quotes, escaped where it isn't plain, cut where it is long
 */
struct icmpg_quote {
	char text[256];
};

/**
 * struct icmpg_line - a line taken apart
 * @text: the words, each NUL-terminated
 * @word: where they begin
 * @count: how many; words beyond ICMPG_PARSE_WORDS_MAX are left out
 */
struct icmpg_line {
	char text[ICMPG_PARSE_LINE_MAX + 1];
	const char *word[ICMPG_PARSE_WORDS_MAX];
	unsigned int count;
};

bool icmpg_parse_words(const char *const *word, unsigned int count,
		       struct icmpg_setting *setting,
		       struct icmpg_error *error);
bool icmpg_parse_line(const char *bytes, size_t size, struct icmpg_line *line,
		      struct icmpg_error *error);
int icmpg_parse_text(const char *text, size_t size,
		     struct icmpg_settings *list, unsigned int *line,
		     struct icmpg_error *error);
bool icmpg_parse_find(const char *text, size_t size, unsigned int number,
		      struct icmpg_line *line);
bool icmpg_parse_address(const char *word, struct icmpg_prefix *prefix);
struct icmpg_quote icmpg_parse_quote(const char *word);

#endif /* ICMPG_PARSE_H */
