// SPDX-License-Identifier: GPL-2.0
/*
 * What does a direct read cost, whose every page is pinned and unpinned?
 *
 * Oracle: every call moves all of its bytes, every sector has arrived from the disk
 * in the memory, and nothing is pinned afterwards.
 * Varies: bytes a call.
 */
#include "guest/bench/disk.h"

static int setup(struct row *r)
{
	return bench_dio_setup(r, false);
}

PINLAB_BENCH = {
	.summary	= "pread() with O_DIRECT on a RAM disk",
	.needs		= NEEDS_RAMDISK,
	.kinds		= KINDS_ALL,
	.sizes		= disk_sizes,
	.metrics	= { { "read", "page" } },
	.setup		= setup,
	.run		= bench_dio,
	.teardown	= disk_teardown,
};
