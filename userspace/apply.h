/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From words to a changed configuration: what set, exempt and restore share.
 */
#ifndef ICMPG_APPLY_H
#define ICMPG_APPLY_H

#include "cmd.h"

/* What becomes of the lines of a file. */
enum icmpg_apply {
	ICMPG_APPLY_CHANGE,	/* they change what is in force */
	ICMPG_APPLY_REPLACE,	/* what they don't say becomes the default */
	ICMPG_APPLY_CHECK	/* as replace, but it is only asked */
};

int icmpg_apply_words(const struct icmpg_context *context,
		      const char *const *word, unsigned int count, bool off);
int icmpg_apply_file(const struct icmpg_context *context, const char *name,
		     enum icmpg_apply how);

#endif /* ICMPG_APPLY_H */
