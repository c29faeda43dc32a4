// SPDX-License-Identifier: GPL-2.0
#include "guest/bench/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/bench/scatter.h"
#include "guest/bench/stamp.h"
#include "guest/bench/steps.h"

#define DISK		"/dev/ram1"
#define SMALL_PAGES	64ul	/* moved in one repeat by the smaller calls */

const struct bench_size disk_sizes[] = {
	{ .label = "4k", .n = 1 },
	{ .label = "64k", .n = 16 },
	{ .label = "1m", .n = DISK_PAGES },
	{ .label = NULL },
};

int disk_setup(struct row *r, struct disk *d, bool write)
{
	unsigned long n = r->size.n, pages = n > SMALL_PAGES ? n : SMALL_PAGES;
	const char *why = "";
	int err = mem_alloc(&r->mem, r->kind, pages * PAGE_BYTES, &why);

	if (!err && mem_scatter(&r->mem))
		return row_fail(r, "no memory whose pages are not contiguous");
	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	*d = (struct disk){ .write = write, .calls = pages / n, .call_bytes = n * PAGE_BYTES };
	d->fd = open(DISK, O_RDWR | O_DIRECT | O_NOATIME | O_CLOEXEC);
	if (d->fd < 0)
		return row_fail(r, "%s: %s", DISK, strerror(errno));
	if (posix_memalign(&d->bounce, PAGE_BYTES, DISK_PAGES * PAGE_BYTES))
		return row_fail(r, "out of memory");
	return 0;
}

int disk_prepare(struct row *r, struct disk *d)
{
	size_t bytes = d->calls * d->call_bytes;
	uint32_t before = d->generation++;

	stamp(r->mem.addr, bytes, d->write ? d->generation : before);
	stamp(d->bounce, bytes, d->write ? before : d->generation);
	/*
	 * Twice in part: a tick may fall into the long write, and the first
	 * write behind a tick also updates the inode's times.
	 */
	if (pwrite(d->fd, d->bounce, bytes, 0) != (ssize_t)bytes ||
	    pwrite(d->fd, d->bounce, PAGE_BYTES, 0) != (ssize_t)PAGE_BYTES)
		return row_fail(r, "%s: short write of the test data", DISK);
	return 0;
}

int disk_check(struct row *r, struct disk *d, long moved)
{
	long bytes = d->calls * d->call_bytes, bad;
	const void *target = r->mem.addr;

	if (moved != bytes)
		return row_fail(r, "short transfer: %ld bytes of %ld", moved, bytes);
	if (d->write) {
		target = d->bounce;
		if (pread(d->fd, d->bounce, bytes, 0) != bytes)
			return row_fail(r, "%s: short read of the written data", DISK);
	}
	bad = stamp_differs(target, bytes, d->generation);
	if (bad >= 0)
		return row_fail(r, "sector %ld did not arrive", bad);
	return 0;
}

int disk_teardown(struct row *r)
{
	return r->drv < 0 ? 0 : check_unpinned(r);
}

/* A row has its process to itself. */
static struct disk disk;

int bench_dio_setup(struct row *r, bool write)
{
	return disk_setup(r, &disk, write);
}

int bench_dio(struct row *r)
{
	const size_t bytes = disk.call_bytes;
	char *addr = r->mem.addr;
	struct region g;
	long moved = 0;

	if (disk_prepare(r, &disk))
		return -1;
	region_begin(r, &g);
	for (unsigned long i = 0; i < disk.calls; i++)
		moved += disk.write ? pwrite(disk.fd, addr + i * bytes, bytes, i * bytes) :
				      pread(disk.fd, addr + i * bytes, bytes, i * bytes);
	region_end(r, &g);
	if (disk_check(r, &disk, moved))
		return -1;
	region_sample(r, &g, 0, disk_moved_pages(&disk));
	return 0;
}
