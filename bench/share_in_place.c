// SPDX-License-Identifier: GPL-2.0
/*
 * What does it cost a host to get memory of a guest back in place, and to give it
 * away again? Sharing: into the linear map, exclusivity dropped. Taking back:
 * exclusivity retaken, out of the linear map. The data stays where it is, and so
 * do page tables: touch is what it costs to write a word to each page after it
 * was shared.
 *
 * Oracle: exclusive before and after, pinned and not exclusive in between, and
 * the words that were written are there.
 * Varies: kind of memory, and how much of it changes hands.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/bench/share.h"
#include "guest/bench/steps.h"
#include "guest/device.h"
#include "guest/machine/knob.h"

#define HUGE_POOL	"/proc/sys/vm/nr_hugepages"
#define POOL_PAGES	16	/* as init has left it, guest/main.c */

/* Pages held by one file's slot, a call's worth; what is pinned goes with the files. */
struct in_place {
	unsigned int files;
	int fd[1024 / PINLAB_SLOTS + 1];
	unsigned long pins;	/* of one call's worth: one, where it is one folio */
};

static int fd_of(const struct in_place *s, unsigned long page)
{
	return s->fd[page / SHARE_CALL / PINLAB_SLOTS];
}

static int step(struct row *r, enum pinlab_op op, unsigned long page, unsigned long n)
{
	const struct in_place *s = r->priv;
	struct pinlab_step st = {
		.op = op, .calls = 1, .batch = s->pins == 1 ? 1 : n,
		.slot = page / SHARE_CALL % PINLAB_SLOTS,
		.addr = (uintptr_t)(r->mem.addr + page * PAGE_BYTES),
	};
	int err;

	err = dev_step(fd_of(s, page), &st);
	if (err)
		return row_fail(r, "driver: %s", strerror(-err));
	if (st.done != st.batch)
		return row_fail(r, "page %lu: %u pages of %u, error %d", page, st.done, st.batch,
				st.err);
	return 0;
}

static int share(struct row *r, unsigned long page, unsigned long n)
{
	return step(r, PINLAB_SHOW, page, n) || step(r, PINLAB_DROP, page, n);
}

static int touch(struct row *r, unsigned long page, unsigned long n)
{
	share_touch(r->mem.addr + page * PAGE_BYTES, n);
	return 0;
}

static int unshare(struct row *r, unsigned long page, unsigned long n)
{
	return step(r, PINLAB_RETAKE, page, n) || step(r, PINLAB_HIDE, page, n);
}

static int setup(struct row *r)
{
	struct in_place *s = calloc(1, sizeof(*s));
	const char *why = "";
	int err;

	r->priv = s;
	if (r->kind == MEM_HUGETLB)
		knob_write_number(HUGE_POOL, POOL_PAGES + r->size.n * PAGE_BYTES / HUGE_BYTES);
	err = mem_alloc(&r->mem, r->kind, r->size.n * PAGE_BYTES, &why);
	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	s->pins = mem_is_large(r->kind) ? 1 : SHARE_CALL;
	for (unsigned long at = 0; at < r->size.n; at += SHARE_CALL) {
		unsigned long n = r->size.n - at < SHARE_CALL ? r->size.n - at : SHARE_CALL;

		if (!(at / SHARE_CALL % PINLAB_SLOTS)) {
			s->fd[s->files] = dev_open();
			if (s->fd[s->files] < 0)
				return row_fail(r, "/dev/pinlab: %s", strerror(-s->fd[s->files]));
			s->files++;
		}
		if (step(r, PINLAB_EXC_FAST, at, n) || step(r, PINLAB_HIDE, at, n))
			return -1;
	}
	return 0;
}

static int look(struct row *r, unsigned int exclusive)
{
	unsigned long pages[] = { 0, r->size.n / 2, r->size.n - 1 };
	struct pinlab_page_info info;

	for (unsigned int i = 0; i < 3; i++) {
		if (page_info(r, r->mem.addr + pages[i] * PAGE_BYTES, &info))
			return -1;
		if (info.exclusive != exclusive || !info.maybe_pinned)
			return row_fail(r, "page %lu: exclusive %u, pinned %u; expected %u, 1",
					pages[i], info.exclusive, info.maybe_pinned, exclusive);
	}
	return 0;
}

static int run(struct row *r)
{
	unsigned long last = r->size.n - 1;

	if (look(r, 1) || share_timed(r, 0, share) || look(r, 0) || share_timed(r, 1, touch) ||
	    share_timed(r, 2, unshare) || look(r, 1))
		return -1;
	if (*(uint64_t *)(r->mem.addr + last * PAGE_BYTES) != last % SHARE_CALL)
		return row_fail(r, "the last page has lost what was written to it");
	return 0;
}

static int teardown(struct row *r)
{
	struct in_place *s = r->priv;

	for (unsigned int i = 0; i < s->files; i++)
		close(s->fd[i]);
	if (check_unpinned(r))
		return -1;
	if (r->kind == MEM_HUGETLB) {
		mem_free(&r->mem);
		knob_write_number(HUGE_POOL, POOL_PAGES);
	}
	return 0;
}

PINLAB_BENCH = {
	.summary	= "share memory with the host in place and take it back: page by page",
	.needs		= NEEDS_SHARE | NEEDS_MEMORY,
	.kinds		= KINDS_LARGE,
	.sizes		= share_large_sizes,
	.more_kinds	= KIND(MEM_ANON) | KIND(MEM_SHMEM),
	.more_sizes	= share_small_sizes,
	.once_from	= SHARE_ONCE,
	.metrics	= { { "share", "page" }, { "touch", "page" }, { "unshare", "page" } },
	.setup		= setup,
	.run		= run,
	.teardown	= teardown,
};
