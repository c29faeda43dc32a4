// SPDX-License-Identifier: GPL-2.0
/*
 * The contract of an exclusive pin as a function: what an operation must
 * return, given who holds what. Where the contract leaves something open both
 * answers are allowed, and the comment says so.
 */
#include "guest/model/predict.h"
#include "guest/model/model.h"
#include "guest/model/rules.h"
#include "guest/model/state.h"

#include <errno.h>
#include <string.h>

static bool is_exclusive_op(unsigned int op)
{
	return op == PINLAB_EXC_FAST || op == PINLAB_EXC_SLOW;
}

/* What the model knows of one page of a request. */
struct view {
	const struct model_folio *folio;	/* NULL: nobody holds it */
	uint32_t head;		/* 0: not known */
	unsigned int order;
	bool unsure;		/* it may be another page */
};

static struct view view_page(const struct model *m, const struct model_op *o,
			     const struct model_look *l, unsigned int page)
{
	const struct model_region *r = &m->seq->region[o->region];
	const struct model_cache *c = &m->cache[r->file];
	struct view v = { NULL };
	uint32_t pfn = l->pfn;

	if (!l->there) {
		/* Not mapped: the file's page, or one that is yet to be made. */
		if (model_kind_anon(r->kind) || !c->pfn[r->offset + page])
			return v;
		pfn = c->pfn[r->offset + page];
		v.unsure = c->unsure[r->offset + page];
	}
	v.folio = model_folio_of(m, pfn);
	v.head = l->there ? l->head : v.folio ? v.folio->head : 0;
	v.order = l->there ? l->order : v.folio ? v.folio->order : 0;
	return v;
}

/*
 * "Is it pinned?" must not be fooled by many references. A small folio has no
 * pin count of its own: a kernel that cannot tell must refuse, one that can
 * must not.
 */
static bool looks_pinned(const struct view *v, const struct model_look *l)
{
	unsigned int gets = v->folio ? v->folio->gets : 0;
	int refs = l->there ? l->refcount : 0;

	if (v->order)
		return false;
	return gets + MODEL_MARGIN >= MODEL_BIAS || refs + MODEL_MARGIN >= MODEL_BIAS;
}

enum answer { YES, OPEN, NO };

static enum answer answer_exclusive(const struct view *v, const struct model_look *l)
{
	/* The zero page cannot be had; a page of one's own in its place can. */
	if (l->zero)
		return OPEN;
	if (v->folio && v->folio->pins)
		return v->unsure ? OPEN : NO;
	return looks_pinned(v, l) ? OPEN : YES;
}

/* 6.1 gives a reader the zero page, even for the long term, where nothing was written. */
static bool may_be_zero_page(const struct model *m, const struct model_op *o,
			     const struct model_look *l)
{
	return !l->there && o->flags & PINLAB_READ &&
	       model_kind_anon(m->seq->region[o->region].kind);
}

static enum answer answer_ordinary(const struct view *v)
{
	if (v->folio && v->folio->exclusive)
		return v->unsure ? OPEN : NO;
	return YES;
}

static enum answer answer(const struct model *m, const struct model_op *o,
			  const struct model_look *l, const struct view *v)
{
	enum model_kind kind = m->seq->region[o->region].kind;
	enum answer a = YES;

	if (is_exclusive_op(o->op))
		a = may_be_zero_page(m, o, l) ? OPEN : answer_exclusive(v, l);
	else if (o->op != PINLAB_GET_FAST)
		a = answer_ordinary(v);
	/* The pool of huge pages may be empty, where one has to be made or copied. */
	if (a == YES && model_kind_hugetlb(kind) && !v->folio &&
	    (!l->there || model_kind_anon(kind)))
		a = OPEN;
	return a;
}

static bool may_access(const struct model *m, const struct model_op *o, unsigned int page)
{
	unsigned int proc = o->op == PINLAB_PIN_REMOTE ? o->target : o->proc;
	uint8_t prot = m->proc[proc].prot[o->region][page];

	return prot == MP_WRITE || (prot == MP_READ && o->flags & PINLAB_READ);
}

/*
 * hugetlb_install_folio() maps a child's copy of a pinned page for writing, though
 * the mapping be read-only: in all kernels here, with the series or without.
 */
static bool may_be_left_writable(const struct model *m, const struct model_op *o,
				 unsigned int page)
{
	unsigned int proc = o->op == PINLAB_PIN_REMOTE ? o->target : o->proc;

	return proc && m->seq->region[o->region].kind == MK_ANON_HUGETLB &&
	       m->proc[proc].prot[o->region][page] == MP_READ;
}

static void predict_gup(const struct model *m, const struct model_op *o,
			const struct model_look *look, unsigned int n, struct model_predict *p)
{
	for (p->most = 0; p->most < n; p->most++) {
		const struct model_look *l = &look[p->most];
		unsigned int page = o->page + p->most;
		struct view v;

		if (!may_access(m, o, page) && may_be_left_writable(m, o, page)) {
			p->may_end[p->most] = 1;
			continue;
		}
		if (!may_access(m, o, page)) {
			p->error = -EFAULT;
			return;
		}
		v = view_page(m, o, l, page);
		switch (answer(m, o, l, &v)) {
		case NO:
			p->error = -EBUSY;
			return;
		case OPEN:
			p->may_end[p->most] = 1;
			break;
		case YES:
			break;
		}
	}
}

/*
 * memfd_pin_folios() counts folios, and gives all back that it has taken where
 * one is refused; the contract would have it return those before. Either is
 * allowed. Without a look inside the page cache, what is not mapped and not
 * pinned may be made of folios of any size.
 */
static void predict_memfd(const struct model *m, const struct model_op *o,
			  const struct model_look *look, unsigned int n,
			  struct model_predict *p)
{
	bool large = model_kind_unit(m->seq->region[o->region].kind) > 1;
	uint32_t before = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct view v = view_page(m, o, &look[i], o->page + i);

		if (v.head && v.head == before)
			continue;
		before = v.head;
		if (large && !v.head)
			memset(p->may_end + 1, 1, n);
		switch (answer(m, o, &look[i], &v)) {
		case NO:
			p->error = -EBUSY;
			p->may_end[0] = 1;
			return;
		case OPEN:
			p->may_end[0] = 1;
			p->may_end[p->most] = 1;
			break;
		case YES:
			break;
		}
		p->most++;
	}
}

void model_predict_take(const struct model *m, const struct model_op *o,
			const struct model_look *look, unsigned int n,
			struct model_predict *p)
{
	memset(p, 0, sizeof(*p));
	if (o->op == PINLAB_PIN_MEMFD)
		predict_memfd(m, o, look, n, p);
	else
		predict_gup(m, o, look, n, p);
}

int model_predict_retake(const struct model *m, const struct model_held *h,
			 const struct model_look *look, int *alt)
{
	const struct model_folio *f = model_folio_of(m, h->pfn);
	int refs;

	*alt = 1;
	if (look->zero || !f) {
		*alt = -EBUSY;
		return -EINVAL;
	}
	if (f->exclusive || f->pins > 1)
		return -EBUSY;
	if (!f->pins)
		return -EINVAL;
	/* One pin, and so many references that it looks like two. */
	refs = f->order ? 0 : look->refcount - MODEL_BIAS;
	if (refs + MODEL_MARGIN >= MODEL_BIAS)
		*alt = -EBUSY;
	return 0;
}
