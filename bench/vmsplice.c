// SPDX-License-Identifier: GPL-2.0
/*
 * What does it cost to put user pages into a pipe? They are held by ordinary
 * references (FOLL_GET), so no change to pinning should move this.
 *
 * Oracle: every call takes all of its bytes; a page in the pipe has one
 * reference more and none afterwards; what a reader gets is the data.
 * Varies: pages a call.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "guest/bench/bench.h"
#include "guest/bench/stamp.h"
#include "guest/bench/steps.h"

/* As many as a pipe of an ordinary user may hold (fs.pipe-max-size). */
#define PIPE_PAGES 256ul

static const struct bench_size sizes[] = {
	{ .label = "1", .n = 1 },
	{ .label = "16", .n = 16 },
	{ .label = "256", .n = PIPE_PAGES },
	{ .label = NULL },
};

static int pipe_fd[2], null_fd;

static int setup(struct row *r)
{
	const size_t bytes = PIPE_PAGES * PAGE_BYTES;
	const char *why = "";
	int err = mem_alloc(&r->mem, r->kind, bytes, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	stamp(r->mem.addr, bytes, 1);
	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null_fd < 0 || pipe2(pipe_fd, O_CLOEXEC | O_NONBLOCK))
		return row_fail(r, "pipe: %s", strerror(errno));
	if (fcntl(pipe_fd[1], F_SETPIPE_SZ, bytes) < (int)bytes)
		return row_skip(r, "needs a pipe of %zu bytes: %s", bytes, strerror(errno));
	return 0;
}

static long fill_pipe(const struct row *r)
{
	struct iovec iov = { .iov_base = r->mem.addr, .iov_len = r->size.n * PAGE_BYTES };
	long sum = 0;

	for (unsigned long i = 0; i < PIPE_PAGES / r->size.n; i++) {
		sum += vmsplice(pipe_fd[1], &iov, 1, SPLICE_F_NONBLOCK);
		iov.iov_base = (char *)iov.iov_base + iov.iov_len;
	}
	return sum;
}

static long drain_pipe(const struct row *r)
{
	long sum = 0;

	for (unsigned long i = 0; i < PIPE_PAGES / r->size.n; i++)
		sum += splice(pipe_fd[0], NULL, null_fd, NULL, r->size.n * PAGE_BYTES,
			      SPLICE_F_NONBLOCK);
	return sum;
}

static int refcount(struct row *r, int *count)
{
	struct pinlab_page_info info = { 0 };

	if (r->drv >= 0 && page_info(r, r->mem.addr, &info))
		return -1;
	/* A large folio has a reference for each of its pages. */
	*count = info.refcount;
	return 0;
}

static int run(struct row *r)
{
	const int per_folio = mem_is_large(r->kind) ? PIPE_PAGES : 1;
	const long bytes = PIPE_PAGES * PAGE_BYTES;
	int before, held, after;
	struct region in, out;
	long put, got;

	if (refcount(r, &before))
		return -1;
	region_begin(r, &in);
	put = fill_pipe(r);
	region_end(r, &in);
	if (refcount(r, &held))
		return -1;
	region_begin(r, &out);
	got = drain_pipe(r);
	region_end(r, &out);
	if (refcount(r, &after))
		return -1;
	if (put != bytes || got != bytes)
		return row_fail(r, "%ld bytes in, %ld out, expected %ld", put, got, bytes);
	if (r->drv >= 0 && (held != before + per_folio || after != before))
		return row_fail(r, "references: %d before, %d in the pipe, %d afterwards", before,
				held, after);
	region_sample(r, &in, 0, PIPE_PAGES);
	region_sample(r, &out, 1, PIPE_PAGES);
	return 0;
}

static int teardown(struct row *r)
{
	static char FAR_BSS buf[PIPE_PAGES * PAGE_BYTES];
	long got = 0, bad;
	ssize_t n;

	fill_pipe(r);
	while (got < (long)sizeof(buf) && (n = read(pipe_fd[0], buf + got, sizeof(buf) - got)) > 0)
		got += n;
	bad = stamp_differs(buf, sizeof(buf), 1);
	if (bad >= 0)
		return row_fail(r, "a reader of the pipe got %ld bytes, sector %ld is wrong", got,
				bad);
	return 0;
}

PINLAB_BENCH = {
	.summary	= "vmsplice() into a pipe, and the release of what it holds",
	.kinds		= KINDS_ALL,
	.sizes		= sizes,
	.metrics	= { { "get", "page" }, { "put", "page" } },
	.setup		= setup,
	.run		= run,
	.teardown	= teardown,
};
