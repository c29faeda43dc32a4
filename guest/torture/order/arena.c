// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/order/arena.h"

#include <errno.h>
#include <sys/mman.h>

#include "guest/device.h"
#include "guest/torture/torture.h"

const struct order_kind order_kinds[] = {
	{ "anon", MEM_ANON, false, true },
	{ "anon-thp", MEM_ANON_THP, false, true },
	{ "shmem", MEM_SHMEM, false, false },
	{ "anon-thp-by-pte", MEM_ANON_THP, true, false },
	{ "hugetlb", MEM_HUGETLB, false, false },
	{ "shmem-thp", MEM_SHMEM_THP, false, false },
};

const unsigned int order_nr_kinds = sizeof(order_kinds) / sizeof(*order_kinds);

/* Two mappings, and one again: the page table is split, the folio is not. */
static int split_table(const struct mem *m)
{
	for (size_t i = 0; i < m->bytes; i += HUGE_BYTES)
		if (mprotect(m->addr + i, PAGE_BYTES, PROT_READ) ||
		    mprotect(m->addr + i, PAGE_BYTES, PROT_READ | PROT_WRITE))
			return -errno;
	/* Write protected and young no more: as it was. */
	for (size_t i = 0; i < m->bytes; i += PAGE_BYTES)
		*(volatile char *)(m->addr + i) += 0;
	return 0;
}

static int pin_slowly(struct order_arena *a, int drv)
{
	struct pinlab_step steps[2] = {
		{ .op = PINLAB_PIN_SLOW, .calls = 2, .batch = a->pages, .addr = (uintptr_t)a->at },
		{ .op = PINLAB_UNPIN, .calls = 2, .batch = a->pages },
	};
	int err = dev_step(drv, &steps[0]);

	if (!err)
		err = steps[0].err;
	return err ? err : dev_step(drv, &steps[1]);
}

/*
 * Slow GUP marks a folio as accessed, which makes a new one active: that puts it
 * into a batch of this CPU, with a reference of the batch's own. So that no shot
 * does so it is done here, until there is nothing more to be marked.
 */
static int warm(struct order_arena *a, int drv)
{
	int err;

	torture_drain_here();
	err = pin_slowly(a, drv);
	torture_drain_here();
	if (!err)
		err = pin_slowly(a, drv);
	torture_drain_here();
	return err;
}

int order_arena_new(struct order_arena *a, const struct order_kind *kind, unsigned int pages,
		    int drv, const char **why)
{
	size_t folio = mem_is_large(kind->kind) ? HUGE_BYTES : PAGE_BYTES;
	int err = mem_alloc(&a->mem, kind->kind, pages * folio, why);

	if (err)
		return err;
	a->kind = kind;
	a->pages = pages;
	a->at = a->mem.addr;
	if (pages > 1)
		a->at += folio - PAGE_BYTES;
	else if (folio > PAGE_BYTES)
		a->at += 3 * PAGE_BYTES;
	*why = "a page table of its own";
	if (kind->split_table)
		err = split_table(&a->mem);
	if (!err) {
		*why = "a pin of new memory";
		err = warm(a, drv);
	}
	if (err)
		order_arena_free(a);
	return err;
}

void order_arena_free(struct order_arena *a)
{
	mem_free(&a->mem);
	a->at = NULL;
}
