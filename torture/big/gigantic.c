// SPDX-License-Identifier: GPL-2.0
/*
 * A huge page of 1 GiB, which page tables map one level higher: exclusive pins
 * of it, and one that GUP-fast has to hand back because a child shares the page
 * (it may not be read there as long as it has not been copied).
 *
 * Oracle: a request for it is given whole, and is exclusive; refused beside
 * another; after fork() it fails, for there is no page to copy to, or is given;
 * counts and the kernel's log.
 * Varies: fast or slow, for reading or writing, pages a request.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/device.h"
#include "guest/torture/holder.h"
#include "guest/torture/torture.h"

#define GIGANTIC	0x40000000ul
#define ADDRESSES	24
#define FIRST_PAGES	200
#ifndef MAP_HUGE_1GB
#define MAP_HUGE_1GB	(30 << 26)
#endif

static int stranger;	/* another file of the driver */

static int info(struct row *r, const char *p, struct pinlab_page_info *i)
{
	int err = dev_page(r->drv, p, i);

	return err ? row_fail(r, "page info: %s", strerror(-err)) : 0;
}

static int is_free(struct row *r, const char *p, const char *when)
{
	struct pinlab_page_info i;

	if (info(r, p, &i))
		return -1;
	if (!i.exclusive && !i.pincount)
		return 0;
	return torture_finding(r, PROMISE_COUNT,
			       "%s a page of 1 GiB that nobody has pinned: exclusive %u, pin count %#x",
			       when, i.exclusive, i.pincount);
}

static int pin(struct row *r, char *p, enum pinlab_op op, unsigned long pages)
{
	struct pinlab_page_info i;
	int got = pin_pages(r->drv, op, p + (GIGANTIC / 2), pages, 0);

	if (got != (int)pages)
		return torture_finding(r, PROMISE_RESULT,
				       "a request for %lu pages of one of 1 GiB: %d",
				       pages, got);
	if (info(r, p, &i))
		return -1;
	if (!i.exclusive || i.pincount != (int)pages)
		return torture_finding(r, PROMISE_COUNT,
				       "%lu pages of one of 1 GiB are pinned: exclusive %u, pin count %#x",
				       pages, i.exclusive, i.pincount);
	if (pin_pages(stranger, PINLAB_PIN_FAST, p, 1, 0))
		return torture_finding(r, PROMISE_BESIDE,
				       "an ordinary pin of a page of 1 GiB is not refused");
	unpin_pages(r->drv, op, pages);
	return is_free(r, p, "given back,");
}

/* For reading: the child must not be let see what is written later. */
static int read_pin(struct row *r, char *p)
{
	struct pinlab_step s = { .op = PINLAB_EXC_FAST, .flags = PINLAB_READ, .calls = 1,
				 .batch = 3, .addr = (uintptr_t)p };
	int err;

	err = dev_step(r->drv, &s);
	if (err)
		return row_fail(r, "the driver: %s", strerror(-err));
	if (s.done)
		unpin_pages(r->drv, PINLAB_EXC_FAST, s.done);
	if (torture_look(r))
		return -1;
	return is_free(r, p, "after a request beside a child,");
}

/*
 * Some kernels (6.1.y, 6.12.y: ptdesc_pmd_is_shared() in copy_hugetlb_page_range())
 * ask the child's new page table whether it is shared, in a field that nobody sets
 * up for tables of this level: it holds the index that its page had in a file or
 * a mapping before. Where that is not 0, fork() leaves the huge page out, and the
 * child has lost it. Pages that were the first of their file are what the next
 * tables are made of.
 */
static void free_first_pages(void)
{
	int fds[FIRST_PAGES], n = 0;

	while (n < FIRST_PAGES && (fds[n] = memfd_create("first", MFD_CLOEXEC)) >= 0)
		if (write(fds[n++], "", 1) != 1)
			break;
	while (n)
		close(fds[--n]);
}

static int beside_child(struct row *r, char *p, unsigned int *lost)
{
	struct pinlab_page_info i;
	pid_t pid;
	int ret;

	free_first_pages();
	pid = child_fork();
	if (pid < 0)
		return row_fail(r, "fork: %s", strerror(errno));
	if (!pid)
		for (;;)
			pause();
	ret = info(r, p, &i);
	*lost += !ret && i.refcount == 1;
	if (!ret)
		ret = read_pin(r, p);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return ret;
}

/* Far from all else. */
static int move(struct row *r, char **p, unsigned long n)
{
	char *to = (char *)((1ul << 44) + n * 13 * GIGANTIC);

	to = mremap(*p, GIGANTIC, GIGANTIC, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	if (to == MAP_FAILED)
		return row_fail(r, "mremap of a huge page: %s", strerror(errno));
	*p = to;
	return 0;
}

static int run(struct row *r)
{
	static const unsigned long pages[] = { 1, 2, 600 };
	char *p = mmap(NULL, GIGANTIC, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_1GB, -1, 0);
	unsigned int lost = 0;
	int ret = 0;

	stranger = dev_open();
	if (stranger < 0)
		return row_fail(r, "/dev/pinlab: %s", strerror(-stranger));
	if (p == MAP_FAILED)
		return row_skip(r, "needs a huge page of 1 GiB (hugepagesz=1G hugepages=1): %s",
				strerror(errno));
	*(volatile char *)p = 1;
	for (int i = 0; i < 6 && !ret; i++)
		ret = pin(r, p, i & 1 ? PINLAB_EXC_SLOW : PINLAB_EXC_FAST, pages[i / 2]);
	for (int i = 0; i < ADDRESSES && !ret; i++) {
		*(volatile char *)p = i;
		ret = beside_child(r, p, &lost);
		if (!ret)
			ret = move(r, &p, i);
	}
	torture_figure(r, "forks-without-the-page", "forks", lost);
	munmap(p, GIGANTIC);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "exclusive pins of a huge page of 1 GiB",
	.fixed		= true,
	.brief		= true,
	.needs		= NEEDS_EXCLUSIVE,
	.run		= run,
};
