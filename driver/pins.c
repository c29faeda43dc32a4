// SPDX-License-Identifier: GPL-2.0
/*
 * The operations that are measured, each in a loop of its own.
 *
 * The loops are instantiated from two inline templates, so that no indirect
 * call stands between the clock and the function under test. What a loop
 * itself costs can be had with PINLAB_NOP.
 */
#include <linux/file.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>
#include <linux/timex.h>

#include "compat.h"
#include "pinlab.h"

struct loop {
	struct pinlab_target t;
	unsigned int gup_flags;
	u32 clock;
	bool mark;
};

typedef long (*take_fn)(const struct loop *l, unsigned long addr, u32 batch,
			struct page **pages);
typedef long (*give_fn)(struct page **pages, u32 batch);

long pinlab_pin_memfd(struct file *memfd, unsigned long offset, u32 batch, struct page **pages)
{
	/* A folio's first page is the folio: the slot takes them as pages. */
	struct folio **folios = (struct folio **)pages;
	pgoff_t within;

	return memfd_pin_folios(memfd, offset, offset + (loff_t)batch * PAGE_SIZE - 1, folios,
				batch, &within);
}

static __always_inline u64 clock_now(u32 clock)
{
	/*
	 * The compiler must not move the loop across the clock; the CPU may,
	 * by less than what ktime_get_raw_ns() can tell apart.
	 */
	barrier();
	if (clock == PINLAB_CLOCK_CYCLES)
		return get_cycles();
	return ktime_get_raw_ns();
}

static __always_inline void take_loop(const struct loop *l, struct pinlab_step *s,
				      struct pinlab_slot *slot, take_fn take)
{
	struct page **pages = slot->pages + slot->tail;
	unsigned long addr = s->addr;
	u32 left = s->calls, failed = 0;
	u32 batch = s->batch;
	long n = 0;
	u64 start;

	if (l->mark)
		pinlab_mark(PINLAB_MARK_BEGIN);
	start = clock_now(l->clock);
	for (; left; left--, addr += s->stride) {
		n = take(l, addr, batch, pages);
		if (likely(n == batch)) {
			pages += batch;
			continue;
		}
		/* A refusal is a result; anything else ends the loop. */
		if (n < 0 && n != -EBUSY)
			break;
		if (n > 0)
			pages += n;
		failed++;
	}
	s->ticks = clock_now(l->clock) - start;
	if (l->mark)
		pinlab_mark(PINLAB_MARK_END);

	s->done = pages - (slot->pages + slot->tail);
	s->failed = failed;
	s->err = left ? n : 0;
	slot->tail += s->done;
}

static __always_inline void give_loop(const struct loop *l, struct pinlab_step *s,
				      struct pinlab_slot *slot, give_fn give)
{
	struct page **pages = slot->pages + slot->head;
	u32 left = s->calls, failed = 0;
	u32 batch = s->batch;
	long err = 0;
	u64 start;

	if (l->mark)
		pinlab_mark(PINLAB_MARK_BEGIN);
	start = clock_now(l->clock);
	for (; left; left--, pages += batch) {
		err = give(pages, batch);
		if (unlikely(err)) {
			if (err != -EBUSY)
				break;
			failed++;
		}
	}
	s->ticks = clock_now(l->clock) - start;
	if (l->mark)
		pinlab_mark(PINLAB_MARK_END);

	s->failed = failed;
	s->done = (s->calls - left - failed) * batch;
	s->err = left ? err : 0;
}

static __always_inline long take_nothing(const struct loop *l, unsigned long addr,
					 u32 batch, struct page **pages)
{
	/* Keep the loop. */
	asm volatile("" : : "r" (addr), "r" (pages));
	return 0;
}

static __always_inline long take_get_fast(const struct loop *l, unsigned long addr,
					  u32 batch, struct page **pages)
{
	return get_user_pages_fast(addr, batch, l->gup_flags, pages);
}

static __always_inline long take_pin_fast(const struct loop *l, unsigned long addr,
					  u32 batch, struct page **pages)
{
	return pin_user_pages_fast(addr, batch, l->gup_flags, pages);
}

static __always_inline long take_pin_slow(const struct loop *l, unsigned long addr,
					  u32 batch, struct page **pages)
{
	return compat_pin_user_pages(addr, batch, l->gup_flags, pages);
}

static __always_inline long take_pin_remote(const struct loop *l, unsigned long addr,
					    u32 batch, struct page **pages)
{
	return compat_pin_user_pages_remote(l->t.mm, addr, batch, l->gup_flags, pages);
}

static __always_inline long take_pin_memfd(const struct loop *l, unsigned long addr,
					   u32 batch, struct page **pages)
{
	return pinlab_pin_memfd(l->t.memfd, addr, batch, pages);
}

static __always_inline long give_put(struct page **pages, u32 batch)
{
	u32 i;

	for (i = 0; i < batch; i++)
		put_page(pages[i]);
	return 0;
}

static __always_inline long give_unpin(struct page **pages, u32 batch)
{
	unpin_user_pages(pages, batch);
	return 0;
}

static __always_inline long give_unpin_dirty(struct page **pages, u32 batch)
{
	unpin_user_pages_dirty_lock(pages, batch, true);
	return 0;
}

static __always_inline long give_unpin_exc(struct page **pages, u32 batch)
{
	unpin_exc_pages(pages, batch);
	return 0;
}

static __always_inline long give_unpin_exc_dirty(struct page **pages, u32 batch)
{
	unpin_exc_pages_dirty_lock(pages, batch, true);
	return 0;
}

static __always_inline long give_drop(struct page **pages, u32 batch)
{
	u32 i;

	for (i = 0; i < batch; i++)
		unexc_user_page(pages[i]);
	return 0;
}

static __always_inline long give_retake(struct page **pages, u32 batch)
{
	long ret = 0;
	u32 i;

	for (i = 0; i < batch && !ret; i++)
		ret = reexc_user_page(pages[i]);
	return ret;
}

static __always_inline long set_linear(struct page **pages, u32 batch, bool there)
{
	long ret = 0;
	u32 i;

	for (i = 0; i < batch && !ret; i++) {
		struct folio *folio = page_folio(pages[i]);

		ret = pinlab_linear_set(&folio->page, folio_nr_pages(folio), there);
	}
	pinlab_linear_flush();
	return ret;
}

static __always_inline long give_hide(struct page **pages, u32 batch)
{
	return set_linear(pages, batch, false);
}

static __always_inline long give_show(struct page **pages, u32 batch)
{
	return set_linear(pages, batch, true);
}

static void nop_loop(const struct loop *l, struct pinlab_step *s)
{
	struct pinlab_slot none = { };

	take_loop(l, s, &none, take_nothing);
	s->done = 0;
	s->failed = 0;
	s->err = 0;
}

static void take_step(const struct loop *l, struct pinlab_step *s, struct pinlab_slot *slot)
{
	switch (s->op) {
	case PINLAB_GET_FAST:
		take_loop(l, s, slot, take_get_fast);
		break;
	case PINLAB_PIN_FAST:
	case PINLAB_PIN_LT_FAST:
	case PINLAB_EXC_FAST:
		take_loop(l, s, slot, take_pin_fast);
		break;
	case PINLAB_PIN_SLOW:
	case PINLAB_PIN_LT_SLOW:
	case PINLAB_EXC_SLOW:
		mmap_read_lock(current->mm);
		take_loop(l, s, slot, take_pin_slow);
		mmap_read_unlock(current->mm);
		break;
	case PINLAB_PIN_REMOTE:
		mmap_read_lock(l->t.mm);
		take_loop(l, s, slot, take_pin_remote);
		mmap_read_unlock(l->t.mm);
		break;
	case PINLAB_PIN_MEMFD:
		take_loop(l, s, slot, take_pin_memfd);
		break;
	}
}

static void give_step(const struct loop *l, struct pinlab_step *s, struct pinlab_slot *slot)
{
	switch (s->op) {
	case PINLAB_PUT:
		give_loop(l, s, slot, give_put);
		break;
	case PINLAB_UNPIN:
		give_loop(l, s, slot, give_unpin);
		break;
	case PINLAB_UNPIN_DIRTY:
		give_loop(l, s, slot, give_unpin_dirty);
		break;
	case PINLAB_UNPIN_EXC:
		give_loop(l, s, slot, give_unpin_exc);
		break;
	case PINLAB_UNPIN_EXC_DIRTY:
		give_loop(l, s, slot, give_unpin_exc_dirty);
		break;
	case PINLAB_DROP:
		give_loop(l, s, slot, give_drop);
		break;
	case PINLAB_RETAKE:
		give_loop(l, s, slot, give_retake);
		break;
	case PINLAB_HIDE:
		slot->hidden = true;
		give_loop(l, s, slot, give_hide);
		break;
	case PINLAB_SHOW:
		give_loop(l, s, slot, give_show);
		break;
	}
}

/* What each operation needs of the slot's pages, and leaves. */
static const struct {
	enum pinlab_hold needs;
	enum pinlab_hold leaves;	/* HOLD_NOTHING: the pages leave the slot */
	unsigned int gup_flags;
	bool exclusive;
} ops[PINLAB_NR_OPS] = {
	[PINLAB_GET_FAST]	 = { HOLD_NOTHING, HOLD_GET },
	[PINLAB_PIN_FAST]	 = { HOLD_NOTHING, HOLD_PIN },
	[PINLAB_PIN_SLOW]	 = { HOLD_NOTHING, HOLD_PIN },
	[PINLAB_PIN_REMOTE]	 = { HOLD_NOTHING, HOLD_PIN },
	[PINLAB_PIN_LT_FAST]	 = { HOLD_NOTHING, HOLD_PIN, FOLL_LONGTERM },
	[PINLAB_PIN_LT_SLOW]	 = { HOLD_NOTHING, HOLD_PIN, FOLL_LONGTERM },
	[PINLAB_EXC_FAST]	 = { HOLD_NOTHING, HOLD_EXC,
				     FOLL_LONGTERM | PINLAB_FOLL_EXCLUSIVE, true },
	[PINLAB_EXC_SLOW]	 = { HOLD_NOTHING, HOLD_EXC,
				     FOLL_LONGTERM | PINLAB_FOLL_EXCLUSIVE, true },
	[PINLAB_PIN_MEMFD]	 = { HOLD_NOTHING, HOLD_PIN, FOLL_LONGTERM },
	[PINLAB_PUT]		 = { HOLD_GET, HOLD_NOTHING },
	[PINLAB_UNPIN]		 = { HOLD_PIN, HOLD_NOTHING },
	[PINLAB_UNPIN_DIRTY]	 = { HOLD_PIN, HOLD_NOTHING },
	[PINLAB_UNPIN_EXC]	 = { HOLD_EXC, HOLD_NOTHING, 0, true },
	[PINLAB_UNPIN_EXC_DIRTY] = { HOLD_EXC, HOLD_NOTHING, 0, true },
	[PINLAB_DROP]		 = { HOLD_EXC, HOLD_PIN, 0, true },
	[PINLAB_RETAKE]		 = { HOLD_PIN, HOLD_EXC, 0, true },
	[PINLAB_HIDE]		 = { HOLD_EXC, HOLD_EXC, 0, true },
	[PINLAB_SHOW]		 = { HOLD_EXC, HOLD_EXC, 0, true },
};

bool pinlab_has_op(u32 op)
{
	switch (op) {
	case PINLAB_PIN_MEMFD:
		return PINLAB_HAS_MEMFD;
	case PINLAB_UNPIN_EXC_DIRTY:
		return PINLAB_HAS_EXCLUSIVE && PINLAB_HAS(unpin_exc_pages_dirty_lock);
	case PINLAB_DROP:
		return PINLAB_HAS_EXCLUSIVE && PINLAB_HAS(unexc_user_page);
	case PINLAB_RETAKE:
		return PINLAB_HAS_EXCLUSIVE && PINLAB_HAS(reexc_user_page);
	default:
		return op < PINLAB_NR_OPS && (PINLAB_HAS_EXCLUSIVE || !ops[op].exclusive);
	}
}

static bool op_takes(u32 op)
{
	return op != PINLAB_NOP && ops[op].needs == HOLD_NOTHING;
}

static int slot_room(struct pinlab_slot *slot, const struct pinlab_step *s)
{
	u64 pages = (u64)s->calls * s->batch;

	if (!slot->pages) {
		slot->pages = kvcalloc(PINLAB_SLOT_PAGES, sizeof(*slot->pages), GFP_KERNEL);
		if (!slot->pages)
			return -ENOMEM;
	}
	if (slot->head == slot->tail) {
		slot->head = 0;
		slot->tail = 0;
		slot->hold = HOLD_NOTHING;
	}
	return pages > PINLAB_SLOT_PAGES - slot->tail ? -ENOSPC : 0;
}

/* An unknown operation, or one that does not fit what the slot holds. */
static int check_step(struct pinlab_file *pf, const struct pinlab_step *s, u32 clock)
{
	const struct pinlab_slot *slot;

	if (s->op >= PINLAB_NR_OPS || s->slot >= PINLAB_SLOTS || !s->batch ||
	    s->batch > PINLAB_SLOT_PAGES || s->calls > PINLAB_MAX_CALLS ||
	    clock > PINLAB_CLOCK_CYCLES)
		return -EINVAL;
	slot = &pf->slot[s->slot];
	if (!pinlab_has_op(s->op))
		return -EOPNOTSUPP;
	if (s->op == PINLAB_NOP)
		return 0;
	if (op_takes(s->op)) {
		if (slot->head != slot->tail && slot->hold != ops[s->op].leaves)
			return -EBADFD;
		return 0;
	}
	if ((u64)s->calls * s->batch > slot->tail - slot->head)
		return -ENODATA;
	if (slot->hold != ops[s->op].needs && !(s->flags & PINLAB_FORCE))
		return -EBADFD;
	return 0;
}

/* The mm that PINLAB_PIN_REMOTE works on; as ptrace would allow it, or less. */
static struct mm_struct *remote_mm(u32 nr)
{
	struct mm_struct *mm = NULL;
	struct task_struct *task;
	struct pid *pid;

	if (!nr)
		return current->mm && mmget_not_zero(current->mm) ? current->mm : NULL;
	pid = find_get_pid(nr);
	task = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (task) {
		mm = get_task_mm(task);
		put_task_struct(task);
	}
	return mm;
}

int pinlab_get_target(struct pinlab_target *t, u32 op, u32 nr)
{
	if (op == PINLAB_PIN_REMOTE) {
		t->mm = remote_mm(nr);
		return t->mm ? 0 : -ESRCH;
	}
	if (op == PINLAB_PIN_MEMFD) {
		t->memfd = fget(nr);
		return t->memfd ? 0 : -EBADF;
	}
	return 0;
}

void pinlab_put_target(struct pinlab_target *t)
{
	if (t->mm)
		mmput(t->mm);
	if (t->memfd)
		fput(t->memfd);
}

unsigned int pinlab_gup_flags(u32 op)
{
	return op < PINLAB_NR_OPS ? ops[op].gup_flags : 0;
}

static void settle_slot(struct pinlab_slot *slot, const struct pinlab_step *s)
{
	if (s->flags & PINLAB_FORCE)
		return;
	if (op_takes(s->op)) {
		if (s->done)
			slot->hold = ops[s->op].leaves;
		return;
	}
	if (ops[s->op].leaves == HOLD_NOTHING)
		slot->head += s->done;
	else if (!s->failed && s->done == slot->tail - slot->head)
		slot->hold = ops[s->op].leaves;
}

/* The pages that the step is about to change or give back. */
static void witness_before(struct pinlab_slot *slot, const struct pinlab_step *s)
{
	u32 i, end = slot->head + s->calls * s->batch;

	if (s->op == PINLAB_NOP || op_takes(s->op) || ops[s->op].needs == HOLD_GET ||
	    s->op == PINLAB_RETAKE || s->op == PINLAB_HIDE || s->op == PINLAB_SHOW ||
	    (s->flags & PINLAB_FORCE))
		return;
	for (i = slot->head; i < end; i++) {
		struct page *page = slot->pages[i];

		if (s->op == PINLAB_DROP) {
			pinlab_event(EVENT_DROPPING, s->op, 0, page_folio(page), 0);
			pinlab_claim_dropped(page);
		} else {
			pinlab_event(EVENT_GIVING, s->op, 0, page_folio(page), 0);
			pinlab_unclaim(page, ops[s->op].needs == HOLD_EXC);
		}
	}
}

/* The pages that it has taken: all one request, as one program asked for them. */
static void witness_after(struct pinlab_slot *slot, const struct pinlab_step *s)
{
	u32 i, request = pinlab_request();

	if (s->flags & PINLAB_FORCE)
		return;
	if (op_takes(s->op) && s->op != PINLAB_GET_FAST) {
		for (i = slot->tail - s->done; i < slot->tail; i++) {
			pinlab_event(EVENT_TAKEN, s->op, s->addr, page_folio(slot->pages[i]), 1);
			pinlab_claim(slot->pages[i], ops[s->op].leaves == HOLD_EXC, request);
		}
	} else if (s->op == PINLAB_RETAKE) {
		for (i = slot->head; i < slot->head + s->calls * s->batch; i++) {
			/*
			 * Where some were refused, each page tells by itself; where
			 * there is no asking it, none is claimed.
			 */
			if (PINLAB_HAS_QUERY ?
			    !folio_maybe_exclusive_pinned(page_folio(slot->pages[i])) :
			    s->failed)
				continue;
			pinlab_event(EVENT_RETAKEN, s->op, 0, page_folio(slot->pages[i]), 0);
			pinlab_claim_retaken(slot->pages[i], request);
		}
	}
}

int pinlab_step(struct pinlab_file *pf, struct pinlab_step *s, u32 clock)
{
	struct pinlab_slot *slot;
	struct loop l = { .clock = clock };
	u64 noise;
	int err;

	if (s->slot >= PINLAB_SLOTS)
		return -EINVAL;
	slot = &pf->slot[s->slot];
	err = check_step(pf, s, clock);
	if (!err && op_takes(s->op))
		err = slot_room(slot, s);
	if (err)
		return err;

	l.mark = s->flags & PINLAB_MARK;
	l.gup_flags = ops[s->op].gup_flags | (s->flags & PINLAB_READ ? 0 : FOLL_WRITE);
	if (s->flags & PINLAB_EXCLUSIVE)
		l.gup_flags |= PINLAB_FOLL_EXCLUSIVE;
	err = pinlab_get_target(&l.t, s->op, s->pid);
	if (err)
		return err;

	witness_before(slot, s);
	noise = pinlab_noise();
	if (s->op == PINLAB_NOP)
		nop_loop(&l, s);
	else if (op_takes(s->op))
		take_step(&l, s, slot);
	else
		give_step(&l, s, slot);
	s->noise = pinlab_noise() - noise;

	pinlab_put_target(&l.t);
	witness_after(slot, s);
	settle_slot(slot, s);
	return 0;
}

/*
 * DROP and RETAKE over a part of a slot leave pages of two kinds in it, so a
 * release asks each page. A retaken page is exclusive for certain: its only
 * pin is ours.
 */
static void release_pin(struct page *page, bool hidden)
{
	bool exclusive = pinlab_is_exclusive(page_folio(page));

	if (hidden)
		set_linear(&page, 1, true);
	pinlab_unclaim(page, exclusive);
	if (exclusive)
		unpin_exc_pages(&page, 1);
	else
		unpin_user_page(page);
}

void pinlab_slot_release(struct pinlab_slot *slot)
{
	for (; slot->head < slot->tail; slot->head++) {
		if (slot->hold == HOLD_GET)
			put_page(slot->pages[slot->head]);
		else
			release_pin(slot->pages[slot->head], slot->hidden);
		cond_resched();
	}
	slot->hidden = false;
	slot->head = 0;
	slot->tail = 0;
	slot->hold = HOLD_NOTHING;
}
