// SPDX-License-Identifier: GPL-2.0
/*
 * Paths that go wrong in one way each: what the frame of paths has to notice by
 * itself is brought about here by a real guest.
 *
 * Oracle: tests/e2e_paths.c knows which answer belongs to which path.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

/* Expected to read the page, and does nothing. */
static int idle(struct path_cell *c)
{
	(void)c;
	return 0;
}

PINLAB_PATH(test_idle) = {
	.name = "test/path-idle", .summary = "do nothing", .hidden = true, .way = WAY_GET,
	.reach = ANSWER_READ, .kinds = KIND(MEM_ANON), .schemes = S_KINDS, .touch = idle,
};

/* A failed call is no refusal where the page was written to all the same. */
static int liar(struct path_cell *c)
{
	memset(c->addr, 1, 16);
	return cell_refused(c, "nothing", 1);
}

PINLAB_PATH(test_liar) = {
	.name = "test/path-liar", .summary = "write, and say refused", .hidden = true,
	.way = WAY_USER, .reach = ANSWER_REFUSED, .kinds = KIND(MEM_ANON), .schemes = S_KINDS,
	.touch = liar,
};

/* A process that nobody ends holds a reference to the page in a pipe. */
static int leak(struct path_cell *c)
{
	struct iovec v = { c->addr, PAGE_BYTES };
	int p[2];

	if (pipe(p) || vmsplice(p[1], &v, 1, 0) < 0)
		return cell_skip(c, "vmsplice");
	if (fork())
		return 0;
	setsid();
	sleep(12);
	_exit(0);
}

PINLAB_PATH(test_leak_path) = {
	.name = "test/path-leak", .summary = "leave a reference", .hidden = true, .way = WAY_GET,
	.reach = ANSWER_NOT_REACHED, .kinds = KIND(MEM_SHMEM), .schemes = S(LONGTERM),
	.touch = leak,
};

/* The owner's mapping loses the page that is pinned. */
static int lose(struct path_cell *c)
{
	madvise(c->addr, PAGE_BYTES, MADV_DONTNEED);
	return 0;
}

PINLAB_PATH(test_lose) = {
	.name = "test/path-lose", .summary = "lose the page", .hidden = true, .way = WAY_NONE,
	.reach = ANSWER_NOT_REACHED, .kinds = KIND(MEM_ANON), .schemes = S(LONGTERM),
	.touch = lose,
};

static int die(struct path_cell *c)
{
	(void)c;
	kill(getpid(), SIGSEGV);
	return 0;
}

PINLAB_PATH(test_die) = {
	.name = "test/path-die", .summary = "die of a signal", .hidden = true, .way = WAY_NONE,
	.reach = ANSWER_USER_KILLED, .kinds = KIND(MEM_ANON), .schemes = S_KINDS, .touch = die,
};

static int stuck(struct path_cell *c)
{
	(void)c;
	for (;;)
		pause();
	return 0;
}

PINLAB_PATH(test_stuck_path) = {
	.name = "test/path-stuck", .summary = "never end", .hidden = true, .way = WAY_NONE,
	.reach = ANSWER_STUCK, .kinds = KIND(MEM_ANON), .schemes = S(NONE), .touch = stuck,
};

/* Words that must not be taken for something else on their way into the report. */
static int text(struct path_cell *c)
{
	return cell_skip(c, "%s", "a|b\tc\n%n\033[2J # SKIP");
}

PINLAB_PATH(test_text_path) = {
	.name = "test/path-text", .summary = "say strange things", .hidden = true,
	.way = WAY_NONE, .reach = ANSWER_NOT_REACHED, .kinds = KIND(MEM_ANON),
	.schemes = S(NONE), .touch = text,
};

/* An ordinary release of what is exclusive: the kernel complains, and all stays as it is. */
static int warn(struct path_cell *c)
{
	struct pinlab_step s = { .op = PINLAB_UNPIN, .flags = PINLAB_FORCE, .calls = 1,
				 .batch = 1 };
	struct pinlab_run run = { (uintptr_t)&s, 1, PINLAB_CLOCK_NS };

	return ioctl(c->drv, PINLAB_IOC_RUN, &run) ? cell_skip(c, "the driver") : 0;
}

PINLAB_PATH(test_warn_path) = {
	.name = "test/path-warn", .summary = "make the kernel complain", .hidden = true,
	.way = WAY_NONE, .reach = ANSWER_NOT_REACHED, .kinds = KIND(MEM_ANON),
	.schemes = S(EXCLUSIVE), .touch = warn,
};
