// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text to words: lines, blanks and comments of a saved file. Pure, like
 * parse.c; any bytes may be given.
 */
#include "parse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A byte that has no place in a text; the carriage return is cut before. */
static bool icmpg_parse_text_is_bad(char byte)
{
	unsigned char value = (unsigned char)byte;

	return (value < 0x20 && value != '\t') || value == 0x7f;
}

static bool icmpg_parse_text_check(const char *bytes, size_t size,
				   struct icmpg_error *error)
{
	size_t i;

	if (size > ICMPG_PARSE_LINE_MAX) {
		snprintf(error->text, sizeof(error->text),
			 "the line has %zu bytes; at most %d are allowed",
			 size, ICMPG_PARSE_LINE_MAX);
		return false;
	}
	for (i = 0; i < size; i++) {
		if (!icmpg_parse_text_is_bad(bytes[i]))
			continue;
		snprintf(error->text, sizeof(error->text),
			 "byte %zu of the line is 0x%02x; only plain text with spaces and tabs is allowed",
			 i + 1, (unsigned char)bytes[i]);
		return false;
	}
	return true;
}

static void icmpg_parse_text_split(struct icmpg_line *line)
{
	char *rest = NULL;
	char *word = strtok_r(line->text, " \t", &rest);

	for (; word && *word != '#'; word = strtok_r(NULL, " \t", &rest))
		if (line->count < ICMPG_PARSE_WORDS_MAX)
			line->word[line->count++] = word;
}

/**
 * icmpg_parse_line() - take a line apart
 * @bytes: the line without its end; a carriage return there is fine
 * @size: bytes in @bytes
 * @line: takes the words, none for a blank line or a comment
 * @error: takes what is wrong
 *
 * Return: whether it is text, and no longer than ICMPG_PARSE_LINE_MAX.
 */
bool icmpg_parse_line(const char *bytes, size_t size, struct icmpg_line *line,
		      struct icmpg_error *error)
{
	line->count = 0;
	if (size && bytes[size - 1] == '\r')
		size--;
	if (!icmpg_parse_text_check(bytes, size, error))
		return false;
	memcpy(line->text, bytes, size);
	line->text[size] = '\0';
	icmpg_parse_text_split(line);
	return true;
}

/* Cut the first line off @text; the last one needs no end. */
static size_t icmpg_parse_text_next(const char **text, size_t *size,
				    const char **line)
{
	const char *end = memchr(*text, '\n', *size);
	size_t len = end ? (size_t)(end - *text) : *size;
	size_t used = end ? len + 1 : len;

	*line = *text;
	*text += used;
	*size -= used;
	return len;
}

/**
 * icmpg_parse_text() - read all lines of a saved file
 * @text: any bytes
 * @size: bytes in @text
 * @list: takes a setting for each line that isn't blank or a comment; the
 *	caller's, also on failure
 * @line: takes the number of the line that is wrong, from 1
 * @error: takes what is wrong with it
 *
 * Return: 0, -EINVAL for a wrong line, or -ENOMEM.
 */
int icmpg_parse_text(const char *text, size_t size,
		     struct icmpg_settings *list, unsigned int *line,
		     struct icmpg_error *error)
{
	struct icmpg_setting setting;
	struct icmpg_line words;
	const char *bytes;
	size_t len;

	for (*line = 1; size; (*line)++) {
		len = icmpg_parse_text_next(&text, &size, &bytes);
		if (!icmpg_parse_line(bytes, len, &words, error))
			return -EINVAL;
		if (!words.count)
			continue;
		if (!icmpg_parse_words(words.word, words.count, &setting,
				       error))
			return -EINVAL;
		setting.line = *line;
		if (icmpg_model_add(list, &setting))
			return -ENOMEM;
	}
	return 0;
}

/**
 * icmpg_parse_find() - the words of a line once more
 * @text: what was read
 * @size: bytes in @text
 * @number: of the line, from 1
 * @line: takes its words
 *
 * Return: whether there is such a line.
 */
bool icmpg_parse_find(const char *text, size_t size, unsigned int number,
		      struct icmpg_line *line)
{
	struct icmpg_error error;
	const char *bytes;
	size_t len;

	while (number && size) {
		len = icmpg_parse_text_next(&text, &size, &bytes);
		if (!--number)
			return icmpg_parse_line(bytes, len, line, &error);
	}
	return false;
}
