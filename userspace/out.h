/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tool says: settings as text and as JSON, errors as one line.
 */
#ifndef ICMPG_OUT_H
#define ICMPG_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model.h"

/* Exit statuses, as documented in icmpguard(8). */
enum icmpg_status {
	ICMPG_DONE = 0,
	ICMPG_INPUT = 1,	/* usage, word, value, file, namespace */
	ICMPG_REFUSED = 2,	/* by the kernel, missing permission included */
	ICMPG_NO_MODULE = 3,
	ICMPG_FAILED = 4	/* output, memory, anything internal */
};

/**
 * struct icmpg_text - a setting as a line
 * @text: NUL-terminated, without an end of line
 */
struct icmpg_text {
	char text[192];
};

int icmpg_out_error(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void icmpg_out_note(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
int icmpg_out_finish(int status);

struct icmpg_text icmpg_out_prefix(const struct icmpg_prefix *prefix);
struct icmpg_text icmpg_out_size(uint32_t bytes);
const char *icmpg_out_check(const struct icmpg_setting *setting);
struct icmpg_text icmpg_out_setting(const struct icmpg_setting *setting);
bool icmpg_out_is_known(const struct icmpg_setting *setting);
void icmpg_out_settings(FILE *file, const struct icmpg_settings *list);

json_t *icmpg_out_document(const char *netns);
json_t *icmpg_out_string(const char *text);
void icmpg_out_put(json_t *object, const char *key, json_t *value);
json_t *icmpg_out_member(json_t *object, const char *key);
void icmpg_out_json_setting(json_t *document,
			    const struct icmpg_setting *setting);
int icmpg_out_json(json_t *document, size_t flags);

#endif /* ICMPG_OUT_H */
