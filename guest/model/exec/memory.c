// SPDX-License-Identifier: GPL-2.0
/* The model check: what else happens to memory while it is pinned. */
#include "guest/model/exec/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/model/changes.h"
#include "guest/model/exec/look.h"
#include "guest/model/exec/proc.h"
#include "guest/model/exec/run.h"
#include "guest/model/rules.h"
#include "guest/model/state.h"
#include "guest/model/text.h"
#include "guest/torture/leaks.h"
#include "guest/torture/torture.h"

#ifndef MADV_COLD
#define MADV_COLD	20
#define MADV_PAGEOUT	21
#endif

static bool is_huge(enum model_kind kind)
{
	return kind == MK_ANON_MTHP || kind == MK_ANON_THP || kind == MK_SHMEM_THP;
}

/* Map pages [page, page + n) of a region that nothing is mapped at. */
static int map_pages(struct run *run, unsigned int p, unsigned int region, unsigned int page,
		     unsigned int n)
{
	const struct model_region *r = &run->seq->region[region];
	struct agent_cmd *c = run->agents.cmd;

	c->what = AG_MAP;
	c->addr = model_address(&run->m, p, region, page);
	c->n = n;
	c->fd = model_kind_anon(r->kind) ? -1 : run->fd[r->file];
	c->arg = model_kind_anon(r->kind) ? 0 : r->offset + page;
	c->huge = is_huge(r->kind);
	c->hugetlb = r->kind == MK_ANON_HUGETLB;
	return agent_call(&run->agents, p);
}

/* Each hole for itself: where there are not enough huge pages, some stay. */
static int map_holes(struct run *run, const struct model_op *o, unsigned int n)
{
	const uint8_t *prot = run->m.proc[o->proc].prot[o->region] + o->page;
	struct model_op part = *o;
	unsigned int i = 0, len;
	int err;

	while (i < n) {
		for (len = 0; i + len < n && prot[i + len] == MP_NONE; len++)
			;
		if (!len) {
			i++;
			continue;
		}
		err = map_pages(run, o->proc, o->region, o->page + i, len);
		if (err)
			return err;
		part.page = o->page + i;
		part.pages = len;
		model_memory(&run->m, &part, 0);
		i += len;
	}
	return 0;
}

/* What is written differs by operation and page. */
static uint32_t stamp_of(const struct run *run)
{
	return (run->at + 2) << 16;
}

static int write_pages(struct run *run, const struct model_op *o, unsigned int n)
{
	const uint8_t *prot = run->m.proc[o->proc].prot[o->region];
	struct agent_cmd *c = run->agents.cmd;
	int err;

	c->what = AG_WRITE;
	c->n = n;
	for (unsigned int i = 0; i < n; i++)
		c->word[i] = prot[o->page + i] == MP_WRITE ? stamp_of(run) + o->page + i : 0;
	err = agent_call(&run->agents, o->proc);
	/* How far it came is not known. */
	run->blurred[o->region] |= !!err;
	return err;
}

static int call_with(struct run *run, const struct model_op *o, enum agent_what what, int arg)
{
	run->agents.cmd->what = what;
	run->agents.cmd->arg = arg;
	return agent_call(&run->agents, o->proc);
}

static int move(struct run *run, const struct model_op *o)
{
	run->agents.cmd->addr2 = model_home_address(o->region, o->arg, 0);
	return call_with(run, o, AG_MOVE, 0);
}

static int truncate_file(struct run *run, const struct model_op *o)
{
	const struct model_region *r = &run->seq->region[o->region];

	run->agents.cmd->n = run->seq->region[r->file].pages;
	return call_with(run, o, AG_TRUNCATE, r->offset + o->page);
}

/* The system call. 0 or -errno. */
static int memory_call(struct run *run, const struct model_op *o)
{
	const struct model_region *r = &run->seq->region[o->region];
	struct agent_cmd *c = run->agents.cmd;

	c->n = model_pages(&run->m, o);
	c->addr = model_address(&run->m, o->proc, o->region, o->what == MW_MOVE ? 0 : o->page);
	c->fd = run->fd[r->file];
	switch (o->what) {
	case MW_WRITE:
		return write_pages(run, o, c->n);
	case MW_UNMAP:
		return call_with(run, o, AG_UNMAP, 0);
	case MW_MAP:
		return map_holes(run, o, c->n);
	case MW_MOVE:
		return move(run, o);
	case MW_PROTECT:
		return call_with(run, o, AG_PROTECT, o->arg ? PROT_READ | PROT_WRITE : PROT_READ);
	case MW_DONTNEED:
		return call_with(run, o, AG_ADVISE, MADV_DONTNEED);
	case MW_COLD:
		return call_with(run, o, AG_ADVISE, MADV_COLD);
	case MW_PAGEOUT:
		return call_with(run, o, AG_ADVISE, MADV_PAGEOUT);
	case MW_PUNCH:
		return call_with(run, o, AG_PUNCH, r->offset + o->page);
	case MW_TRUNCATE:
		return truncate_file(run, o);
	case MW_MIGRATE:
		return call_with(run, o, AG_MIGRATE, o->arg);
	case MW_SPLIT:
		return call_with(run, o, AG_SPLIT, 0);
	default:
		return call_with(run, o, AG_COMPACT, 0);
	}
}

/* All that is left of a range with holes is done before -ENOMEM tells of them. */
static bool took_effect(const struct model_op *o, int err)
{
	return !err || (err == -ENOMEM && (o->what == MW_DONTNEED || o->what == MW_PAGEOUT));
}

static int check_places(struct run *run, const struct model_op *o)
{
	for (unsigned int p = 0; p < MODEL_PROCS; p++) {
		for (unsigned int r = 0; run->m.proc[p].alive && r < run->seq->nr_regions; r++) {
			bool near = o->what == MW_COMPACT || r == o->region ||
				    run->seq->region[r].file == run->seq->region[o->region].file;

			if (near && exec_check_places(run, p, r))
				return -1;
		}
	}
	return 0;
}

int exec_memory(struct run *run, const struct model_op *o)
{
	int err = memory_call(run, o);

	run->out->trace[run->at] = (struct model_trace){ .ran = true, .result = err };
	if (err == -EPIPE)
		return exec_fail(run, MC_SETUP, PROMISE_RESULT, "process %u is gone", o->proc);
	if (took_effect(o, err) && o->what != MW_MAP)
		model_memory(&run->m, o, stamp_of(run));
	return check_places(run, o);
}

/* Is a pinned private page of `parent` the child's too? pfn: of the child's pages. */
static int check_child_page(struct run *run, unsigned int parent, unsigned int region,
			    unsigned int page, uint32_t pfn)
{
	const struct model_op where = { .proc = parent, .region = region };
	uint32_t at = run->m.proc[parent].at[region][page];

	if (!at || at != pfn)
		return 0;
	return exec_fail_page(run, MC_CHILD, PROMISE_CONTENT, &where, page,
			      "region %u, page %u: the child shares the pinned page %#x", region,
			      page, at);
}

/* Pages [*first, *first + n) have all that are pinned where p has them mapped. */
static unsigned int pinned_range(const struct run *run, unsigned int p, unsigned int region,
				 unsigned int *first)
{
	const uint32_t *at = run->m.proc[p].at[region];
	unsigned int end = run->seq->region[region].pages;

	for (*first = 0; *first < end && !at[*first]; ++*first)
		;
	while (end > *first && !at[end - 1])
		end--;
	return end - *first;
}

static int check_forked(struct run *run, unsigned int child, unsigned int region)
{
	static struct model_look look[MODEL_PAGES];
	unsigned int first, n = pinned_range(run, 0, region, &first);

	if (!n)
		return 0;
	if (exec_look(run, child, region, first, n, look))
		return -1;
	for (unsigned int i = 0; i < n; i++)
		if (look[i].there && check_child_page(run, 0, region, first + i, look[i].pfn))
			return -1;
	return 0;
}

int exec_fork(struct run *run, const struct model_op *o)
{
	int err = agent_fork(&run->agents, o->proc);

	run->out->trace[run->at] = (struct model_trace){ .ran = true, .result = err };
	/* Pinned huge pages have to be copied, and there may be none. */
	if (err == -ENOMEM)
		return 0;
	if (err)
		return exec_fail(run, MC_SETUP, PROMISE_RESULT, "fork: %s", strerror(-err));
	model_forked(&run->m, o->proc);
	for (unsigned int r = 0; r < run->seq->nr_regions; r++) {
		if (exec_check_places(run, 0, r))
			return -1;
		if (model_kind_anon(run->seq->region[r].kind) && check_forked(run, o->proc, r))
			return -1;
	}
	return 0;
}

static int child_region(struct run *run, unsigned int p, unsigned int region)
{
	struct agent_cmd *c = run->agents.cmd;
	unsigned int first, n = pinned_range(run, p, region, &first);

	if (!n || !model_kind_anon(run->seq->region[region].kind))
		return 0;
	c->what = AG_CHILD;
	c->addr = model_address(&run->m, p, region, first);
	c->n = n;
	if (agent_call(&run->agents, p) == -ENOMEM)
		return 0;
	if (c->err)
		return exec_fail(run, MC_SETUP, PROMISE_RESULT, "fork: %s", strerror(-c->err));
	for (unsigned int i = 0; i < n; i++)
		if (check_child_page(run, p, region, first + i, c->word[i]))
			return -1;
	return exec_check_places(run, p, region);
}

int exec_child(struct run *run, const struct model_op *o)
{
	run->out->trace[run->at] = (struct model_trace){ .ran = true };
	for (unsigned int r = 0; r < run->seq->nr_regions; r++)
		if (child_region(run, o->proc, r))
			return -1;
	return 0;
}

int exec_count(struct run *run)
{
	long want = model_pins(&run->m), got = torture_pins_balance() - run->balance;

	if (run->at < run->seq->n)
		run->out->trace[run->at].ran = true;
	if (got == want)
		return 0;
	run->out->fail.want = want;
	return exec_fail(run, MC_COUNTERS, PROMISE_COUNT,
			 "nr_foll_pin_acquired - released is %ld, but %ld pages are pinned", got,
			 want);
}

int exec_begin(struct run *run)
{
	struct agent_cmd *c = run->agents.cmd;

	/* Not to be taken for what operation 0 writes. */
	run->at = run->seq->n;
	for (unsigned int i = 0; i < run->seq->nr_regions; i++) {
		const struct model_region *r = &run->seq->region[i];
		struct model_op touch = { .what = MW_WRITE, .region = i, .pages = r->touched };
		int err;

		run->fd[i] = -1;
		if (!model_kind_anon(r->kind) && r->file == i) {
			run->fd[i] = memfd_create("model", MFD_CLOEXEC | (r->kind == MK_HUGETLB ?
						  MFD_HUGETLB : 0));
			if (run->fd[i] < 0 || ftruncate(run->fd[i], r->pages * MODEL_PAGE))
				return exec_fail(run, MC_SETUP, PROMISE_RESULT, "memfd: %s",
						 strerror(errno));
		}
		err = map_pages(run, 0, i, 0, r->pages);
		if (err)
			return exec_fail(run, MC_SETUP, PROMISE_RESULT, "mapping %u pages of %s: %s",
					 r->pages, model_kind_name(r->kind), strerror(-err));
		c->addr = model_address(&run->m, 0, i, 0);
		if (r->touched && write_pages(run, &touch, r->touched))
			return exec_fail(run, MC_SETUP, PROMISE_RESULT, "no memory to write to");
		model_memory(&run->m, &touch, stamp_of(run));
	}
	return 0;
}
