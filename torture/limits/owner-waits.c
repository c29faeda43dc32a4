// SPDX-License-Identifier: GPL-2.0
/*
 * Is the wait of an owner bounded, that somebody else's hold on the page goes?
 *
 * Oracle: the owner asks again and again for an exclusive pin (without them:
 * until the page looks unpinned), while the hold lasts and after it has ended.
 * Varies: who holds it: an O_DIRECT read from a slow disk; pages in a pipe that
 * nobody reads, one and many; a registered buffer.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/io/uring.h"
#include "guest/torture/limits.h"
#include "guest/torture/limits_disk.h"

#define READ_MS		400
#define PATIENCE	1.0	/* seconds for a hold that has no end of its own */
#define SOON		0.1	/* after the end of a hold */
#define MANY		5	/* pipes of 256 pages: together they make the page look pinned */
#define BUFFERS		256

/* Is the page the owner's alone now, as far as it can find out? */
static bool is_free(struct mass *m)
{
	return dev_has_exclusive() ? !ask_exclusive(m) : !ask_looks_pinned(m);
}

/* Seconds until it is free, or -1 after so many. */
static double wait_free(struct mass *m, double seconds)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	double began = torture_seconds(m->r), waited;

	do {
		if (is_free(m))
			return torture_seconds(m->r) - began;
		nanosleep(&nap, NULL);
		waited = torture_seconds(m->r) - began;
	} while (waited < seconds);
	return -1;
}

static const char *free_text(void)
{
	return dev_has_exclusive() ? "exclusive pin given" : "looks unpinned";
}

/* A hold without an end of its own, and then its end. */
static int endless(struct mass *m, const char *name, void (*end)(void))
{
	double first = wait_free(m, PATIENCE), then;
	long refs;

	if (mass_set(m, 0, false))
		return -1;
	refs = mass_refs(m) - (uint32_t)m->start.refcount;
	end();
	then = first < 0 ? wait_free(m, PATIENCE) : 0;
	if (then < 0)
		return torture_finding(m->r, PROMISE_LEAK,
				       "%s: the hold has ended, and the page is not free",
				       name);
	if (first < 0)
		torture_fact(m->r, name, "not within the 1 s that was waited; %s when the hold is ended, of %s references",
			     free_text(), count_text(refs));
	else
		torture_fact(m->r, name, "%s beside it; its %s reference%s there until it is ended",
			     free_text(), count_text(refs), refs == 1 ? " is" : "s are");
	torture_figure(m->r, name, "s", first < 0 ? PATIENCE : first);
	return mass_check(m);
}

static int pipes[MANY][2], nr_pipes;

static int into_pipes(struct row *r, int n, int pages)
{
	struct iovec iov[BUFFERS];

	for (int i = 0; i < pages; i++)
		iov[i] = (struct iovec){ r->mem.addr, PAGE_BYTES };
	for (nr_pipes = 0; nr_pipes < n; nr_pipes++) {
		int *p = pipes[nr_pipes];

		if (pipe2(p, O_CLOEXEC) || fcntl(p[1], F_SETPIPE_SZ, BUFFERS * PAGE_BYTES) < 0 ||
		    vmsplice(p[1], iov, pages, SPLICE_F_NONBLOCK) != pages * (ssize_t)PAGE_BYTES)
			return row_fail(r, "vmsplice: %s", strerror(errno));
	}
	return 0;
}

static void close_pipes(void)
{
	while (nr_pipes--) {
		close(pipes[nr_pipes][0]);
		close(pipes[nr_pipes][1]);
	}
}

static struct io_uring ring;

static int hold_ring(struct mass *m)
{
	const struct iovec page = { m->addr, PAGE_BYTES };
	int err = io_uring_register_buffers(&ring, &page, 1);

	return err ? row_skip(m->r, "needs registered buffers: %s", strerror(-err)) : 0;
}

static void close_ring(void)
{
	io_uring_unregister_buffers(&ring);
	io_uring_queue_exit(&ring);
}

static struct {
	struct slow_disk disk;
	char *addr;
	int fd;
	ssize_t got;
	double ended;
	struct row *r;
	atomic_bool over;
} reading;

static void *read_once(void *arg)
{
	(void)arg;
	reading.got = pread(reading.fd, reading.addr, PAGE_BYTES, 0);
	reading.ended = torture_seconds(reading.r);
	atomic_store(&reading.over, true);
	return NULL;
}

static int during_read(struct mass *m)
{
	const struct timespec begun = { .tv_nsec = 50000000 };
	double waited, given;
	pthread_t thread;
	bool over;

	reading.r = m->r;
	reading.addr = m->addr;
	atomic_store(&reading.over, false);
	reading.fd = open(reading.disk.path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (reading.fd < 0 || pthread_create(&thread, NULL, read_once, NULL))
		return row_fail(m->r, "%s: %s", reading.disk.path, strerror(errno));
	nanosleep(&begun, NULL);
	m->others = true;
	waited = wait_free(m, 10);
	given = torture_seconds(m->r);
	over = atomic_load(&reading.over);
	pthread_join(thread, NULL);
	m->others = false;
	close(reading.fd);
	if (reading.got != (ssize_t)PAGE_BYTES)
		return row_fail(m->r, "the read returned %zd", reading.got);
	if (waited < 0)
		return torture_finding(m->r, PROMISE_STUCK,
				       "a read has ended, and the page is not free");
	if (!over && given < reading.ended)
		torture_fact(m->r, "read-from-a-slow-disk",
			     "%s beside it: the read holds references only", free_text());
	else
		torture_fact(m->r, "read-from-a-slow-disk", "%s when it has ended, %s %.1f s later",
			     free_text(), given - reading.ended < SOON ? "less than" : "more than",
			     SOON);
	torture_figure(m->r, "read-from-a-slow-disk", "s", waited);
	/* What the disk has answered with is there now. */
	*(volatile uint64_t *)m->addr = m->stamp;
	return mass_check(m);
}

static int reads(struct mass *m)
{
	struct slow_disk *d = &reading.disk;
	int ret;

	if (access("/sys/module/null_blk", F_OK)) {
		torture_fact(m->r, "read-from-a-slow-disk", "no null_blk here");
		return 0;
	}
	ret = slow_disk_make(m->r, d, READ_MS, 64);
	if (!ret)
		ret = during_read(m);
	slow_disk_end(d);
	return ret;
}

static int each(struct mass *m)
{
	struct row *r = m->r;
	int ret = reads(m);

	if (!ret)
		ret = into_pipes(r, 1, 1);
	if (!ret)
		ret = endless(m, "one-page-in-a-pipe", close_pipes);
	if (!ret)
		ret = into_pipes(r, MANY, BUFFERS);
	if (!ret)
		ret = endless(m, "1280-pages-in-pipes", close_pipes);
	if (!ret)
		ret = uring_open(r, &ring);
	if (!ret)
		ret = hold_ring(m);
	if (!ret)
		ret = endless(m, "a-registered-buffer", close_ring);
	return ret;
}

static int run(struct row *r)
{
	const char *why = "";
	struct mass m;
	int err = mem_alloc(&r->mem, MEM_ANON, PAGE_BYTES, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	err = mass_begin(r, &m, r->mem.addr, -1);
	if (!err)
		err = each(&m);
	return err ? err : mass_end(&m);
}

PINLAB_SCENARIO = {
	.summary	= "how long an owner waits until others have let go of its page",
	.fixed		= true,
	.needs		= NEEDS_URING,
	.run		= run,
};
