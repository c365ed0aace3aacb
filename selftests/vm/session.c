// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first process of the virtual machine. Runs the command, passes its
 * output on byte by byte, and says at the very end how it went:
 *
 *	begin
 *	status S bytes N cksum C tainted T end
 *
 * on a channel of its own (ttyS1). N and C (as of cksum(1)) are those of the
 * output, so whoever reads both can tell that nothing is missing.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SESSION_COMMAND		"/.vm/command"
#define SESSION_STDIN		"/.vm/stdin"
#define SESSION_OUTPUT		"/dev/virtio-ports/output"
#define SESSION_TERMINAL	"/dev/hvc0"
#define SESSION_RESULT		"/dev/ttyS1"
#define SESSION_CRC_POLY	0x04c11db7u

/* what went out: the length and the running checksum of POSIX cksum */
struct session_sum {
	uint64_t bytes;
	uint32_t crc;
};

static uint32_t session_crc_table[256];
static int session_result_fd = -1;

static void session_crc_init(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i << 24;

		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 31 ? SESSION_CRC_POLY : 0);
		session_crc_table[i] = crc;
	}
}

static uint32_t session_crc_step(uint32_t crc, unsigned char byte)
{
	return crc << 8 ^ session_crc_table[crc >> 24 ^ byte];
}

static void session_sum_add(struct session_sum *sum, const unsigned char *data,
			    size_t len)
{
	sum->bytes += len;
	for (size_t i = 0; i < len; i++)
		sum->crc = session_crc_step(sum->crc, data[i]);
}

/* Return: the checksum with the length appended, as cksum(1) prints it. */
static uint32_t session_sum_final(const struct session_sum *sum)
{
	uint32_t crc = sum->crc;

	for (uint64_t len = sum->bytes; len; len >>= 8)
		crc = session_crc_step(crc, len & 0xff);
	return ~crc;
}

static int session_write(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		at += n;
		len -= n;
	}
	return 0;
}

static void session_result_open(void)
{
	struct termios tio;

	session_result_fd = open(SESSION_RESULT, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (session_result_fd < 0)
		return;
	if (!tcgetattr(session_result_fd, &tio)) {
		cfmakeraw(&tio);
		tcsetattr(session_result_fd, TCSANOW, &tio);
	}
}

static void __attribute__((format(printf, 1, 2)))
session_result_say(const char *format, ...)
{
	char line[160];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (session_result_fd >= 0 && len > 0) {
		session_write(session_result_fd, line, len);
		tcdrain(session_result_fd);
	}
}

/* Tells the kernel log, and thereby the host, why there will be no result. */
static void __attribute__((noreturn)) session_die(const char *what)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		dprintf(fd, "<3>vm session: %s: %s\n", what, strerror(errno));
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static unsigned long session_tainted(void)
{
	FILE *file = fopen("/proc/sys/kernel/tainted", "re");
	unsigned long tainted = ULONG_MAX;

	if (file) {
		if (fscanf(file, "%lu", &tainted) != 1)
			tainted = ULONG_MAX;
		fclose(file);
	}
	return tainted;
}

static void session_terminal_size(int fd)
{
	const char *rows = getenv("VM_ROWS"), *cols = getenv("VM_COLS");
	struct winsize size = { 0 };

	if (!rows || !cols)
		return;
	size.ws_row = atoi(rows);
	size.ws_col = atoi(cols);
	ioctl(fd, TIOCSWINSZ, &size);
}

/* The child's side: @pipe_fd is where output goes, or -1 for the terminal. */
static void __attribute__((noreturn)) session_exec(int pipe_fd)
{
	sigset_t none;
	int in;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (pipe_fd < 0) {
		in = open(SESSION_TERMINAL, O_RDWR);
		if (in < 0)
			_exit(126);
		ioctl(in, TIOCSCTTY, 0);
		session_terminal_size(in);
		pipe_fd = in;
	} else {
		in = open(SESSION_STDIN, O_RDONLY);
		if (in < 0)
			in = open("/dev/null", O_RDONLY);
	}
	dup2(in, 0);
	dup2(pipe_fd, 1);
	dup2(pipe_fd, 2);
	if (in > 2)
		close(in);
	if (pipe_fd > 2 && pipe_fd != in)
		close(pipe_fd);
	execl("/bin/bash", "bash", SESSION_COMMAND, NULL);
	_exit(127);
}

/* Passes on what is there. Return: false when all writers are gone. */
static bool session_relay(int from, int to, struct session_sum *sum)
{
	static unsigned char data[65536];
	ssize_t len = read(from, data, sizeof(data));

	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!len)
		return false;
	session_sum_add(sum, data, len);
	if (session_write(to, data, len))
		session_die("cannot pass output on");
	return true;
}

/* Collects the dead. Return: true when @child is among them. */
static bool session_reap(pid_t child, int *status)
{
	bool found = false;
	pid_t pid;
	int how;

	while ((pid = waitpid(-1, &how, WNOHANG)) > 0) {
		if (pid != child)
			continue;
		found = true;
		*status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
	}
	return found;
}

/*
 * Whatever the command left behind ends with it; what it wrote still counts.
 * At most five seconds: a process that can't be killed must not hold us up.
 */
static void session_drain(int from, int to, struct session_sum *sum)
{
	struct pollfd fd = { .fd = from, .events = POLLIN };
	time_t deadline = time(NULL) + 5;

	kill(-1, SIGKILL);
	while (time(NULL) < deadline) {
		if (poll(&fd, 1, 1000) > 0 && !session_relay(from, to, sum))
			break;
	}
}

static int session_follow(pid_t child, int from, int to, struct session_sum *sum)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	struct signalfd_siginfo info;
	int status = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	fds[0].fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fds[0].fd < 0)
		session_die("signalfd");
	fds[1].fd = from;
	while (!session_reap(child, &status)) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			session_die("poll");
		if (fds[0].revents && read(fds[0].fd, &info, sizeof(info)) < 0)
			session_die("read of signalfd");
		if (fds[1].revents && !session_relay(from, to, sum))
			fds[1].fd = -1;
	}
	if (from >= 0)
		session_drain(from, to, sum);
	return status;
}

int main(void)
{
	struct session_sum sum = { 0 };
	int pipe_fds[2] = { -1, -1 }, out = -1, status;
	const char *asked = getenv("VM_INTERACTIVE");
	bool interactive = asked && *asked;
	sigset_t set;
	pid_t child;

	session_crc_init();
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	session_result_open();
	if (!interactive) {
		out = open(SESSION_OUTPUT, O_WRONLY | O_CLOEXEC);
		if (out < 0)
			session_die("cannot open " SESSION_OUTPUT);
		if (pipe(pipe_fds))
			session_die("pipe");
		fcntl(pipe_fds[0], F_SETFD, FD_CLOEXEC);
		fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
	}
	session_result_say("begin\n");
	child = fork();
	if (child < 0)
		session_die("fork");
	if (!child)
		session_exec(pipe_fds[1]);
	if (pipe_fds[1] >= 0)
		close(pipe_fds[1]);
	status = session_follow(child, pipe_fds[0], out, &sum);
	session_result_say("status %d bytes %llu cksum %u tainted %lu end\n", status,
			   (unsigned long long)sum.bytes, session_sum_final(&sum),
			   session_tainted());
	sync();
	reboot(RB_POWER_OFF);
	session_die("still here");
}
