// SPDX-License-Identifier: GPL-2.0
/*
 * Memory fails: pages that others pin and unpin are taken out of use, softly
 * (MADV_SOFT_OFFLINE moves them elsewhere first) or at once (MADV_HWPOISON).
 *
 * Oracle: a page that is held is not moved away by soft offlining; what moves
 * keeps its contents; the witness; the pins of a poisoned page can be given
 * back, and are. Frames are made good again behind each round.
 * Varies: soft or hard, kind of memory, the ways to pin.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/device.h"
#include "guest/machine/knob.h"
#include "guest/torture/race.h"

#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE	101
#endif
#define UNPOISON	"/sys/kernel/debug/hwpoison/unpoison-pfn"
#define FRAMES		16	/* of one round */
#define WORD(p)		(*(volatile uint64_t *)((p) + 8))

static uint64_t bad[FRAMES];
static unsigned int nr_bad;
static unsigned long soft, hard;

/*
 * A page of a huge one that cannot be split keeps its mark when it is freed,
 * and whoever gets it next is struck by it: those are only moved.
 */
static int note(struct race_round *w, char *page, bool *whole)
{
	struct pinlab_page_info info;
	int err = dev_page(w->r->drv, page, &info);

	if (err)
		return race_fail(w, "page info: %s", strerror(-err));
	bad[nr_bad] = info.pfn;
	*whole = info.order;
	return 0;
}

static int offline(struct race_round *w, char *page)
{
	uint64_t mark = rng_next(&w->rng);

	WORD(page) = mark;
	/* Pinned: it stays, and in use. */
	if (!madvise(page, PAGE_BYTES, MADV_SOFT_OFFLINE)) {
		soft++;
		nr_bad++;
	}
	if (WORD(page) != mark)
		return torture_finding(w->r, PROMISE_CONTENT,
				       "%s page has lost its contents by MADV_SOFT_OFFLINE",
				       mem_kind_name(w->mem.kind));
	return 0;
}

/* The kernel tells who has lost memory: that is no news here, and must not be elsewhere. */
static volatile sig_atomic_t awaited;

static void on_sigbus(int sig)
{
	if (!awaited)
		signal(sig, SIG_DFL);
}

static int poison(struct race_round *w, char *page)
{
	int err;

	awaited = 1;
	madvise(page, PAGE_BYTES, MADV_HWPOISON);
	awaited = 0;
	hard++;
	nr_bad++;
	/* It is broken where it was, pinned or not: the mapping gets another one. */
	err = madvise(page, PAGE_BYTES, MADV_DONTNEED);
	if (!err && w->mem.fd >= 0)
		err = fallocate(w->mem.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				page - w->mem.addr, PAGE_BYTES);
	if (err)
		return race_fail(w, "replacing a poisoned page: %s", strerror(errno));
	WORD(page) = 1;
	return 0;
}

static int disturb(struct race_round *w)
{
	unsigned long i = rng_below(&w->rng, w->pages);
	char *page = w->mem.addr + i * PAGE_BYTES;
	bool softly = rng_below(&w->rng, 2), whole = false;
	int ret;

	if (nr_bad == FRAMES) {
		race_scribble(w);
		return 0;
	}
	ret = note(w, page, &whole);
	if (ret)
		return ret;
	return race_is_held(w, i) || softly || whole ? offline(w, page) : poison(w, page);
}

/* What is still in use, by a holder of a huge page, say, says so and is left. */
static int after(struct race_round *w)
{
	(void)w;
	for (; nr_bad; nr_bad--)
		knob_write_number(UNPOISON, bad[nr_bad - 1]);
	return 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON) | KIND(MEM_ANON_THP) | KIND(MEM_SHMEM),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_FAULTS,
		.holds = 2,
		.remaps = true,
		.balances = true,
		.disturb = disturb,
		.after = after,
	};
	int ret;

	if (!knob_is_there(UNPOISON))
		return row_skip(r, "needs memory failure (CONFIG_HWPOISON_INJECT)");
	signal(SIGBUS, on_sigbus);
	ret = race_run(r, &race);
	signal(SIGBUS, SIG_DFL);
	torture_figure(r, "soft-offlined", "pages", soft);
	torture_figure(r, "poisoned", "pages", hard);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "memory fails while it is pinned",
	.needs		= NEEDS_SMP,
	.run		= run,
};
