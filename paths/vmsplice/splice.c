// SPDX-License-Identifier: GPL-2.0
/*
 * vmsplice() puts a reference to the page into a pipe, and splice() into a file
 * takes the content out of it, by whoever has the pipe's other end.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	int p[2], file = memfd_create("to", MFD_CLOEXEC), ret;

	if (cell_vmsplice(c, p))
		return -1;
	ret = splice(p[0], NULL, file, NULL, PAGE_BYTES, 0);
	if (ret < 0)
		return cell_refused(c, "splice", errno);
	ret = pread(file, buf, PAGE_BYTES, 0);
	return ret < 0 ? cell_refused(c, "pread", errno) : cell_saw(c, buf, ret);
}

PINLAB_PATH = {
	.summary = "vmsplice() into a pipe, then splice() into a file",
	.closes = "iter_to_pipe() pinning what it puts into the pipe",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.touch = touch,
};
