// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of what needs no kernel, by subject in the files unit_*.c. Prints
 * KTAP. Built with ASan and UBSan, so reading too far fails too.
 */
#include "unit.h"

#include <stdarg.h>
#include <string.h>

static const struct icmpg_unit_test *const icmpg_unit_files[] = {
	icmpg_unit_parse, icmpg_unit_parse_text, icmpg_unit_model,
	icmpg_unit_messages, icmpg_unit_out,
};

static unsigned int icmpg_unit_failures;

void icmpg_unit_fail(const char *file, int line, const char *condition,
		     const char *format, ...)
{
	const char *name = strrchr(file, '/');
	va_list args;

	icmpg_unit_failures++;
	printf("# %s:%d: %s: ", name ? name + 1 : file, line, condition);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* Parse a line as one of a file; its words must be on one line. */
bool icmpg_unit_parse_line(const char *text, struct icmpg_setting *setting,
			   struct icmpg_error *error)
{
	struct icmpg_line line;

	return icmpg_parse_line(text, strlen(text), &line, error) &&
	       icmpg_parse_words(line.word, line.count, setting, error);
}

static bool icmpg_unit_run(const struct icmpg_unit_test *test,
			   unsigned int number)
{
	icmpg_unit_failures = 0;
	test->run();
	printf("%sok %u %s\n", icmpg_unit_failures ? "not " : "", number,
	       test->name);
	return !icmpg_unit_failures;
}

int main(void)
{
	const struct icmpg_unit_test *test;
	unsigned int tests = 0, number = 0;
	bool ok = true;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < ARRAY_SIZE(icmpg_unit_files); i++)
		for (test = icmpg_unit_files[i]; test->name; test++)
			tests++;
	printf("TAP version 13\n1..%u\n", tests);
	for (i = 0; i < ARRAY_SIZE(icmpg_unit_files); i++)
		for (test = icmpg_unit_files[i]; test->name; test++)
			ok &= icmpg_unit_run(test, ++number);
	return !ok;
}
