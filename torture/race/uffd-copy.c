// SPDX-License-Identifier: GPL-2.0
/*
 * Pages are taken away and put back by UFFDIO_COPY, and write-protected for a
 * moment, by userfaultfd, under racing pins: what is missing cannot be pinned,
 * what is pinned is not replaced.
 *
 * Oracle: UFFDIO_COPY onto a page that is there is refused, and a held one
 * keeps its frame and contents; what is copied is read back; the witness.
 * Varies: kind of memory, what is done to which page, the ways to pin.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/machine/uffd.h"
#include "guest/torture/race.h"

#define WORD(p)	(*(volatile uint64_t *)((p) + 8))

static int uffd = -1;
static char *source;	/* of a huge page */

static size_t unit(const struct race_round *w)
{
	return mem_is_large(w->mem.kind) ? HUGE_BYTES : PAGE_BYTES;
}

static int before(struct race_round *w)
{
	int err = uffd_register(uffd, w->mem.addr, w->mem.bytes, true);

	return err ? race_fail(w, "UFFDIO_REGISTER: %s", strerror(-err)) : 0;
}

static int take_away(struct race_round *w, char *page)
{
	if (w->mem.fd < 0 ? madvise(page, unit(w), MADV_DONTNEED) :
	    fallocate(w->mem.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      page - w->mem.addr, unit(w)))
		return race_fail(w, "taking a page away: %s", strerror(errno));
	return 0;
}

static int renew(struct race_round *w, char *page)
{
	uint64_t mark = rng_next(&w->rng);
	int err = take_away(w, page);

	if (err)
		return err;
	WORD(source) = mark;
	err = uffd_copy(uffd, page, source, unit(w));
	if (err)
		return race_fail(w, "UFFDIO_COPY: %s", strerror(-err));
	if (WORD(page) != mark)
		return torture_finding(w->r, PROMISE_CONTENT,
				       "%s page does not have what UFFDIO_COPY has put there",
				       mem_kind_name(w->mem.kind));
	return 0;
}

/* Nothing may come of it. */
static int overwrite(struct race_round *w, char *page)
{
	uint64_t mark = rng_next(&w->rng);
	int err;

	WORD(page) = mark;
	WORD(source) = ~mark;
	err = uffd_copy(uffd, page, source, unit(w));
	if (err == -EEXIST && WORD(page) == mark)
		return 0;
	return torture_finding(w->r, PROMISE_CONTENT,
			       "UFFDIO_COPY onto a %s page that is there: %s",
			       mem_kind_name(w->mem.kind), err ? strerror(-err) : "done");
}

static int protect(struct race_round *w, char *page)
{
	int err = uffd_protect(uffd, page, unit(w), true);

	if (!err)
		err = uffd_protect(uffd, page, unit(w), false);
	return err ? race_fail(w, "UFFDIO_WRITEPROTECT: %s", strerror(-err)) : 0;
}

static int disturb(struct race_round *w)
{
	unsigned long i = mem_is_large(w->mem.kind) ? 0 : rng_below(&w->rng, w->pages);
	char *page = w->mem.addr + i * PAGE_BYTES;

	switch (rng_below(&w->rng, 4)) {
	case 0:
		return protect(w, page);
	case 1:
		return overwrite(w, page);
	default:
		return race_is_held(w, i) ? overwrite(w, page) : renew(w, page);
	}
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON) | KIND(MEM_SHMEM) | KIND(MEM_HUGETLB),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_FAULTS,
		.holds = 2,
		.remaps = true,
		.before = before,
		.disturb = disturb,
	};
	int ret = uffd_open(r, UFFD_FEATURE_SIGBUS | UFFD_FEATURE_MISSING_SHMEM |
			    UFFD_FEATURE_MISSING_HUGETLBFS | UFFD_FEATURE_WP_HUGETLBFS_SHMEM,
			    "userfaultfd of shmem with write-protection (5.19)", &uffd);

	if (ret)
		return ret;
	source = mmap(NULL, HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ret = source == MAP_FAILED ? row_fail(r, "memory") : race_run(r, &race);
	close(uffd);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "UFFDIO_COPY and UFFDIO_WRITEPROTECT against pins of all kinds",
	.needs		= NEEDS_SMP,
	.run		= run,
};
