// SPDX-License-Identifier: GPL-2.0
/*
 * A request waits in the middle: pages around a huge page are missing, and
 * userfaultfd has somebody else fill them. GUP drops the mmap_lock for that and
 * has to find its way back to what it has taken, or was refused, before.
 *
 * Oracle: the request gets all its pages, or those before the huge page if that
 * is held by another, whose pins stay what they were; the kernel's log.
 * Varies: which pages are missing, what is held and how, what is asked for.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/machine/uffd.h"
#include "guest/torture/race.h"

#define HUGE_PAGES	(HUGE_BYTES / PAGE_BYTES)
#define ASKED		(HUGE_PAGES + 2)
#define ROUNDS		500

struct wait {
	struct row *r;
	struct rng rng;
	int uffd, owner;	/* the owner's file of the driver */
	char *huge, *first;	/* the first page asked for is the one before the huge one */
	unsigned long rounds, waits;
	volatile bool over;
};

/* Zero pages are not what can be pinned for long: copy something. */
static void *fill(void *arg)
{
	static char source[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
	struct pollfd p = { .events = POLLIN };
	struct wait *w = arg;
	struct uffd_msg m;

	p.fd = w->uffd;
	while (!w->over) {
		if (poll(&p, 1, 10) <= 0 || read(w->uffd, &m, sizeof(m)) != sizeof(m))
			continue;
		w->waits++;
		uffd_copy(w->uffd, (char *)(m.arg.pagefault.address & -PAGE_BYTES), source,
			  PAGE_BYTES);
	}
	return NULL;
}

static int info(struct wait *w, struct pinlab_page_info *i)
{
	int err = dev_page(w->r->drv, w->huge, i);

	return err ? row_fail(w->r, "page info: %s", strerror(-err)) : 0;
}

static const char *owner_text(enum pinlab_op own)
{
	if (own == PINLAB_NOP)
		return "free";
	return own == PINLAB_PIN_LT_FAST ? "pinned" : "pinned exclusively";
}

static int check(struct wait *w, enum pinlab_op ask, enum pinlab_op own, int got, int want)
{
	if (got == want)
		return 0;
	return torture_finding(w->r, PROMISE_RESULT,
			       "a request for %lu pages%s around a huge page that is %s: %d instead of %d",
			       ASKED, ask == PINLAB_EXC_FAST ? ", exclusively," : "",
			       owner_text(own), got, want);
}

/* One request, and what it has left. */
static int request(struct wait *w, enum pinlab_op ask, enum pinlab_op own)
{
	bool exclusive = ask != PINLAB_PIN_LT_FAST, free = own == PINLAB_NOP;
	int want = free || (!exclusive && own == PINLAB_PIN_LT_FAST) ? ASKED : 1, got, ret;
	struct pinlab_page_info before, after;

	ret = info(w, &before);
	if (ret)
		return ret;
	got = pin_pages(w->r->drv, ask, w->first, ASKED, 0);
	ret = check(w, ask, own, got, want);
	if (got > 0)
		unpin_pages(w->r->drv, ask, got);
	if (ret || info(w, &after))
		return -1;
	if (after.pincount == before.pincount && after.exclusive == before.exclusive)
		return torture_look(w->r);
	return torture_finding(w->r, PROMISE_COUNT,
			       "the huge page had pin count %d, exclusive %u; after a request that got %d pages it has %d, exclusive %u",
			       before.pincount, before.exclusive, got, after.pincount,
			       after.exclusive);
}

static int one_round(struct wait *w)
{
	static const enum pinlab_op ways[] = {
		PINLAB_EXC_FAST, PINLAB_PIN_LT_FAST, PINLAB_EXC_SLOW, PINLAB_NOP,
	};
	/* The driver's slow requests keep the lock, and so do not wait. */
	enum pinlab_op ask = ways[rng_below(&w->rng, 2)], own = ways[rng_below(&w->rng, 4)];
	char *page = w->huge + rng_below(&w->rng, HUGE_PAGES) * PAGE_BYTES;
	int ret;

	if (rng_below(&w->rng, 4))
		madvise(w->first, PAGE_BYTES, MADV_DONTNEED);
	if (rng_below(&w->rng, 4))
		madvise(w->huge + HUGE_BYTES, PAGE_BYTES, MADV_DONTNEED);
	if (own != PINLAB_NOP && pin_pages(w->owner, own, page, 1, 0) != 1)
		return torture_finding(w->r, PROMISE_RESULT,
				       "nobody has a huge page pinned, and it is refused");
	ret = request(w, ask, own);
	if (own != PINLAB_NOP)
		unpin_pages(w->owner, own, 1);
	w->rounds++;
	return ret;
}

/* Before 6.3 or so a long-term request keeps the mmap_lock, and fails instead. */
static int probe(struct wait *w)
{
	int got;

	madvise(w->first, PAGE_BYTES, MADV_DONTNEED);
	got = pin_pages(w->r->drv, PINLAB_PIN_LT_FAST, w->first, 1, 0);
	if (got == -EFAULT)
		return row_skip(w->r, "needs long-term pins that may wait for userfaultfd");
	if (got != 1)
		return row_fail(w->r, "a long-term pin of a missing page: %d", got);
	unpin_pages(w->r->drv, PINLAB_PIN_LT_FAST, 1);
	return 0;
}

static int rounds(struct wait *w)
{
	pthread_t t;
	int ret;

	w->rng.state = torture_seed(w->r);
	if (pthread_create(&t, NULL, fill, w))
		return row_fail(w->r, "pthread_create");
	ret = probe(w);
	while (!ret && w->rounds < ROUNDS)
		ret = one_round(w);
	w->over = true;
	pthread_join(t, NULL);
	if (!w->rounds)
		return ret;
	torture_figure(w->r, "rounds", "rounds", w->rounds);
	torture_figure(w->r, "waits", "faults", w->waits);
	return ret;
}

/* A huge page, and a page of its own on each side. */
static int lay_out(struct wait *w, char *area)
{
	int err;

	w->huge = (char *)(((uintptr_t)area + 2 * HUGE_BYTES - 1) & -HUGE_BYTES);
	w->first = w->huge - PAGE_BYTES;
	madvise(w->huge, HUGE_BYTES, MADV_HUGEPAGE);
	memset(w->first, 1, ASKED * PAGE_BYTES);
	err = uffd_register(w->uffd, w->first, ASKED * PAGE_BYTES, false);
	return err ? row_fail(w->r, "UFFDIO_REGISTER: %s", strerror(-err)) : 0;
}

static int run(struct row *r)
{
	struct wait w = { .r = r };
	struct pinlab_page_info i;
	char *area;
	int ret = uffd_open(r, 0, "userfaultfd", &w.uffd);

	if (ret)
		return ret;
	area = mmap(NULL, 4 * HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	w.owner = dev_open();
	if (area == MAP_FAILED || w.owner < 0)
		ret = row_fail(r, "memory or /dev/pinlab: %s",
			       strerror(w.owner < 0 ? -w.owner : ENOMEM));
	if (!ret)
		ret = lay_out(&w, area);
	if (!ret)
		ret = info(&w, &i);
	if (!ret && !i.order)
		ret = row_skip(r, "needs a huge page (CONFIG_TRANSPARENT_HUGEPAGE, memory in one piece)");
	if (!ret)
		ret = rounds(&w);
	close(w.owner);
	close(w.uffd);
	munmap(area, 4 * HUGE_BYTES);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "requests that userfaultfd keeps waiting before and after a huge page",
	.fixed		= true,
	.brief		= true,
	.needs		= NEEDS_EXCLUSIVE,
	.run		= run,
};
