// SPDX-License-Identifier: GPL-2.0
/* Another process of the user reads the page through /proc/PID/mem: FOLL_GET. */
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
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cell_refused(c, "open", errno);
	if (pread(fd, buf, PAGE_BYTES, (off_t)(uintptr_t)c->addr) < 0)
		return cell_refused(c, "pread", errno);
	return cell_saw(c, buf, PAGE_BYTES);
}

PINLAB_PATH = {
	.summary = "pread() of /proc/PID/mem by a process of the same user",
	.closes = "__access_remote_vm() pinning what it copies",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.other = other,
};
