// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole files. A reader sees the old file or the new one, never half of one.
 */
#define _GNU_SOURCE
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"

/* Ten thousand exemptions of the longest kind are a tenth of this. */
#define ICMPG_FILE_MAX	(8u << 20)	/* bytes */

static int icmpg_file_take(FILE *file, char **text, size_t *size,
			   bool *is_stream)
{
	char *all = malloc(ICMPG_FILE_MAX + 1);
	struct stat stat;

	if (!all)
		return ENOMEM;
	errno = 0;
	*size = fread(all, 1, ICMPG_FILE_MAX + 1, file);
	if (ferror(file) || *size > ICMPG_FILE_MAX) {
		free(all);
		return ferror(file) ? errno : EFBIG;
	}
	*text = all;
	*is_stream = fstat(fileno(file), &stat) || !S_ISREG(stat.st_mode);
	return 0;
}

/**
 * icmpg_file_read() - read all of a file
 * @name: "-" is standard input
 * @text: takes the bytes, the caller's to free
 * @size: takes how many
 * @is_stream: takes whether they came out of something that can break off
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_file_read(const char *name, char **text, size_t *size,
		    bool *is_stream)
{
	bool is_stdin = !strcmp(name, "-");
	FILE *opened = is_stdin ? NULL : fopen(name, "re");
	int error = errno;

	if (is_stdin || opened)
		error = icmpg_file_take(is_stdin ? stdin : opened, text, size,
					is_stream);
	if (opened)
		fclose(opened);
	if (is_stdin)
		name = "stdin";
	if (error == EFBIG)
		return icmpg_out_error(ICMPG_INPUT,
			"%s: too large, at most 8 MiB; is it a saved configuration?",
			name);
	if (error == ENOMEM)
		return icmpg_out_error(ICMPG_FAILED, "out of memory");
	if (error)
		return icmpg_out_error(ICMPG_INPUT,
			"%s: %s; a file that can be read is needed, or - for stdin",
			name, strerror(error));
	return ICMPG_DONE;
}

/*
 * The mode and owner of the new file are those of the old one. Where there was none
 * it is the owner's alone: exempted addresses aren't for everybody.
 */
static int icmpg_file_dress(int fd, const char *path)
{
	struct stat old;

	if (stat(path, &old))
		return fchmod(fd, 0600) ? errno : 0;
	/* Not being allowed to give a file away is no reason to fail. */
	if ((old.st_uid != geteuid() || old.st_gid != getegid()) &&
	    fchown(fd, old.st_uid, old.st_gid))
		old.st_mode &= 0777;
	return fchmod(fd, old.st_mode & 07777) ? errno : 0;
}

/* The name itself must reach the disk too. */
static void icmpg_file_sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

static int icmpg_file_fill(int fd, const char *path, icmpg_file_writer writer,
			   const void *data)
{
	int error = icmpg_file_dress(fd, path);
	FILE *file = fdopen(fd, "w");

	if (!file) {
		error = errno;
		close(fd);
		return error;
	}
	errno = 0;
	writer(file, data);
	if (!error && (fflush(file) || ferror(file) || fsync(fd)))
		error = errno ? errno : EIO;
	if (fclose(file) && !error)
		error = errno;
	return error;
}

static int icmpg_file_replace(const char *path, icmpg_file_writer writer,
			      const void *data)
{
	char *beside;
	int error;
	int fd;

	if (asprintf(&beside, "%s.XXXXXX", path) < 0)
		return ENOMEM;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0) {
		error = errno;
		free(beside);
		return error;
	}
	error = icmpg_file_fill(fd, path, writer, data);
	if (!error && rename(beside, path))
		error = errno;
	if (error)
		unlink(beside);
	else
		icmpg_file_sync_directory(path);
	free(beside);
	return error;
}

/* Is it the name that is wrong, or the disk? */
static int icmpg_file_status(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
	case EACCES:
	case EPERM:
	case EROFS:
	case ELOOP:
	case ENAMETOOLONG:
		return ICMPG_INPUT;
	default:
		return ICMPG_FAILED;
	}
}

/**
 * icmpg_file_write() - replace a file, or make it
 * @name: a regular file, or a link to one
 * @writer: called once
 * @data: for @writer
 *
 * Return: an exit status; it has been said what was wrong, and then the old
 * file is still there as it was.
 */
int icmpg_file_write(const char *name, icmpg_file_writer writer,
		     const void *data)
{
	struct stat old;
	char *path;
	int error;

	if (!stat(name, &old) && !S_ISREG(old.st_mode))
		return icmpg_out_error(ICMPG_INPUT,
			"%s: not a regular file; without a file name save writes to stdout",
			name);
	/* A link stays: what it points to is replaced. */
	path = realpath(name, NULL);
	error = errno;
	if (!path && !lstat(name, &old) && S_ISLNK(old.st_mode))
		return icmpg_out_error(ICMPG_INPUT,
			"%s: a link to what isn't there (%s); make that first, or save to it",
			name, strerror(error));
	error = icmpg_file_replace(path ? path : name, writer, data);
	free(path);
	if (error)
		return icmpg_out_error(icmpg_file_status(error),
			"%s: %s; nothing was saved", name, strerror(error));
	return ICMPG_DONE;
}
