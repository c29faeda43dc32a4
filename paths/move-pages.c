// SPDX-License-Identifier: GPL-2.0
/*
 * The owner moves its page to another node: a copy to another frame, where
 * nobody holds a reference that is not known.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

#define MPOL_MF_MOVE	2

static int touch(struct path_cell *c)
{
	void *page = c->addr;
	int node = -1, status = -1, to;

	if (syscall(SYS_move_pages, 0, 1, &page, NULL, &node, 0) || node < 0)
		return cell_skip(c, "move_pages() does not tell the node: %d", node);
	to = !node;
	if (syscall(SYS_move_pages, 0, 1, &page, &to, &status, MPOL_MF_MOVE) < 0)
		return cell_refused(c, "move_pages", errno);
	return status == to ? 0 : cell_refused(c, "move_pages", status < 0 ? -status : EBUSY);
}

static const struct expect except[] = {
	{ .schemes = S_PINNED, .answer = ANSWER_REFUSED,
	  .why = "its references are not all known" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "move_pages() of the owner's page to another node",
	.way = WAY_WALK,
	.reach = ANSWER_READ,
	.schemes = S_KINDS,
	.except = except,
	.disturbs = true,
	.touch = touch,
};
