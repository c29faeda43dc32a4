// SPDX-License-Identifier: GPL-2.0
/* Taking pages out of the kernel's linear map, and putting them back. */
#include <linux/mm.h>

#ifdef CONFIG_X86_64
#include <asm/set_memory.h>
#include <asm/tlbflush.h>
#endif

#include "compat.h"
#include "pinlab.h"

#ifdef CONFIG_X86_64
/* Without _PAGE_PRESENT, _PAGE_GLOBAL means "not accessible": another thing. */
#define GONE	(_PAGE_PRESENT | _PAGE_GLOBAL)

/* The entry for this page alone, or the huge one where nr pages fill it. */
static pte_t *find_entry(struct page *page, unsigned int nr, unsigned int *level)
{
	unsigned long addr = (unsigned long)page_address(page);
	pte_t *entry = lookup_address(addr, level);

	if (entry && *level == PG_LEVEL_4K)
		return entry;
	if (entry && *level == PG_LEVEL_2M && IS_ALIGNED(addr, PMD_SIZE) && nr >= PTRS_PER_PTE)
		return entry;
	/* A caching type of its own for a moment splits it off. */
	nr = IS_ALIGNED(addr, PMD_SIZE) && nr >= PTRS_PER_PTE ? PTRS_PER_PTE : 1;
	if (set_memory_uc(addr, nr))
		return NULL;
	set_memory_wb(addr, nr);
	entry = lookup_address(addr, level);
	return entry && *level <= PG_LEVEL_2M ? entry : NULL;
}

/* Through pfn_pte(): in an entry that is not present the frame's number is inverted. */
static unsigned int set_entry(pte_t *entry, unsigned int level, struct page *page, bool there)
{
	pgprot_t prot = __pgprot(pgprot_val(PAGE_KERNEL) & ~(there ? 0 : GONE));

	if (level == PG_LEVEL_4K) {
		set_pte(entry, pfn_pte(page_to_pfn(page), prot));
		return 1;
	}
	set_pmd((pmd_t *)entry, pmd_mkhuge(pfn_pmd(page_to_pfn(page), prot)));
	return PTRS_PER_PTE;
}

int pinlab_linear_set(struct page *page, unsigned int nr, bool there)
{
	unsigned int level, done;
	pte_t *entry;

	for (; nr; nr -= min(done, nr), page += done) {
		entry = find_entry(page, nr, &level);
		if (!entry || (level != PG_LEVEL_4K && nr < PTRS_PER_PTE))
			return -ENOMEM;
		done = set_entry(entry, level, page, there);
	}
	return 0;
}

static void flush_one_cpu(void *unused)
{
	__flush_tlb_all();
}

void pinlab_linear_flush(void)
{
	on_each_cpu(flush_one_cpu, NULL, 1);
}
#else
int pinlab_linear_set(struct page *page, unsigned int nr, bool there)
{
	return -EOPNOTSUPP;
}

void pinlab_linear_flush(void)
{
}
#endif
