// SPDX-License-Identifier: GPL-2.0
/*
 * One call of one function of GUP, as it stands in include/functions.h, with any
 * flags: what it takes is kept in a slot and given back by any other. Without a
 * clock: benchmarks have pins.c.
 */
#include <linux/kthread.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "include/functions.h"
#include "pinlab.h"

static const enum pinlab_fn_kind kinds[NR_FNS] = {
#define FN_KIND(id, function, kind) \
	[FN_##id] = kind,
	PINLAB_FUNCTIONS(FN_KIND)
};

/* The kernel's numbers of flags are not the same everywhere. */
static unsigned int gup_flags(u32 flags)
{
	static const struct {
		u32 ours;
		unsigned int theirs;
	} map[] = {
		{ PINLAB_CALL_WRITE, FOLL_WRITE },
		{ PINLAB_CALL_LONGTERM, FOLL_LONGTERM },
		{ PINLAB_CALL_EXCLUSIVE, PINLAB_FOLL_EXCLUSIVE },
		{ PINLAB_CALL_FORCE, FOLL_FORCE },
		{ PINLAB_CALL_NOFAULT, FOLL_NOFAULT },
		{ PINLAB_CALL_NOWAIT, FOLL_NOWAIT },
		{ PINLAB_CALL_INTERRUPTIBLE, COMPAT_FOLL_INTERRUPTIBLE },
		{ PINLAB_CALL_GET, FOLL_GET },
		{ PINLAB_CALL_P2PDMA, COMPAT_FOLL_PCI_P2PDMA },
	};
	unsigned int i, sum = 0;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (flags & map[i].ours)
			sum |= map[i].theirs;
	return sum;
}

struct take {
	struct work_struct work;
	const struct pinlab_call *c;
	struct pinlab_target t;
	struct page **pages;
	long ret;
	/* One of several at once: what it gets goes here, and back. */
	struct page *own[PINLAB_CALL_DUEL];
	struct mm_struct *mm;
	atomic_t *gate;
};

/* Those that want the mmap_lock, and keep it. */
static long take_locked(const struct take *t, unsigned int flags)
{
	const struct pinlab_call *c = t->c;
	struct mm_struct *mm = t->t.mm ?: current->mm;
	long n;

	mmap_read_lock(mm);
	switch (c->fn) {
	case FN_GET:
		n = compat_get_user_pages(c->addr, c->pages, flags, t->pages);
		break;
	case FN_GET_REMOTE:
		n = compat_get_user_pages_remote(mm, c->addr, c->pages, flags, t->pages);
		break;
	case FN_PIN:
		n = compat_pin_user_pages(c->addr, c->pages, flags, t->pages);
		break;
	default:
		n = compat_pin_user_pages_remote(mm, c->addr, c->pages, flags, t->pages);
		break;
	}
	mmap_read_unlock(mm);
	return n;
}

static void take(struct take *t)
{
	const struct pinlab_call *c = t->c;
	unsigned int flags = gup_flags(c->flags);

	switch (c->fn) {
	case FN_GET_FAST:
		t->ret = get_user_pages_fast(c->addr, c->pages, flags, t->pages);
		break;
	case FN_GET_FAST_ONLY:
		t->ret = get_user_pages_fast_only(c->addr, c->pages, flags, t->pages);
		break;
	case FN_GET_UNLOCKED:
		t->ret = get_user_pages_unlocked(c->addr, c->pages, t->pages, flags);
		break;
	case FN_PIN_FAST:
		t->ret = pin_user_pages_fast(c->addr, c->pages, flags, t->pages);
		break;
	case FN_PIN_UNLOCKED:
		t->ret = pin_user_pages_unlocked(c->addr, c->pages, t->pages, flags);
		break;
	case FN_PIN_MEMFD:
		t->ret = pinlab_pin_memfd(t->t.memfd, c->addr, c->pages, t->pages);
		break;
	default:
		t->ret = take_locked(t, flags);
	}
}

static void take_without_mm(struct work_struct *work)
{
	take(container_of(work, struct take, work));
}

static bool is_remote(u32 fn)
{
	return fn == FN_GET_REMOTE || fn == FN_PIN_REMOTE;
}

static int get_target(struct take *t)
{
	const struct pinlab_call *c = t->c;

	if (is_remote(c->fn))
		return pinlab_get_target(&t->t, PINLAB_PIN_REMOTE, c->target);
	if (c->fn == FN_PIN_MEMFD)
		return pinlab_get_target(&t->t, PINLAB_PIN_MEMFD, c->target);
	return 0;
}

static enum pinlab_hold hold_of(const struct pinlab_call *c)
{
	if (kinds[c->fn] == TAKES_REFS)
		return HOLD_GET;
	return c->flags & PINLAB_CALL_EXCLUSIVE ? HOLD_EXC : HOLD_PIN;
}

/* All at once: whoever is there waits for the last. */
static void wait_for_all(atomic_t *gate)
{
	atomic_dec(gate);
	while (atomic_read(gate) > 0)
		cond_resched();
}

static void duel(struct work_struct *work)
{
	struct take *t = container_of(work, struct take, work);
	bool exclusive = t->c->flags & PINLAB_CALL_EXCLUSIVE;
	u32 request = pinlab_request();
	long i;

	kthread_use_mm(t->mm);
	wait_for_all(t->gate);
	take(t);
	for (i = 0; i < t->ret; i++)
		pinlab_claim(t->own[i], exclusive, request);
	for (i = 0; i < t->ret; i++)
		pinlab_unclaim(t->own[i], exclusive);
	if (t->ret > 0 && exclusive)
		unpin_exc_pages(t->own, t->ret);
	else if (t->ret > 0)
		unpin_user_pages(t->own, t->ret);
	kthread_unuse_mm(t->mm);
}

static int call_duel(struct pinlab_call *c)
{
	u32 threads = min_t(u32, c->threads, PINLAB_CALL_THREADS), i;
	atomic_t gate = ATOMIC_INIT(threads);
	struct take *t;

	if (c->pages > PINLAB_CALL_DUEL || is_remote(c->fn) || kinds[c->fn] != TAKES_PINS ||
	    c->fn == FN_PIN_MEMFD)
		return -EINVAL;
	t = kcalloc(threads, sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	for (i = 0; i < threads; i++) {
		t[i].c = c;
		t[i].pages = t[i].own;
		t[i].mm = current->mm;
		t[i].gate = &gate;
		INIT_WORK(&t[i].work, duel);
		queue_work(system_unbound_wq, &t[i].work);
	}
	for (i = 0; i < threads; i++) {
		flush_work(&t[i].work);
		c->ret += t[i].ret == c->pages;
		/* Whatever is no refusal. */
		if (t[i].ret < 0 && t[i].ret != -EBUSY)
			c->left++;
	}
	kfree(t);
	return 0;
}

static int call_take(struct pinlab_slot *slot, struct pinlab_call *c)
{
	struct take t = { .c = c };
	enum pinlab_hold hold = hold_of(c);
	u32 request = pinlab_request();
	long i;
	int err;

	if (slot->head != slot->tail && slot->hold != hold)
		return -EBADFD;
	err = pinlab_slot_room(slot, c->pages);
	if (!err)
		err = get_target(&t);
	if (err)
		return err;
	t.pages = slot->pages + slot->tail;
	if (c->flags & PINLAB_CALL_KTHREAD) {
		INIT_WORK_ONSTACK(&t.work, take_without_mm);
		queue_work(system_unbound_wq, &t.work);
		flush_work(&t.work);
		destroy_work_on_stack(&t.work);
	} else {
		take(&t);
	}
	pinlab_put_target(&t.t);
	c->ret = t.ret;
	if (t.ret <= 0)
		return 0;
	for (i = 0; i < t.ret && hold != HOLD_GET; i++)
		pinlab_claim(t.pages[i], hold == HOLD_EXC, request);
	slot->tail += t.ret;
	slot->hold = hold;
	return 0;
}

struct give {
	struct work_struct work;
	u32 fn;
	struct page **pages;
	u32 n;
	bool dirty;
	atomic_t *gate;		/* those who are still to come */
};

static void give_each(const struct give *g)
{
	u32 i;

	for (i = 0; i < g->n; i++) {
		if (g->fn == FN_PUT)
			put_page(g->pages[i]);
		else if (g->fn == FN_UNPIN_FOLIO)
			compat_unpin_folio(page_folio(g->pages[i]));
		else
			unpin_user_page(g->pages[i]);
	}
}

static void give_folios(const struct give *g)
{
	u32 i;

	/* It takes pointers to folios, which it looks at one behind the other. */
	for (i = 0; i < g->n; i++)
		g->pages[i] = &page_folio(g->pages[i])->page;
	compat_unpin_folios((struct folio **)g->pages, g->n);
}

static void give(const struct give *g)
{
	switch (g->fn) {
	case FN_UNPIN_PAGES:
		unpin_user_pages(g->pages, g->n);
		break;
	case FN_UNPIN_DIRTY:
		unpin_user_pages_dirty_lock(g->pages, g->n, g->dirty);
		break;
	case FN_UNPIN_RANGE:
		unpin_user_page_range_dirty_lock(g->pages[0], g->n, g->dirty);
		break;
	case FN_UNPIN_USER_FOLIO:
		compat_unpin_user_folio(page_folio(g->pages[0]), g->n);
		break;
	case FN_UNPIN_FOLIOS:
		give_folios(g);
		break;
	case FN_UNPIN_EXC:
		unpin_exc_pages(g->pages, g->n);
		break;
	case FN_UNPIN_EXC_DIRTY:
		unpin_exc_pages_dirty_lock(g->pages, g->n, g->dirty);
		break;
	default:
		give_each(g);
	}
}

static void give_together(struct work_struct *work)
{
	struct give *g = container_of(work, struct give, work);

	wait_for_all(g->gate);
	give(g);
}

static void give_by(const struct give *all, u32 threads)
{
	struct give part[PINLAB_CALL_THREADS];
	atomic_t gate = ATOMIC_INIT(threads);
	u32 i, at = 0;

	for (i = 0; i < threads; i++) {
		part[i] = *all;
		part[i].pages = all->pages + at;
		part[i].n = (all->n - at) / (threads - i);
		part[i].gate = &gate;
		at += part[i].n;
		INIT_WORK_ONSTACK(&part[i].work, give_together);
		queue_work(system_unbound_wq, &part[i].work);
	}
	for (i = 0; i < threads; i++) {
		flush_work(&part[i].work);
		destroy_work_on_stack(&part[i].work);
	}
}

/* What the function itself takes for granted. */
static bool fits(const struct give *g)
{
	struct folio *folio = page_folio(g->pages[0]);
	u32 i;

	for (i = 1; i < g->n; i++) {
		if (g->fn == FN_UNPIN_RANGE && g->pages[i] != g->pages[0] + i)
			return false;
		if (g->fn == FN_UNPIN_USER_FOLIO && page_folio(g->pages[i]) != folio)
			return false;
	}
	return COMPAT_HAS_UNPIN_FOLIO ||
	       (g->fn != FN_UNPIN_FOLIO && g->fn != FN_UNPIN_FOLIOS &&
		g->fn != FN_UNPIN_USER_FOLIO);
}

/* A freed page still has its struct page; nobody has taken it yet, but for a wonder. */
static u32 count_used(const struct give *g)
{
	u32 used = 0, i;

	for (i = 0; i < g->n; i++)
		used += page_ref_count(compound_head(g->pages[i])) != 0;
	return used;
}

static int call_give(struct pinlab_slot *slot, struct pinlab_call *c)
{
	static const enum pinlab_hold gives[] = {
		[GIVES_REFS] = HOLD_GET, [GIVES_PINS] = HOLD_PIN, [GIVES_EXCLUSIVE] = HOLD_EXC,
	};
	struct give g = { .fn = c->fn, .n = c->pages, .dirty = c->flags & PINLAB_CALL_DIRTY };
	u32 held = slot->tail - slot->head, i;

	if (c->at > held || c->pages > held - c->at || slot->hold != gives[kinds[c->fn]])
		return -ENODATA;
	g.pages = slot->pages + slot->head + c->at;
	if (!fits(&g))
		return -EOPNOTSUPP;
	for (i = 0; i < g.n && slot->hold != HOLD_GET; i++)
		pinlab_unclaim(g.pages[i], slot->hold == HOLD_EXC);
	if (c->threads > 1)
		give_by(&g, min_t(u32, c->threads, PINLAB_CALL_THREADS));
	else
		give(&g);
	c->left = count_used(&g);
	memmove(g.pages, g.pages + g.n, (held - c->at - g.n) * sizeof(*g.pages));
	slot->tail -= g.n;
	c->ret = g.n;
	return 0;
}

static int call_change(struct pinlab_slot *slot, struct pinlab_call *c)
{
	struct page *page;

	if (c->at >= slot->tail - slot->head)
		return -ENODATA;
	page = slot->pages[slot->head + c->at];
	if (c->fn == FN_DROP) {
		pinlab_claim_dropped(page);
		unexc_user_page(page);
		slot->hold = HOLD_PIN;
		return 0;
	}
	c->ret = reexc_user_page(page);
	if (!c->ret) {
		pinlab_claim_retaken(page, pinlab_request());
		slot->hold = HOLD_EXC;
	}
	return 0;
}

int pinlab_call(struct pinlab_file *pf, struct pinlab_call *c)
{
	struct pinlab_slot *slot;
	enum pinlab_fn_kind kind;

	c->ret = 0;
	c->left = 0;
	if (c->fn >= NR_FNS || c->slot >= PINLAB_SLOTS || !c->pages ||
	    c->pages > PINLAB_SLOT_PAGES)
		return -EINVAL;
	kind = kinds[c->fn];
	if (!PINLAB_HAS_EXCLUSIVE &&
	    (kind == GIVES_EXCLUSIVE || kind == CHANGES || (c->flags & PINLAB_CALL_EXCLUSIVE)))
		return -EOPNOTSUPP;
	if ((!COMPAT_FOLL_INTERRUPTIBLE && (c->flags & PINLAB_CALL_INTERRUPTIBLE)) ||
	    (!COMPAT_FOLL_PCI_P2PDMA && (c->flags & PINLAB_CALL_P2PDMA)))
		return -EOPNOTSUPP;
	if (!PINLAB_HAS_MEMFD && c->fn == FN_PIN_MEMFD)
		return -EOPNOTSUPP;
	if ((c->flags & PINLAB_CALL_KTHREAD) && !is_remote(c->fn))
		return -EINVAL;
	if (c->threads > 1 && (kind == TAKES_REFS || kind == TAKES_PINS))
		return call_duel(c);
	slot = &pf->slot[c->slot];
	if (kind == CHANGES)
		return call_change(slot, c);
	return kind == TAKES_REFS || kind == TAKES_PINS ? call_take(slot, c) : call_give(slot, c);
}
