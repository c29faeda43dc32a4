// SPDX-License-Identifier: GPL-2.0
#include "host/boot/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE	1		/* Ctrl-A */
/* Keys that a guest which is busy has not taken yet; more are dropped. */
#define KEYS_MAX 65536

struct session {
	int to, from;		/* QEMU's standard input and output */
	pid_t pid;
	bool keys, plain;	/* our input is a terminal; our output is none */
	bool escaped;		/* Ctrl-A came */
	char pending[KEYS_MAX];
	size_t n;
	bool cr;		/* held back: it may belong to a newline */
	struct terminal_end *end;
};

static int start(struct session *s, const struct strlist *argv)
{
	char **args = xcalloc(argv->n + 1, sizeof(*args));
	int in[2], out[2];
	pid_t parent = getpid();

	memcpy(args, argv->v, argv->n * sizeof(*args));
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) {
		free(args);
		return -errno;
	}
	fflush(NULL);
	s->pid = fork();
	if (!s->pid) {
		/* Signals of the terminal are for us, who end it in order. */
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(125);
		dup2(in[0], 0);
		dup2(out[1], 1);
		signal(SIGPIPE, SIG_DFL);
		execvp(args[0], args);
		_exit(127);
	}
	free(args);
	close(in[0]);
	close(out[1]);
	s->to = in[1];
	s->from = out[0];
	fcntl(s->to, F_SETFL, O_NONBLOCK);
	return s->pid < 0 ? -errno : 0;
}

static bool put(const char *data, size_t n)
{
	while (n) {
		ssize_t got = write(STDOUT_FILENO, data, n);

		if (got < 0 && errno == EINTR && !interrupted)
			continue;
		if (got < 0)
			return false;
		data += got;
		n -= got;
	}
	return true;
}

/* What the guest says. False: there is nobody to tell. */
static bool take_output(struct session *s, const char *data, size_t n)
{
	char plain[2 * 4096];
	size_t k = 0;

	console_feed(&s->end->console, data, n);
	if (!s->plain)
		return put(data, n);
	for (size_t i = 0; i < n; i++) {
		if (s->cr && data[i] != '\n' && data[i] != '\r')
			plain[k++] = '\r';
		s->cr = data[i] == '\r';
		if (!s->cr)
			plain[k++] = data[i];
	}
	return put(plain, k);
}

static void key(struct session *s, char c)
{
	if (s->escaped && c == 'x') {
		s->end->left = true;
		kill(s->pid, SIGKILL);
	}
	if (!s->escaped && c == ESCAPE) {
		s->escaped = true;
		return;
	}
	s->escaped = false;
	if (s->n < KEYS_MAX)
		s->pending[s->n++] = c;
}

static void send_keys(struct session *s)
{
	ssize_t got = write(s->to, s->pending, s->n);

	if (got <= 0)
		return;
	s->n -= got;
	memmove(s->pending, s->pending + got, s->n);
}

/* One turn; false when the guest's side is closed. */
static bool turn(struct session *s)
{
	struct pollfd fds[] = {
		{ .fd = s->from, .events = POLLIN },
		{ .fd = s->keys ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = s->n ? s->to : -1, .events = POLLOUT },
	};
	char buf[4096];
	ssize_t n;

	if (poll(fds, ARRAY_SIZE(fds), 200) < 0)
		return errno == EINTR;
	if (fds[1].revents) {
		n = read(STDIN_FILENO, buf, sizeof(buf));
		/* The terminal is gone. */
		if (!n || (n < 0 && errno != EINTR && errno != EAGAIN))
			interrupted = 1;
		for (ssize_t i = 0; i < n; i++)
			key(s, buf[i]);
	}
	if (fds[2].revents)
		send_keys(s);
	if (!fds[0].revents)
		return true;
	n = read(s->from, buf, sizeof(buf));
	if (n > 0 && !take_output(s, buf, n))
		interrupted = 1;
	return n > 0 || (n < 0 && errno == EINTR);
}

int terminal_run(const struct strlist *argv, long timeout, struct terminal_end *end)
{
	struct session *s = xcalloc(1, sizeof(*s));
	double until = now_seconds() + timeout;
	struct termios before, raw;
	int ret;

	*end = (struct terminal_end){ 0 };
	console_init(&end->console);
	s->end = end;
	s->keys = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &before);
	s->plain = !isatty(STDOUT_FILENO);
	/* A reader that has gone away must not leave the terminal as it is now. */
	signal(SIGPIPE, SIG_IGN);
	ret = start(s, argv);
	if (!ret && s->keys) {
		raw = before;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	}
	while (!ret && turn(s)) {
		end->timeout = timeout && now_seconds() > until;
		if (interrupted || end->timeout)
			kill(s->pid, SIGKILL);
	}
	if (!ret)
		while (waitpid(s->pid, &end->status, 0) < 0 && errno == EINTR)
			if (interrupted)
				kill(s->pid, SIGKILL);
	if (!ret && s->keys)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	console_end(&end->console);
	if (!ret) {
		close(s->to);
		close(s->from);
	}
	free(s);
	return ret;
}
