// SPDX-License-Identifier: GPL-2.0
/* The model's state: who holds which folio, and what each operation makes of that. */
#include "guest/model/state.h"
#include "guest/model/model.h"

#include <string.h>

/* Far from everything else, and the same in each run; a huge page would fit anywhere. */
#define FIRST_ADDRESS	0x100000000000ul
#define REGION_STRIDE	0x100000000ul
#define HOME_STRIDE	0x1000000ul

void model_init(struct model *m, const struct model_seq *seq, const struct model_caps *caps)
{
	/* What slots hold is valid up to their n, and there is much of it. */
	for (unsigned int p = 0; p < MODEL_PROCS; p++) {
		struct model_proc *proc = &m->proc[p];

		memset(proc, 0, offsetof(struct model_proc, slot));
		for (unsigned int f = 0; f < MODEL_FILES; f++) {
			for (unsigned int i = 0; i < PINLAB_SLOTS; i++) {
				proc->slot[f][i].hold = MH_NOTHING;
				proc->slot[f][i].n = 0;
			}
		}
	}
	memset(m->cache, 0, sizeof(m->cache));
	m->nr_folios = 0;
	m->reclaimed = false;
	m->seq = seq;
	m->caps = caps;
	m->proc[0].alive = true;
	for (unsigned int r = 0; r < seq->nr_regions; r++)
		memset(m->proc[0].prot[r], MP_WRITE, seq->region[r].pages);
}

uintptr_t model_home_address(unsigned int region, unsigned int home, unsigned int page)
{
	/* Odd homes are not where a large folio could be mapped as a whole. */
	return FIRST_ADDRESS + region * REGION_STRIDE + home * HOME_STRIDE +
	       (home & 1 ? 3 * MODEL_PAGE : 0) + page * MODEL_PAGE;
}

uintptr_t model_address(const struct model *m, unsigned int proc, unsigned int region,
			unsigned int page)
{
	return model_home_address(region, m->proc[proc].home[region], page);
}

const struct model_folio *model_folio_of(const struct model *m, uint32_t pfn)
{
	for (unsigned int i = 0; i < m->nr_folios; i++) {
		const struct model_folio *f = &m->folio[i];

		if (pfn >= f->head && pfn - f->head < 1u << f->order)
			return f;
	}
	return NULL;
}

struct model_folio *model_folio(struct model *m, uint32_t pfn)
{
	return (struct model_folio *)model_folio_of(m, pfn);
}

unsigned long model_pins(const struct model *m)
{
	unsigned long sum = 0;

	for (unsigned int i = 0; i < m->nr_folios; i++)
		sum += m->folio[i].pins;
	return sum;
}

static bool in_folio(const struct model_folio *f, uint32_t pfn)
{
	return pfn >= f->head && pfn - f->head < 1u << f->order;
}

/* Nothing keeps the folio where it is mapped any more. */
static void forget_places(struct model *m, const struct model_folio *f)
{
	for (unsigned int p = 0; p < MODEL_PROCS; p++) {
		for (unsigned int r = 0; m->proc[p].alive && r < m->seq->nr_regions; r++) {
			uint32_t *at = m->proc[p].at[r];

			for (unsigned int i = 0; i < m->seq->region[r].pages; i++)
				if (at[i] && in_folio(f, at[i]))
					at[i] = 0;
		}
	}
}

static void forget_cache(struct model *m, const struct model_folio *f)
{
	for (unsigned int r = 0; r < m->seq->nr_regions; r++) {
		struct model_cache *c = &m->cache[r];

		if (model_kind_anon(m->seq->region[r].kind) || m->seq->region[r].file != r)
			continue;
		for (unsigned int i = 0; i < MODEL_PAGES; i++) {
			if (!c->pfn[i] || !in_folio(f, c->pfn[i]))
				continue;
			c->pfn[i] = 0;
			c->unsure[i] = 0;
		}
	}
}

static struct model_folio *add_folio(struct model *m, const struct model_look *l)
{
	struct model_folio *f = model_folio(m, l->pfn);

	if (f || m->nr_folios == MODEL_FOLIOS)
		return f;
	f = &m->folio[m->nr_folios++];
	*f = (struct model_folio){ .head = l->head, .order = l->order, .zero = l->zero };
	return f;
}

/* What is pinned stays in the page cache: all of a large folio. */
static void note_cache(struct model *m, const struct model_held *h, const struct model_folio *f)
{
	const struct model_region *r = &m->seq->region[h->region];
	struct model_cache *c = &m->cache[r->file];
	unsigned int n = 1u << f->order, first;

	if (model_kind_anon(r->kind))
		return;
	first = (r->offset + h->page) & ~(n - 1);
	for (unsigned int i = 0; i < n && first + i < MODEL_PAGES; i++) {
		c->pfn[first + i] = f->head + i;
		c->unsure[first + i] = 0;
	}
}

static enum model_hold hold_of(unsigned int op)
{
	if (op == PINLAB_GET_FAST)
		return MH_GET;
	return op == PINLAB_EXC_FAST || op == PINLAB_EXC_SLOW ? MH_EXC : MH_PIN;
}

static void take_one(struct model *m, const struct model_op *o, const struct model_look *l,
		     struct model_held *h)
{
	struct model_folio *f;

	*h = (struct model_held){ .pfn = l->pfn, .page = l->page, .region = o->region,
				  .proc = o->op == PINLAB_PIN_REMOTE ? o->target : o->proc };
	/* The zero page is given out, and never counted. */
	if (l->zero && !l->order)
		return;
	f = add_folio(m, l);
	if (!f)
		return;
	if (o->op == PINLAB_GET_FAST) {
		f->gets++;
	} else {
		f->pins++;
		f->exclusive |= hold_of(o->op) == MH_EXC;
	}
	note_cache(m, h, f);
	if (o->op != PINLAB_GET_FAST && o->op != PINLAB_PIN_MEMFD && !l->zero)
		m->proc[h->proc].at[o->region][h->page] = l->pfn;
}

void model_took(struct model *m, const struct model_op *o, const struct model_look *got,
		unsigned int n)
{
	struct model_slot *s = &m->proc[o->proc].slot[o->file][o->slot];

	if (!n)
		return;
	s->hold = hold_of(o->op);
	for (unsigned int i = 0; i < n && s->n < PINLAB_SLOT_PAGES; i++)
		take_one(m, o, &got[i], &s->page[s->n++]);
}

static void give_one(struct model *m, const struct model_held *h, enum model_hold hold)
{
	struct model_folio *f = model_folio(m, h->pfn);

	if (!f)
		return;		/* the zero page */
	if (hold == MH_GET && f->gets)
		f->gets--;
	else if (hold != MH_GET && f->pins)
		f->pins--;
	if (f->pins)
		return;
	f->exclusive = false;
	forget_places(m, f);
	if (f->gets)
		return;
	forget_cache(m, f);
	*f = m->folio[--m->nr_folios];
}

static void give_pages(struct model *m, struct model_slot *s, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		give_one(m, &s->page[i], s->hold);
	s->n -= n;
	memmove(s->page, s->page + n, s->n * sizeof(s->page[0]));
	if (!s->n)
		s->hold = MH_NOTHING;
}

void model_gave(struct model *m, const struct model_op *o, unsigned int n)
{
	give_pages(m, &m->proc[o->proc].slot[o->file][o->slot], n);
}

void model_dropped(struct model *m, uint32_t pfn)
{
	struct model_folio *f = model_folio(m, pfn);

	if (f)
		f->exclusive = false;
}

void model_retook(struct model *m, uint32_t pfn)
{
	struct model_folio *f = model_folio(m, pfn);

	if (f)
		f->exclusive = true;
}

void model_changed(struct model *m, const struct model_op *o, unsigned int n, bool all_well)
{
	struct model_slot *s = &m->proc[o->proc].slot[o->file][o->slot];
	enum model_hold from = o->op == PINLAB_DROP ? MH_EXC : MH_PIN;

	/* With PINLAB_FORCE the driver does not look at what it holds. */
	if (s->hold == from && all_well && n == s->n)
		s->hold = o->op == PINLAB_DROP ? MH_PIN : MH_EXC;
}

void model_closed(struct model *m, unsigned int proc, unsigned int file)
{
	for (unsigned int i = 0; i < PINLAB_SLOTS; i++) {
		struct model_slot *s = &m->proc[proc].slot[file][i];

		give_pages(m, s, s->n);
	}
}

void model_forked(struct model *m, unsigned int proc)
{
	struct model_proc *p = &m->proc[proc], *parent = &m->proc[0];

	p->alive = true;
	memcpy(p->home, parent->home, sizeof(p->home));
	memcpy(p->prot, parent->prot, sizeof(p->prot));
	memcpy(p->stamp, parent->stamp, sizeof(p->stamp));
	/* Pinned private pages were copied; shared ones are not mapped before they are used. */
	memset(p->at, 0, sizeof(p->at));
}

void model_killed(struct model *m, unsigned int proc)
{
	for (unsigned int f = 0; f < MODEL_FILES; f++)
		model_closed(m, proc, f);
	m->proc[proc].alive = false;
}

uint32_t *model_stamp(struct model *m, unsigned int proc, unsigned int region,
		      unsigned int page)
{
	const struct model_region *r = &m->seq->region[region];

	if (model_kind_anon(r->kind))
		return &m->proc[proc].stamp[region][page];
	return &m->cache[r->file].stamp[r->offset + page];
}
