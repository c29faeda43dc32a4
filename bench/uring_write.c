// SPDX-License-Identifier: GPL-2.0
/*
 * What does a direct write through io_uring cost, whose pages are pinned
 * for each request?
 *
 * Oracle: every request moves all of its bytes, every sector has arrived
 * from the memory to the disk, and nothing is pinned afterwards.
 * Varies: bytes a request.
 */
#include "guest/bench/disk.h"
#include "guest/bench/uring.h"

static int setup(struct row *r)
{
	return uring_io_setup(r, true, false);
}

PINLAB_BENCH = {
	.summary	= "IORING_OP_WRITE with O_DIRECT on a RAM disk",
	.needs		= NEEDS_URING | NEEDS_RAMDISK,
	.kinds		= KIND(MEM_ANON) | KIND(MEM_ANON_THP) | KIND(MEM_HUGETLB),
	.sizes		= disk_sizes,
	.metrics	= { { "write", "page" } },
	.setup		= setup,
	.run		= uring_io_run,
	.teardown	= uring_io_teardown,
};
