// SPDX-License-Identifier: GPL-2.0
#include "guest/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int child_pipes(struct child *c)
{
	if (pipe2(c->to, O_CLOEXEC) || pipe2(c->from, O_CLOEXEC))
		return -errno;
	return 0;
}

pid_t child_fork(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

bool child_told(struct child *c)
{
	char b;

	/* Or the end of the file would never come. */
	close(c->to[1]);
	return read(c->to[0], &b, 1) == 1;
}

void child_answer(struct child *c, bool good)
{
	if (write(c->from[1], good ? "y" : "n", 1) != 1)
		_exit(1);
}

void child_tell(struct child *c)
{
	/* A child that is gone shows in its answer. */
	if (write(c->to[1], "g", 1) != 1)
		return;
}

bool child_answered(struct child *c)
{
	char b = 'n';

	return read(c->from[0], &b, 1) == 1 && b == 'y';
}
