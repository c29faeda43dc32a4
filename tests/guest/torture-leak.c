// SPDX-License-Identifier: GPL-2.0
/*
 * A scenario that leaves pins: torture has to notice by itself.
 *
 * Oracle: tests/e2e_torture.c knows the promise that has to be named.
 */
#include <unistd.h>

#include "guest/bench/steps.h"
#include "guest/child.h"
#include "guest/torture/torture.h"

static int run_leak(struct row *r)
{
	const char *why;
	struct steps st = { .n = 0 };

	if (mem_alloc(&r->mem, MEM_ANON, PAGE_BYTES, &why))
		return row_fail(r, "%s", why);
	if (child_fork())
		return 0;
	step_over(&st, PINLAB_PIN_FAST, 0, r->mem.addr, 1, 1);
	if (steps_run(r, &st))
		_exit(1);
	sleep(20);
	_exit(0);
}

PINLAB_SCENARIO = {
	.summary = "leave a pin",
	.run = run_leak,
};
