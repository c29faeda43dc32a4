// SPDX-License-Identifier: GPL-2.0
#include "guest/bench/uring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "guest/bench/disk.h"
#include "guest/bench/steps.h"
#include "guest/clock.h"

#define MAX_BUFFERS	1024
#define SLAB_FILL	128
#define WARMUP		8
#define EXACT_BUFFERS	16

const struct bench_size uring_buffer_sizes[] = {
	{ .label = "1x4k", .n = 1, .bytes = 4 << 10 },
	{ .label = "16x4k", .n = 16, .bytes = 4 << 10 },
	{ .label = "1024x4k", .n = 1024, .bytes = 4 << 10 },
	{ .label = "1x64k", .n = 1, .bytes = 64 << 10 },
	{ .label = "4x64k", .n = 4, .bytes = 64 << 10 },
	{ .label = "1x1m", .n = 1, .bytes = 1 << 20 },
	{ .label = "4x1m", .n = 4, .bytes = 1 << 20 },
	{ .label = NULL },
};

static int register_iovs(struct io_uring *ring, char *addr, size_t bytes, size_t stride,
			 unsigned long n)
{
	static struct iovec iov[MAX_BUFFERS];

	for (unsigned long i = 0; i < n; i++)
		iov[i] = (struct iovec){ .iov_base = addr + i * stride, .iov_len = bytes };
	return io_uring_register_buffers(ring, iov, n);
}

int uring_hold(struct row *r, struct io_uring *ring, char *addr, size_t stride, unsigned long n)
{
	int err = register_iovs(ring, addr, PAGE_BYTES, stride, n);

	return err ? row_skip(r, "needs registered buffers: %s", strerror(-err)) : 0;
}

/* A row has its process to itself. */
static struct io_uring ring;
static struct iovec iovs[MAX_BUFFERS];
static bool deferred;		/* unregistering leaves work for a grace period */

static long sleeps(void)
{
	struct rusage ru = { 0 };

	getrusage(RUSAGE_SELF, &ru);
	return ru.ru_nvcsw;
}

/* What cannot be counted in instructions, though it can be timed. */
static int check_exact(struct row *r, bool unregister)
{
	if (!clock_is_exact())
		return 0;
	if (r->size.n > EXACT_BUFFERS)
		return row_skip(r, "needs a wall-clock engine: the slab's state differs by boot");
	if (deferred)
		return row_skip(r, unregister ?
				"needs a wall-clock engine: this kernel sleeps to unregister" :
				"needs a wall-clock engine: memory comes back after a grace period");
	return 0;
}

/*
 * What a buffer takes of the slab allocator lies in whole slabs afterwards: a row
 * whose few objects come from the ends of two frees them the slow way each time.
 */
static int fill_slabs(const struct iovec *v)
{
	static struct iovec many[SLAB_FILL];
	int err;

	for (int i = 0; i < SLAB_FILL; i++)
		many[i] = *v;
	err = io_uring_register_buffers(&ring, many, SLAB_FILL);
	return err ? err : io_uring_unregister_buffers(&ring);
}

int uring_buffers_setup(struct row *r, bool unregister)
{
	const char *why = "";
	int err = mem_alloc(&r->mem, r->kind, r->size.n * r->size.bytes, &why);
	long slept = 0;

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	for (unsigned long i = 0; i < r->size.n; i++)
		iovs[i] = (struct iovec){ .iov_base = r->mem.addr + i * r->size.bytes,
					  .iov_len = r->size.bytes };
	err = uring_open(r, &ring);
	if (!err && fill_slabs(&iovs[0]))
		return row_skip(r, "needs %d registered buffers", SLAB_FILL);
	/* Until the slab allocator has found the pages that it will keep for this. */
	for (int i = 0; i < WARMUP && !err; i++) {
		err = io_uring_register_buffers(&ring, iovs, r->size.n);
		if (err)
			return row_skip(r, "needs %lu registered buffers: %s", r->size.n,
					strerror(-err));
		slept -= sleeps();
		err = io_uring_unregister_buffers(&ring);
		slept += sleeps();
	}
	deferred = slept >= WARMUP;
	return err ? err : check_exact(r, unregister);
}

static int check_pinned(struct row *r)
{
	struct pinlab_page_info info;

	for (unsigned long i = 0; i < r->size.n && r->drv >= 0; i++) {
		if (page_info(r, iovs[i].iov_base, &info))
			return -1;
		if (!info.maybe_pinned)
			return row_fail(r, "buffer %lu is registered, and yet not pinned", i);
	}
	return 0;
}

int uring_buffers_run(struct row *r, bool unregister)
{
	unsigned long pages = r->size.n * r->size.bytes / PAGE_BYTES;
	struct region in, out;
	int err;

	/* Two sets of objects take turns then: always measure the same one. */
	if (deferred && (io_uring_register_buffers(&ring, iovs, r->size.n) ||
			 io_uring_unregister_buffers(&ring)))
		return row_fail(r, "registering and unregistering in between");
	region_begin(r, &in);
	err = io_uring_register_buffers(&ring, iovs, r->size.n);
	region_end(r, &in);
	if (err)
		return row_skip(r, "needs %zu registered buffers: %s", (size_t)r->size.n,
				strerror(-err));
	if (check_pinned(r))
		return -1;
	region_begin(r, &out);
	err = io_uring_unregister_buffers(&ring);
	region_end(r, &out);
	if (err)
		return row_fail(r, "unregister: %s", strerror(-err));
	/* Not deferred: what the region is charged for has been done by its end. */
	if (r->drv >= 0 && check_unpinned(r))
		return -1;
	region_sample(r, unregister ? &out : &in, 0, pages);
	return 0;
}

static struct disk disk;
static bool fixed;

int uring_io_setup(struct row *r, bool write, bool through_fixed)
{
	struct iovec iov;
	int err = disk_setup(r, &disk, write);

	if (!err)
		err = uring_open(r, &ring);
	fixed = through_fixed;
	if (err || !fixed)
		return err;
	iov = (struct iovec){ .iov_base = r->mem.addr, .iov_len = disk.calls * disk.call_bytes };
	err = io_uring_register_buffers(&ring, &iov, 1);
	return err ? row_skip(r, "needs a registered buffer: %s", strerror(-err)) : 0;
}

/* One request, submitted and waited for: what the kernel takes for one. */
static long transfer(char *addr, size_t bytes, off_t at)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
	struct io_uring_cqe *cqe;
	long res;

	if (fixed && disk.write)
		io_uring_prep_write_fixed(sqe, disk.fd, addr, bytes, at, 0);
	else if (fixed)
		io_uring_prep_read_fixed(sqe, disk.fd, addr, bytes, at, 0);
	else if (disk.write)
		io_uring_prep_write(sqe, disk.fd, addr, bytes, at);
	else
		io_uring_prep_read(sqe, disk.fd, addr, bytes, at);
	if (io_uring_submit_and_wait(&ring, 1) != 1 || io_uring_peek_cqe(&ring, &cqe))
		return -EIO;
	res = cqe->res;
	io_uring_cqe_seen(&ring, cqe);
	return res;
}

int uring_io_run(struct row *r)
{
	struct region g;
	long moved = 0;

	if (disk_prepare(r, &disk))
		return -1;
	region_begin(r, &g);
	for (unsigned long i = 0; i < disk.calls; i++)
		moved += transfer(r->mem.addr + i * disk.call_bytes, disk.call_bytes,
				  i * disk.call_bytes);
	region_end(r, &g);
	if (disk_check(r, &disk, moved))
		return -1;
	region_sample(r, &g, 0, disk_moved_pages(&disk));
	return 0;
}

int uring_io_teardown(struct row *r)
{
	if (fixed)
		io_uring_unregister_buffers(&ring);
	return disk_teardown(r);
}
