// SPDX-License-Identifier: GPL-2.0
/*
 * Control: mapping and unmapping a page that is never touched, which no
 * change to pinning can move.
 *
 * Oracle: the mapping is where it was asked for, and gone afterwards.
 * Varies: nothing.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/bench/bench.h"
#include "guest/machine/settle.h"

/*
 * The kernel frees each VMA only after a grace period, so that every round
 * takes a new one from the slab: few rounds stay within one slab page.
 */
#define ROUNDS	4
#define PAGES	16

static char *hole;

/* The middle of an inaccessible mapping: neighbours that do not merge with it. */
static int setup(struct row *r)
{
	hole = mmap(NULL, 3 * PAGES * PAGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (hole == MAP_FAILED)
		return row_fail(r, "mmap: %s", strerror(errno));
	hole += PAGES * PAGE_BYTES;
	munmap(hole, PAGES * PAGE_BYTES);
	return 0;
}

static int run(struct row *r)
{
	const int prot = PROT_READ | PROT_WRITE;
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
	unsigned char vec[PAGES];
	int missed = 0;
	struct region g;

	settle();
	region_begin(r, &g);
	for (int i = 0; i < ROUNDS; i++) {
		missed += mmap(hole, PAGES * PAGE_BYTES, prot, flags, -1, 0) != hole;
		missed += munmap(hole, PAGES * PAGE_BYTES) != 0;
	}
	region_end(r, &g);
	if (missed)
		return row_fail(r, "%d of %d calls failed", missed, 2 * ROUNDS);
	if (!mincore(hole, PAGES * PAGE_BYTES, vec) || errno != ENOMEM)
		return row_fail(r, "the mapping is still there");
	region_sample(r, &g, 0, ROUNDS);
	return 0;
}

PINLAB_BENCH = {
	.summary	= "control: mmap() and munmap() of 16 anonymous pages",
	.metrics	= { { "pair", "pair" } },
	.setup		= setup,
	.run		= run,
};
