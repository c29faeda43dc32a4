// SPDX-License-Identifier: GPL-2.0
/*
 * A scenario that the kernel does not survive.
 *
 * Oracle: tests/e2e_torture.c knows the promise that has to be named.
 */
#include <fcntl.h>
#include <unistd.h>

#include "guest/torture/torture.h"

static int run_panic(struct row *r)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY);

	if (fd >= 0 && write(fd, "c", 1) == 1)
		return 0;
	return row_fail(r, "the kernel survived a crash that was asked for");
}

PINLAB_SCENARIO = {
	.summary = "crash the kernel",
	.run = run_panic,
};
