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
	struct mm_struct *mm;	/* PINLAB_PIN_REMOTE */
	struct file *memfd;	/* PINLAB_PIN_MEMFD */
	unsigned int gup_flags;
	u32 clock;
	bool mark;
};

typedef long (*take_fn)(const struct loop *l, unsigned long addr, u32 batch,
			struct page **pages);
typedef long (*give_fn)(struct page **pages, u32 batch);

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
	return compat_pin_user_pages_remote(l->mm, addr, batch, l->gup_flags, pages);
}

static __always_inline long take_pin_memfd(const struct loop *l, unsigned long addr,
					   u32 batch, struct page **pages)
{
	/* A folio's first page is the folio: the slot takes them as pages. */
	struct folio **folios = (struct folio **)pages;
	pgoff_t offset;

	return memfd_pin_folios(l->memfd, addr, addr + (loff_t)batch * PAGE_SIZE - 1, folios,
				batch, &offset);
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
		mmap_read_lock(l->mm);
		take_loop(l, s, slot, take_pin_remote);
		mmap_read_unlock(l->mm);
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
};

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
	if (ops[s->op].exclusive && !PINLAB_HAS_EXCLUSIVE)
		return -EOPNOTSUPP;
	if (s->op == PINLAB_PIN_MEMFD && !PINLAB_HAS_MEMFD)
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

/* Whose memory the step is about, where that is not simply the caller's. */
static int get_target(struct loop *l, const struct pinlab_step *s)
{
	if (s->op == PINLAB_PIN_REMOTE) {
		l->mm = remote_mm(s->pid);
		return l->mm ? 0 : -ESRCH;
	}
	if (s->op == PINLAB_PIN_MEMFD) {
		l->memfd = fget(s->pid);
		return l->memfd ? 0 : -EBADF;
	}
	return 0;
}

static void put_target(struct loop *l)
{
	if (l->mm)
		mmput(l->mm);
	if (l->memfd)
		fput(l->memfd);
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
	err = get_target(&l, s);
	if (err)
		return err;

	noise = pinlab_noise();
	if (s->op == PINLAB_NOP)
		nop_loop(&l, s);
	else if (op_takes(s->op))
		take_step(&l, s, slot);
	else
		give_step(&l, s, slot);
	s->noise = pinlab_noise() - noise;

	put_target(&l);
	settle_slot(slot, s);
	return 0;
}

/*
 * DROP and RETAKE over a part of a slot leave pages of two kinds in it, so a
 * release asks each page. A retaken page is exclusive for certain: its only
 * pin is ours.
 */
static void release_pin(struct page *page)
{
	if (PINLAB_HAS_EXCLUSIVE && folio_maybe_exclusive_pinned(page_folio(page)))
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
			release_pin(slot->pages[slot->head]);
		cond_resched();
	}
	slot->head = 0;
	slot->tail = 0;
	slot->hold = HOLD_NOTHING;
}
