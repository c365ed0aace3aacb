// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network namespaces: what is opened after icmpg_netns_enter() is inside.
 */
#define _GNU_SOURCE
#include "netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "out.h"
#include "parse.h"

/* Where `ip netns` keeps its names; /var/run is the same place. */
static const char icmpg_netns_directory[] = "/run/netns";

/* The names that there are, for the sentence that one is wrong. */
static void icmpg_netns_list(char *buf, size_t size)
{
	DIR *directory = opendir(icmpg_netns_directory);
	struct dirent *entry;
	size_t used = 0;

	buf[0] = '\0';
	while (directory && (entry = readdir(directory)) && used < size / 2) {
		if (entry->d_name[0] == '.')
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s%.40s",
					 used ? ", " : "", entry->d_name);
	}
	if (directory && entry)
		snprintf(buf + used, size - used, " and more");
	if (directory)
		closedir(directory);
}

static int icmpg_netns_missing(const char *name)
{
	char list[512];

	if (strchr(name, '/'))
		return icmpg_out_error(ICMPG_INPUT,
			"-n %s: no such file; a path is one like /proc/PID/ns/net",
			icmpg_parse_quote(name).text);
	icmpg_netns_list(list, sizeof(list));
	return icmpg_out_error(ICMPG_INPUT,
		"-n %s: no such network namespace; %s%s",
		icmpg_parse_quote(name).text,
		list[0] ? "there are: " :
		"there is none yet, ip netns add makes one", list);
}

static int icmpg_netns_fail(const char *name, int error)
{
	if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG)
		return icmpg_netns_missing(name);
	if (error == EPERM || error == EACCES)
		return icmpg_out_error(ICMPG_REFUSED,
			"-n %s: not permitted: entering a namespace needs CAP_SYS_ADMIN, try sudo",
			icmpg_parse_quote(name).text);
	if (error == EINVAL)
		return icmpg_out_error(ICMPG_INPUT,
			"-n %s: not a network namespace; give a name of ip netns, or a path like /proc/PID/ns/net",
			icmpg_parse_quote(name).text);
	return icmpg_out_error(ICMPG_FAILED, "-n %s: %s",
			       icmpg_parse_quote(name).text, strerror(error));
}

static int icmpg_netns_path(const char *name, char *path, size_t size)
{
	int len;

	if (strchr(name, '/'))
		len = snprintf(path, size, "%s", name);
	else
		len = snprintf(path, size, "%s/%s", icmpg_netns_directory,
			       name);
	return len < 0 || (size_t)len >= size ? ENAMETOOLONG : 0;
}

/**
 * icmpg_netns_enter() - work in another network namespace from now on
 * @name: as in `ip netns`, or a path, which is what holds a slash
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_netns_enter(const char *name)
{
	char path[PATH_MAX];
	int error;
	int fd;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return icmpg_netns_missing(name);
	error = icmpg_netns_path(name, path, sizeof(path));
	if (error)
		return icmpg_netns_fail(name, error);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return icmpg_netns_fail(name, errno);
	error = setns(fd, CLONE_NEWNET) ? errno : 0;
	close(fd);
	return error ? icmpg_netns_fail(name, error) : ICMPG_DONE;
}
