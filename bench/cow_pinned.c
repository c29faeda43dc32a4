// SPDX-License-Identifier: GPL-2.0
/*
 * What does a copy-on-write fault cost beside a pinned page? The child of a
 * fork shares every other page; of those the parent writes one half while
 * the child lives (copy), the other half when it is gone (reuse).
 *
 * Oracle: the child sees the old data throughout, the parent the new; there
 * were as many faults as writes; a pinned page stays where it is.
 * Varies: whether the pages in between are pinned.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/bench/stamp.h"
#include "guest/bench/steps.h"
#include "guest/bench/uring.h"
#include "guest/child.h"
#include "guest/machine/settle.h"

#define FAULTS	64ul		/* of each sort */
#define PAIR	(2 * PAGE_BYTES)	/* a page that may be pinned, and the one beside it */
#define BESIDE	(PAGE_BYTES + 8)	/* in the latter, and not part of a stamp */

static const struct bench_size sizes[] = {
	{ .label = "0", .n = 0 },
	{ .label = "128", .n = 2 * FAULTS },
	{ .label = NULL },
};

static struct io_uring ring;
static struct child child;
static uint32_t generation;

static int setup(struct row *r)
{
	unsigned long held = r->size.n ? r->size.n : 1;
	const char *why = "";
	int err = mem_alloc(&r->mem, r->kind, 2 * FAULTS * PAIR, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	err = uring_open(r, &ring);
	if (!err)
		err = uring_hold(r, &ring, r->mem.addr, PAIR, held);
	/* Having pinned once makes the kernel ask about each page. */
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

	child_answer(&child, good &&
		     stamp_differs(r->mem.addr, r->mem.bytes, generation) < 0);
	_exit(0);
}

static long minor_faults(void)
{
	struct rusage ru = { 0 };

	getrusage(RUSAGE_SELF, &ru);
	return ru.ru_minflt;
}

/* Write the odd pages of half a mapping, in the region; each has to fault. */
static int write_half(struct row *r, char *half, struct region *g)
{
	volatile char *p = half + BESIDE;
	long faults;

	/* It is on a page that the fork has shared as well. */
	*g = (struct region){ 0 };
	faults = minor_faults();
	region_begin(r, g);
	for (unsigned long i = 0; i < FAULTS; i++)
		p[i * PAIR] = (char)generation;
	region_end(r, g);
	faults = minor_faults() - faults;
	/* More is well: being preempted writes to the rseq area, which the fork has shared too. */
	if (faults < (long)FAULTS)
		return row_fail(r, "%ld faults, expected %lu", faults, FAULTS);
	return 0;
}

static int first_page(struct row *r, struct pinlab_page_info *info)
{
	*info = (struct pinlab_page_info){ 0 };
	if (r->drv < 0)
		return 0;
	if (page_info(r, r->mem.addr, info))
		return -1;
	if (!info->maybe_pinned != !r->size.n)
		return row_fail(r, "%lu pages pinned, and yet the first one has refcount %d",
				r->size.n, info->refcount);
	return 0;
}

static int run(struct row *r)
{
	char *other_half = r->mem.addr + FAULTS * PAIR;
	struct pinlab_page_info before, after;
	struct region copy, reuse;
	bool good;

	/* All pages the parent's own again, and the allocator's lists filled. */
	stamp(r->mem.addr, r->mem.bytes, ++generation);
	if (first_page(r, &before))
		return -1;
	child.pid = child_fork();
	if (!child.pid)
		child_main(r);
	if (child.pid < 0)
		return row_fail(r, "fork: %s", strerror(errno));
	settle();
	if (write_half(r, r->mem.addr, &copy))
		return -1;
	child_tell(&child);
	good = child_answered(&child);
	if (waitpid(child.pid, NULL, 0) != child.pid || !good)
		return row_fail(r, "the child does not see the old data");
	settle();
	if (write_half(r, other_half, &reuse) || first_page(r, &after))
		return -1;
	if (r->size.n && before.pfn != after.pfn)
		return row_fail(r, "a pinned page has moved");
	for (unsigned long i = 0; i < 2 * FAULTS; i++)
		if (r->mem.addr[i * PAIR + BESIDE] != (char)generation)
			return row_fail(r, "page %lu lost what was written", 2 * i + 1);
	region_sample(r, &copy, 0, FAULTS);
	region_sample(r, &reuse, 1, FAULTS);
	return 0;
}

PINLAB_BENCH = {
	.summary	= "copy-on-write fault beside a pinned page: copy and reuse",
	.needs		= NEEDS_URING,
	.kinds		= KIND(MEM_ANON),
	.sizes		= sizes,
	.metrics	= { { "copy", "page" }, { "reuse", "page" } },
	.setup		= setup,
	.run		= run,
};
