// SPDX-License-Identifier: GPL-2.0
/*
 * Does fio get its data back, with io_uring and registered buffers, on a RAM disk
 * and on null_blk, while others hold memory exclusively and pin beside it?
 *
 * Oracle: fio verifies the checksum of every block that it wrote and ends with
 * 0; what is held beside is still where and what it was; the witness.
 * Varies: bytes a request, requests at once, reads and writes, fio's seed.
 */
#include <stdio.h>

#include "guest/torture/broad.h"

/*
 * The RAM disk keeps the memory of what was written to it once: little, and
 * written often.
 */
#define DISK_KIB 256u

static const char *line(struct rng *g)
{
	static const char *const mixes[] = { "randread", "randwrite", "randrw" };
	static char text[900];
	unsigned int seed = rng_below(g, 1u << 30), depth = 1u << rng_below(g, 6);
	unsigned int block = 4u << rng_below(g, 5), other_block = 4u << rng_below(g, 5);

	snprintf(text, sizeof(text),
		 "/bin/fio --name=global --ioengine=io_uring --fixedbufs --direct=1 --thread "
		 "--output-format=terse --randseed=%u --iodepth=%u "
		 "--name=verified --filename=/dev/ram1 --size=%uk --loops=8 --bs=%uk --rw=%s "
		 "--verify=crc32c --do_verify=1 --verify_fatal=1 --verify_state_save=0 "
		 "--name=null --filename=/dev/nullb0 --size=16m --number_ios=2000 --bs=%uk --rw=%s",
		 seed, depth, DISK_KIB, block, rng_below(g, 2) ? "randwrite" : "write", other_block,
		 mixes[rng_below(g, 3)]);
	return text;
}

static int run(struct row *r)
{
	return broad_run(r, line, 60);
}

PINLAB_SCENARIO = {
	.summary	= "fio with io_uring and fixed buffers beside memory that is held exclusively",
	.needs		= NEEDS_TOOLS | NEEDS_URING | NEEDS_RAMDISK | NEEDS_SMP,
	.run		= run,
};
