// SPDX-License-Identifier: GPL-2.0
/*
 * What does a direct read through io_uring cost, whose pages a registered
 * buffer keeps pinned? What uring_read costs more is the price of pinning.
 *
 * Oracle: every request moves all of its bytes, every sector has arrived
 * from the disk into the memory, and nothing is pinned once the buffer is
 * unregistered.
 * Varies: bytes a request.
 */
#include "guest/bench/disk.h"
#include "guest/bench/uring.h"

static int setup(struct row *r)
{
	return uring_io_setup(r, false, true);
}

PINLAB_BENCH = {
	.summary	= "IORING_OP_READ_FIXED with O_DIRECT on a RAM disk",
	.needs		= NEEDS_URING | NEEDS_RAMDISK,
	.kinds		= KIND(MEM_ANON) | KIND(MEM_ANON_THP) | KIND(MEM_HUGETLB),
	.sizes		= disk_sizes,
	.metrics	= { { "read", "page" } },
	.setup		= setup,
	.run		= uring_io_run,
	.teardown	= uring_io_teardown,
};
