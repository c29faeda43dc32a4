// SPDX-License-Identifier: GPL-2.0
/* The model check: giving back, dropping and retaking exclusivity, callers' bugs. */
#include "guest/model/exec/give.h"

#include <errno.h>
#include <string.h>

#include "guest/model/exec/look.h"
#include "guest/model/exec/run.h"
#include "guest/model/predict.h"
#include "guest/model/rules.h"
#include "guest/model/state.h"

/* Pages of a slot that are looked at, at most. */
#define LOOKED_AT	16u

static struct {
	unsigned int n;
	struct model_held held[LOOKED_AT];	/* of different folios */
	struct model_look look[LOOKED_AT];
	int base[LOOKED_AT];
} seen;

static struct model_slot *slot_of(struct run *run, const struct model_op *o)
{
	return &run->m.proc[o->proc].slot[o->file][o->slot];
}

/* The slot's first n pages, one of each folio. */
static int look_before(struct run *run, const struct model_op *o, unsigned int n)
{
	const struct model_slot *s = slot_of(run, o);

	exec_settle(run);
	seen.n = 0;
	for (unsigned int i = 0; i < n && seen.n < LOOKED_AT; i++) {
		const struct model_look *last = seen.n ? &seen.look[seen.n - 1] : NULL;

		if (last && s->page[i].pfn >= last->head &&
		    s->page[i].pfn - last->head < 1u << last->order)
			continue;
		if (exec_look_slot(run, o, i, 1, &seen.look[seen.n]))
			return -1;
		seen.held[seen.n] = s->page[i];
		seen.base[seen.n] = run_base(run, &seen.look[seen.n]);
		seen.n++;
	}
	return 0;
}

/* Where it is still mapped it can be seen when it has left the slot. */
static int look_mapped(struct run *run, const struct model_held *h, struct model_look *l)
{
	if (!run->m.proc[h->proc].alive)
		return 0;
	if (exec_look(run, h->proc, h->region, h->page, 1, l))
		return -1;
	if (l->pfn != h->pfn)
		l->there = 0;
	return 0;
}

/* What was written by way of the pin must not be lost. */
static int check_dirty(struct run *run, const struct model_op *where, unsigned int page,
		       const struct model_look *l)
{
	bool asked = where->op == PINLAB_UNPIN_DIRTY || where->op == PINLAB_UNPIN_EXC_DIRTY;

	/* Reclaim may have written it to swap since. */
	if (where->what != MW_GIVE || !asked || l->zero || run->m.reclaimed ||
	    agent_page_flags(l->head) & KPF_DIRTY)
		return 0;
	return exec_fail_page(run, MC_DIRTY, PROMISE_CONTENT, where, page,
			      "released as dirty, and the folio is not dirty");
}

static int check_after(struct run *run, const struct model_op *o, bool left, bool refused)
{
	exec_settle(run);
	for (unsigned int i = 0; i < seen.n; i++) {
		const struct model_held *h = &seen.held[i];
		struct model_op where = { .what = o->what, .op = o->op, .proc = h->proc,
					  .region = h->region };
		struct model_look l = { 0 };

		if (left ? look_mapped(run, h, &l) : exec_look_slot(run, o, i, 1, &l))
			return -1;
		if (!l.there)
			continue;
		if (exec_check_state(run, &where, h->page, &l) ||
		    check_dirty(run, &where, h->page, &l) ||
		    exec_check_base(run, &where, h->page, seen.base[i], &seen.look[i], &l, refused))
			return -1;
	}
	return 0;
}

static int step(struct run *run, const struct model_op *o, unsigned int calls,
		unsigned int batch, unsigned int flags)
{
	struct agent_cmd *c = run->agents.cmd;

	c->what = AG_STEP;
	c->file = o->file;
	c->step = (struct pinlab_step){
		.op = o->op, .flags = flags, .slot = o->slot, .calls = calls, .batch = batch,
	};
	if (exec_call(run, o->proc))
		return -1;
	run->out->trace[run->at] = (struct model_trace){
		.ran = true, .flags = flags, .pages = calls,
		.result = c->step.done ? (int)c->step.done : c->step.failed ? -EBUSY : c->step.err,
	};
	return 0;
}

int exec_give(struct run *run, const struct model_op *o)
{
	unsigned int n = model_pages(&run->m, o);

	if (look_before(run, o, n) || step(run, o, 1, n, 0))
		return -1;
	if (run->agents.cmd->step.done != n)
		return exec_fail(run, MC_RESULT, PROMISE_RESULT, "%u pages of %u",
				 run->agents.cmd->step.done, n);
	model_gave(&run->m, o, n);
	return check_after(run, o, true, false);
}

/* What retaking each must return. Stops where the driver does: behind an -EINVAL. */
static unsigned int predict_retake(struct run *run, const struct model_op *o, unsigned int n,
				   int *want, int *alt)
{
	const struct model_slot *s = slot_of(run, o);

	for (unsigned int i = 0; i < n; i++) {
		want[i] = model_predict_retake(&run->m, &s->page[i], &seen.look[i], &alt[i]);
		if (want[i] == -EINVAL)
			return i + 1;
	}
	return n;
}

/*
 * How many of the first n are exclusive now, and is that what the contract
 * says? Where it may be either, the folio says what it was.
 */
static int check_retaken(struct run *run, const struct model_op *o, unsigned int n,
			 const int *want, const int *alt)
{
	const struct pinlab_step s = run->agents.cmd->step;
	struct model_slot *slot = slot_of(run, o);
	unsigned int done = 0, failed = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct model_look l;
		bool got = !want[i];

		if (exec_look_slot(run, o, i, 1, &l))
			return -1;
		if (alt[i] <= 0 && !want[i])
			got = l.exclusive;
		if (got)
			model_retook(&run->m, slot->page[i].pfn);
		done += got;
		failed += !got && want[i] != -EINVAL;
	}
	run->out->fail.want = done ? (int)done : want[0];
	if (s.done == done && s.failed == failed && (want[n - 1] == -EINVAL) == !!s.err)
		return 0;
	/* Not pinned, but with an open answer. */
	if (want[n - 1] == -EINVAL && alt[n - 1] == -EBUSY && s.done == done)
		return 0;
	return exec_fail(run, MC_RESULT, PROMISE_RESULT,
			 "%u retaken, %u refused, error %d; the contract says %u, %u, error %d",
			 s.done, s.failed, s.err, done, failed,
			 want[n - 1] == -EINVAL ? -EINVAL : 0);
}

static int retake(struct run *run, const struct model_op *o, unsigned int n, unsigned int flags)
{
	int want[LOOKED_AT], alt[LOOKED_AT];
	unsigned int m = predict_retake(run, o, n, want, alt);

	if (step(run, o, n, 1, flags))
		return -1;
	if (check_retaken(run, o, m, want, alt))
		return -1;
	model_changed(&run->m, o, n, run->agents.cmd->step.done == n);
	return 0;
}

static int drop(struct run *run, const struct model_op *o, unsigned int n, unsigned int flags)
{
	const struct model_slot *s = slot_of(run, o);

	if (step(run, o, n, 1, flags))
		return -1;
	for (unsigned int i = 0; i < n; i++)
		model_dropped(&run->m, s->page[i].pfn);
	model_changed(&run->m, o, n, true);
	return 0;
}

int exec_change(struct run *run, const struct model_op *o)
{
	enum model_hold needed = o->op == PINLAB_DROP ? MH_EXC : MH_PIN;
	unsigned int n = model_pages(&run->m, o);
	unsigned int flags = slot_of(run, o)->hold == needed ? 0 : PINLAB_FORCE;
	struct pinlab_step s;
	int err;

	if (look_before(run, o, n))
		return -1;
	err = o->op == PINLAB_DROP ? drop(run, o, n, flags) : retake(run, o, n, flags);
	if (err)
		return -1;
	s = run->agents.cmd->step;
	return check_after(run, o, false, s.done < n);
}

int run_bug(struct run *run, const struct model_op *o)
{
	if (look_before(run, o, 1) || step(run, o, 1, 1, PINLAB_FORCE))
		return -1;
	run->out->bugs++;
	return check_after(run, o, false, true);
}
