// SPDX-License-Identifier: GPL-2.0
/*
 * What does the same cost where memory cannot change hands, as with guest_memfd?
 * Sharing: the range's attribute, and a hole in the private memory, whose pages
 * are freed with their data; touch faults new pages in. Taking back: the shared
 * pages are freed, and the attribute; refault is the guest's first touch, by which
 * private pages are allocated, cleared and mapped for it.
 *
 * Oracle: as many pages of the private file are there as should be; what was
 * written to shared pages is there until they are taken back, and gone then.
 * Varies: kind of the shared memory (private memory is small pages), and how
 * much of it changes hands.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/paths/kvm.h"
#include "guest/bench/share.h"

struct destructive {
	int vm, fd, vcpu;
};

static int punch(int fd, unsigned long page, unsigned long n)
{
	return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, page * PAGE_BYTES,
			 n * PAGE_BYTES);
}

static int share(struct row *r, unsigned long page, unsigned long n)
{
	const struct destructive *d = r->priv;

	if (kvm_set_private(d->vm, page * PAGE_BYTES, n * PAGE_BYTES, false) ||
	    punch(d->fd, page, n))
		return row_fail(r, "sharing page %lu: %s", page, strerror(errno));
	return 0;
}

static int touch(struct row *r, unsigned long page, unsigned long n)
{
	share_touch(r->mem.addr + page * PAGE_BYTES, n);
	return 0;
}

static int unshare(struct row *r, unsigned long page, unsigned long n)
{
	const struct destructive *d = r->priv;
	int err = r->mem.fd < 0 ? madvise(r->mem.addr + page * PAGE_BYTES, n * PAGE_BYTES,
					  MADV_DONTNEED) : punch(r->mem.fd, page, n);

	if (err || kvm_set_private(d->vm, page * PAGE_BYTES, n * PAGE_BYTES, true))
		return row_fail(r, "taking page %lu back: %s", page, strerror(errno));
	return 0;
}

static int refault(struct row *r, unsigned long page, unsigned long n)
{
	const struct destructive *d = r->priv;

	if (kvm_pre_fault(d->vcpu, page * PAGE_BYTES, n * PAGE_BYTES))
		return row_fail(r, "KVM_PRE_FAULT_MEMORY of page %lu: %s", page, strerror(errno));
	return 0;
}

static int setup(struct row *r)
{
	struct destructive *d = calloc(1, sizeof(*d));
	size_t bytes = r->size.n * PAGE_BYTES;
	const char *why = "";
	int err = kvm_guest_memfd(bytes, &d->vm, &d->fd);

	r->priv = d;
	if (err)
		return row_skip(r, "needs guest_memfd (CONFIG_KVM_SW_PROTECTED_VM): %s",
				strerror(-err));
	err = mem_alloc(&r->mem, r->kind, bytes, &why);
	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	if (kvm_private_memory(d->vm, d->fd, r->mem.addr, bytes))
		return row_skip(r, "needs KVM_SET_USER_MEMORY_REGION2: %s", strerror(errno));
	d->vcpu = ioctl(d->vm, KVM_CREATE_VCPU, 0);
	if (d->vcpu < 0)
		return row_skip(r, "needs a vCPU: %s", strerror(errno));
	/* Where a round begins: nothing is shared. */
	for (unsigned long at = 0; at < r->size.n; at += SHARE_CALL)
		if (unshare(r, at, r->size.n - at < SHARE_CALL ? r->size.n - at : SHARE_CALL) ||
		    refault(r, at, r->size.n - at < SHARE_CALL ? r->size.n - at : SHARE_CALL))
			return -1;
	return 0;
}

/* Is the last page there, of the private file or of the shared memory? */
static int look(struct row *r, bool shared)
{
	const struct destructive *d = r->priv;
	unsigned long last = r->size.n - 1;
	struct pinlab_owned q = { .fd = d->fd, .addr = last * PAGE_BYTES,
				  .what = PINLAB_OWNED_FIND };
	bool private_there = !dev_owned(r->drv, &q);

	if (private_there == shared)
		return row_fail(r, "the last private page is %s", private_there ?
				"still there" : "missing");
	return 0;
}

static int run(struct row *r)
{
	unsigned long last = r->size.n - 1;

	if (look(r, false) || share_timed(r, 0, share) || look(r, true) ||
	    share_timed(r, 1, touch))
		return -1;
	if (*(volatile uint64_t *)(r->mem.addr + last * PAGE_BYTES) != last % SHARE_CALL)
		return row_fail(r, "the last page has lost what was written to it");
	return share_timed(r, 2, unshare) || share_timed(r, 3, refault) || look(r, false);
}

PINLAB_BENCH = {
	.summary	= "the same by guest_memfd: freed on one side, made anew on the other",
	.needs		= NEEDS_DRIVER | NEEDS_MEMORY,
	.kinds		= KIND(MEM_ANON_THP) | KIND(MEM_SHMEM_THP),
	.sizes		= share_large_sizes,
	.more_kinds	= KIND(MEM_ANON) | KIND(MEM_SHMEM),
	.more_sizes	= share_small_sizes,
	.once_from	= SHARE_ONCE,
	.metrics	= { { "share", "page" }, { "touch", "page" }, { "unshare", "page" },
			    { "refault", "page" } },
	.setup		= setup,
	.run		= run,
};
