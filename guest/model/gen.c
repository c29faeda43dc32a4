// SPDX-License-Identifier: GPL-2.0
/*
 * The model check: sequences from a seed. While it draws, the generator plays
 * the sequence on a model of its own with page frames that it makes up, so
 * that most of what it draws makes sense; what the kernel does has no part in
 * it.
 */
#include "guest/model/gen.h"
#include "guest/model/changes.h"
#include "guest/mem.h"
#include "guest/model/model.h"

#include <string.h>

#include "guest/model/predict.h"
#include "guest/model/rules.h"
#include "guest/model/state.h"
#include "guest/torture/torture.h"

static struct {
	struct model m;
	struct rng rng;
	struct model_seq *seq;
	uint8_t made[MODEL_PROCS + 1][MODEL_REGIONS];	/* new pages behind a mapping so far */
	uint16_t hot[MODEL_REGIONS];		/* where requests like to meet */
} gen FAR_BSS;

static unsigned int below(unsigned int n)
{
	return rng_below(&gen.rng, n);
}

static bool one_in(unsigned int n)
{
	return !below(n);
}

/* Index of one of the weights. */
static unsigned int draw(const uint8_t *weight, unsigned int n)
{
	unsigned int sum = 0, at;

	for (unsigned int i = 0; i < n; i++)
		sum += weight[i];
	at = below(sum);
	for (unsigned int i = 0; i < n; i++) {
		if (at < weight[i])
			return i;
		at -= weight[i];
	}
	return 0;
}

static unsigned int draw_alive(void)
{
	unsigned int p = below(MODEL_PROCS);

	return gen.m.proc[p].alive ? p : 0;
}

/* A made-up page frame: of this region, process (or file) and generation. */
static void make_up(struct model_look *l, const struct model_op *o, unsigned int proc,
		    unsigned int page)
{
	const struct model_region *r = &gen.seq->region[o->region];
	unsigned int unit = model_kind_unit(r->kind), owner = o->region, where = page;

	if (!model_kind_anon(r->kind)) {
		proc = MODEL_PROCS;
		owner = r->file;
		where += r->offset;
	}
	*l = (struct model_look){ .there = 1, .refcount = 1, .page = page };
	l->pfn = (((proc * MODEL_REGIONS + owner) * 256 + gen.made[proc][owner] + 1) *
		  MODEL_PAGES) + where;
	l->head = l->pfn & ~(unit - 1);
	for (l->order = 0; 1u << l->order < unit; l->order++)
		;
}

static void play_take(const struct model_op *o)
{
	static struct model_look look[MODEL_PAGES];
	static struct model_predict predict;
	unsigned int n = model_pages(&gen.m, o);
	unsigned int proc = o->op == PINLAB_PIN_REMOTE ? o->target : o->proc;

	for (unsigned int i = 0; i < n; i++)
		make_up(&look[i], o, proc, o->page + i);
	model_predict_take(&gen.m, o, look, n, &predict);
	for (unsigned int i = 0; i < o->times && predict.most; i++)
		model_took(&gen.m, o, look, predict.most);
}

static void play_change(const struct model_op *o)
{
	struct model_slot *s = &gen.m.proc[o->proc].slot[o->file][o->slot];
	unsigned int n = model_pages(&gen.m, o), done = 0;
	struct model_look look = { .refcount = MODEL_BIAS + 1 };
	int alt;

	for (unsigned int i = 0; i < n; i++) {
		if (o->op == PINLAB_DROP) {
			model_dropped(&gen.m, s->page[i].pfn);
			done++;
		} else if (!model_predict_retake(&gen.m, &s->page[i], &look, &alt)) {
			model_retook(&gen.m, s->page[i].pfn);
			done++;
		}
	}
	model_changed(&gen.m, o, n, done == n);
}

static void play_memory(const struct model_op *o)
{
	const struct model_region *r = &gen.seq->region[o->region];

	model_memory(&gen.m, o, 1);
	if (o->what == MW_UNMAP || o->what == MW_DONTNEED || o->what == MW_PUNCH ||
	    o->what == MW_TRUNCATE)
		gen.made[model_kind_anon(r->kind) ? o->proc : MODEL_PROCS]
			[model_kind_anon(r->kind) ? o->region : r->file]++;
}

static void play(const struct model_op *o)
{
	switch (o->what) {
	case MW_TAKE:
		play_take(o);
		break;
	case MW_GIVE:
		model_gave(&gen.m, o, model_pages(&gen.m, o));
		break;
	case MW_CHANGE:
		play_change(o);
		break;
	case MW_CLOSE:
		model_closed(&gen.m, o->proc, o->file);
		break;
	case MW_FORK:
		model_forked(&gen.m, o->proc);
		break;
	case MW_KILL:
		model_killed(&gen.m, o->proc);
		break;
	case MW_BUG:
	case MW_CHILD:
	case MW_COMPACT:
	case MW_COUNT:
		break;
	default:
		play_memory(o);
	}
}

static void draw_range(struct model_op *o)
{
	const struct model_region *r = &gen.seq->region[o->region];
	unsigned int unit = model_kind_unit(r->kind);
	static const uint8_t sizes[] = { 50, 30, 16, 4 };

	switch (draw(sizes, 4)) {
	case 0:
		o->pages = 1;
		break;
	case 1:
		o->pages = 2 + below(3);
		break;
	case 2:
		o->pages = 4 + below(13);
		break;
	default:
		o->pages = 1 + below(unit > 16 ? 600 : r->pages);
	}
	if (one_in(3))
		o->page = below(r->pages);
	else
		o->page = gen.hot[o->region] + below(3);
	if (o->page >= r->pages)
		o->page = r->pages - 1;
}

static void draw_take(struct model_op *o)
{
	static const uint8_t ops[PINLAB_NR_OPS] = {
		[PINLAB_GET_FAST] = 12, [PINLAB_PIN_FAST] = 12, [PINLAB_PIN_SLOW] = 10,
		[PINLAB_PIN_REMOTE] = 10, [PINLAB_PIN_LT_FAST] = 10, [PINLAB_PIN_LT_SLOW] = 8,
		[PINLAB_EXC_FAST] = 18, [PINLAB_EXC_SLOW] = 15, [PINLAB_PIN_MEMFD] = 5,
	};

	o->op = draw(ops, PINLAB_NR_OPS);
	o->flags = one_in(3) ? PINLAB_READ : 0;
	o->target = draw_alive();
	o->times = 1;
	draw_range(o);
	if (o->op == PINLAB_GET_FAST && one_in(8)) {
		o->times = MODEL_MANY;
		o->pages = 1;
	}
}

/* One of the slots that hold something that way. */
static bool draw_slot(struct model_op *o, enum model_hold a, enum model_hold b)
{
	for (unsigned int i = 0; i < 12; i++) {
		const struct model_slot *s;

		o->proc = draw_alive();
		o->file = below(MODEL_FILES);
		o->slot = below(PINLAB_SLOTS);
		s = &gen.m.proc[o->proc].slot[o->file][o->slot];
		if (!s->n || (s->hold != a && s->hold != b))
			continue;
		o->pages = one_in(3) ? 1 + below(s->n) : s->n;
		return true;
	}
	return false;
}

static void draw_give(struct model_op *o)
{
	static const enum model_hold holds[] = { MH_GET, MH_PIN, MH_EXC };
	enum model_hold hold = holds[below(3)];
	bool dirty = one_in(4);

	o->op = hold == MH_GET ? PINLAB_PUT :
		hold == MH_PIN ? (dirty ? PINLAB_UNPIN_DIRTY : PINLAB_UNPIN) :
				 (dirty ? PINLAB_UNPIN_EXC_DIRTY : PINLAB_UNPIN_EXC);
	draw_slot(o, hold, hold);
}

static void draw_change(struct model_op *o)
{
	o->op = one_in(2) ? PINLAB_DROP : PINLAB_RETAKE;
	if (o->op == PINLAB_DROP)
		draw_slot(o, MH_EXC, MH_EXC);
	else
		draw_slot(o, MH_PIN, one_in(8) ? MH_GET : MH_EXC);
}

static void draw_bug(struct model_op *o)
{
	static const uint8_t ops[] = { PINLAB_UNPIN, PINLAB_UNPIN_DIRTY, PINLAB_UNPIN_EXC,
				       PINLAB_UNPIN_EXC_DIRTY, PINLAB_DROP };

	o->op = ops[below(5)];
	draw_slot(o, MH_PIN, MH_EXC);
	o->pages = 1;
}

/* Huge pages of hugetlb are mapped, unmapped and cut as a whole. */
static void align_range(struct model_op *o)
{
	const struct model_region *r = &gen.seq->region[o->region];
	unsigned int unit = model_kind_unit(r->kind);

	if (!model_kind_hugetlb(r->kind) && !one_in(4))
		return;
	o->page -= o->page % unit;
	o->pages = (o->pages + unit - 1) / unit * unit;
}

static void draw_memory(struct model_op *o)
{
	draw_range(o);
	align_range(o);
	o->arg = o->what == MW_MOVE ? below(4) : below(2);
}

static void draw_op(struct model_op *o)
{
	static const uint8_t weight[MW_NR] = {
		[MW_TAKE] = 90, [MW_GIVE] = 60, [MW_CHANGE] = 24, [MW_BUG] = 1, [MW_CLOSE] = 5,
		[MW_FORK] = 6, [MW_KILL] = 3, [MW_CHILD] = 5, [MW_WRITE] = 10, [MW_UNMAP] = 5,
		[MW_MAP] = 6, [MW_MOVE] = 3, [MW_PROTECT] = 5, [MW_DONTNEED] = 6, [MW_COLD] = 2,
		[MW_PAGEOUT] = 2, [MW_PUNCH] = 5, [MW_TRUNCATE] = 2, [MW_MIGRATE] = 3,
		[MW_COMPACT] = 1, [MW_SPLIT] = 4, [MW_COUNT] = 2,
	};

	*o = (struct model_op){ .what = draw(weight, MW_NR), .times = 1 };
	o->region = below(gen.seq->nr_regions);
	o->proc = draw_alive();
	o->file = below(MODEL_FILES);
	o->slot = below(PINLAB_SLOTS);
	switch (o->what) {
	case MW_TAKE:
		draw_take(o);
		break;
	case MW_GIVE:
		draw_give(o);
		break;
	case MW_CHANGE:
		draw_change(o);
		break;
	case MW_BUG:
		draw_bug(o);
		break;
	case MW_FORK:
	case MW_KILL:
		o->proc = 1 + below(MODEL_PROCS - 1);
		break;
	default:
		draw_memory(o);
	}
}

static void draw_pages(struct model_region *r)
{
	unsigned int unit = model_kind_unit(r->kind);

	r->pages = unit == 1 ? 2 + below(23) : unit == 16 ? unit * (1 + below(3)) :
		   unit * (one_in(3) ? 2 : 1);
	r->touched = one_in(6) ? 0 : one_in(6) ? r->pages / 2 : r->pages;
}

/* The same file once more, at another place, cut elsewhere. */
static bool draw_alias(struct model_region *r, unsigned int i)
{
	unsigned int of = below(i);
	const struct model_region *first = &gen.seq->region[of];

	if ((first->kind != MK_SHMEM && first->kind != MK_SHMEM_THP) || first->file != of)
		return false;
	r->kind = first->kind;
	r->file = of;
	r->offset = below(first->pages);
	r->pages = 1 + below(first->pages - r->offset);
	return true;
}

static void draw_region(unsigned int i)
{
	static const uint8_t weight[MK_NR] = {
		[MK_ANON] = 25, [MK_ANON_MTHP] = 15, [MK_ANON_THP] = 12,
		[MK_ANON_HUGETLB] = 5, [MK_SHMEM] = 25, [MK_SHMEM_THP] = 12, [MK_HUGETLB] = 7,
	};
	struct model_region *r = &gen.seq->region[i];

	*r = (struct model_region){ .file = i };
	if (!i || !one_in(3) || !draw_alias(r, i)) {
		do {
			r->kind = draw(weight, MK_NR);
		} while (!(gen.m.caps->kinds & 1u << r->kind));
		draw_pages(r);
	}
	/* Requests meet at a folio's edge, where there is one inside. */
	gen.hot[i] = r->pages > model_kind_unit(r->kind) && one_in(2) ?
		     model_kind_unit(r->kind) - 1 : below(r->pages);
}

void model_generate(struct model_seq *seq, const struct model_caps *caps, uint64_t seed,
		    uint64_t number)
{
	unsigned int want;

	memset(gen.made, 0, sizeof(gen.made));
	memset(seq, 0, sizeof(*seq));
	seq->seed = seed;
	seq->number = number;
	gen.seq = seq;
	gen.rng.state = seed ^ number * 0x9e3779b97f4a7c15ull;
	gen.m.caps = caps;
	rng_next(&gen.rng);
	seq->nr_regions = 1 + below(MODEL_REGIONS);
	for (unsigned int i = 0; i < seq->nr_regions; i++)
		draw_region(i);
	model_init(&gen.m, seq, caps);
	want = 10 + below(MODEL_OPS - 13);
	for (unsigned int tries = 0; seq->n < want && tries < 20 * want; tries++) {
		struct model_op *o = &seq->op[seq->n];

		draw_op(o);
		if (!model_applies(&gen.m, o))
			continue;
		play(o);
		seq->n++;
	}
}
