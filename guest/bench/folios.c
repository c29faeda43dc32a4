// SPDX-License-Identifier: GPL-2.0
/* What the benchmarks of exclusive pins share. */
#include "guest/bench/folios.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "guest/bench/bench.h"
#include "guest/bench/steps.h"

#define REFUSED_HALF	(REFUSED_BATCH / 2)

const struct bench_size refusal_sizes[] = {
	{ .label = "first", .n = 0 },
	{ .label = "middle", .n = REFUSED_HALF },
	{ .label = NULL },
};

int bench_alloc_folios(struct row *r)
{
	size_t bytes = mem_is_large(r->kind) ? LARGE_FOLIOS * HUGE_BYTES :
					       PINNED_PAGES * PAGE_BYTES;
	const char *why = "";
	int err = mem_alloc(&r->mem, r->kind, bytes, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	return 0;
}

unsigned long folios_of(const struct row *r, unsigned long batch)
{
	return mem_is_large(r->kind) ? LARGE_FOLIOS : PINNED_PAGES / batch;
}

struct pinlab_step *step_over_folios(struct steps *st, const struct row *r, enum pinlab_op op,
				     unsigned int slot, unsigned long batch)
{
	struct pinlab_step *s = step_add(st, op, slot);

	s->addr = (uintptr_t)r->mem.addr;
	s->batch = batch;
	s->calls = folios_of(r, batch);
	s->stride = mem_is_large(r->kind) ? HUGE_BYTES : batch * PAGE_BYTES;
	return s;
}

int bench_exclusive(struct row *r, enum pinlab_op take, enum pinlab_op give)
{
	unsigned long pages = folios_of(r, r->size.n) * r->size.n;
	struct steps in = { .n = 0 }, out = { .n = 0 };
	struct pinlab_page_info info;
	struct pinlab_step *t, *g;

	t = step_over_folios(&in, r, take, 0, r->size.n);
	g = step_over(&out, give, 0, NULL, pages, r->size.n);
	if (steps_run(r, &in) || page_info(r, r->mem.addr, &info))
		return -1;
	if (!info.exclusive)
		return row_fail(r, "pinned exclusively, and yet the folio is not exclusive");
	if (steps_run(r, &out) || page_info(r, r->mem.addr, &info))
		return -1;
	if (info.exclusive || info.pincount > 0)
		return row_fail(r, "given back, and yet exclusive %u, pin count %d",
				info.exclusive, info.pincount);
	step_sample(r, t, 0, pages);
	step_sample(r, g, 1, pages);
	return 0;
}

/*
 * The calls are windows of REFUSED_BATCH pages. In the middle of a window
 * means in another folio than its start: a large folio refuses as a whole, so
 * there the window straddles two folios.
 */
struct windows {
	char *first;		/* start of the first window */
	char *victim;		/* the page in it that refuses */
	unsigned long n, stride;
};

static struct windows windows_of(const struct row *r)
{
	unsigned long half = r->size.n * PAGE_BYTES;
	struct windows w = { .first = r->mem.addr };

	if (mem_is_large(r->kind)) {
		w.stride = half ? 2 * HUGE_BYTES : HUGE_BYTES;
		w.first += half ? HUGE_BYTES - half : 0;
	} else {
		w.stride = REFUSED_BATCH * PAGE_BYTES;
	}
	w.victim = w.first + half;
	w.n = r->mem.bytes / w.stride;
	return w;
}

static struct pinlab_step *over_windows(struct steps *st, const struct windows *w,
					enum pinlab_op op, unsigned int slot, char *first,
					unsigned long batch)
{
	struct pinlab_step *s = step_add(st, op, slot);

	s->addr = (uintptr_t)first;
	s->calls = w->n;
	s->stride = w->stride;
	s->batch = batch;
	return s;
}

static int same_counts(struct row *r, const struct windows *w,
		       const struct pinlab_page_info *before)
{
	struct pinlab_page_info after;

	if (page_info(r, w->victim, &after))
		return -1;
	if (after.refcount != before->refcount || after.pincount != before->pincount ||
	    after.exclusive != before->exclusive)
		return row_fail(r, "the refusal left a trace: refcount %d to %d, pin count %d to %d",
				before->refcount, after.refcount, before->pincount,
				after.pincount);
	return 0;
}

/* hold keeps the windows' victims in slot 0; meet is refused by them. */
static int refuse(struct row *r, enum pinlab_op hold, enum pinlab_op free_hold,
		  enum pinlab_op meet, enum pinlab_op free_meet)
{
	struct steps held = { .n = 0 }, met = { .n = 0 }, undo = { .n = 0 };
	struct windows w = windows_of(r);
	unsigned long kept = w.n * r->size.n;
	struct pinlab_page_info before;
	struct pinlab_step *m;

	over_windows(&held, &w, hold, 0, w.victim, 1);
	m = over_windows(&met, &w, meet, 1, w.first, REFUSED_BATCH);
	m->failed = w.n;
	if (steps_run(r, &held) || page_info(r, w.victim, &before) || steps_run(r, &met))
		return -1;
	if (m->done != kept)
		return row_fail(r, "%u pages were taken before the refusals, expected %lu",
				m->done, kept);
	if (same_counts(r, &w, &before))
		return -1;
	if (kept)
		step_over(&undo, free_meet, 1, NULL, kept, 1);
	step_over(&undo, free_hold, 0, NULL, w.n, 1);
	if (steps_run(r, &undo))
		return -1;
	step_sample(r, m, 0, w.n);
	return 0;
}

int bench_refuse_pin(struct row *r)
{
	return refuse(r, PINLAB_EXC_FAST, PINLAB_UNPIN_EXC, PINLAB_PIN_FAST, PINLAB_UNPIN);
}

int bench_refuse_exc(struct row *r)
{
	return refuse(r, PINLAB_PIN_FAST, PINLAB_UNPIN, PINLAB_EXC_FAST, PINLAB_UNPIN_EXC);
}
