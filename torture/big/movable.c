// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that no long-term pin may keep, because the kernel wants to be able to
 * take it away: GUP migrates it first, and then has to pin what it has become.
 *
 * Oracle: the request is given whole, on frames elsewhere, exclusively; counts
 * and contents are what they were; the kernel's log.
 * Varies: kind of memory, fast or slow, pages a request, which of them is
 * written to.
 */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/torture/holder.h"
#include "guest/torture/torture.h"

#define PAGES		40u
#define MAX_NODES	8ul
#define MPOL_PREFERRED	1	/* linux/mempolicy.h */

/* Page frames of ZONE_MOVABLE, which may be of several nodes. */
static unsigned int read_zones(uint64_t first[8], uint64_t end[8])
{
	FILE *f = fopen("/proc/zoneinfo", "re");
	bool movable = false;
	unsigned long spanned = 0, n;
	char line[128], zone[32];
	unsigned int zones = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Node %*d, zone %31s", zone) == 1)
			movable = !strcmp(zone, "Movable");
		if (sscanf(line, " spanned %lu", &n) == 1)
			spanned = n;
		if (sscanf(line, " start_pfn: %lu", &n) != 1 || !movable || !spanned || zones == 8)
			continue;
		first[zones] = n;
		end[zones++] = n + spanned;
	}
	if (f)
		fclose(f);
	return zones;
}

static uint64_t zone_first[8], zone_end[8];
static unsigned int zones;

static bool is_movable(uint64_t pfn)
{
	for (unsigned int i = 0; i < zones; i++)
		if (pfn >= zone_first[i] && pfn < zone_end[i])
			return true;
	return false;
}

static int info(struct row *r, const char *p, struct pinlab_page_info *i)
{
	int err = dev_page(r->drv, p, i);

	return err ? row_fail(r, "page info: %s", strerror(-err)) : 0;
}

static int check_page(struct row *r, unsigned int n, char mark)
{
	char *p = r->mem.addr + n * PAGE_BYTES;
	struct pinlab_page_info i;

	if (info(r, p, &i))
		return -1;
	if (!i.exclusive)
		return torture_finding(r, PROMISE_FLAG,
				       "page %u of %s memory is pinned exclusively, and does not say so",
				       n, mem_kind_name(r->mem.kind));
	if (is_movable(i.pfn))
		return torture_finding(r, PROMISE_CONTENT,
				       "page %u of %s memory is pinned for long in ZONE_MOVABLE, at pfn %#llx",
				       n, mem_kind_name(r->mem.kind), (unsigned long long)i.pfn);
	if (p[PAGE_BYTES - 1] != mark)
		return torture_finding(r, PROMISE_CONTENT,
				       "page %u of %s memory has lost its contents",
				       n, mem_kind_name(r->mem.kind));
	return 0;
}

/* Pages that were in ZONE_MOVABLE; -1. */
static int mark_pages(struct row *r, char mark)
{
	struct pinlab_page_info i;
	int n = 0;

	for (unsigned int p = 0; p < PAGES; p++) {
		r->mem.addr[(p + 1) * PAGE_BYTES - 1] = mark + p;
		if (info(r, r->mem.addr + p * PAGE_BYTES, &i))
			return -1;
		n += is_movable(i.pfn);
	}
	return n;
}

static int one(struct row *r, enum mem_kind kind, enum pinlab_op op, unsigned int pages,
	       unsigned long *moved)
{
	struct pinlab_page_info i;
	const char *why = "";
	int ret, got;

	/* What this kernel cannot give right now is left out. */
	if (mem_alloc(&r->mem, kind, PAGES * PAGE_BYTES, &why))
		return 0;
	torture_drain();
	ret = mark_pages(r, 1);
	if (ret < 0)
		return ret;
	*moved += ret;
	ret = 0;
	got = pin_pages(r->drv, op, r->mem.addr, pages, 0);
	if (got != (int)pages)
		ret = torture_finding(r, PROMISE_RESULT,
				      "a request for %u pages of movable %s memory: %d",
				      pages, mem_kind_name(kind), got);
	for (unsigned int p = 0; p < pages && !ret; p++)
		ret = check_page(r, p, 1 + p);
	if (got > 0)
		unpin_pages(r->drv, op, got);
	if (!ret)
		ret = info(r, r->mem.addr, &i);
	if (!ret && (i.exclusive || i.maybe_pinned))
		ret = torture_finding(r, PROMISE_COUNT,
				      "given back, and the folio is pinned: refcount %#x, pin count %#x",
				      i.refcount, i.pincount);
	mem_free(&r->mem);
	return ret;
}

static int all(struct row *r, unsigned long *moved)
{
	static const unsigned int pages[] = { 1, 2, 17, PAGES };
	int ret = 0;

	for (int k = 0; k < MEM_HUGETLB; k++)
		for (int i = 0; i < 8 && !ret; i++)
			ret = one(r, k, i & 1 ? PINLAB_EXC_SLOW : PINLAB_EXC_FAST, pages[i / 2],
				  moved);
	return ret;
}

static int run(struct row *r)
{
	unsigned long moved = 0;
	int ret = 0;

	zones = read_zones(zone_first, zone_end);
	if (!zones)
		return row_skip(r, "needs ZONE_MOVABLE (movablecore=)");
	/* Not every node has such memory. */
	for (unsigned long node = 0; node < MAX_NODES && !ret; node++) {
		unsigned long nodes = 1ul << node;

		if (!syscall(SYS_set_mempolicy, MPOL_PREFERRED, &nodes, 8 * sizeof(nodes)))
			ret = all(r, &moved);
	}
	if (!ret && !moved)
		ret = row_skip(r, "needs memory in ZONE_MOVABLE, and got none there");
	torture_figure(r, "movable", "pages", moved);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "exclusive pins of memory that has to be migrated first",
	.fixed		= true,
	.brief		= true,
	.needs		= NEEDS_EXCLUSIVE,
	.run		= run,
};
