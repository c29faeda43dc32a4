// SPDX-License-Identifier: GPL-2.0
/*
 * One racer: takes references in ways drawn at random, holds them for a
 * moment, gives them back; each claimed at the witness. All that is random
 * comes from the caller's seed.
 */
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "pinlab.h"

#define MAX_BATCH	512

struct racer {
	struct pinlab_race *r;
	struct pinlab_target t;
	struct page **pages;
	u64 rng;
	u32 ops[PINLAB_NR_OPS];	/* those that may be drawn */
	u32 nr_ops;
};

/* One request that was given. */
struct held {
	u32 op;
	u32 request;
	long n;
	unsigned long addr;
	bool exclusive;		/* now; drop and retake change it */
};

static u32 below(struct racer *c, u32 n)
{
	return n ? pinlab_random(&c->rng) % n : 0;
}

static long take(struct racer *c, struct held *h, u32 batch, unsigned int gup_flags)
{
	struct mm_struct *mm = c->t.mm ?: current->mm;
	long n;

	switch (h->op) {
	case PINLAB_GET_FAST:
		return get_user_pages_fast(h->addr, batch, gup_flags, c->pages);
	case PINLAB_PIN_FAST:
	case PINLAB_PIN_LT_FAST:
	case PINLAB_EXC_FAST:
		return pin_user_pages_fast(h->addr, batch, gup_flags, c->pages);
	case PINLAB_PIN_REMOTE:
		mmap_read_lock(mm);
		n = compat_pin_user_pages_remote(mm, h->addr, batch, gup_flags, c->pages);
		mmap_read_unlock(mm);
		return n;
	case PINLAB_PIN_MEMFD:
		return pinlab_pin_memfd(c->t.memfd, h->addr - c->r->addr, batch, c->pages);
	default:
		mmap_read_lock(current->mm);
		n = compat_pin_user_pages(h->addr, batch, gup_flags, c->pages);
		mmap_read_unlock(current->mm);
		return n;
	}
}

static void hold(struct racer *c)
{
	u32 spins;

	if ((c->r->flags & PINLAB_RACE_HOLD) && !below(c, 4))
		udelay(below(c, 40));
	for (spins = below(c, 64); spins; spins--)
		cpu_relax();
}

static void claim_all(struct racer *c, struct held *h)
{
	long i;

	for (i = 0; i < h->n; i++) {
		if (!i || page_folio(c->pages[i]) != page_folio(c->pages[i - 1]))
			pinlab_event(EVENT_TAKEN, h->op, h->addr, page_folio(c->pages[i]), h->n);
		if (h->op != PINLAB_GET_FAST)
			pinlab_claim(c->pages[i], h->exclusive, h->request);
	}
}

static void give_back(struct racer *c, struct held *h)
{
	bool dirty = (c->r->flags & PINLAB_RACE_DIRTY) && !below(c, 4);
	long i;

	for (i = 0; i < h->n; i++) {
		if (!i || page_folio(c->pages[i]) != page_folio(c->pages[i - 1]))
			pinlab_event(EVENT_GIVING, h->op, h->addr, page_folio(c->pages[i]), 0);
		if (h->op != PINLAB_GET_FAST)
			pinlab_unclaim(c->pages[i], h->exclusive);
	}
	if (h->op == PINLAB_GET_FAST)
		for (i = 0; i < h->n; i++)
			put_page(c->pages[i]);
	else if (h->exclusive)
		unpin_exc_pages_dirty_lock(c->pages, h->n, dirty);
	else
		unpin_user_pages_dirty_lock(c->pages, h->n, dirty);
	c->r->released++;
}

/* The guest shares the page with its host, and takes it back if nobody else has it. */
static void share(struct racer *c, struct held *h)
{
	struct folio *folio = page_folio(c->pages[0]);
	int err;

	pinlab_event(EVENT_DROPPING, h->op, h->addr, folio, 0);
	pinlab_claim_dropped(c->pages[0]);
	unexc_user_page(c->pages[0]);
	h->exclusive = false;
	c->r->dropped++;
	hold(c);
	if (!below(c, 4) || !pinlab_has_op(PINLAB_RETAKE))
		return;
	err = reexc_user_page(c->pages[0]);
	if (!err) {
		pinlab_event(EVENT_RETAKEN, h->op, h->addr, folio, 0);
		pinlab_claim_retaken(c->pages[0], h->request);
		h->exclusive = true;
		c->r->retaken++;
	} else {
		pinlab_event(EVENT_REFUSED, PINLAB_RETAKE, h->addr, folio, err);
		c->r->not_retaken++;
		if (err != -EBUSY)
			pinlab_violation(PROMISE_RESULT, folio,
					 "reexc_user_page() of a pinned page returned %d", err);
	}
}

/* What a request may fail with while its memory goes away. */
static bool is_fault(long n)
{
	return n == -EFAULT || n == -ENOMEM || n == -EAGAIN || n == -EINTR ||
	       n == -ERESTARTSYS || n == -EHWPOISON || n == -EINVAL || n == -EEXIST || !n;
}

static void refused(struct racer *c, struct held *h, long n)
{
	pinlab_event(EVENT_REFUSED, h->op, h->addr, NULL, n);
	if (n == -EBUSY) {
		c->r->refused[h->op]++;
		/* Without exclusive pins there is nothing that could refuse. */
		if (PINLAB_HAS_EXCLUSIVE && h->op != PINLAB_GET_FAST)
			return;
	}
	c->r->failed[h->op]++;
	if (fatal_signal_pending(current) ||
	    ((c->r->flags & PINLAB_RACE_FAULTS) && is_fault(n)))
		return;
	pinlab_violation(PROMISE_RESULT, NULL, "%s of memory that is there returned %ld",
			 pinlab_op_name(h->op), n);
}

static void one_request(struct racer *c)
{
	struct held h = { .op = c->ops[below(c, c->nr_ops)] };
	u32 page = below(c, c->r->pages);
	u32 batch = 1 + below(c, min(c->r->batch, c->r->pages - page));
	bool write = !(c->r->flags & PINLAB_RACE_READ) || below(c, 2);

	h.addr = c->r->addr + (unsigned long)page * PAGE_SIZE;
	h.exclusive = h.op == PINLAB_EXC_FAST || h.op == PINLAB_EXC_SLOW;
	h.request = pinlab_request();
	h.n = take(c, &h, batch, pinlab_gup_flags(h.op) | (write ? FOLL_WRITE : 0));
	if (h.n <= 0) {
		refused(c, &h, h.n);
		return;
	}
	c->r->taken[h.op]++;
	claim_all(c, &h);
	hold(c);
	if (h.exclusive && h.n == 1 && (c->r->flags & PINLAB_RACE_SHARE) && below(c, 2) &&
	    pinlab_has_op(PINLAB_DROP)) {
		share(c, &h);
		hold(c);
	}
	give_back(c, &h);
}

static int choose_ops(struct racer *c)
{
	u32 op;

	for (op = PINLAB_GET_FAST; op <= PINLAB_PIN_MEMFD; op++) {
		if (!(c->r->ops & 1ull << op))
			continue;
		if (!pinlab_has_op(op))
			return -EOPNOTSUPP;
		c->ops[c->nr_ops++] = op;
	}
	return c->nr_ops ? 0 : -EINVAL;
}

static int get_targets(struct racer *c)
{
	int err = 0;

	if (c->r->ops & 1ull << PINLAB_PIN_REMOTE)
		err = pinlab_get_target(&c->t, PINLAB_PIN_REMOTE, c->r->pid);
	if (!err && (c->r->ops & 1ull << PINLAB_PIN_MEMFD))
		err = pinlab_get_target(&c->t, PINLAB_PIN_MEMFD, c->r->memfd);
	return err;
}

int pinlab_race(struct pinlab_race *r)
{
	struct racer c = { .r = r, .rng = r->seed };
	u32 i;
	int err;

	if (!r->pages || !r->batch || r->batch > MAX_BATCH || r->pages > PINLAB_SLOT_PAGES ||
	    r->loops > PINLAB_MAX_CALLS || !PAGE_ALIGNED(r->addr))
		return -EINVAL;
	memset(r->taken, 0, sizeof(*r) - offsetof(struct pinlab_race, taken));
	err = choose_ops(&c);
	if (err)
		return err;
	c.pages = kcalloc(r->batch, sizeof(*c.pages), GFP_KERNEL);
	err = c.pages ? get_targets(&c) : -ENOMEM;
	for (i = 0; i < r->loops && !err; i++) {
		if (fatal_signal_pending(current))
			err = -EINTR;
		else
			one_request(&c);
		cond_resched();
	}
	pinlab_put_target(&c.t);
	kfree(c.pages);
	return err;
}
