// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/order/own.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/machine/knob.h"
#include "guest/machine/thp.h"

#define KINDS_ANON	(KIND(MEM_ANON) | KIND(MEM_ANON_THP))
#define KINDS_MEMFD	(KIND(MEM_SHMEM) | KIND(MEM_SHMEM_THP) | KIND(MEM_HUGETLB))
#define KINDS_THP	(KIND(MEM_ANON_THP) | KIND(MEM_SHMEM_THP))
#define NODE1		"/sys/devices/system/node/node1"

static size_t folio_bytes(const struct order_arena *a)
{
	return mem_is_large(a->kind->kind) ? HUGE_BYTES : PAGE_BYTES;
}

static int unmap(struct order_arena *a)
{
	return munmap(a->mem.addr, folio_bytes(a)) ? -errno : 0;
}

static int dontneed(struct order_arena *a)
{
	return madvise(a->mem.addr, folio_bytes(a), MADV_DONTNEED) ? -errno : 0;
}

/* Of a huge page that is mapped as a whole: its page table first. */
static int dontneed_page(struct order_arena *a)
{
	return madvise(a->at, PAGE_BYTES, MADV_DONTNEED) ? -errno : 0;
}

/* The child has the page too, until the shot is over. */
static int fork_page(struct order_arena *a)
{
	a->child = child_fork();
	if (!a->child)
		for (;;)
			pause();
	return a->child < 0 ? -errno : 0;
}

static void end_child(struct order_arena *a)
{
	if (a->child > 0) {
		kill(a->child, SIGKILL);
		waitpid(a->child, NULL, 0);
	}
	a->child = 0;
}

static const char *no_split(void)
{
	return knob_is_there(THP_SPLIT_KNOB) ? NULL : THP_SPLIT_KNOB;
}

/* That somebody holds it has several names. */
static int done_or_busy(int err)
{
	return err == -EAGAIN ? -EBUSY : err;
}

static int split(struct order_arena *a)
{
	return done_or_busy(thp_split(&a->mem));
}

static const char *no_nodes(void)
{
	return knob_is_there(NODE1) ? NULL : "two NUMA nodes (CONFIG_NUMA_EMU, numa=fake=2)";
}

static int migrate(struct order_arena *a)
{
	void *addr = a->at;
	int here = 0, status = 0, there;

	if (syscall(SYS_move_pages, 0, 1ul, &addr, NULL, &here, 0))
		return -errno;
	if (here < 0)
		return here;
	there = !here;
	if (syscall(SYS_move_pages, 0, 1ul, &addr, &there, &status, MPOL_MF_MOVE) < 0)
		return -errno;
	return status == there ? 0 : status < 0 ? done_or_busy(status) : -EBUSY;
}

static int truncate_file(struct order_arena *a)
{
	return ftruncate(a->mem.fd, 0) ? -errno : 0;
}

const struct order_own order_owns[] = {
	{ "fork", KINDS_ANON, NULL, fork_page, end_child },
	{ "munmap", KINDS_ANON | KINDS_MEMFD, NULL, unmap, NULL },
	{ "dontneed", KINDS_ANON | KINDS_MEMFD, NULL, dontneed, NULL },
	{ "dontneed-page", KINDS_THP, NULL, dontneed_page, NULL },
	{ "split", KINDS_THP, no_split, split, NULL },
	{ "migrate", KINDS_ANON | KINDS_MEMFD, no_nodes, migrate, NULL },
	{ "truncate", KINDS_MEMFD, NULL, truncate_file, NULL },
};

const unsigned int order_nr_owns = sizeof(order_owns) / sizeof(*order_owns);
