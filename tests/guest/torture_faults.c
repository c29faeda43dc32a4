// SPDX-License-Identifier: GPL-2.0
/*
 * Scenarios that go wrong in one way each: what the frame of torture has to
 * notice by itself is brought about here by a real guest.
 *
 * Oracle: tests/e2e_torture.c knows which promise belongs to which scenario.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/bench/steps.h"
#include "guest/child.h"
#include "guest/clock.h"
#include "guest/torture/torture.h"

/* A process that nobody ends still has pages pinned when its scenario is over. */
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

PINLAB_SCENARIO(test_leak) = {
	.name = "test/torture-leak", .summary = "leave a pin", .hidden = true, .run = run_leak,
};

static int run_memory(struct row *r)
{
	char *p;

	(void)r;
	if (child_fork()) {
		/* It has to be there before the frame looks. */
		sleep(1);
		return 0;
	}
	p = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(p, 1, 16 << 20);
	sleep(20);
	_exit(0);
}

PINLAB_SCENARIO(test_memory) = {
	.name = "test/torture-memory", .summary = "leave memory in use", .hidden = true,
	.run = run_memory,
};

/* An ordinary unpin of a page that is pinned exclusively: the kernel warns. */
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

PINLAB_SCENARIO(test_warn) = {
	.name = "test/torture-warn", .summary = "make the kernel warn", .hidden = true,
	.needs = NEEDS_EXCLUSIVE, .run = run_warn,
};

static int run_stuck(struct row *r)
{
	(void)r;
	for (;;)
		pause();
	return 0;
}

PINLAB_SCENARIO(test_stuck) = {
	.name = "test/torture-stuck", .summary = "do not end", .hidden = true, .run = run_stuck,
};

static int run_panic(struct row *r)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY);

	if (fd >= 0 && write(fd, "c", 1) == 1)
		return 0;
	return row_fail(r, "the kernel survived a crash that was asked for");
}

PINLAB_SCENARIO(test_crash) = {
	.name = "test/torture-crash", .summary = "crash the kernel", .hidden = true,
	.run = run_panic,
};

/* Text that must not be taken for format, field or line. */
static int run_text(struct row *r)
{
	torture_finding(r, PROMISE_RESULT, "%s", "%n%s\t\x1b[2J # \xff");
	torture_detail(r, "a\tb %s", "\n");
	return -1;
}

PINLAB_SCENARIO(test_text) = {
	.name = "test/torture-text", .summary = "say nonsense", .hidden = true, .run = run_text,
};
