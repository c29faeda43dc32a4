// SPDX-License-Identifier: GPL-2.0
/*
 * The attack, class N (no reference): an ordinary process brings the host down.
 *
 * c->addr is memory that this process has given to a protected guest: it is
 * pinned for that, and the hypervisor has taken it out of the kernel's linear
 * map. Nobody has to be privileged for what follows.
 *
 * It forks. What is pinned cannot be shared with a child, so the kernel copies
 * it: for having been pinned, exclusively or not. Since 6.12 the copy is made as
 * of memory that may be broken: the fault is survived, and fork() fails.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	pid_t child = fork();

	if (child < 0)
		return cell_refused(c, "fork", errno);
	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
	return 0;
}

PINLAB_PATH = {
	.summary = "fork() with protected memory",
	.kinds = KIND(MEM_ANON),
	.way = WAY_NONE,
	.reach = ANSWER_READ,
	.attack = true,
	.survives = true,
	.survives_since = KERNEL(6, 12),
	.touch = touch,
};
