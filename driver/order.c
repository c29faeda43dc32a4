// SPDX-License-Identifier: GPL-2.0
/*
 * Orders: two operations on the same pages, one before the other, or the second
 * between two instructions of the first.
 *
 * A's thread has its CPU for itself, and so has B's. B sleeps here until it is
 * told to go, by an interrupt, which can be sent wherever A is stopped: where it
 * would spin instead, a busy host would have two CPUs to run for the work of one.
 * Where A is stopped (trap.c), it tells B to go and waits until B is
 * at its end, or is seen to wait for A: it sleeps, or its CPU answers again and
 * again that it is still at it. An answer is an interrupt that finds B's task on
 * its CPU: that B was not scheduled, in this machine or this machine's CPU by its
 * host, is so told from a lock that A holds.
 */
#include <linux/sched/clock.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "compat.h"
#include "order.h"

#define MAX_TRACE	65536
#define END_SECONDS	20			/* B does not end at all */
/* Before B is looked at, and besides so many times what it takes by itself. */
#define PATIENCE_NS	(100 * NSEC_PER_USEC)
#define PATIENCE_TIMES	4
#define ASLEEP_NS	(300 * NSEC_PER_USEC)
#define ANSWERS		16

enum turn {
	TURN_A,		/* B waits to be told to go */
	TURN_B,		/* it is to go */
	TURN_OWN,	/* B's thread does its own work */
	TURN_DONE,
};

static DEFINE_MUTEX(order_lock);
static struct {
	struct pinlab_file *file;
	struct pinlab_order_work *work;
	enum turn turn;
	wait_queue_head_t wait;
	struct task_struct *b;
	int b_cpu;
	bool started;		/* B's operation */
	u64 b_begin, b_took;
	u64 b_ns;		/* how long it took where nothing was stopped */
	u32 answers;
	bool asked;
	call_single_data_t question, call;
} now = { .wait = __WAIT_QUEUE_HEAD_INITIALIZER(now.wait) };

static long take(struct pinlab_side *s)
{
	struct pinlab_order_work *w = s->w;
	const struct pinlab_order *o = w->o;
	unsigned int flags = pinlab_gup_flags(s->op) | (o->flags & PINLAB_READ ? 0 : FOLL_WRITE);
	unsigned long addr = w->page[s->from].addr;
	struct page **got = s->got + s->from;
	long n;

	switch (s->op) {
	case PINLAB_GET_FAST:
		return get_user_pages_fast(addr, s->n, flags, got);
	case PINLAB_PIN_FAST:
	case PINLAB_PIN_LT_FAST:
	case PINLAB_EXC_FAST:
		return pin_user_pages_fast(addr, s->n, flags, got);
	case PINLAB_PIN_REMOTE:
		mmap_read_lock(w->target.mm);
		n = compat_pin_user_pages_remote(w->target.mm, addr, s->n, flags, got);
		mmap_read_unlock(w->target.mm);
		return n;
	case PINLAB_PIN_MEMFD:
		return pinlab_pin_memfd(w->target.memfd, o->offset + s->from * PAGE_SIZE, s->n,
					got);
	default:
		mmap_read_lock(current->mm);
		n = compat_pin_user_pages(addr, s->n, flags, got);
		mmap_read_unlock(current->mm);
		return n;
	}
}

static long retake(struct page **pages, u32 n)
{
	long ret = 0;
	u32 i;

	for (i = 0; i < n && !ret; i++)
		ret = reexc_user_page(pages[i]);
	return ret;
}

static long query(struct page **pages, u32 n)
{
	long bits = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		struct folio *folio = page_folio(pages[i]);

		bits = bits << 2 | (folio_maybe_dma_pinned(folio) ? 1 : 0) |
		       (folio_maybe_exclusive_pinned(folio) ? 2 : 0);
	}
	return bits;
}

/* What A and B have in common: this is where instructions are counted from. */
static long operate(void *arg)
{
	struct pinlab_side *s = arg;
	struct page **pages = s->w->pages + s->from;
	u32 i;

	switch (s->op) {
	case PINLAB_PUT:
		for (i = 0; i < s->n; i++)
			put_page(pages[i]);
		return 0;
	case PINLAB_UNPIN:
		unpin_user_pages(pages, s->n);
		return 0;
	case PINLAB_UNPIN_DIRTY:
		unpin_user_pages_dirty_lock(pages, s->n, true);
		return 0;
	case PINLAB_UNPIN_EXC:
		unpin_exc_pages(pages, s->n);
		return 0;
	case PINLAB_UNPIN_EXC_DIRTY:
		unpin_exc_pages_dirty_lock(pages, s->n, true);
		return 0;
	case PINLAB_DROP:
		for (i = 0; i < s->n; i++)
			unexc_user_page(pages[i]);
		return 0;
	case PINLAB_RETAKE:
		return retake(pages, s->n);
	case PINLAB_ORDER_QUERY:
		return query(pages, s->n);
	default:
		return take(s);
	}
}

/* What the operation has given back is no longer held. */
static void settle(struct pinlab_side *s)
{
	u32 i;

	for (i = s->from; i < s->from + s->n; i++) {
		switch (s->op) {
		case PINLAB_PUT:
			s->w->page[i].gets--;
			break;
		case PINLAB_UNPIN:
		case PINLAB_UNPIN_DIRTY:
		case PINLAB_UNPIN_EXC:
		case PINLAB_UNPIN_EXC_DIRTY:
			s->w->page[i].pins--;
			break;
		}
		if (s->ret <= (long)(i - s->from))
			s->got[i] = NULL;
	}
}

static void set_turn(enum turn turn)
{
	/* Who sees whose turn it is sees what was done before. */
	smp_store_release(&now.turn, turn);
}

static enum turn whose_turn(void)
{
	/* See set_turn(). */
	return smp_load_acquire(&now.turn);
}

/* On B's CPU. */
static void wake_b(void *unused)
{
	wake_up(&now.wait);
}

static void let_b_go(void)
{
	WRITE_ONCE(now.started, false);
	set_turn(TURN_B);
	/* If the one before is still under way, it comes in time for this. */
	smp_call_function_single_async(now.b_cpu, &now.call);
}

static void b_starts(void)
{
	now.b_begin = local_clock();
	WRITE_ONCE(now.started, true);
}

static void b_ends(long ret)
{
	now.work->b.ret = ret;
	now.b_took = local_clock() - now.b_begin;
	set_turn(TURN_DONE);
	wake_up(&now.wait);
}

static bool b_is_done(void)
{
	return whose_turn() == TURN_DONE;
}

static void answer(void *unused)
{
	if (current == now.b)
		now.answers++;
	WRITE_ONCE(now.asked, false);
}

static void ask(void)
{
	if (READ_ONCE(now.asked))
		return;
	WRITE_ONCE(now.asked, true);
	smp_call_function_single_async(now.b_cpu, &now.question);
}

static bool b_sleeps(void)
{
	return READ_ONCE(now.b->__state) != TASK_RUNNING && !READ_ONCE(now.b->on_cpu);
}

/* Where A is stopped: with whatever locks it has there, and perhaps without interrupts. */
static u32 watch_b(u64 start, u64 limit)
{
	u64 patience = PATIENCE_NS + PATIENCE_TIMES * now.b_ns, asleep = 0;

	now.answers = 0;
	while (!b_is_done()) {
		u64 t = local_clock();

		cpu_relax();
		if (t - start > patience + limit)
			return PINLAB_ORDER_UNKNOWN;
		if (!READ_ONCE(now.started) || t - now.b_begin < patience)
			continue;
		if (b_sleeps()) {
			asleep = asleep ?: t;
			if (t - asleep > ASLEEP_NS)
				return PINLAB_ORDER_SLEEPS;
			continue;
		}
		asleep = 0;
		ask();
		if (READ_ONCE(now.answers) >= ANSWERS)
			return PINLAB_ORDER_SPINS;
	}
	return PINLAB_ORDER_DONE;
}

static void stopped(void *arg)
{
	struct pinlab_order *o = arg;
	u64 start = local_clock();

	let_b_go();
	o->fate = watch_b(start, (u64)o->limit_us * NSEC_PER_USEC);
	o->waited_us = div_u64(local_clock() - start, NSEC_PER_USEC);
}

/* 0, -EINTR, -ETIMEDOUT. */
static int wait_for_turn(enum turn turn)
{
	long left = wait_event_killable_timeout(now.wait, whose_turn() == turn, END_SECONDS * HZ);

	return left > 0 ? 0 : left ? -EINTR : -ETIMEDOUT;
}

static int run_b(bool alone)
{
	int err;

	let_b_go();
	err = wait_for_turn(TURN_DONE);
	if (!err && alone)
		now.b_ns = now.b_took;
	return err;
}

static int run_a(struct pinlab_order_work *w, struct pinlab_trap *t)
{
	struct pinlab_order *o = w->o;
	int err = pinlab_trap_call(t, operate, &w->a, &w->a.ret);

	o->steps = t->steps;
	o->ip = t->ip;
	if (t->hit)
		snprintf(o->where, sizeof(o->where), "%pS", (void *)t->ip);
	return err;
}

static int run_both(struct pinlab_order_work *w, struct pinlab_trap *t)
{
	struct pinlab_order *o = w->o;
	int err = 0;

	switch (o->mode) {
	case PINLAB_ORDER_TRACE:
		return run_a(w, t);
	case PINLAB_ORDER_BA:
		err = run_b(true);
		return err ?: run_a(w, t);
	case PINLAB_ORDER_AB:
		err = run_a(w, t);
		return err ?: run_b(true);
	default:
		t->stop = o->stop;
		o->fate = PINLAB_ORDER_NOT_REACHED;
		err = run_a(w, t);
		if (err)
			return err;
		return t->hit ? wait_for_turn(TURN_DONE) : run_b(false);
	}
}

static void tell_ranges(struct pinlab_order_work *w)
{
	struct pinlab_order *o = w->o;
	u32 i;

	o->stack[0] = (unsigned long)task_stack_page(current);
	o->stack[1] = o->stack[0] + THREAD_SIZE;
	for (i = 0; i < o->pages; i++) {
		struct folio *folio = page_folio(w->page[i].page);

		o->frames[i][0] = (unsigned long)&folio->page;
		o->frames[i][1] = o->frames[i][0] + folio_nr_pages(folio) * sizeof(struct page);
	}
}

static bool needs_exclusive(u32 op)
{
	return op == PINLAB_EXC_FAST || op == PINLAB_EXC_SLOW || op == PINLAB_UNPIN_EXC ||
	       op == PINLAB_UNPIN_EXC_DIRTY || op == PINLAB_DROP || op == PINLAB_RETAKE;
}

static int check(const struct pinlab_order *o)
{
	if (!o->pages || o->pages > PINLAB_ORDER_PAGES || !o->b_pages ||
	    o->b_from >= o->pages || o->b_pages > o->pages - o->b_from)
		return -EINVAL;
	if (o->mode > PINLAB_ORDER_STOP ||
	    o->a > PINLAB_ORDER_QUERY || o->a == PINLAB_NOP || o->b > PINLAB_ORDER_OWN ||
	    o->room > MAX_TRACE)
		return -EINVAL;
	if (!PINLAB_HAS_EXCLUSIVE && (needs_exclusive(o->a) || needs_exclusive(o->b)))
		return -EOPNOTSUPP;
	if (!PINLAB_HAS_MEMFD && (o->a == PINLAB_PIN_MEMFD || o->b == PINLAB_PIN_MEMFD))
		return -EOPNOTSUPP;
	return 0;
}

static int find_targets(struct pinlab_order_work *w)
{
	int err = pinlab_get_target(&w->target, PINLAB_PIN_REMOTE, 0);

	if (!err && w->o->memfd >= 0)
		err = pinlab_get_target(&w->target, PINLAB_PIN_MEMFD, w->o->memfd);
	return err;
}

static int carry_out(struct pinlab_order_work *w, struct pinlab_trap *t)
{
	struct pinlab_order *o = w->o;
	s64 acquired, released;
	int err = find_targets(w);

	if (!err)
		err = pinlab_order_prepare(w);
	if (!err) {
		pinlab_order_look(w, o->before);
		tell_ranges(w);
		pinlab_order_counters(&acquired, &released);
		err = run_both(w, t);
	}
	if (!err) {
		settle(&w->a);
		if (o->mode != PINLAB_ORDER_TRACE)
			settle(&w->b);
		pinlab_order_counters(&o->acquired, &o->released);
		o->acquired -= acquired;
		o->released -= released;
		o->a_ret = w->a.ret;
		o->b_ret = w->b.ret;
		pinlab_order_look(w, o->after);
	}
	/* Where B is still at it, nothing can be said of what is held. */
	if (err != -ETIMEDOUT)
		pinlab_order_release(w);
	pinlab_put_target(&w->target);
	return err;
}

static int order(struct pinlab_order *o)
{
	struct pinlab_order_work w = { .o = o };
	struct pinlab_trap t = { .stopped = stopped, .arg = o };
	int err;

	w.a = (struct pinlab_side){ .w = &w, .op = o->a, .n = o->pages };
	w.b = (struct pinlab_side){ .w = &w, .op = o->b, .from = o->b_from, .n = o->b_pages };
	if (o->mode == PINLAB_ORDER_TRACE && o->room) {
		t.room = o->room;
		t.trace = vzalloc(array_size(o->room, sizeof(*t.trace)));
		if (!t.trace)
			return -ENOMEM;
	}
	now.work = &w;
	now.turn = TURN_A;
	err = carry_out(&w, &t);
	now.turn = TURN_A;
	now.work = NULL;
	if (!err && t.trace && copy_to_user(u64_to_user_ptr(o->trace), t.trace,
					    min(t.steps, t.room) * sizeof(*t.trace)))
		err = -EFAULT;
	vfree(t.trace);
	return err;
}

int pinlab_order(struct pinlab_file *pf, struct pinlab_order *o)
{
	int err = check(o);

	if (err)
		return err;
	if (!mutex_trylock(&order_lock))
		return -EBUSY;
	if (now.file && now.file != pf)
		err = -EBUSY;
	else if (o->mode != PINLAB_ORDER_TRACE && !READ_ONCE(now.b))
		err = -ENOTCONN;
	else
		err = order(o);
	if (!now.file)
		now.file = pf;
	mutex_unlock(&order_lock);
	return err;
}

int pinlab_order_b(struct pinlab_file *pf, struct pinlab_order_b *b)
{
	struct pinlab_side *s;
	int err;

	if (b->own) {
		if (now.turn != TURN_OWN || now.b != current)
			return -EINVAL;
		b_ends(b->done);
		return 0;
	}
	if (!now.b) {
		now.file = pf;
		now.b_cpu = raw_smp_processor_id();
		INIT_CSD(&now.question, answer, NULL);
		INIT_CSD(&now.call, wake_b, NULL);
		WRITE_ONCE(now.b, current);
	}
	if (now.file != pf || now.b != current)
		return -EBUSY;
	do {
		err = wait_for_turn(TURN_B);
	} while (err == -ETIMEDOUT);
	if (err)
		return err;
	s = &now.work->b;
	b->own = s->op == PINLAB_ORDER_OWN;
	if (b->own)
		set_turn(TURN_OWN);
	b_starts();
	if (!b->own)
		b_ends(operate(s));
	return 0;
}

void pinlab_order_end(struct pinlab_file *pf)
{
	mutex_lock(&order_lock);
	if (now.file == pf) {
		now.file = NULL;
		now.b = NULL;
	}
	mutex_unlock(&order_lock);
}
