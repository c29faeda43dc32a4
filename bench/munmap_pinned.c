// SPDX-License-Identifier: GPL-2.0
/*
 * What does it cost to unmap pinned memory, and then to release the pins,
 * which frees what nobody else holds?
 *
 * Oracle: the mapping is gone and its first page still pinned; after the
 * release the driver holds nothing.
 * Varies: the kind of memory.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/bench/bench.h"
#include "guest/bench/steps.h"
#include "guest/machine/settle.h"

#define PAGES	256ul
#define BATCH	16ul

static int check_between(struct row *r, int unmapped)
{
	struct pinlab_page_info info;
	unsigned char vec;

	if (unmapped || !mincore(r->mem.addr, PAGE_BYTES, &vec) || errno != ENOMEM)
		return row_fail(r, "the mapping is still there");
	/* Without an address it is the page that the driver holds. */
	if (page_info(r, NULL, &info))
		return -1;
	if (!info.maybe_pinned)
		return row_fail(r, "unmapping took the pin away");
	return 0;
}

static int run(struct row *r)
{
	struct steps in = { .n = 0 }, out = { .n = 0 };
	struct pinlab_step *release;
	struct region unmap;
	const char *why = "";
	int err = mem_alloc(&r->mem, r->kind, PAGES * PAGE_BYTES, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	step_over(&in, PINLAB_PIN_FAST, 0, r->mem.addr, PAGES, BATCH);
	release = step_over(&out, PINLAB_UNPIN, 0, NULL, PAGES, BATCH);
	if (steps_run(r, &in))
		return -1;
	settle();
	region_begin(r, &unmap);
	err = munmap(r->mem.addr, r->mem.bytes);
	region_end(r, &unmap);
	if (check_between(r, err) || steps_run(r, &out))
		return -1;
	mem_free(&r->mem);
	region_sample(r, &unmap, 0, PAGES);
	step_sample(r, release, 1, PAGES);
	return 0;
}

PINLAB_BENCH = {
	.summary	= "munmap() of 256 pinned pages, and the release of their pins",
	.needs		= NEEDS_DRIVER,
	.kinds		= KINDS_ALL,
	.metrics	= { { "munmap", "page" }, { "unpin", "page" } },
	.run		= run,
};
