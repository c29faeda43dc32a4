// SPDX-License-Identifier: GPL-2.0
/*
 * The attack, class P (FOLL_PIN): an ordinary process brings the host down.
 *
 * c->addr is memory that this process has given to a protected guest: it is
 * pinned for that, and the hypervisor has taken it out of the kernel's linear
 * map. Nobody has to be privileged for what follows.
 *
 * It reads a file of its own with O_DIRECT, into that memory. The kernel pins
 * the page and the disk's driver writes to it. Beside an exclusive pin the kernel
 * gets no pin, and the process gets an error. Before 6.5 direct I/O took a plain
 * reference: there an exclusive pin does not help.
 */
#include <errno.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/disk.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	int file = c->priv[0];		/* opened with O_RDWR | O_DIRECT */

	if (pread(file, c->addr, PAGE_BYTES, 0) < 0)
		return cell_refused(c, "pread", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "a read with O_DIRECT into protected memory",
	.way = WAY_PIN,
	.way_before = WAY_GET,
	.way_since = KERNEL(6, 5),
	.reach = ANSWER_WRITTEN,
	.attack = true,
	.setup = path_disk_ext4,
	.touch = touch,
};
