// SPDX-License-Identifier: GPL-2.0
/*
 * The owner has its command line in the page, and whoever asks reads it in
 * /proc/PID/cmdline: anybody on the machine. Moving it there takes privilege.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	unsigned long from = (unsigned long)c->addr;
	char *buf = cell_buffer(PAGE_BYTES);
	int fd = cell_open(c, "/proc/self/cmdline", O_RDONLY), n;

	if (fd < 0)
		return 1;
	if (prctl(PR_SET_MM, PR_SET_MM_ARG_START, from, 0, 0) ||
	    prctl(PR_SET_MM, PR_SET_MM_ARG_END, from + 64, 0, 0))
		return cell_skip(c, "PR_SET_MM: errno %d", errno);
	n = read(fd, buf, PAGE_BYTES);
	if (n <= 0)
		return cell_refused(c, "read", n ? errno : EFAULT);
	return cell_saw(c, buf, n);
}

static const struct expect except[] = {
	{ .kinds = KINDS_FD, .answer = ANSWER_REFUSED, .why = "FOLL_ANON: no page of a file" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "reading /proc/PID/cmdline of an owner that has it in the page",
	.closes = "access_remote_vm() pinning what it copies",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.except = except,
	.root = true,
	.touch = touch,
};
