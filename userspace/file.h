/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole files: read at once, written beside and renamed.
 */
#ifndef ICMPG_FILE_H
#define ICMPG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* How a file is written: all of it to @file. */
typedef void (*icmpg_file_writer)(FILE *file, const void *data);

int icmpg_file_read(const char *name, char **text, size_t *size,
		    bool *is_stream);
int icmpg_file_write(const char *name, icmpg_file_writer writer,
		     const void *data);

#endif /* ICMPG_FILE_H */
