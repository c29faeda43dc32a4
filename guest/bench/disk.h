/* SPDX-License-Identifier: GPL-2.0 */
/* Benchmarks of direct I/O to the second RAM disk, /dev/ram1. */
#ifndef PINLAB_GUEST_BENCH_DISK_H
#define PINLAB_GUEST_BENCH_DISK_H

#include <stdbool.h>

#include "guest/bench/bench.h"

/* Pages a call: one, a typical bio, and the most that one bio holds. */
extern const struct bench_size disk_sizes[];
#define DISK_PAGES	256ul

struct disk {
	int fd;			/* O_DIRECT */
	bool write;		/* from memory to the disk */
	unsigned long calls;
	size_t call_bytes;
	uint32_t generation;
	void *bounce;		/* what the checks read and write the disk through */
};

/* bench.setup: allocates the row's memory and opens the disk. */
int disk_setup(struct row *r, struct disk *d, bool write);
/* Before a repeat: new data at the source, old data at the target. */
int disk_prepare(struct row *r, struct disk *d);
/* After it: moved bytes are what was asked for, and the data has arrived. */
int disk_check(struct row *r, struct disk *d, long moved);
static inline unsigned long disk_moved_pages(const struct disk *d)
{
	return d->calls * d->call_bytes / PAGE_BYTES;
}

/* The whole of a benchmark with pread() or pwrite(). */
int bench_dio_setup(struct row *r, bool write);
int bench_dio(struct row *r);
/* bench.teardown: where the driver is there, nothing may be left pinned. */
int disk_teardown(struct row *r);

#endif
