// SPDX-License-Identifier: GPL-2.0
/*
 * A large folio has one owner: what do a pin and an exclusive pin of one of
 * its pages cost the others, by size?
 *
 * Oracle: each other page is asked for, and the count of refusals.
 * Varies: the folio's size and kind; an ordinary pin, an exclusive one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/bench/steps.h"
#include "guest/device.h"
#include "guest/torture/limits.h"

#define MTHP		"/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled"
#define MTHP_BYTES	(64ul << 10)
#define WHICH		7ul	/* of the folio's pages: the one that is pinned */

static int step(struct row *r, struct pinlab_step *s)
{
	int err;

	err = dev_step(r->drv, s);
	if (err)
		return row_fail(r, "the driver's op %u: %s", s->op, strerror(-err));
	return 0;
}

/* With one page held by `hold`, `ask` for each of the others: how many are refused? */
static int refusals(struct row *r, char *folio, unsigned long pages, enum pinlab_op hold,
		    enum pinlab_op give, enum pinlab_op ask, unsigned long *refused)
{
	struct pinlab_step one = { .op = hold, .calls = 1, .batch = 1,
				   .addr = (uintptr_t)folio + WHICH * PAGE_BYTES };
	struct pinlab_step back = { .op = give, .calls = 1, .batch = 1 };

	*refused = 0;
	if (step(r, &one))
		return -1;
	if (one.done != 1)
		return torture_finding(r, PROMISE_RESULT, "a pin of a free folio was %s",
				       answer_text(one.failed ? -EBUSY : one.err));
	for (unsigned long i = 0; i < pages; i++) {
		struct pinlab_step other = { .op = ask, .slot = 1, .calls = 1, .batch = 1,
					     .addr = (uintptr_t)folio + i * PAGE_BYTES };
		struct pinlab_step put = { .op = PINLAB_UNPIN, .slot = 1, .calls = 1,
					   .batch = 1 };

		if (i == WHICH)
			continue;
		if (step(r, &other))
			return -1;
		*refused += other.failed;
		if (!other.done)
			continue;
		if (ask == PINLAB_EXC_FAST)
			put.op = PINLAB_UNPIN_EXC;
		if (step(r, &put))
			return -1;
	}
	return step(r, &back);
}

static int of_folio(struct row *r, const char *name, char *folio, unsigned long pages)
{
	unsigned long refused;
	char fact[64];

	if (refusals(r, folio, pages, PINLAB_PIN_LT_FAST, PINLAB_UNPIN, PINLAB_EXC_FAST,
		     &refused))
		return -1;
	snprintf(fact, sizeof(fact), "%s/one-page-is-pinned", name);
	torture_fact(r, fact, "an exclusive pin is refused for %lu of the %lu others", refused,
		     pages - 1);
	torture_figure(r, fact, "pages", refused);
	if (refusals(r, folio, pages, PINLAB_EXC_FAST, PINLAB_UNPIN_EXC, PINLAB_PIN_FAST,
		     &refused))
		return -1;
	snprintf(fact, sizeof(fact), "%s/one-page-is-exclusive", name);
	torture_fact(r, fact, "a pin is refused for %lu of the %lu others", refused, pages - 1);
	torture_figure(r, fact, "pages", refused);
	return 0;
}

static int of_kind(struct row *r, enum mem_kind kind)
{
	const char *why = "";
	int err = mem_alloc(&r->mem, kind, HUGE_BYTES, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	err = of_folio(r, mem_kind_name(kind), r->mem.addr, HUGE_BYTES / PAGE_BYTES);
	mem_free(&r->mem);
	return err;
}

static int set_mthp(const char *mode)
{
	int fd = open(MTHP, O_WRONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = write(fd, mode, strlen(mode)) < 0 ? -errno : 0;
	close(fd);
	return err;
}

/* Since 6.8 an anonymous folio may be of a size in between. */
static int of_mthp(struct row *r)
{
	struct pinlab_page_info info;
	char *map, *folio;
	int ret;

	if (set_mthp("always")) {
		torture_fact(r, "anon-64k/one-page-is-pinned", "no folios of this size here");
		return 0;
	}
	map = mmap(NULL, 2 * MTHP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		   -1, 0);
	folio = (char *)(((uintptr_t)map + MTHP_BYTES - 1) & ~(MTHP_BYTES - 1));
	*(volatile char *)folio = 1;
	set_mthp("never");
	ret = page_info(r, folio, &info);
	if (!ret && PAGE_BYTES << info.order != MTHP_BYTES)
		ret = row_fail(r, "asked for a folio of 64 KiB, got one of order %u", info.order);
	if (!ret)
		ret = of_folio(r, "anon-64k", folio, MTHP_BYTES / PAGE_BYTES);
	munmap(map, 2 * MTHP_BYTES);
	return ret;
}

static int run(struct row *r)
{
	static const enum mem_kind kinds[] = { MEM_ANON_THP, MEM_SHMEM_THP, MEM_HUGETLB };
	int ret = of_mthp(r);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && !ret; i++)
		ret = of_kind(r, kinds[i]);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "one pinned page of a large folio against its other pages",
	.fixed		= true,
	.needs		= NEEDS_EXCLUSIVE,
	.run		= run,
};
