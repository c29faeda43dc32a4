// SPDX-License-Identifier: GPL-2.0
/*
 * What does fork cost a process that has pinned pages, and the child's exit?
 * fork() shares an anonymous page with the child unless it may be pinned: then
 * the child gets a copy at once.
 *
 * Oracle: the child reads the parent's data in all pages; a pinned page of the
 * parent is where it was, and still pinned.
 * Varies: how many of 256 pages are pinned. With 0 the process has pinned a
 * page before, so that fork() has to ask about each page.
 */
#include <stdio.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "guest/bench/stamp.h"
#include "guest/bench/steps.h"
#include "guest/bench/uring.h"
#include "guest/child.h"
#include "guest/clock.h"
#include "guest/machine/settle.h"

#define PAGES 256ul

static const struct bench_size sizes[] = {
	{ .label = "0", .n = 0 },
	{ .label = "16", .n = 16 },
	{ .label = "256", .n = PAGES },
	{ .label = NULL },
};

static struct io_uring ring;
static struct child child;
static uint32_t generation;

/*
 * Before 6.2 a slab page more or less, left by what ran before, shows as 99
 * instructions a fork: that is no exact figure.
 */
static bool slab_shows(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	uname(&u);
	sscanf(u.release, "%d.%d", &major, &minor);
	return clock_is_exact() && (major < 6 || (major == 6 && minor < 2));
}

static int setup(struct row *r)
{
	const char *why = "";
	unsigned long held = r->size.n ? r->size.n : 1;
	int err;

	if (slab_shows())
		return row_skip(r, "needs a wall-clock engine: the slab's state differs by boot");
	err = mem_alloc(&r->mem, r->kind, PAGES * PAGE_BYTES, &why);
	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	err = uring_open(r, &ring);
	if (!err)
		err = uring_hold(r, &ring, r->mem.addr, PAGE_BYTES, held);
	if (!err && !r->size.n)
		err = io_uring_unregister_buffers(&ring);
	if (!err)
		err = child_pipes(&child);
	settle_priority();
	return err;
}

static void child_main(struct row *r)
{
	bool good = child_told(&child);

	good = good && stamp_differs(r->mem.addr, r->mem.bytes, generation) < 0;
	child_answer(&child, good);
	child_told(&child);
	_exit(0);
}

static int check_pins(struct row *r, uint64_t *pfn)
{
	struct pinlab_page_info info = { 0 };

	if (r->drv < 0)
		return 0;
	if (page_info(r, r->mem.addr, &info))
		return -1;
	if (!info.maybe_pinned != !r->size.n)
		return row_fail(r, "%lu pages pinned, and yet the first one has refcount %d",
				r->size.n, info.refcount);
	if (*pfn && r->size.n && *pfn != info.pfn)
		return row_fail(r, "fork() moved a pinned page of the parent");
	*pfn = info.pfn;
	return 0;
}

static int run(struct row *r)
{
	struct region made, gone;
	uint64_t pfn = 0;
	pid_t waited;

	/* Writing makes each page the parent's own again, as it was before the last fork. */
	stamp(r->mem.addr, r->mem.bytes, ++generation);
	settle();
	if (check_pins(r, &pfn))
		return -1;
	region_begin(r, &made);
	child.pid = child_fork();
	if (!child.pid)
		child_main(r);
	region_end(r, &made);
	if (child.pid < 0)
		return row_fail(r, "fork: %s", strerror(errno));
	child_tell(&child);
	if (!child_answered(&child))
		return row_fail(r, "the child does not see the parent's data");
	if (check_pins(r, &pfn))
		return -1;
	region_begin(r, &gone);
	child_tell(&child);
	waited = waitpid(child.pid, NULL, 0);
	region_end(r, &gone);
	if (waited != child.pid)
		return row_fail(r, "waitpid: %s", strerror(errno));
	/* The wait itself is one switch. */
	if (gone.noise)
		gone.noise--;
	region_sample(r, &made, 0, 1);
	region_sample(r, &gone, 1, 1);
	return 0;
}

PINLAB_BENCH = {
	.summary	= "fork() with pinned pages among 256 anonymous ones, and the child's exit",
	.needs		= NEEDS_URING,
	.kinds		= KIND(MEM_ANON),
	.sizes		= sizes,
	.metrics	= { { "fork", "call" }, { "exit", "call" } },
	.setup		= setup,
	.run		= run,
};
