// SPDX-License-Identifier: GPL-2.0
/*
 * A scenario that makes the kernel warn.
 *
 * Oracle: tests/e2e_torture.c knows the promise that has to be named.
 */
#include "guest/bench/steps.h"
#include "guest/torture/torture.h"

static int run_warn(struct row *r)
{
	struct steps st = { .n = 0 };
	const char *why;

	if (mem_alloc(&r->mem, MEM_ANON, PAGE_BYTES, &why))
		return row_fail(r, "%s", why);
	step_over(&st, PINLAB_EXC_FAST, 0, r->mem.addr, 1, 1);
	step_over(&st, PINLAB_UNPIN, 0, NULL, 1, 1)->flags |= PINLAB_FORCE;
	step_over(&st, PINLAB_UNPIN_EXC, 0, NULL, 1, 1);
	return steps_run(r, &st);
}

PINLAB_SCENARIO = {
	.summary = "make the kernel warn",
	.needs = NEEDS_EXCLUSIVE,
	.run = run_warn,
};
