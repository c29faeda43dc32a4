// SPDX-License-Identifier: GPL-2.0
/*
 * Text that must not be taken for format, field or line.
 *
 * Oracle: tests/e2e_torture.c knows the promise that has to be named.
 */
#include "guest/torture/torture.h"

static int run_text(struct row *r)
{
	torture_finding(r, PROMISE_RESULT, "%s", "%n%s\t\x1b[2J # \xff");
	torture_detail(r, "a\tb %s", "\n");
	return -1;
}

PINLAB_SCENARIO = {
	.summary = "say nonsense",
	.run = run_text,
};
