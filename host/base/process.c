// SPDX-License-Identifier: GPL-2.0
/* Programs that are run for what they say. */
#include "host/base/process.h"
#include "host/base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct line_buf {
	char buf[8192];
	size_t n;
};

/* Over-long lines are handed on in pieces: nothing is dropped. */
static void feed_lines(struct line_buf *lb, void (*line)(const char *, void *), void *arg)
{
	size_t start = 0;

	for (size_t i = 0; i < lb->n; i++) {
		if (lb->buf[i] != '\n')
			continue;
		lb->buf[i] = '\0';
		if (line)
			line(lb->buf + start, arg);
		start = i + 1;
	}
	if (!start && lb->n == sizeof(lb->buf) - 1) {
		lb->buf[lb->n] = '\0';
		if (line)
			line(lb->buf, arg);
		start = lb->n;
	}
	memmove(lb->buf, lb->buf + start, lb->n - start);
	lb->n -= start;
}

static void child_exec(char *const argv[], const char *dir, char *const env[], int out)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	signal(SIGPIPE, SIG_DFL);
	if (dir && chdir(dir)) {
		fprintf(stderr, "%s: %s\n", dir, strerror(errno));
		_exit(127);
	}
	for (; env && *env; env++)
		putenv(*env);
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int run_program(char *const argv[], const char *dir, char *const env[],
		void (*line)(const char *line, void *arg), void *arg)
{
	struct line_buf lb = { .n = 0 };
	double deadline = 0;
	int p[2], status;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		close(p[0]);
		close(p[1]);
		return -errno;
	}
	if (!pid)
		child_exec(argv, dir, env, p[1]);
	close(p[1]);
	setpgid(pid, pid);
	for (;;) {
		struct pollfd pfd = { .fd = p[0], .events = POLLIN };
		ssize_t n;

		if (interrupted && !deadline) {
			kill(-pid, SIGTERM);
			deadline = now_seconds() + 3;
		}
		if (deadline && now_seconds() > deadline)
			kill(-pid, SIGKILL);
		if (poll(&pfd, 1, 200) <= 0)
			continue;
		n = read(p[0], lb.buf + lb.n, sizeof(lb.buf) - 1 - lb.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		lb.n += n;
		feed_lines(&lb, line, arg);
	}
	close(p[0]);
	if (lb.n) {
		lb.buf[lb.n] = '\0';
		if (line)
			line(lb.buf, arg);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void first_line(const char *line, void *arg)
{
	char **out = arg;

	if (!*out)
		*out = xstrdup(line);
}

char *program_line(char *const argv[])
{
	char *out = NULL;

	if (run_program(argv, NULL, NULL, first_line, &out)) {
		free(out);
		return NULL;
	}
	return out;
}
