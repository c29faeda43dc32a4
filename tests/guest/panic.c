// SPDX-License-Identifier: GPL-2.0
/*
 * A guest whose kernel goes down in the middle of a row.
 *
 * Oracle: tests/e2e_bench.c knows the outcome that the runner has to name.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/bench/bench.h"

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		perror(path);
}

static int run_panic(struct row *r)
{
	write_text("/proc/sys/kernel/sysrq", "1");
	write_text("/proc/sysrq-trigger", "c");
	return row_fail(r, "the kernel survived a crash that was asked for");
}

PINLAB_BENCH = {
	.summary = "crash the kernel",
	.metrics = { { "none", "call" } },
	.run = run_panic,
};
