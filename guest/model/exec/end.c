// SPDX-License-Identifier: GPL-2.0
/* The model check: the last look, when all has been given back. */
#include "guest/model/exec/end.h"

#include <string.h>

#include "guest/model/exec/look.h"
#include "guest/model/exec/memory.h"
#include "guest/model/exec/proc.h"
#include "guest/mem.h"
#include "guest/model/exec/run.h"
#include "guest/model/state.h"
#include "guest/torture/torture.h"

static int check_contents(struct run *run, unsigned int p, unsigned int region)
{
	const struct model_op where = { .proc = p, .region = region };
	struct agent_cmd *c = run->agents.cmd;
	unsigned int n = run->seq->region[region].pages;

	if (run->blurred[region])
		return 0;
	c->what = AG_READ;
	c->addr = model_address(&run->m, p, region, 0);
	c->n = n;
	for (unsigned int i = 0; i < n; i++)
		c->word[i] = run->m.proc[p].prot[region][i] != MP_NONE;
	if (exec_call(run, p))
		return -1;
	for (unsigned int i = 0; i < n; i++) {
		uint32_t want = *model_stamp(&run->m, p, region, i);

		if (run->m.proc[p].prot[region][i] == MP_NONE || c->word[i] == want ||
		    c->word[i] == AGENT_NO_WORD)
			continue;
		run->out->fail.want = want;
		return exec_fail_page(run, MC_CONTENT, PROMISE_CONTENT, &where, i,
				      "process %u, region %u, page %u: %#x was written, %#x is there",
				      p, region, i, want, c->word[i]);
	}
	return 0;
}

/* Pages of this folio that the region has mapped. */
static unsigned int mapped(const struct model_look *look, unsigned int n, uint32_t head)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < n; i++)
		count += look[i].there && look[i].head == head;
	return count;
}

/*
 * References that an unpinned folio may have: the page cache's and, by region,
 * one for each page table entry. Of a huge page it may be one entry for all.
 * Returns how far the count is off.
 */
static int excess(const struct run *run, struct model_look look[][MODEL_PAGES],
		  unsigned int region, const struct model_look *l)
{
	enum model_kind kind = run->seq->region[region].kind;
	int least = 0, most = 0, cache = 0;

	if (model_kind_hugetlb(kind))
		cache = run->m.caps->refs[kind] - 1;
	else if (!model_kind_anon(kind))
		cache = 1 << l->order;
	for (unsigned int r = 0; r < run->seq->nr_regions; r++) {
		int n = mapped(look[r], run->seq->region[r].pages, l->head);

		least += n && n == 1 << l->order ? 1 : n;
		most += n && model_kind_hugetlb(kind) ? 1 : n;
	}
	if (l->refcount - cache > most)
		return l->refcount - cache - most;
	return l->refcount - cache < least ? l->refcount - cache - least : 0;
}

static int check_references(struct run *run)
{
	static struct model_look FAR_BSS look[MODEL_REGIONS][MODEL_PAGES];

	torture_drain();
	for (unsigned int r = 0; r < run->seq->nr_regions; r++)
		if (exec_look(run, 0, r, 0, run->seq->region[r].pages, look[r]))
			return -1;
	for (unsigned int r = 0; r < run->seq->nr_regions; r++) {
		const struct model_op where = { .region = r };

		for (unsigned int i = 0; i < run->seq->region[r].pages; i++) {
			const struct model_look *l = &look[r][i];
			int off;

			if (!l->there || l->zero || (i && l->order && l->head == l[-1].head))
				continue;
			off = excess(run, look, r, l);
			if (!off)
				continue;
			exec_fail_page(run, MC_REFS, PROMISE_LEAK, &where, i,
				       "all is given back, and region %u, page %u has %+d references (refcount %#x, order %u)",
				       r, i, off, l->refcount, l->order);
			run->out->fail.want = l->refcount - off;
			run->out->fail.soft = true;
			return -1;
		}
	}
	return 0;
}

static int release_all(struct run *run)
{
	for (unsigned int p = 0; p < MODEL_PROCS; p++) {
		for (unsigned int f = 0; run->m.proc[p].alive && f < MODEL_FILES; f++) {
			run->agents.cmd->what = AG_CLOSE;
			run->agents.cmd->file = f;
			if (exec_call(run, p))
				return -1;
			model_closed(&run->m, p, f);
		}
	}
	return 0;
}

int exec_end(struct run *run)
{
	for (unsigned int p = 0; p < MODEL_PROCS; p++)
		for (unsigned int r = 0; run->m.proc[p].alive && r < run->seq->nr_regions; r++)
			if (check_contents(run, p, r))
				return -1;
	if (exec_check_all(run) || release_all(run))
		return -1;
	for (unsigned int p = 1; p < MODEL_PROCS; p++) {
		agent_kill(&run->agents, p);
		run->m.proc[p].alive = false;
	}
	if (exec_check_all(run))
		return -1;
	/* What swapping leaves behind are references too. */
	if (!run->m.reclaimed && check_references(run))
		return -1;
	return run->count ? exec_count(run) : 0;
}
