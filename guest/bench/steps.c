// SPDX-License-Identifier: GPL-2.0
/* Benchmarks of the kernel's own functions: lists of steps for the driver. */
#include "guest/bench/steps.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "guest/clock.h"
#include "guest/device.h"

struct pinlab_step *step_add(struct steps *st, enum pinlab_op op, unsigned int slot)
{
	struct pinlab_step *s = &st->s[st->n++ % PINLAB_MAX_STEPS];

	*s = (struct pinlab_step){ .op = op, .slot = slot, .calls = 1, .batch = 1 };
	return s;
}

struct pinlab_step *step_over(struct steps *st, enum pinlab_op op, unsigned int slot,
			      const void *addr, unsigned long pages, unsigned long batch)
{
	struct pinlab_step *s = step_add(st, op, slot);

	s->addr = (uintptr_t)addr;
	s->batch = batch;
	s->calls = pages / batch;
	s->stride = batch * PAGE_BYTES;
	return s;
}

int steps_run(struct row *r, struct steps *st)
{
	unsigned int refused[PINLAB_MAX_STEPS];
	int err;

	if (st->n > PINLAB_MAX_STEPS)
		return row_fail(r, "%u steps, at most %d are taken", st->n, PINLAB_MAX_STEPS);
	for (unsigned int i = 0; i < st->n; i++) {
		refused[i] = st->s[i].failed;
		if (!bench_marking(r))
			continue;
		st->s[i].flags |= PINLAB_MARK;
		st->s[i].tag = bench_window(r);
	}
	err = dev_run(r->drv, st->s, st->n);
	if (err)
		return row_fail(r, "driver: %s", strerror(-err));
	for (unsigned int i = 0; i < st->n; i++) {
		const struct pinlab_step *s = &st->s[i];

		if (s->err)
			return row_fail(r, "step %u: %s after %u pages", i, strerror(-s->err),
					s->done);
		if (s->failed != refused[i])
			return row_fail(r, "step %u: %u of %u calls refused, expected %u", i,
					s->failed, s->calls, refused[i]);
		if (!refused[i] && s->op != PINLAB_NOP && s->done != s->calls * s->batch)
			return row_fail(r, "step %u: %u pages of %u", i, s->done,
					s->calls * s->batch);
	}
	return 0;
}

int page_info(struct row *r, const void *addr, struct pinlab_page_info *info)
{
	int err = dev_page(r->drv, addr, info);

	return err ? row_fail(r, "page info: %s", strerror(-err)) : 0;
}

int check_unpinned(struct row *r)
{
	struct pinlab_page_info info;

	for (size_t i = 0; i < r->mem.bytes; i += PAGE_BYTES) {
		if (page_info(r, r->mem.addr + i, &info))
			return -1;
		if (info.pincount > 0 || (info.pincount < 0 && info.maybe_pinned) ||
		    info.exclusive)
			return row_fail(r, "page %zu is still pinned: refcount %d, pincount %d%s",
					i / PAGE_BYTES, info.refcount, info.pincount,
					info.exclusive ? ", exclusive" : "");
		/* A large folio has one state for all its pages. */
		if (info.order)
			i += (PAGE_BYTES << info.order) - PAGE_BYTES;
	}
	return 0;
}

int bench_alloc(struct row *r)
{
	const char *why = "";
	int err = mem_alloc(&r->mem, r->kind, PINNED_PAGES * PAGE_BYTES, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	return 0;
}

/* Was the memory pinned at all while the slot held it? Looked at once, in the middle. */
static int check_taken(struct row *r, enum pinlab_op take)
{
	struct pinlab_page_info info;

	if (page_info(r, r->mem.addr, &info))
		return -1;
	if (take != PINLAB_GET_FAST && !info.maybe_pinned)
		return row_fail(r, "pinned, and yet the folio is not: refcount %d", info.refcount);
	if ((take == PINLAB_EXC_FAST || take == PINLAB_EXC_SLOW) && !info.exclusive)
		return row_fail(r, "pinned exclusively, and yet the folio is not exclusive");
	return 0;
}

int bench_take_give(struct row *r, enum pinlab_op take, enum pinlab_op give)
{
	struct steps in = { .n = 0 }, out = { .n = 0 };
	struct pinlab_step *t, *g;

	t = step_over(&in, take, 0, r->mem.addr, PINNED_PAGES, r->size.n);
	g = step_over(&out, give, 0, NULL, PINNED_PAGES, r->size.n);
	if (steps_run(r, &in) || check_taken(r, take) || steps_run(r, &out))
		return -1;
	step_sample(r, t, 0, PINNED_PAGES);
	if (r->bench->metrics[1].name)
		step_sample(r, g, 1, PINNED_PAGES);
	return 0;
}
