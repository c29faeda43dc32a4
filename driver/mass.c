// SPDX-License-Identifier: GPL-2.0
/*
 * Very many references and pins of one page: through the kernel's own
 * functions as long as there is time for that, beyond by adding to the counter
 * what so many calls would have added. And one requester against others that
 * take short pins without a pause.
 *
 * Nothing here is claimed at the witness, whose words are too small for it:
 * who asks looks at the counts that come back with every answer.
 */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/page_ref.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "pinlab.h"

#define MASS_BATCH	512	/* pages a call at most */
#define BREATH		1024	/* calls between two looks at signals */

/* The file's own reference keeps the page where it is. */
struct pinlab_mass_held {
	struct page *page;
	struct page *pages[MASS_BATCH];	/* for one call */
	s64 gets, pins, excs;		/* by real calls, not given back yet */
	s64 set_refs, set_pins;		/* added to the counters */
};

static bool is_exclusive(u32 op)
{
	return op == PINLAB_EXC_FAST || op == PINLAB_EXC_SLOW;
}

static bool is_taking(u32 op)
{
	return op >= PINLAB_GET_FAST && op <= PINLAB_PIN_MEMFD;
}

/* Is there such an operation on this kernel? */
static int check_op(u32 op)
{
	if (!is_taking(op) && op != PINLAB_RETAKE)
		return -EINVAL;
	return pinlab_has_op(op) ? 0 : -EOPNOTSUPP;
}

static long take(const struct pinlab_target *t, u32 op, unsigned long addr, u32 batch,
		 struct page **pages)
{
	unsigned int flags = pinlab_gup_flags(op) | FOLL_WRITE;
	long n;

	switch (op) {
	case PINLAB_GET_FAST:
		return get_user_pages_fast(addr, batch, flags, pages);
	case PINLAB_PIN_FAST:
	case PINLAB_PIN_LT_FAST:
	case PINLAB_EXC_FAST:
		return pin_user_pages_fast(addr, batch, flags, pages);
	case PINLAB_PIN_REMOTE:
		mmap_read_lock(t->mm);
		n = compat_pin_user_pages_remote(t->mm, addr, batch, flags, pages);
		mmap_read_unlock(t->mm);
		return n;
	case PINLAB_PIN_MEMFD:
		return pinlab_pin_memfd(t->memfd, addr, batch, pages);
	default:
		mmap_read_lock(current->mm);
		n = compat_pin_user_pages(addr, batch, flags, pages);
		mmap_read_unlock(current->mm);
		return n;
	}
}

static void give(u32 op, struct page **pages, long n)
{
	long i;

	if (is_exclusive(op))
		unpin_exc_pages(pages, n);
	else if (op != PINLAB_GET_FAST)
		unpin_user_pages(pages, n);
	else
		for (i = 0; i < n; i++)
			put_page(pages[i]);
}

static atomic_t *pincount_of(struct folio *folio)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	return folio_pincount_ptr(folio);
#else
	return &folio->_pincount;
#endif
}

static s64 *count_of(struct pinlab_mass_held *h, u32 op)
{
	if (op == PINLAB_GET_FAST)
		return &h->gets;
	return is_exclusive(op) ? &h->excs : &h->pins;
}

/* One call. What it gave that is not of the folio that is held goes back: -EXDEV. */
static long take_held(struct pinlab_mass_held *h, const struct pinlab_target *t,
		      const struct pinlab_mass *m, u32 batch)
{
	long n = take(t, m->op, m->addr, batch, h->pages), i;

	for (i = 0; i < n; i++) {
		if (page_folio(h->pages[i]) != page_folio(h->page)) {
			give(m->op, h->pages, n);
			return -EXDEV;
		}
	}
	return n;
}

static int mass_take(struct pinlab_mass_held *h, struct pinlab_mass *m)
{
	struct pinlab_target t = { };
	u32 calls = 0;
	int err = pinlab_get_target(&t, m->op, m->target);

	while (!err && !m->err && m->done < m->n) {
		long n = take_held(h, &t, m, min_t(s64, m->batch, m->n - m->done));

		if (n > 0) {
			m->done += n;
			*count_of(h, m->op) += n;
		} else {
			m->err = n ?: -ENODATA;
		}
		if (++calls % BREATH)
			continue;
		cond_resched();
		err = fatal_signal_pending(current) ? -EINTR : 0;
	}
	pinlab_put_target(&t);
	return err;
}

/* Where the kernel refuses to take a pin back, it stays counted as held: -EBUSY. */
static int mass_give(struct pinlab_mass_held *h, struct pinlab_mass *m)
{
	struct folio *folio = page_folio(h->page);
	s64 *held = count_of(h, m->op);
	u32 calls = 0, i;
	int before;

	if (m->n > *held)
		return -ENODATA;
	/* Any page of the folio stands for all of them. */
	for (i = 0; i < m->batch; i++)
		h->pages[i] = h->page;
	while (m->done < m->n) {
		u32 batch = min_t(s64, m->batch, m->n - m->done);

		before = folio_ref_count(folio);
		give(m->op, h->pages, batch);
		if (folio_ref_count(folio) == before) {
			m->err = -EBUSY;
			break;
		}
		m->done += batch;
		*held -= batch;
		if (!(++calls % BREATH))
			cond_resched();
	}
	return 0;
}

/* Would it be given? What was given goes back at once. */
static int mass_ask(struct pinlab_mass_held *h, struct pinlab_mass *m)
{
	struct pinlab_target t = { };
	int err;
	long n;

	if (m->op == PINLAB_RETAKE) {
		m->err = reexc_user_page(h->page);
		if (!m->err)
			unexc_user_page(h->page);
		return 0;
	}
	err = pinlab_get_target(&t, m->op, m->target);
	if (!err) {
		n = take_held(h, &t, m, m->batch);
		m->done = max(n, 0l);
		m->err = n > 0 ? 0 : n ?: -ENODATA;
		if (n > 0)
			give(m->op, h->pages, n);
	}
	pinlab_put_target(&t);
	return err;
}

/* As if n references, and of them m->pins pins, had been taken; negative: given back. */
static int mass_set(struct pinlab_mass_held *h, struct pinlab_mass *m)
{
	struct folio *folio = page_folio(h->page);

	if (m->n != (int)m->n || m->pins != (int)m->pins ||
	    (m->pins && !folio_test_large(folio)))
		return -EINVAL;
	folio_ref_add(folio, m->n);
	h->set_refs += m->n;
	if (m->pins) {
		atomic_add(m->pins, pincount_of(folio));
		h->set_pins += m->pins;
	}
	return 0;
}

static void unset(struct pinlab_mass_held *h)
{
	struct folio *folio = page_folio(h->page);

	folio_ref_add(folio, -h->set_refs);
	if (h->set_pins)
		atomic_sub(h->set_pins, pincount_of(folio));
	h->set_refs = 0;
	h->set_pins = 0;
}

static void give_all(struct pinlab_mass_held *h)
{
	static const u32 ops[] = { PINLAB_EXC_FAST, PINLAB_PIN_FAST, PINLAB_GET_FAST };
	u32 i;

	unset(h);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		struct pinlab_mass m = { .op = ops[i], .batch = MASS_BATCH };

		/* A small folio has one exclusive pin, and a release of more is refused. */
		if (is_exclusive(ops[i]))
			m.batch = 1;
		m.n = *count_of(h, ops[i]);
		if (m.n)
			mass_give(h, &m);
	}
	put_page(h->page);
	h->page = NULL;
}

static int mass_hold(struct pinlab_mass_held *h, struct pinlab_mass *m)
{
	if (h->page)
		return -EBUSY;
	m->err = 0;
	m->done = get_user_pages_fast(m->addr, 1, FOLL_WRITE, &h->page) == 1;
	if (m->done)
		return 0;
	h->page = NULL;
	return -EFAULT;
}

static void look(struct pinlab_mass_held *h, struct pinlab_mass *m)
{
	struct folio *folio = page_folio(h->page);

	m->info = (struct pinlab_page_info){
		.pfn = page_to_pfn(h->page),
		.refcount = folio_ref_count(folio),
		.pincount = compat_pincount(folio),
		.order = folio_order(folio),
		.maybe_pinned = folio_maybe_dma_pinned(folio),
		.exclusive = PINLAB_HAS_QUERY ? folio_maybe_exclusive_pinned(folio) : h->excs,
	};
}

int pinlab_mass(struct pinlab_file *pf, struct pinlab_mass *m)
{
	struct pinlab_mass_held *h = pf->mass;
	int err = 0;

	m->done = 0;
	m->err = 0;
	if (!h)
		h = kvzalloc(sizeof(*h), GFP_KERNEL);
	pf->mass = h;
	if (!h)
		return -ENOMEM;
	if (!m->batch || m->batch > MASS_BATCH || m->n > PINLAB_MASS_MAX ||
	    (m->what != PINLAB_MASS_HOLD && !h->page))
		return -EINVAL;
	if (m->what == PINLAB_MASS_TAKE || m->what == PINLAB_MASS_GIVE ||
	    m->what == PINLAB_MASS_ASK)
		err = check_op(m->op);
	if (err)
		return err;

	switch (m->what) {
	case PINLAB_MASS_HOLD:
		err = mass_hold(h, m);
		break;
	case PINLAB_MASS_LOOK:
		break;
	case PINLAB_MASS_TAKE:
		err = is_taking(m->op) ? mass_take(h, m) : -EINVAL;
		break;
	case PINLAB_MASS_GIVE:
		err = is_taking(m->op) ? mass_give(h, m) : -EINVAL;
		break;
	case PINLAB_MASS_ASK:
		err = mass_ask(h, m);
		break;
	case PINLAB_MASS_SET:
		err = mass_set(h, m);
		break;
	case PINLAB_MASS_END:
		give_all(h);
		return 0;
	default:
		err = -EINVAL;
	}
	if (h->page)
		look(h, m);
	return err;
}

void pinlab_mass_end(struct pinlab_file *pf)
{
	if (pf->mass && pf->mass->page)
		give_all(pf->mass);
	kvfree(pf->mass);
	pf->mass = NULL;
}

/* An exclusive pin, or exclusivity of a pin, until it is given. */
static int persist(struct pinlab_contend *c, struct page **page)
{
	bool retake = c->op == PINLAB_RETAKE;
	const struct pinlab_target none = { };
	long n;

	if (retake && pin_user_pages_fast(c->addr, 1, FOLL_WRITE | FOLL_LONGTERM, page) != 1)
		return -EFAULT;
	c->ns = ktime_get_ns();
	do {
		if (!(++c->done % BREATH) && fatal_signal_pending(current))
			break;
		n = retake ? reexc_user_page(*page) : take(&none, c->op, c->addr, 1, page);
		c->err = n < 0 ? n : 0;
		if (c->err == -EBUSY && c->pause_us)
			usleep_range(c->pause_us, 2 * c->pause_us);
		else if (c->err == -EBUSY)
			cond_resched();
	} while (c->err == -EBUSY && c->done < c->n);
	c->ns = ktime_get_ns() - c->ns;
	if (!c->err)
		unpin_exc_pages(page, 1);
	else if (retake)
		unpin_user_page(*page);
	return 0;
}

int pinlab_contend(struct pinlab_contend *c)
{
	const struct pinlab_target none = { };
	struct page *page;
	int err = check_op(c->op);

	c->done = 0;
	c->refused = 0;
	c->err = 0;
	c->ns = 0;
	if (err || c->n > PINLAB_MASS_MAX || c->pause_us > USEC_PER_SEC ||
	    c->op == PINLAB_PIN_REMOTE ||
	    c->op == PINLAB_PIN_MEMFD)
		return err ?: -EINVAL;
	if (is_exclusive(c->op) || c->op == PINLAB_RETAKE)
		return persist(c, &page);
	for (; c->done < c->n && !c->err; c->done++) {
		long n = take(&none, c->op, c->addr, 1, &page);

		if (n == 1)
			give(c->op, &page, 1);
		else if (n == -EBUSY)
			c->refused++;
		else
			c->err = n ?: -ENODATA;
		if (c->done % BREATH)
			continue;
		cond_resched();
		if (fatal_signal_pending(current))
			break;
	}
	return 0;
}
