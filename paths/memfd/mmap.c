// SPDX-License-Identifier: GPL-2.0
/* Another process is given the memfd, maps it, and reads the page with its own hands. */
#include <errno.h>
#include <sys/mman.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int other(struct path_cell *c)
{
	int fd = cell_owners_fd(c);
	char *p;

	if (fd < 0)
		return -1;
	p = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return cell_refused(c, "mmap", errno);
	return cell_saw(c, p, PAGE_BYTES);
}

PINLAB_PATH = {
	.summary = "mmap() of the memory's file in another process, which reads it",
	.closes = "nothing, and it need not be: a fault there is a signal; or a file without mmap()",
	.way = WAY_USER,
	.reach = ANSWER_READ,
	.kinds = KINDS_FD,
	.takes_fd = true,
	.other = other,
};
