// SPDX-License-Identifier: GPL-2.0
/*
 * Which operations make sense where. What does not is passed over, so that a
 * sequence stays one whatever is taken out of it.
 */
#include "guest/model/rules.h"
#include "guest/model/model.h"
#include "guest/model/state.h"

static unsigned int min_u(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

unsigned int model_kind_unit(enum model_kind kind)
{
	switch (kind) {
	case MK_ANON_MTHP:
		return 16;
	case MK_ANON_THP:
	case MK_ANON_HUGETLB:
	case MK_SHMEM_THP:
	case MK_HUGETLB:
		return 512;
	default:
		return 1;
	}
}

static const struct model_slot *slot_of(const struct model *m, const struct model_op *o)
{
	return &m->proc[o->proc].slot[o->file][o->slot];
}

static enum model_hold needed_hold(unsigned int op)
{
	switch (op) {
	case PINLAB_PUT:
		return MH_GET;
	case PINLAB_UNPIN:
	case PINLAB_UNPIN_DIRTY:
		return MH_PIN;
	default:
		return MH_EXC;
	}
}

/* A GET that many others hold looks like a pin, and retaking it would hit nobody's. */
#define FEW_GETS	900

/*
 * Where the slot is not known to hold ordinary pins the driver has to be
 * forced, and the witness is not told: only what will be refused. Where it is,
 * the witness takes each page that is exclusive afterwards to be retaken.
 */
static bool may_retake(const struct model_slot *s, const struct model_folio *f)
{
	if (s->hold == MH_PIN)
		return !f || !f->exclusive;
	if (s->hold == MH_GET)
		return !f || (!f->pins && f->gets < FEW_GETS);
	return f && (f->exclusive || f->pins > 1);
}

/* How many of the slot's first pages may be given, dropped or retaken that way? */
static unsigned int fitting(const struct model *m, const struct model_op *o, unsigned int n)
{
	const struct model_slot *s = slot_of(m, o);
	unsigned int i;

	for (i = 0; i < n; i++) {
		const struct model_folio *f = model_folio_of(m, s->page[i].pfn);
		bool exclusive = f && f->exclusive;

		if (o->op == PINLAB_RETAKE && !may_retake(s, f))
			break;
		if ((o->op == PINLAB_UNPIN || o->op == PINLAB_UNPIN_DIRTY) && exclusive)
			break;
		if ((o->op == PINLAB_UNPIN_EXC || o->op == PINLAB_UNPIN_EXC_DIRTY ||
		     o->op == PINLAB_DROP) && !exclusive)
			break;
		if (o->op == PINLAB_DROP && s->hold != MH_EXC)
			break;
		/* Dropped once, the folio is not exclusive any more. */
		if (o->op == PINLAB_DROP && i && f == model_folio_of(m, s->page[i - 1].pfn))
			break;
	}
	return i;
}

static bool same_folio_before(const struct model *m, const struct model_slot *s, unsigned int i)
{
	const struct model_folio *f = model_folio_of(m, s->page[i].pfn);

	for (unsigned int j = 0; f && j < i; j++)
		if (model_folio_of(m, s->page[j].pfn) == f)
			return true;
	return false;
}

static unsigned int slot_pages(const struct model *m, const struct model_op *o)
{
	const struct model_slot *s = slot_of(m, o);
	unsigned int n = fitting(m, o, min_u(o->pages, s->n)), i;

	if (o->op != PINLAB_DROP && o->op != PINLAB_RETAKE)
		return n;
	/* One at a time, and few: each is looked at. */
	for (i = 0; i < min_u(n, 16) && !same_folio_before(m, s, i); i++)
		;
	return i;
}

unsigned int model_pages(const struct model *m, const struct model_op *o)
{
	unsigned int len;

	switch (o->what) {
	case MW_GIVE:
	case MW_CHANGE:
		return slot_pages(m, o);
	case MW_BUG:
		return 1;
	case MW_MOVE:
		return m->seq->region[o->region].pages;
	}
	if (o->region >= m->seq->nr_regions)
		return 0;
	len = m->seq->region[o->region].pages;
	return o->page < len ? min_u(o->pages, len - o->page) : 0;
}

static bool take_applies(const struct model *m, const struct model_op *o)
{
	const struct model_region *r = &m->seq->region[o->region];
	const struct model_slot *s = slot_of(m, o);
	bool exc = o->op == PINLAB_EXC_FAST || o->op == PINLAB_EXC_SLOW;
	enum model_hold hold = o->op == PINLAB_GET_FAST ? MH_GET : exc ? MH_EXC : MH_PIN;
	unsigned int n = model_pages(m, o);

	if (!n || (exc && !m->caps->exclusive) || (s->n && s->hold != hold) ||
	    s->n + n * o->times > PINLAB_SLOT_PAGES)
		return false;
	if (o->op == PINLAB_PIN_REMOTE && !m->proc[o->target].alive)
		return false;
	if (o->op == PINLAB_PIN_MEMFD && (!m->caps->memfd || model_kind_anon(r->kind)))
		return false;
	return o->times == 1 || (o->op == PINLAB_GET_FAST && n == 1);
}

static bool bug_applies(const struct model *m, const struct model_op *o)
{
	const struct model_slot *s = slot_of(m, o);
	const struct model_folio *f = s->n ? model_folio_of(m, s->page[0].pfn) : NULL;

	if (!f || !m->caps->exclusive || f->zero)
		return false;
	if (o->op == PINLAB_UNPIN || o->op == PINLAB_UNPIN_DIRTY)
		return f->exclusive;
	/* With DEBUG_VM it is a BUG to unpin private memory that others may share. */
	if (o->op != PINLAB_DROP && s->hold == MH_GET)
		return false;
	return !f->exclusive;
}

static bool holds_any(const struct model_proc *p, unsigned int file)
{
	for (unsigned int i = 0; i < PINLAB_SLOTS; i++)
		if (p->slot[file][i].n)
			return true;
	return false;
}

/* hugetlb's page tables are cut at huge pages only. */
static bool aligned(const struct model *m, const struct model_op *o)
{
	const struct model_region *r = &m->seq->region[o->region];
	unsigned int unit = model_kind_unit(r->kind);

	if (!model_kind_hugetlb(r->kind))
		return true;
	if (o->what == MW_MOVE)
		return !(o->arg & 1);
	return !(o->page % unit) && !(model_pages(m, o) % unit);
}

/* Are all of its pages mapped, at least with these permissions? */
static bool mapped(const struct model *m, const struct model_op *o, enum model_prot least)
{
	const uint8_t *prot = m->proc[o->proc].prot[o->region];
	unsigned int page = o->what == MW_MOVE ? 0 : o->page, n = model_pages(m, o);

	for (unsigned int i = page; i < page + n; i++)
		if (prot[i] < least)
			return false;
	return true;
}

static bool memory_applies(const struct model *m, const struct model_op *o)
{
	const struct model_region *r = &m->seq->region[o->region];

	if (!model_pages(m, o))
		return false;
	switch (o->what) {
	case MW_MOVE:
		return o->arg != m->proc[o->proc].home[o->region] && aligned(m, o) &&
		       mapped(m, o, MP_WRITE);
	case MW_PUNCH:
	case MW_TRUNCATE:
		return !model_kind_anon(r->kind) && aligned(m, o);
	case MW_PROTECT:
		/* Over a hole it fails half-way. */
		return aligned(m, o) && mapped(m, o, MP_READ);
	case MW_UNMAP:
	case MW_MAP:
	case MW_DONTNEED:
		return aligned(m, o);
	case MW_MIGRATE:
		return m->caps->nodes;
	case MW_SPLIT:
		return m->caps->split;
	}
	return true;
}

bool model_applies(const struct model *m, const struct model_op *o)
{
	const struct model_proc *p = &m->proc[o->proc];

	if (o->what == MW_FORK)
		return o->proc && !p->alive;
	if (!p->alive)
		return false;
	if ((o->what == MW_TAKE || o->what == MW_GIVE || o->what == MW_CHANGE ||
	     o->what == MW_BUG) && !(m->caps->ops >> o->op & 1))
		return false;
	switch (o->what) {
	case MW_GIVE:
		return slot_of(m, o)->hold == needed_hold(o->op) && model_pages(m, o);
	case MW_CHANGE:
		return m->caps->exclusive && model_pages(m, o);
	case MW_BUG:
		return bug_applies(m, o);
	case MW_CLOSE:
		return holds_any(p, o->file);
	case MW_KILL:
		return o->proc;
	case MW_CHILD:
	case MW_COMPACT:
	case MW_COUNT:
		return true;
	}
	if (o->region >= m->seq->nr_regions)
		return false;
	return o->what == MW_TAKE ? take_applies(m, o) : memory_applies(m, o);
}
