// SPDX-License-Identifier: GPL-2.0
/*
 * The owner forks. A page that is pinned cannot be shared with the child, so
 * its content is copied at once: the kernel reads it. The breakpoint tells.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	pid_t pid = fork();

	if (pid < 0)
		return cell_refused(c, "fork", errno);
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return 0;
}

static const struct expect except[] = {
	{ .schemes = S(NONE), .answer = ANSWER_NOT_REACHED, .why = "shared until it is written" },
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_NOT_REACHED, .why = "a shared mapping" },
	{ .kinds = KIND(MEM_SHMEM) | KIND(MEM_SHMEM_THP) | KIND(MEM_HUGETLB),
	  .answer = ANSWER_NOT_REACHED, .why = "a shared mapping" },
	/* A huge page is not copied: its mapping is split, and the pages one by one. */
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "fork() with a pinned page: the child gets a copy at once",
	.closes = "VM_DONTCOPY or VM_WIPEONFORK on the owner's mapping; fork() failing",
	.way = WAY_NONE,
	.reach = ANSWER_READ,
	.except = except,
	/* Since 6.12 the copy is made as of a page that may be poisoned: fork() fails. */
	.survives = true,
	.survives_since = KERNEL(6, 12),
	.touch = touch,
};
