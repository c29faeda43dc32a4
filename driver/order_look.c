// SPDX-License-Identifier: GPL-2.0
/*
 * Orders: the states that folios are brought into before A and B, what is looked
 * at behind them, and how all is given back. See order.c.
 */
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/page_ref.h>
#include <linux/vmstat.h>

#include "compat.h"
#include "order.h"

#define MANY_PINS	3
#define MANY_REFS	(GUP_PIN_COUNTING_BIAS + 76)

static struct page *page_at(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return NULL;
	put_page(page);
	return page;
}

static int add_pins(struct pinlab_order_page *p, u32 n, unsigned int flags)
{
	struct page *page;

	for (; n; n--) {
		if (pin_user_pages_fast(p->addr, 1, flags | FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
			return -EAGAIN;
		p->page = page;
		p->pins++;
	}
	return 0;
}

static int add_refs(struct pinlab_order_page *p, u32 n)
{
	struct page *page;

	if (get_user_pages_fast(p->addr, 1, FOLL_WRITE, &page) != 1)
		return -EAGAIN;
	folio_ref_add(page_folio(page), n - 1);
	p->page = page;
	p->gets += n;
	return 0;
}

static int bring_about(struct pinlab_order_page *p, u32 state)
{
	switch (state) {
	case PINLAB_ORDER_NONE:
		return 0;
	case PINLAB_ORDER_PIN:
		return add_pins(p, 1, 0);
	case PINLAB_ORDER_PINS:
		return add_pins(p, MANY_PINS, 0);
	case PINLAB_ORDER_EXC:
		return PINLAB_HAS_EXCLUSIVE ? add_pins(p, 1, PINLAB_FOLL_EXCLUSIVE) : -EOPNOTSUPP;
	case PINLAB_ORDER_REFS:
		return add_refs(p, MANY_REFS);
	default:
		return -EINVAL;
	}
}

int pinlab_order_prepare(struct pinlab_order_work *w)
{
	struct pinlab_order *o = w->o;
	/* A reference for each side that puts one. */
	u32 puts = (o->a == PINLAB_PUT) + (o->b == PINLAB_PUT), i;
	int err = 0;

	for (i = 0; i < o->pages && !err; i++) {
		struct pinlab_order_page *p = &w->page[i];

		p->addr = o->addr + i * PAGE_SIZE;
		p->page = page_at(p->addr);
		if (!p->page)
			return -EFAULT;
		err = bring_about(p, o->state[i]);
		if (!err && puts)
			err = add_refs(p, puts);
		w->pages[i] = p->page;
	}
	return err;
}

static bool is_anon_exclusive(struct page *page)
{
	struct folio *folio = page_folio(page);

	/* PageAnonExclusive() must not be asked about tail pages of these. */
	return folio_test_anon(folio) && !folio_test_hugetlb(folio) &&
	       test_bit(PG_anon_exclusive, (unsigned long *)&page->flags);
}

static void look(struct page *page, struct pinlab_order_folio *f)
{
	struct folio *folio = page_folio(page);

	f->pfn = page_to_pfn(page);
	f->refcount = folio_ref_count(folio);
	f->pincount = compat_pincount(folio);
	f->mapcount = atomic_read(&page->_mapcount) + 1;
	f->order = folio_order(folio);
	if (f->refcount <= 0)
		return;
	f->maybe_pinned = folio_maybe_dma_pinned(folio);
	f->exclusive = folio_maybe_exclusive_pinned(folio);
	f->dirty = folio_test_dirty(folio);
	f->locked = folio_test_locked(folio);
	f->anon_exclusive = is_anon_exclusive(page);
}

static u32 got(const struct page *page, const struct page *first, const struct page *now)
{
	return !page ? PINLAB_ORDER_NOT_GOT : page == first ? PINLAB_ORDER_GOT :
	       page == now ? PINLAB_ORDER_GOT_NEW : PINLAB_ORDER_GOT_OTHER;
}

/* Do we hold something of its folio? Of a memfd's, a request gets the first page. */
static bool is_ours(const struct pinlab_order_work *w, u32 i)
{
	const struct pinlab_order_page *p = &w->page[i];
	struct page *a = w->a.got[i], *b = w->b.got[i];

	return p->pins || p->gets || (a && page_folio(a) == page_folio(p->page)) ||
	       (b && page_folio(b) == page_folio(p->page));
}

void pinlab_order_look(struct pinlab_order_work *w, struct pinlab_order_folio *f)
{
	u32 i;

	for (i = 0; i < w->o->pages; i++)
		look(w->page[i].page, &f[i]);
	/* Behind all counts: this may fault in what B has taken away. */
	for (i = 0; i < w->o->pages; i++) {
		const struct pinlab_order_page *p = &w->page[i];
		const struct page *page = page_at(p->addr);

		f[i].mapped_here = page == p->page;
		/* It may be somebody else's by now. */
		if (!f[i].mapped_here && !is_ours(w, i))
			memset(&f[i], 0, sizeof(f[i]));
		f[i].got[0] = got(w->a.got[i], p->page, page);
		f[i].got[1] = got(w->b.got[i], p->page, page);
	}
}

static void give_back(struct page *page)
{
	if (PINLAB_HAS_EXCLUSIVE && folio_maybe_exclusive_pinned(page_folio(page)))
		unpin_exc_pages(&page, 1);
	else
		unpin_user_page(page);
}

static void release_side(struct pinlab_side *s)
{
	long i;

	for (i = 0; i < PINLAB_ORDER_PAGES; i++) {
		if (!s->got[i])
			continue;
		if (s->op == PINLAB_GET_FAST)
			put_page(s->got[i]);
		else
			give_back(s->got[i]);
	}
}

void pinlab_order_release(struct pinlab_order_work *w)
{
	u32 i;

	release_side(&w->a);
	release_side(&w->b);
	for (i = 0; i < PINLAB_ORDER_PAGES; i++) {
		struct pinlab_order_page *p = &w->page[i];

		for (; p->pins; p->pins--)
			give_back(p->page);
		if (p->gets)
			folio_put_refs(page_folio(p->page), p->gets);
	}
}

static s64 node_stat(enum node_stat_item item)
{
	s64 sum = atomic_long_read(&vm_node_stat[item]);
	int nid, cpu;

	for_each_online_node(nid)
		for_each_online_cpu(cpu)
			sum += per_cpu_ptr(NODE_DATA(nid)->per_cpu_nodestats,
					   cpu)->vm_node_stat_diff[item];
	return sum;
}

void pinlab_order_counters(s64 *acquired, s64 *released)
{
	s64 again[2];

	/* A worker that adds a CPU's part to the sum may come in between. */
	do {
		*acquired = node_stat(NR_FOLL_PIN_ACQUIRED);
		*released = node_stat(NR_FOLL_PIN_RELEASED);
		again[0] = node_stat(NR_FOLL_PIN_ACQUIRED);
		again[1] = node_stat(NR_FOLL_PIN_RELEASED);
	} while (again[0] != *acquired || again[1] != *released);
}
