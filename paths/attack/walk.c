// SPDX-License-Identifier: GPL-2.0
/*
 * The attack, class W (a walk of the page cache): an ordinary process brings the host down.
 *
 * c->addr is memory that this process has given to a protected guest: it is
 * pinned for that, and the hypervisor has taken it out of the kernel's linear
 * map. Nobody has to be privileged for what follows.
 *
 * The memory is a memfd, and it punches 64 bytes out of it: the kernel writes
 * zeroes to the page that it finds in the page cache. No GUP, no pin to refuse.
 */
#include <errno.h>
#include <fcntl.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	if (fallocate(c->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 64))
		return cell_refused(c, "fallocate", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "a hole of 64 bytes punched into protected memory of a memfd",
	.kinds = KIND(MEM_SHMEM),
	.way = WAY_WALK,
	.reach = ANSWER_WRITTEN,
	.attack = true,
	.touch = touch,
};
