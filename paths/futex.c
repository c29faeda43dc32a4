// SPDX-License-Identifier: GPL-2.0
/*
 * FUTEX_WAKE on the page with a key that other processes share: the kernel
 * takes a reference to find out which page it is, and touches nothing.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	if (syscall(SYS_futex, c->addr, FUTEX_WAKE, 1, NULL, NULL, 0) < 0)
		return cell_refused(c, "FUTEX_WAKE", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "FUTEX_WAKE with a shared key",
	.way = WAY_GET,
	.reach = ANSWER_NOT_REACHED,
	.touch = touch,
};
