// SPDX-License-Identifier: GPL-2.0
/* Looking at the counts of a page without changing what is seen. */
#include <linux/page-flags.h>

#include "compat.h"
#include "pinlab.h"

static void fill_info(struct pinlab_page_info *info, struct page *page, int own_refs)
{
	struct folio *folio = page_folio(page);

	info->pfn = page_to_pfn(page);
	info->refcount = pinlab_unmarked_refs(folio) - own_refs;
	info->pincount = pinlab_unmarked_pins(folio);
	info->order = folio_order(folio);
	info->maybe_pinned = folio_maybe_dma_pinned(folio);
	info->exclusive = pinlab_is_exclusive(folio);
}

int pinlab_page_info(struct pinlab_file *pf, struct pinlab_page_info *info)
{
	struct pinlab_slot *slot;
	struct page *page;
	int n;

	if (info->addr) {
		/* FOLL_GET: works beside an exclusive pin too. */
		n = get_user_pages_fast(info->addr, 1, 0, &page);
		if (n != 1)
			return n < 0 ? n : -EFAULT;
		fill_info(info, page, 1);
		put_page(page);
		return 0;
	}
	if (info->slot >= PINLAB_SLOTS)
		return -EINVAL;
	slot = &pf->slot[info->slot];
	if (info->index >= slot->tail - slot->head)
		return -ENODATA;
	fill_info(info, slot->pages[slot->head + info->index], 0);
	return 0;
}
