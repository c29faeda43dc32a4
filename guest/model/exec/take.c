// SPDX-License-Identifier: GPL-2.0
/* The model check: taking references, and whether they may be had. */
#include "guest/model/exec/take.h"

#include <errno.h>
#include <string.h>

#include "guest/model/exec/look.h"
#include "guest/mem.h"
#include "guest/model/exec/run.h"
#include "guest/model/predict.h"
#include "guest/model/rules.h"
#include "guest/model/state.h"

/* All that one request is compared with. */
static struct {
	const struct model_op *o;
	unsigned int proc;		/* in whose memory */
	unsigned int n;			/* pages asked for */
	struct model_predict predict;
	struct model_look before[MODEL_PAGES], after[MODEL_PAGES], got[MODEL_PAGES];
	int base[MODEL_PAGES];		/* run_base() of before */
	unsigned int done;
	int result;
} req FAR_BSS;

static bool exclusive_op(void)
{
	return req.o->op == PINLAB_EXC_FAST || req.o->op == PINLAB_EXC_SLOW;
}

static int look_before(struct run *run)
{
	exec_settle(run);
	if (exec_look(run, req.proc, req.o->region, req.o->page, req.n, req.before))
		return -1;
	for (unsigned int i = 0; i < req.n; i++)
		req.base[i] = run_base(run, &req.before[i]);
	model_predict_take(&run->m, req.o, req.before, req.n, &req.predict);
	return 0;
}

static int request(struct run *run)
{
	struct agent_cmd *c = run->agents.cmd;
	struct pinlab_step *s = &c->step;
	const struct model_op *o = req.o;
	const struct model_region *r = &run->seq->region[o->region];

	c->what = AG_STEP;
	c->file = o->file;
	*s = (struct pinlab_step){
		.op = o->op, .flags = o->flags, .slot = o->slot, .calls = o->times,
		.batch = req.n, .addr = model_address(&run->m, req.proc, o->region, o->page),
	};
	if (o->op == PINLAB_PIN_REMOTE && req.proc != o->proc)
		s->pid = run->agents.proc[req.proc].pid;
	if (o->op == PINLAB_PIN_MEMFD) {
		s->pid = run->fd[r->file];
		s->addr = (r->offset + o->page) * MODEL_PAGE;
	}
	if (exec_call(run, o->proc))
		return -1;
	req.done = s->done;
	req.result = s->done ? (int)s->done : s->failed ? -EBUSY : s->err;
	run->out->trace[run->at] = (struct model_trace){ .ran = true, .result = req.result };
	if (req.done)
		run->out->pinned++;
	else
		run->out->refused++;
	return 0;
}

/* Folios of memfd_pin_folios() lie one behind the other in the file. */
static void place_folios(struct run *run)
{
	unsigned int offset = run->seq->region[req.o->region].offset, page = req.o->page;

	for (unsigned int i = 0; i < req.done && i < req.n; i++) {
		unsigned int n = 1u << req.got[i].order;

		req.got[i].page = page;
		page = ((offset + page) & ~(n - 1)) + n - offset;
	}
}

/* Some of many, where the others show in the page tables: the driver tells one at a time. */
#define LOOKED_AT	16u

static unsigned int must_look_at(unsigned int n)
{
	if (n <= LOOKED_AT || req.o->op == PINLAB_PIN_MEMFD)
		return n;
	for (unsigned int i = 0; i < n; i++)
		if (!req.after[i].there)
			return n;
	return LOOKED_AT;
}

static int look_after(struct run *run)
{
	unsigned int held = run->m.proc[req.o->proc].slot[req.o->file][req.o->slot].n;
	unsigned int n = req.done < req.n ? req.done : req.n, some;

	exec_settle(run);
	if (exec_look(run, req.proc, req.o->region, req.o->page, req.n, req.after))
		return -1;
	memcpy(req.got, req.after, sizeof(req.got));
	some = must_look_at(n);
	if (some && exec_look_slot(run, req.o, held, some, req.got))
		return -1;
	if (n > some && exec_look_slot(run, req.o, held + n - 1, 1, &req.got[n - 1]))
		return -1;
	for (unsigned int i = 0; i < n; i++)
		req.got[i].page = req.o->page + i;
	if (req.o->op == PINLAB_PIN_MEMFD)
		place_folios(run);
	return 0;
}

/* A page that was pinned must be the one that is mapped; that need not be so for long. */
static int check_got(struct run *run, unsigned int i)
{
	const struct model_look *got = &req.got[i], *map = &req.after[i];
	const struct model_folio *f = model_folio_of(&run->m, got->pfn);
	unsigned int page = got->page;

	if (req.o->op == PINLAB_GET_FAST)
		return 0;
	if (exclusive_op() && f && f->pins)
		return exec_fail_page(run, MC_RESULT, f->exclusive ? PROMISE_TWO_OWNERS :
				      PROMISE_BESIDE, req.o, page,
				      "page %u was taken, but its folio had %u %s pins already", i,
				      f->pins, f->exclusive ? "exclusive" : "ordinary");
	if (!exclusive_op() && f && f->exclusive)
		return exec_fail_page(run, MC_RESULT, PROMISE_BESIDE, req.o, page,
				      "page %u was taken, but its folio is pinned exclusively", i);
	if (exclusive_op() && got->zero)
		return exec_fail_page(run, MC_RESULT, PROMISE_FLAG, req.o, page,
				      "page %u is the zero page, which nobody can own", i);
	if (req.o->op != PINLAB_PIN_MEMFD && map->there && map->pfn != got->pfn)
		return exec_fail_page(run, MC_PLACE, PROMISE_CONTENT, req.o, page,
				      "page %u: %#x was pinned, but %#x is mapped", i, got->pfn,
				      map->pfn);
	return 0;
}

static const char *result_text(int result, char *buf, size_t size)
{
	if (result > 0)
		snprintf(buf, size, "%d pages", result);
	else
		snprintf(buf, size, "%s", result ? strerror(-result) : "nothing");
	return buf;
}

static bool may_be_short_of_memory(const struct run *run)
{
	/* Somebody else's reference keeps a page where no long-term pin may be. */
	return run->m.caps->movable || model_kind_hugetlb(run->seq->region[req.o->region].kind);
}

static int check_result(struct run *run)
{
	const struct model_predict *p = &req.predict;
	unsigned int want = p->most;
	char a[64], b[64];

	if (req.o->times > 1)
		want *= req.o->times;
	run->out->fail.want = want ? (int)want : p->error;
	if (req.done == want && (req.done || req.result == p->error))
		return 0;
	if (req.done < req.n && p->may_end[req.done] && req.done < want)
		return 0;
	if (!req.done && (req.result == -ENOMEM || req.result == -EFAULT) &&
	    may_be_short_of_memory(run))
		return 0;
	return exec_fail_page(run, MC_RESULT, PROMISE_RESULT, req.o, req.o->page + req.done,
			      "got %s, the contract says %s",
			      result_text(req.result, a, sizeof(a)),
			      result_text(run->out->fail.want, b, sizeof(b)));
}

/* The pages that are still the same ones, with nothing mapped or unmapped between. */
static bool comparable(void)
{
	for (unsigned int i = 0; i < req.n; i++)
		if (!req.before[i].there || !req.after[i].there ||
		    req.before[i].pfn != req.after[i].pfn)
			return false;
	return true;
}

static int check_folios(struct run *run)
{
	bool same = comparable();

	for (unsigned int i = 0; i < req.n; i++) {
		const struct model_look *l = &req.after[i];
		bool refused = i >= req.done && req.o->op != PINLAB_PIN_MEMFD;

		if (i && l->there && l->order && l->head == req.after[i - 1].head)
			continue;
		if (exec_check_state(run, req.o, req.o->page + i, l)) {
			if (refused)
				strcpy(run->out->fail.promise, PROMISE_TRACE);
			return -1;
		}
		if (same && exec_check_base(run, req.o, req.o->page + i, req.base[i],
					    &req.before[i], l, refused))
			return -1;
	}
	/* What is not mapped shows in the slot alone. */
	for (unsigned int i = 0; i < req.done && i < req.n && i < LOOKED_AT; i++)
		if (exec_check_state(run, req.o, req.got[i].page, &req.got[i]))
			return -1;
	return 0;
}

int exec_take(struct run *run, const struct model_op *o)
{
	req.o = o;
	req.proc = o->op == PINLAB_PIN_REMOTE ? o->target : o->proc;
	req.n = model_pages(&run->m, o);
	if (look_before(run) || request(run) || look_after(run))
		return -1;
	for (unsigned int i = 0; i < req.done && i < req.n; i++)
		if (check_got(run, i))
			return -1;
	if (check_result(run))
		return -1;
	if (o->times == 1)
		model_took(&run->m, o, req.got, req.done);
	for (unsigned int i = 0; o->times > 1 && i < req.done; i++)
		model_took(&run->m, o, req.got, 1);
	return check_folios(run);
}
