// SPDX-License-Identifier: GPL-2.0
/*
 * Exclusive pins for reading, of memory that nobody has written: what is mapped
 * there is a zero page, which belongs to everybody.
 *
 * Oracle: the request is refused, or gives a page of its own that says to be
 * exclusive; a zero page never says so, by whatever way; the kernel's log.
 * Varies: small or huge, touched by reading before or not, fast or slow.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/torture/holder.h"
#include "guest/torture/torture.h"

#define KPF_ZERO_PAGE	24	/* linux/kernel-page-flags.h */

static int page_flags = -1;

static bool is_zero_page(uint64_t pfn)
{
	uint64_t flags = 0;

	return pread(page_flags, &flags, sizeof(flags), pfn * sizeof(flags)) == sizeof(flags) &&
	       flags >> KPF_ZERO_PAGE & 1;
}

static int take(struct row *r, enum pinlab_op op, char *page, int *result)
{
	struct pinlab_step s = { .op = op, .flags = PINLAB_READ, .calls = 1, .batch = 1,
				 .addr = (uintptr_t)page };
	int err;

	err = dev_step(r->drv, &s);
	if (err)
		return row_fail(r, "the driver: %s", strerror(-err));
	*result = s.err ? s.err : (int)s.done;
	return 0;
}

/* Page 0 of slot 0: exclusive it is or not, and never a zero page that is. */
static int check(struct row *r, bool exclusive, const char *how)
{
	struct pinlab_page_info i;
	int err = dev_held(r->drv, 0, 0, &i);

	if (err)
		return row_fail(r, "page info: %s", strerror(-err));
	if (i.exclusive == exclusive && !(exclusive && is_zero_page(i.pfn)))
		return 0;
	return torture_finding(r, PROMISE_FLAG,
			       "%s: %s says that it is %sexclusive (order %u)", how,
			       is_zero_page(i.pfn) ? "a zero page" : "the page",
			       i.exclusive ? "" : "not ", i.order);
}

/* An ordinary pin of a zero page does not become exclusive. */
static int retake(struct row *r, char *page, const char *how)
{
	struct pinlab_step s = { .op = PINLAB_RETAKE, .calls = 1, .batch = 1 };
	struct pinlab_page_info i;
	int got, err, ret = 0;

	if (take(r, PINLAB_PIN_FAST, page, &got))
		return -1;
	if (got != 1)
		return torture_finding(r, PROMISE_RESULT,
				       "%s: an ordinary pin for reading: %d", how,
				       got);
	err = dev_held(r->drv, 0, 0, &i);
	if (err)
		return row_fail(r, "page info: %s", strerror(-err));
	if (is_zero_page(i.pfn)) {
		err = dev_step(r->drv, &s);
		if (err)
			return row_fail(r, "the driver: %s", strerror(-err));
		if (!s.err && !s.failed)
			return torture_finding(r, PROMISE_RESULT,
					       "%s: reexc_user_page() of a zero page (order %u) succeeds",
					       how, i.order);
		ret = check(r, false, how);
	}
	unpin_pages(r->drv, PINLAB_PIN_FAST, 1);
	return ret;
}

static int one(struct row *r, char *page, bool read, enum pinlab_op op)
{
	char how[80];
	int got, ret;

	snprintf(how, sizeof(how), "op %s, memory %s", op == PINLAB_EXC_FAST ? "fast" : "slow",
		 read ? "read before" : "untouched");
	if (read)
		(void)*(volatile char *)page;
	if (take(r, op, page, &got))
		return -1;
	/* Refused, or a short count of nothing; no other error has a reason. */
	if (got != 1)
		return got && got != -EBUSY ?
		       torture_finding(r, PROMISE_RESULT, "%s: %d", how, got) : 0;
	ret = check(r, true, how);
	unpin_pages(r->drv, op, 1);
	return ret;
}

/* New each time: where there is a page table already, no huge page is mapped. */
static char *map(bool huge)
{
	/* At a huge page's border, by luck or by force. */
	char *p = mmap(NULL, 2 * HUGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *at;

	if (p == MAP_FAILED)
		return NULL;
	munmap(p, 2 * HUGE_BYTES);
	at = (char *)(((uintptr_t)p + HUGE_BYTES - 1) & -HUGE_BYTES);
	at = mmap(at, HUGE_BYTES, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	madvise(at, HUGE_BYTES, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return at;
}

static int in_memory(struct row *r, bool huge)
{
	int ret = 0;
	char *p;

	for (int i = 0; i < 5 && !ret; i++) {
		p = map(huge);
		if (!p)
			return row_fail(r, "memory: %s", strerror(errno));
		if (i < 4) {
			ret = one(r, p, i & 1, i & 2 ? PINLAB_EXC_FAST : PINLAB_EXC_SLOW);
		} else {
			(void)*(volatile char *)p;
			ret = retake(r, p, huge ? "huge" : "small");
		}
		munmap(p, HUGE_BYTES);
	}
	return ret;
}

static int run(struct row *r)
{
	int ret;

	page_flags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	if (page_flags < 0)
		return row_fail(r, "/proc/kpageflags: %s", strerror(errno));
	ret = in_memory(r, false);
	/* Where there are no huge pages, small ones again. */
	if (!ret)
		ret = in_memory(r, true);
	close(page_flags);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "exclusive pins of memory that nobody has written",
	.fixed		= true,
	.brief		= true,
	.needs		= NEEDS_SHARE | NEEDS_QUERY,
	.run		= run,
};
