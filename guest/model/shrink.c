// SPDX-License-Identifier: GPL-2.0
/*
 * The model check: make a failing sequence small. First whole operations go,
 * in chunks that get smaller (Zeller and Hildebrandt, "Simplifying and
 * isolating failure-inducing input", 2002), then what is left gets simpler.
 */
#include "guest/model/shrink.h"
#include "guest/model/model.h"
#include "guest/model/rules.h"

#include <string.h>

static struct {
	struct model_seq *best;
	struct model_seq next;		/* that is tried */
	model_fails fails;
	bool (*go_on)(void *arg);
	void *arg;
	unsigned int runs;
} sh;

/* Does sh.next fail too? Then it is the best so far. */
static bool try_next(void)
{
	if (!sh.go_on(sh.arg))
		return false;
	sh.runs++;
	if (!sh.fails(&sh.next, sh.arg))
		return false;
	*sh.best = sh.next;
	return true;
}

static bool try_without(unsigned int from, unsigned int n)
{
	sh.next = *sh.best;
	if (from + n > sh.next.n)
		n = sh.next.n - from;
	memmove(sh.next.op + from, sh.next.op + from + n,
		(sh.next.n - from - n) * sizeof(sh.next.op[0]));
	sh.next.n -= n;
	return try_next();
}

static bool fewer_ops(void)
{
	bool better = false;

	for (unsigned int chunk = (sh.best->n + 1) / 2; chunk; chunk /= 2) {
		/* From the end: what comes last depends on what comes before. */
		for (unsigned int i = sh.best->n; i > 0;) {
			i = i > chunk ? i - chunk : 0;
			if (i < sh.best->n && try_without(i, chunk))
				better = true;
		}
	}
	return better;
}

/* Each returns false where there is nothing simpler. */
static bool one_page(struct model_op *o)
{
	bool more = o->pages > 1;

	o->pages = 1;
	return more;
}

static bool half_the_pages(struct model_op *o)
{
	o->pages /= 2;
	return o->pages;
}

static bool page_less(struct model_op *o)
{
	return o->pages-- > 1;
}

static bool first_page(struct model_op *o)
{
	bool more = o->page;

	o->page = 0;
	return more;
}

static bool no_flags(struct model_op *o)
{
	bool more = o->flags;

	o->flags = 0;
	return more;
}

static bool fast_op(struct model_op *o)
{
	uint8_t op = o->op;

	if (o->what != MW_TAKE)
		return false;
	if (op == PINLAB_EXC_SLOW)
		o->op = PINLAB_EXC_FAST;
	else if (op > PINLAB_PIN_FAST && op <= PINLAB_PIN_LT_SLOW)
		o->op = PINLAB_PIN_FAST;
	return o->op != op;
}

static bool plain_release(struct model_op *o)
{
	uint8_t op = o->op;

	if (o->what == MW_GIVE && op == PINLAB_UNPIN_DIRTY)
		o->op = PINLAB_UNPIN;
	else if (o->what == MW_GIVE && op == PINLAB_UNPIN_EXC_DIRTY)
		o->op = PINLAB_UNPIN_EXC;
	return o->op != op;
}

static bool process_0(struct model_op *o)
{
	bool more = o->what != MW_FORK && o->what != MW_KILL && (o->proc || o->target);

	o->proc = 0;
	o->target = 0;
	return more;
}

static bool simpler_ops(void)
{
	static bool (*const simplify[])(struct model_op *o) = {
		process_0, fast_op, plain_release, no_flags, one_page, half_the_pages, page_less,
		first_page, NULL,
	};
	bool better = false;

	for (unsigned int i = 0; i < sh.best->n; i++) {
		for (unsigned int k = 0; simplify[k]; k++) {
			struct model_op *o = &sh.next.op[i];

			sh.next = *sh.best;
			if (simplify[k](o) && try_next())
				better = true;
		}
	}
	return better;
}

/* Everywhere at once, or what is taken into one slot would be given from another. */
static void rename_slot(unsigned int proc, unsigned int file, unsigned int slot,
			unsigned int to_file, unsigned int to_slot)
{
	for (unsigned int i = 0; i < sh.next.n; i++) {
		struct model_op *o = &sh.next.op[i];

		if (o->proc != proc || o->file != file || o->slot != slot)
			continue;
		o->file = to_file;
		o->slot = to_slot;
	}
}

static bool uses_slot(unsigned int proc, unsigned int file, unsigned int slot)
{
	for (unsigned int i = 0; i < sh.best->n; i++) {
		const struct model_op *o = &sh.best->op[i];

		if (o->proc == proc && o->file == file && o->slot == slot)
			return true;
	}
	return false;
}

static void lower_slot(unsigned int proc, unsigned int file, unsigned int slot)
{
	for (unsigned int to = 0; to < file * PINLAB_SLOTS + slot; to++) {
		unsigned int to_file = to / PINLAB_SLOTS, to_slot = to % PINLAB_SLOTS;

		if (uses_slot(proc, to_file, to_slot))
			continue;
		sh.next = *sh.best;
		rename_slot(proc, file, slot, to_file, to_slot);
		if (try_next())
			return;
	}
}

static void lower_slots(void)
{
	for (unsigned int p = 0; p < MODEL_PROCS; p++)
		for (unsigned int f = 0; f < MODEL_FILES; f++)
			for (unsigned int s = 0; s < PINLAB_SLOTS; s++)
				if (uses_slot(p, f, s))
					lower_slot(p, f, s);
}

static bool uses_region(const struct model_seq *seq, unsigned int region)
{
	for (unsigned int i = 0; i < seq->n; i++)
		if (seq->op[i].region == region)
			return true;
	for (unsigned int i = 0; i < seq->nr_regions; i++)
		if (i != region && seq->region[i].file == region)
			return true;
	return false;
}

static void drop_region(struct model_seq *seq, unsigned int region)
{
	seq->nr_regions--;
	memmove(seq->region + region, seq->region + region + 1,
		(seq->nr_regions - region) * sizeof(seq->region[0]));
	for (unsigned int i = region; i < seq->nr_regions; i++)
		if (seq->region[i].file > region)
			seq->region[i].file--;
	for (unsigned int i = 0; i < seq->n; i++)
		if (seq->op[i].region > region)
			seq->op[i].region--;
}

static void fewer_regions(void)
{
	for (unsigned int r = sh.best->nr_regions; r-- > 0 && sh.best->nr_regions > 1;) {
		if (uses_region(sh.best, r))
			continue;
		sh.next = *sh.best;
		drop_region(&sh.next, r);
		try_next();
	}
}

static void smaller_regions(void)
{
	for (unsigned int r = 0; r < sh.best->nr_regions; r++) {
		unsigned int unit = model_kind_unit(sh.best->region[r].kind), least = unit;

		for (unsigned int i = 0; i < sh.best->n; i++) {
			const struct model_op *o = &sh.best->op[i];
			unsigned int end = o->page + o->pages;

			if (o->region == r && end > least)
				least = (end + unit - 1) / unit * unit;
		}
		sh.next = *sh.best;
		if (least < sh.next.region[r].pages) {
			sh.next.region[r].pages = least;
			if (sh.next.region[r].touched > least)
				sh.next.region[r].touched = least;
			try_next();
		}
	}
}

unsigned int model_shrink(struct model_seq *seq, model_fails fails, bool (*go_on)(void *arg),
			  void *arg)
{
	sh.best = seq;
	sh.fails = fails;
	sh.go_on = go_on;
	sh.arg = arg;
	sh.runs = 0;
	fewer_ops();
	while (simpler_ops() && fewer_ops())
		;
	lower_slots();
	fewer_regions();
	smaller_regions();
	return sh.runs;
}
