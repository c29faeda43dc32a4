// SPDX-License-Identifier: GPL-2.0
/*
 * What exclusivity adds to the counter that holds a folio's pins: one high bit
 * in the designs that are known, which bit is theirs to choose, or nothing. It
 * is weighed, and taken off where pins are counted.
 */
#include <linux/log2.h>

#include "compat.h"
#include "pinlab.h"

/* What is lighter are pins too many, and no mark: a design has room for many pins below it. */
#define LIGHTEST	(1u << 20)

/* Until it was weighed: where the series that ours is made after has it. */
static unsigned int small_mark = 1u << 30, large_mark = 1u << 30;

static unsigned int counter(struct folio *folio)
{
	int pins = compat_pincount(folio);

	return pins >= 0 ? pins : folio_ref_count(folio);
}

/* The counter of the page behind addr while it is pinned once; 0: it could not be. */
static unsigned int weight(unsigned long addr, bool exclusive)
{
	unsigned int flags = FOLL_WRITE | FOLL_LONGTERM, n;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, flags | (exclusive ? PINLAB_FOLL_EXCLUSIVE : 0),
				&page) != 1)
		return 0;
	n = counter(page_folio(page));
	if (exclusive)
		unpin_exc_pages(&page, 1);
	else
		unpin_user_page(page);
	return n;
}

/* Its highest bit alone: what a bug adds besides is to be seen where pins are counted. */
static void weigh(unsigned long addr, unsigned int *mark)
{
	unsigned int pinned = addr ? weight(addr, false) : 0;
	unsigned int exclusive = pinned ? weight(addr, true) : 0;

	if (!exclusive)
		return;
	exclusive -= pinned;
	*mark = exclusive < LIGHTEST ? 0 : 1u << ilog2(exclusive);
}

long pinlab_weigh(struct pinlab_weigh *w)
{
	if (!PINLAB_HAS_EXCLUSIVE)
		return -EOPNOTSUPP;
	weigh(w->small, &small_mark);
	weigh(w->large, &large_mark);
	w->small_mark = small_mark;
	w->large_mark = large_mark;
	return 0;
}

int pinlab_unmarked_refs(struct folio *folio)
{
	bool kept_here = compat_pincount(folio) < 0;

	return folio_ref_count(folio) &
	       ~(kept_here && pinlab_is_exclusive(folio) ? small_mark : 0);
}

int pinlab_unmarked_pins(struct folio *folio)
{
	int pins = compat_pincount(folio);

	return pins < 0 ? pins : pins & ~(pinlab_is_exclusive(folio) ? large_mark : 0);
}
