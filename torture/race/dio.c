// SPDX-License-Identifier: GPL-2.0
/*
 * Direct I/O from and to the pages that are raced for, in flight for a while:
 * the kernel pins them from the submission until after the completion (or, in
 * old kernels, takes an ordinary reference, which refuses nobody).
 *
 * Oracle: no exclusive pin is given while a request is in flight that pins,
 * and none such is done on a page that is held exclusively; what is said to
 * have been moved has been, the rest has not; the witness.
 * Varies: kind of memory, read or write, who was first.
 */
#include <errno.h>
#include <string.h>

#include "guest/device.h"
#include "guest/io/aio.h"
#include "guest/torture/race.h"

#define DELAY_NS	300000
#define TRIES		50
#define BLOCKS		8
#define WORD(p)		(*(volatile uint64_t *)((p) + 8))

static struct aio aio;
static bool pins;			/* direct I/O does, here */
static uint64_t on_disk[BLOCKS];	/* 0: nothing of ours yet */
static unsigned long refused, moved;

/* Seen on a page of nobody else's. */
static int find_out(struct row *r)
{
	static char page[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
	struct pinlab_page_info info;

	/* Not the zero page, which nobody pins. */
	page[0] = 1;
	for (int i = 0; i < TRIES && !pins; i++) {
		if (aio_submit(&aio, true, page, PAGE_BYTES, BLOCKS * PAGE_BYTES))
			return row_fail(r, "io_submit: %s", strerror(errno));
		if (!dev_page(r->drv, page, &info))
			pins = info.maybe_pinned;
		if (aio_done(&aio, true) != (long)PAGE_BYTES)
			return row_fail(r, "a write to the disk in memory");
	}
	torture_fact(r, "direct-io", "%s", pins ? "pins" : "no pin was seen");
	return 0;
}

static int check_result(struct race_round *w, unsigned long i, bool write, long res,
			uint64_t mark)
{
	char *page = w->mem.addr + i * PAGE_BYTES;
	uint64_t want = mark;

	if (res == (long)PAGE_BYTES) {
		moved++;
		if (write)
			on_disk[i] = mark;
		want = on_disk[i];
		if (pins && race_is_held(w, i) && w->holder.exclusive)
			return torture_finding(w->r, PROMISE_BESIDE,
					       "direct I/O was done on page %lu, which is held exclusively",
					       i);
	} else if (dev_has_exclusive() && (res == -EFAULT || res == -EBUSY)) {
		refused++;
	} else {
		return race_fail(w, "direct I/O: %ld", res);
	}
	if (WORD(page) == want)
		return 0;
	return torture_finding(w->r, PROMISE_CONTENT,
			       "page %lu has %#llx after a direct %s of %ld bytes, and not %#llx",
			       i, (unsigned long long)WORD(page), write ? "write" : "read", res,
			       (unsigned long long)want);
}

static int disturb(struct race_round *w)
{
	unsigned long i = rng_below(&w->rng, w->pages);
	bool write = !on_disk[i] || rng_below(&w->rng, 2);
	bool ask = dev_has_exclusive() && rng_below(&w->rng, 2);
	uint64_t mark = rng_next(&w->rng);
	char *page = w->mem.addr + i * PAGE_BYTES;
	int given = -EBUSY, err;
	long res;

	/* Where nobody is refused, a read would overwrite the holder's canary. */
	if (race_is_held(w, i) && !(pins && w->holder.exclusive))
		write = true;
	WORD(page) = mark;
	err = aio_submit(&aio, write, page, PAGE_BYTES, i * PAGE_BYTES);
	if (err)
		return race_fail(w, "io_submit: %s", strerror(-err));
	if (ask)
		given = ask_for_pin(w->r, PINLAB_EXC_FAST, page);
	res = aio_done(&aio, false);
	if (res == -EAGAIN && pins && !given)
		torture_finding(w->r, PROMISE_BESIDE,
				"an exclusive pin of page %lu was given while direct I/O is in flight",
				i);
	if (res == -EAGAIN)
		res = aio_done(&aio, true);
	return check_result(w, i, write, res, mark);
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC | OPS_FAST, OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.holds = 2,
		.unseen = true,
		.balances = true,
		.disturb = disturb,
	};
	int ret = aio_open(r, &aio, DELAY_NS);

	if (ret)
		return ret;
	ret = find_out(r);
	if (!ret)
		ret = race_run(r, &race);
	aio_close(&aio);
	torture_figure(r, "moved", "requests", moved);
	torture_figure(r, "refused-io", "requests", refused);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "direct I/O in flight beside pins of all kinds",
	.needs		= NEEDS_SMP,
	.run		= run,
};
