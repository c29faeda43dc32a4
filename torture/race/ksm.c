// SPDX-License-Identifier: GPL-2.0
/*
 * KSM merges pages of equal contents while they are pinned and unpinned: it
 * write-protects a page, looks whether anybody holds it, and replaces it.
 *
 * Oracle: a page that is held keeps its frame and its contents though all
 * around it are its equals; the witness; afterwards nothing is pinned.
 * Varies: the ways to pin; how often pages are written to, which takes them
 * apart again.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "guest/machine/knob.h"
#include "guest/torture/race.h"

#define KSM		"/sys/kernel/mm/ksm/"
#define EQUALS		8ul	/* pages beside those that are raced for */

static char *equals;
static unsigned long merged;	/* times that some were seen to be */

/* The first bytes too, which are no canary. */
static void write_equal(char *page, uint64_t canary)
{
	memset(page, 0x5a, SCRATCH_BYTES);
	canary_write(page, canary);
}

static int before(struct race_round *w)
{
	for (unsigned long i = 0; i < EQUALS; i++)
		write_equal(equals + i * PAGE_BYTES, w->canary);
	for (unsigned long i = 0; i < w->pages; i++)
		write_equal(w->mem.addr + i * PAGE_BYTES, w->canary);
	if (madvise(w->mem.addr, w->mem.bytes, MADV_MERGEABLE))
		return row_skip(w->r, "needs KSM (CONFIG_KSM): %s", strerror(errno));
	return 0;
}

static int disturb(struct race_round *w)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	unsigned long i = rng_below(&w->rng, w->pages);

	nanosleep(&nap, NULL);
	merged += knob_read_number(KSM "pages_sharing") > 0;
	if (!rng_below(&w->rng, 4))
		write_equal(w->mem.addr + i * PAGE_BYTES, w->canary);
	return 0;
}

static int start(struct row *r)
{
	if (knob_write(KSM "run", "1"))
		return row_skip(r, "needs KSM (CONFIG_KSM)");
	knob_write(KSM "sleep_millisecs", "2");
	knob_write(KSM "pages_to_scan", "1000");
	/* 6.7 and later leave a page alone for a while that was not merged before. */
	knob_write(KSM "smart_scan", "0");
	equals = mmap(NULL, EQUALS * PAGE_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (equals == MAP_FAILED)
		return row_fail(r, "memory");
	if (madvise(equals, EQUALS * PAGE_BYTES, MADV_MERGEABLE))
		return row_skip(r, "needs KSM (CONFIG_KSM): %s", strerror(errno));
	return 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.round_ms = 40,
		.holds = 3,
		.remaps = true,
		.before = before,
		.disturb = disturb,
	};
	int ret = start(r);

	if (!ret)
		ret = race_run(r, &race);
	/* Take all apart, and stop. */
	knob_write(KSM "run", "2");
	torture_figure(r, "merged", "looks", merged);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "KSM merges equal pages while some are pinned",
	.needs		= NEEDS_SMP,
	.run		= run,
};
