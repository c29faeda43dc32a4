// SPDX-License-Identifier: GPL-2.0
/* Another process of the user writes to the page through /proc/PID/mem: FOLL_GET. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int other(struct path_cell *c)
{
	char name[32], *buf = cell_buffer(PAGE_BYTES);
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/mem", c->owner);
	fd = open(name, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return cell_refused(c, "open", errno);
	cell_pattern(buf, PAGE_BYTES);
	if (pwrite(fd, buf, PAGE_BYTES, (off_t)(uintptr_t)c->addr) < 0)
		return cell_refused(c, "pwrite", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "pwrite() of /proc/PID/mem by a process of the same user",
	.closes = "__access_remote_vm() pinning what it copies",
	.way = WAY_GET,
	.reach = ANSWER_WRITTEN,
	.other = other,
};
