// SPDX-License-Identifier: GPL-2.0-only
/* Files of settings: lines, what ends them, and bytes that none may have. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Parse a text, with its exact size: what lies behind it is poisoned. */
static int icmpg_unit_text(const char *text, size_t size, size_t *count,
			   unsigned int *line, struct icmpg_error *error)
{
	struct icmpg_settings list = { .at = NULL };
	char *exact = malloc(size ? size : 1);
	int ret;

	memcpy(exact, text, size);
	ret = icmpg_parse_text(exact, size, &list, line, error);
	*count = list.count;
	icmpg_model_clear(&list);
	free(exact);
	return ret;
}

static void icmpg_unit_text_right(void)
{
	static const struct {
		const char *text;
		size_t count;
	} texts[] = {
		{ "", 0 },
		{ "\n\n\n", 0 },
		{ "# only a comment", 0 },
		{ "  # one\n\t\n#two\n", 0 },
		{ "mode off\n", 1 },
		{ "mode off", 1 },
		{ "mode off\r\nrandomise on\r\n", 2 },
		{ "mode off # why not\nexempt 10.0.0.0/8", 2 },
		{ "mode off\nmode enforce\n", 2 },
		{ "# \xc3\xa4\nmode off\n", 1 },
	};
	struct icmpg_error error;
	unsigned int line;
	size_t i, count;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		error.text[0] = '\0';
		CHECK(!icmpg_unit_text(texts[i].text, strlen(texts[i].text),
				       &count, &line, &error), "%zu: %s", i,
		      error.text);
		CHECK(count == texts[i].count, "%zu: %zu", i, count);
	}
}

static void icmpg_unit_text_wrong(void)
{
	static const struct {
		const char *text;
		size_t size;
		unsigned int line;
		const char *said;
	} texts[] = {
#define TEXT(text) text, sizeof(text) - 1
		{ TEXT("\n\n#\n\n\nmode off\nmode on\n"), 7, "unknown mode" },
		{ TEXT("mode on"), 1, "unknown mode" },
		{ TEXT("mode off\nmode o\0ff\n"), 2, "byte 7 of the line is 0x00" },
		{ TEXT("mode off\0"), 1, "0x00" },
		{ TEXT("\0"), 1, "0x00" },
		{ TEXT("mode \x1b[0moff"), 1, "0x1b" },
		{ TEXT("mode\roff"), 1, "0x0d" },
		{ TEXT("\xef\xbb\xbfmode off"), 1, "\\xef\\xbb\\xbfmode" },
		{ TEXT("set mode off\n"), 1, "unknown key 'set'" },
#undef TEXT
	};
	struct icmpg_error error;
	unsigned int line;
	size_t i, count;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		CHECK(icmpg_unit_text(texts[i].text, texts[i].size, &count,
				      &line, &error) == -EINVAL, "%zu", i);
		CHECK(line == texts[i].line, "%zu: line %u", i, line);
		CHECK(strstr(error.text, texts[i].said), "%zu: %s", i,
		      error.text);
	}
}

static void icmpg_unit_text_long(void)
{
	char text[ICMPG_PARSE_LINE_MAX + 8];
	struct icmpg_error error;
	unsigned int line;
	size_t count;

	memset(text, ' ', sizeof(text));
	memcpy(text, "mode off", 8);
	CHECK(!icmpg_unit_text(text, 1023, &count, &line, &error), "1023");
	text[1023] = '\n';
	CHECK(!icmpg_unit_text(text, 1024, &count, &line, &error), "1023\\n");
	text[1023] = '\r';
	text[1024] = '\n';
	CHECK(!icmpg_unit_text(text, 1025, &count, &line, &error), "\\r\\n");
	text[1023] = ' ';
	CHECK(icmpg_unit_text(text, 1025, &count, &line, &error), "1024");
	CHECK(strstr(error.text, "1024 bytes; at most 1023"), "%s", error.text);
}

static void icmpg_unit_find(void)
{
	static const char text[] = "# one\nmode off\n\nlimit all total 5/s";
	struct icmpg_settings list = { .at = NULL };
	struct icmpg_error error;
	struct icmpg_line line;
	unsigned int last;

	icmpg_parse_text(text, sizeof(text) - 1, &list, &last, &error);
	CHECK(list.count == 2 && list.at[0].line == 2 && list.at[1].line == 4,
	      "%zu settings", list.count);
	icmpg_model_clear(&list);
	CHECK(icmpg_parse_find(text, sizeof(text) - 1, 4, &line), "line 4");
	CHECK(line.count == 4 && !strcmp(line.word[3], "5/s"), "%u",
	      line.count);
	CHECK(icmpg_parse_find(text, sizeof(text) - 1, 1, &line), "line 1");
	CHECK(!line.count, "%u", line.count);
	CHECK(!icmpg_parse_find(text, sizeof(text) - 1, 5, &line), "line 5");
	CHECK(!icmpg_parse_find(text, sizeof(text) - 1, 0, &line), "line 0");
}

const struct icmpg_unit_test icmpg_unit_parse_text[] = {
	{ "read texts that are right", icmpg_unit_text_right },
	{ "read texts that are wrong", icmpg_unit_text_wrong },
	{ "read long lines", icmpg_unit_text_long },
	{ "find a line again", icmpg_unit_find },
	{ NULL, NULL },
};
