// SPDX-License-Identifier: GPL-2.0
/*
 * What does a process without privileges bring onto a page by reading into it
 * with O_DIRECT from a slow disk? A read holds the page once for each of its
 * vectors until the disk has answered, and RLIMIT_MEMLOCK does not count it.
 *
 * Oracle: what the owner and others are given meanwhile, and afterwards.
 * Varies: the folio; small: 256 vectors of a page, large: 256 of the folio.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "guest/torture/limits_disk.h"
#include "guest/torture/limits_user.h"

#define VECTORS		256	/* BIO_MAX_VECS: more are waited for one after the other */
#define DEPTH		1024	/* requests that the disk works on at a time */
/* Of a request. A small read is two of them, at once; a large one 400, one after the other. */
#define SMALL_MS	1500
#define LARGE_MS	200

static struct slow_disk disk;

static struct {
	struct loot *l;
	struct iovec iov[VECTORS];
	int fd;
} reader;

static void *read_once(void *arg)
{
	struct loot *l = reader.l;

	(void)arg;
	__atomic_add_fetch(&l->ready, 1, __ATOMIC_SEQ_CST);
	if (preadv(reader.fd, reader.iov, VECTORS, 0) < 0) {
		l->err = -errno;
		__atomic_add_fetch(&l->failed, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void read_in_threads(struct loot *l, size_t bytes)
{
	const struct timespec nap = { .tv_nsec = 300000000 };
	pthread_t thread;
	long started = 0;

	reader.l = l;
	reader.fd = open(disk.path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (reader.fd < 0) {
		loot_stop(l, errno, "%s: %s", disk.path, strerrorname_np(errno));
		return;
	}
	for (int i = 0; i < VECTORS; i++)
		reader.iov[i] = (struct iovec){ l->addr, bytes };
	while (started < l->most && !pthread_create(&thread, NULL, read_once, NULL))
		started++;
	loot_wait(&l->ready, started);
	/* From there it is not far to where they wait, or have failed. */
	nanosleep(&nap, NULL);
	l->taken = started - __atomic_load_n(&l->failed, __ATOMIC_SEQ_CST);
}

static void read_pages(struct loot *l)
{
	read_in_threads(l, PAGE_BYTES);
}

static void read_folios(struct loot *l)
{
	read_in_threads(l, HUGE_BYTES);
}

static int run(struct row *r)
{
	static const struct {
		unsigned int ms;
		struct grab a;
	} on[] = {
		{ SMALL_MS, {
			.name = "small",
			.by = "16 reads of 256 vectors",
			.kind = MEM_SHMEM,
			.most = 16,
			.ends = true,
			.take = read_pages,
		} }, { LARGE_MS, {
			.name = "large",
			.by = "2 reads of 256 vectors",
			.kind = MEM_SHMEM_THP,
			.most = 2,
			.ends = true,
			.take = read_folios,
		} },
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(on) / sizeof(*on) && !ret; i++) {
		ret = slow_disk_make(r, &disk, on[i].ms, DEPTH);
		if (!ret)
			ret = grab_run(r, &on[i].a);
		slow_disk_end(&disk);
	}
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "an unprivileged process reads into the owner's page from a slow disk",
	.fixed		= true,
	.run		= run,
};
