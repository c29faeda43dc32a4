// SPDX-License-Identifier: GPL-2.0
/*
 * One request for memory that nobody has touched yet: GUP has the pages made,
 * one after the other or a huge one at once, and loses the mmap_lock now and
 * then. What it has taken before is still its own.
 *
 * Oracle: all pages are given; they are exclusive, with as many pins as pages.
 * Varies: kind of memory, how many pages, which is the first, fast or slow.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/torture/holder.h"
#include "guest/torture/torture.h"

#define HUGE_PAGES	(HUGE_BYTES / PAGE_BYTES)

static const struct area {
	const char *name;
	bool shared, huge;
	int flags;		/* of mmap() */
} areas[] = {
	{ "anon" },
	{ "anon-thp", .huge = true },
	{ "shmem", .shared = true },
	{ "shmem-thp", .shared = true, .huge = true },
	{ "hugetlb", .flags = MAP_HUGETLB },
};

static char *map(const struct area *a)
{
	int flags = a->flags | (a->shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED_NOREPLACE;
	char *p = mmap(NULL, 2 * HUGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = -1;

	if (p == MAP_FAILED)
		return NULL;
	munmap(p, 2 * HUGE_BYTES);
	p = (char *)(((uintptr_t)p + HUGE_BYTES - 1) & -HUGE_BYTES);
	if (a->shared) {
		fd = memfd_create("untouched", MFD_CLOEXEC);
		if (fd < 0 || ftruncate(fd, HUGE_BYTES))
			return NULL;
	} else {
		flags |= MAP_ANONYMOUS;
	}
	p = mmap(p, HUGE_BYTES, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		return NULL;
	if (!a->flags)
		madvise(p, HUGE_BYTES, a->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return p;
}

static int check(struct row *r, const struct area *a, char *first, unsigned int pages, int got)
{
	struct pinlab_page_info i;
	int err;

	if (got != (int)pages)
		return torture_finding(r, PROMISE_RESULT,
				       "a request for %u pages of %s memory that nobody has touched: %d",
				       pages, a->name, got);
	err = dev_page(r->drv, first, &i);
	if (err)
		return row_fail(r, "page info: %s", strerror(-err));
	if (i.exclusive && (i.pincount < 0 || i.pincount == (int)pages))
		return 0;
	return torture_finding(r, PROMISE_COUNT,
			       "%u pages of %s memory by one request: exclusive %u, pin count %#x",
			       pages, a->name, i.exclusive, i.pincount);
}

static int one(struct row *r, const struct area *a, enum pinlab_op op, unsigned int first,
	       unsigned int pages)
{
	char *p = map(a), *at;
	int got, ret;

	/* Of huge pages there may be none. */
	if (!p)
		return a->flags ? 0 : row_fail(r, "memory: %s", strerror(errno));
	at = p + first * PAGE_BYTES;
	got = pin_pages(r->drv, op, at, pages, 0);
	if (got == -ENOMEM && a->flags)
		ret = 0;
	else
		ret = check(r, a, at, pages, got);
	if (got > 0)
		unpin_pages(r->drv, op, got);
	munmap(p, HUGE_BYTES);
	return ret;
}

static int run(struct row *r)
{
	static const unsigned int from[] = { 0, 1, 300 }, pages[] = { 2, 40, 200 };
	int ret = 0;

	for (unsigned int a = 0; a < sizeof(areas) / sizeof(*areas); a++)
		for (int i = 0; i < 9 && !ret; i++) {
			ret = one(r, &areas[a], PINLAB_EXC_FAST, from[i / 3], pages[i % 3]);
			if (!ret)
				ret = one(r, &areas[a], PINLAB_EXC_SLOW, from[i / 3], pages[i % 3]);
		}
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "requests for memory that nobody has touched yet",
	.fixed		= true,
	.brief		= true,
	.needs		= NEEDS_EXCLUSIVE,
	.run		= run,
};
