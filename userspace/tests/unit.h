/* SPDX-License-Identifier: GPL-2.0-only */
/* What the unit tests share. Each file has the tests of one subject. */
#ifndef ICMPG_UNIT_H
#define ICMPG_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "parse.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define CHECK(condition, ...)						\
	do {								\
		if (!(condition))					\
			icmpg_unit_fail(__FILE__, __LINE__, #condition,	\
					__VA_ARGS__);			\
	} while (0)

/**
 * struct icmpg_unit_test - a line of the report
 * @name: what holds if it is ok; NULL after the last of a file
 * @run: finds out with CHECK()
 */
struct icmpg_unit_test {
	const char *name;
	void (*run)(void);
};

extern const struct icmpg_unit_test icmpg_unit_parse[];
extern const struct icmpg_unit_test icmpg_unit_parse_text[];
extern const struct icmpg_unit_test icmpg_unit_model[];
extern const struct icmpg_unit_test icmpg_unit_messages[];
extern const struct icmpg_unit_test icmpg_unit_out[];

/**
 * struct icmpg_unit_line - a setting that is right
 * @text: as somebody may write it
 * @written: as the tool writes it; NULL: just so
 */
struct icmpg_unit_line {
	const char *text;
	const char *written;
};

extern const struct icmpg_unit_line icmpg_unit_right[];
extern const size_t icmpg_unit_right_count;

__attribute__((format(printf, 4, 5)))
void icmpg_unit_fail(const char *file, int line, const char *condition,
		     const char *format, ...);
bool icmpg_unit_parse_line(const char *text, struct icmpg_setting *setting,
			   struct icmpg_error *error);

#endif /* ICMPG_UNIT_H */
