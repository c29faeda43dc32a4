/* SPDX-License-Identifier: GPL-2.0 */
/* What order.c and order_look.c share. */
#ifndef PINLAB_DRIVER_ORDER_H
#define PINLAB_DRIVER_ORDER_H

#include "pinlab.h"

/* One of the two: what it does, and what came of it. */
struct pinlab_side {
	struct pinlab_order_work *w;
	u32 op;
	u32 from, n;		/* which pages it is about */
	long ret;
	struct page *got[PINLAB_ORDER_PAGES];	/* by the page that was asked for */
};

/* One page that is asked for, and its folio's state. */
struct pinlab_order_page {
	unsigned long addr;
	struct page *page;	/* as it was mapped at first */
	u32 pins;		/* of the state, and not given back by A or B */
	u32 gets;		/* references, the same */
};

struct pinlab_order_work {
	struct pinlab_order *o;
	struct pinlab_order_page page[PINLAB_ORDER_PAGES];
	struct page *pages[PINLAB_ORDER_PAGES];	/* the same, for a call */
	struct pinlab_target target;
	struct pinlab_side a, b;
};

/*
 * order_look.c: find the pages, bring their folios into the state that is asked
 * for; look at them, which changes nothing; give back what is still held. The
 * first returns 0, -EFAULT, -EAGAIN, -EOPNOTSUPP.
 */
int pinlab_order_prepare(struct pinlab_order_work *w);
void pinlab_order_look(struct pinlab_order_work *w, struct pinlab_order_folio *f);
void pinlab_order_release(struct pinlab_order_work *w);
/* The kernel's counters of pins, exactly, where nobody works on them. */
void pinlab_order_counters(s64 *acquired, s64 *released);

#endif
