// SPDX-License-Identifier: GPL-2.0
/*
 * The page is said to be broken: memory_failure() takes a reference, unmaps the
 * page everywhere and leaves its content alone. Whoever pins it is not asked.
 *
 * Not tried on transparent huge pages: one that could not be split cannot be
 * healed afterwards, as unpoison-pfn puts a reference that memory_failure() has
 * put already (6.12), and so frees a page that is pinned.
 */
#include <errno.h>
#include <sys/mman.h>

#include "guest/machine/knob.h"
#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	c->said->pfn = cell_pfn(c);
	if (madvise(c->addr, PAGE_BYTES, MADV_HWPOISON))
		return cell_refused(c, "MADV_HWPOISON", errno);
	return 0;
}

static int after(struct path_cell *c)
{
	if (c->said->pfn)
		knob_write_number("/sys/kernel/debug/hwpoison/unpoison-pfn", c->said->pfn);
	return 0;
}

static const struct expect except[] = {
	/* Before, it was told as something that nobody has stumbled on yet. */
	{ .schemes = S(NONE), .before = KERNEL(6, 12), .answer = ANSWER_NOT_REACHED,
	  .why = "nobody is told before the next access" },
	{ .kinds = KIND(MEM_ANON), .before = KERNEL(6, 12), .answer = ANSWER_NOT_REACHED,
	  .why = "nobody is told before the next access" },
	{ .before = KERNEL(6, 12), .answer = ANSWER_REFUSED,
	  .why = "what is pinned cannot be split, or leave its file" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "root's MADV_HWPOISON on the page",
	.closes = "CONFIG_MEMORY_FAILURE=n, or no CAP_SYS_ADMIN",
	.way = WAY_GET,
	.reach = ANSWER_USER_KILLED,
	.except = except,
	.kinds = KIND(MEM_ANON) | KIND(MEM_SHMEM) | KIND(MEM_HUGETLB),
	.schemes = S_KINDS,
	.root = true,
	.disturbs = true,
	.touch = touch,
	.after = after,
};
