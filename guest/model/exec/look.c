// SPDX-License-Identifier: GPL-2.0
/* The model check: looking at folios, and whether they are as the model says. */
#include "guest/model/exec/look.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "guest/model/exec/proc.h"
#include "guest/model/exec/run.h"
#include "guest/model/state.h"
#include "guest/model/text.h"
#include "guest/torture/torture.h"

static void describe(struct run *run, enum model_check check, const char *promise,
		     const char *fmt, va_list ap)
{
	struct model_fail *f = &run->out->fail;
	size_t n = 0;

	if (f->check != MC_NONE)
		return;
	f->check = check;
	f->op = run->at;
	snprintf(f->promise, sizeof(f->promise), "%s", promise);
	if (run->at < run->seq->n) {
		model_op_text(run->seq, &run->seq->op[run->at], f->text, sizeof(f->text));
		n = strlen(f->text);
		n += snprintf(f->text + n, sizeof(f->text) - n, ": ");
	}
	vsnprintf(f->text + n, sizeof(f->text) - n, fmt, ap);
}

int exec_fail(struct run *run, enum model_check check, const char *promise, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	describe(run, check, promise, fmt, ap);
	va_end(ap);
	return -1;
}

int exec_fail_page(struct run *run, enum model_check check, const char *promise,
		   const struct model_op *where, unsigned int page, const char *fmt, ...)
{
	struct model_fail *f = &run->out->fail;
	va_list ap;

	if (f->check == MC_NONE) {
		f->proc = where->op == PINLAB_PIN_REMOTE && where->what == MW_TAKE ?
			  where->target : where->proc;
		f->region = where->region;
		f->page = page;
	}
	va_start(ap, fmt);
	describe(run, check, promise, fmt, ap);
	va_end(ap);
	return -1;
}

int exec_call(struct run *run, unsigned int p)
{
	struct agent_cmd *c = run->agents.cmd;
	int err = agent_call(&run->agents, p);

	if (!err)
		return 0;
	return exec_fail(run, MC_SETUP, PROMISE_RESULT, "process %u, command %d: %s", p, c->what,
			 strerror(-err));
}

void exec_settle(const struct run *run)
{
	if (run->strict)
		torture_drain();
}

int exec_look(struct run *run, unsigned int p, unsigned int region, unsigned int page,
	      unsigned int n, struct model_look *look)
{
	struct agent_cmd *c = run->agents.cmd;

	c->what = AG_LOOK;
	c->addr = model_address(&run->m, p, region, page);
	c->n = n;
	if (exec_call(run, p))
		return -1;
	for (unsigned int i = 0; i < n; i++) {
		look[i] = c->look[i];
		look[i].page = page + i;
	}
	return 0;
}

int exec_look_slot(struct run *run, const struct model_op *o, unsigned int index,
		   unsigned int n, struct model_look *look)
{
	struct agent_cmd *c = run->agents.cmd;

	c->what = AG_LOOK_SLOT;
	c->file = o->file;
	c->slot = o->slot;
	c->index = index;
	c->n = n;
	if (exec_call(run, o->proc))
		return -1;
	memcpy(look, c->look, n * sizeof(*look));
	return 0;
}

/* References that the model knows of. */
static int known_refs(const struct model_folio *f)
{
	if (!f)
		return 0;
	return f->pins * (f->order ? 1 : MODEL_BIAS) + f->gets;
}

int run_base(const struct run *run, const struct model_look *l)
{
	return l->refcount - known_refs(model_folio_of(&run->m, l->pfn));
}

static int pins_of(const struct run *run, const struct model_look *l, int pins)
{
	int base;

	if (l->order)
		return l->pincount;
	/* What does not fit is a pin more or less, in references. */
	base = run_base(run, l);
	if (base < 0)
		return pins - (MODEL_BIAS - 1 - base) / MODEL_BIAS;
	return pins + base / MODEL_BIAS;
}

int exec_check_state(struct run *run, const struct model_op *o, unsigned int page,
		     const struct model_look *l)
{
	const struct model_folio *f = model_folio_of(&run->m, l->pfn);
	struct model_fail *fail = &run->out->fail;
	int pins = f ? f->pins : 0, got;
	bool exclusive = f && f->exclusive;

	if (!l->there || l->zero)
		return 0;
	fail->want = pins;
	fail->want_exclusive = exclusive;
	if (!l->exclusive != !exclusive)
		return exec_fail_page(run, MC_STATE, PROMISE_FLAG, o, page,
				      "the folio is%s exclusive, but it has %d pins%s",
				      l->exclusive ? "" : " not", pins,
				      exclusive ? ", exclusive ones" : "");
	got = pins_of(run, l, pins);
	if (got != pins)
		return exec_fail_page(run, MC_STATE, PROMISE_COUNT, o, page,
				      "the folio has %d pins (refcount %#x, pin count %#x), but %d are held",
				      got, l->refcount, l->pincount, pins);
	/* A small folio with very many references may look pinned. */
	if (!!l->pinned != !!pins &&
	    (pins || l->order || l->refcount + MODEL_MARGIN < MODEL_BIAS))
		return exec_fail_page(run, MC_STATE, PROMISE_FLAG, o, page,
				      "the folio is%s pinned, but it has %d pins (refcount %#x)",
				      l->pinned ? "" : " not", pins, l->refcount);
	return 0;
}

int exec_check_base(struct run *run, const struct model_op *o, unsigned int page, int base,
		    const struct model_look *before, const struct model_look *now,
		    bool refused)
{
	int diff = run_base(run, now) - base;
	int slack = run->strict ? run->m.reclaimed : RUN_SLACK;

	if (!now->there || now->zero || (diff >= -slack && diff <= slack))
		return 0;
	run->out->fail.want = now->refcount - diff - before->refcount;
	exec_fail_page(run, MC_TRACE, refused ? PROMISE_TRACE : PROMISE_COUNT, o, page,
		       "%+d references beside what is held%s (refcount %#x, pin count %#x)", diff,
		       refused ? ", after a refusal" : "", now->refcount, now->pincount);
	run->out->fail.soft = true;
	return -1;
}

/* The mapped page that is pinned; it may have to be brought in (a file's, after reclaim). */
static int check_place(struct run *run, unsigned int p, unsigned int region, unsigned int page,
		       struct model_look *l)
{
	const struct model_op where = { .proc = p, .region = region };
	uint32_t pfn = run->m.proc[p].at[region][page];
	const struct model_folio *f = model_folio_of(&run->m, pfn);
	struct agent_cmd *c = run->agents.cmd;

	if (!f)
		return 0;
	if (!l->there) {
		c->what = AG_LOOK_FAULT;
		c->addr = model_address(&run->m, p, region, page);
		if (!agent_call(&run->agents, p))
			*l = c->look[0];
	}
	if (l->pfn != pfn)
		return exec_fail_page(run, MC_PLACE, PROMISE_CONTENT, &where, page,
				      "process %u, region %u, page %u: the pinned page %#x is not mapped any more, but %#x",
				      p, region, page, pfn, l->there ? l->pfn : 0);
	if (l->order != f->order)
		return exec_fail_page(run, MC_PLACE, PROMISE_CONTENT, &where, page,
				      "process %u, region %u, page %u: the pinned folio had order %u, now %u",
				      p, region, page, f->order, l->order);
	return exec_check_state(run, &where, page, l);
}

int exec_check_places(struct run *run, unsigned int p, unsigned int region)
{
	static struct model_look look[MODEL_PAGES];
	const uint32_t *at = run->m.proc[p].at[region];
	unsigned int first = 0, end = run->seq->region[region].pages;

	while (first < end && !at[first])
		first++;
	while (end > first && !at[end - 1])
		end--;
	if (first == end)
		return 0;
	if (exec_look(run, p, region, first, end - first, look))
		return -1;
	for (unsigned int i = first; i < end; i++)
		if (at[i] && check_place(run, p, region, i, &look[i - first]))
			return -1;
	return 0;
}

static int check_region(struct run *run, unsigned int p, unsigned int region)
{
	static struct model_look look[MODEL_PAGES];
	const struct model_op where = { .proc = p, .region = region };
	unsigned int n = run->seq->region[region].pages;

	if (exec_look(run, p, region, 0, n, look))
		return -1;
	for (unsigned int i = 0; i < n; i++) {
		if (i && look[i].there && look[i].order && look[i].head == look[i - 1].head)
			continue;
		if (exec_check_state(run, &where, i, &look[i]))
			return -1;
	}
	return 0;
}

int exec_check_all(struct run *run)
{
	for (unsigned int p = 0; p < MODEL_PROCS; p++) {
		if (!run->m.proc[p].alive)
			continue;
		for (unsigned int r = 0; r < run->seq->nr_regions; r++)
			if (exec_check_places(run, p, r) || check_region(run, p, r))
				return -1;
	}
	return 0;
}
