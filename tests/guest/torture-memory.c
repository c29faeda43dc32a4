// SPDX-License-Identifier: GPL-2.0
/*
 * A scenario that leaves memory in use.
 *
 * Oracle: tests/e2e_torture.c knows the promise that has to be named.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/torture/torture.h"

static int run_memory(struct row *r)
{
	char *p;

	(void)r;
	if (child_fork()) {
		/* It has to be there before torture looks. */
		sleep(1);
		return 0;
	}
	p = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(p, 1, 16 << 20);
	sleep(20);
	_exit(0);
}

PINLAB_SCENARIO = {
	.summary = "leave memory in use",
	.run = run_memory,
};
