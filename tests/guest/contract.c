// SPDX-License-Identifier: GPL-2.0
/*
 * Does the kernel keep the contract of an exclusive pin? Every row of its
 * table, one operation after the other, on one page of each kind of memory.
 *
 * Oracle: the result that the table gives, and the folio's counts before and
 * after: a refusal leaves them as they were.
 * Varies: kind of memory. Races are torture's.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/bench/bench.h"
#include "guest/bench/steps.h"
#include "guest/clock.h"
#include "guest/device.h"
#include "guest/machine/kmsg.h"
#include "guest/torture/torture.h"

enum state { U, P, X };

#define ANY_REFS 1100	/* more than GUP_PIN_COUNTING_BIAS */

/* One operation on one page (or `pages`), and what must come of it. */
static int op(struct row *r, enum pinlab_op what, unsigned int slot, unsigned int pages,
	      unsigned int flags, int expect)
{
	struct pinlab_step s = {
		.op = what, .flags = flags, .slot = slot, .calls = 1, .batch = pages,
		.addr = (uintptr_t)r->mem.addr, .stride = PAGE_BYTES,
		.pid = what == PINLAB_PIN_MEMFD ? (unsigned int)r->mem.fd : 0,
	};
	int err;
	int got;

	if (what == PINLAB_PIN_MEMFD)
		s.addr = 0;
	err = dev_run(r->drv, &s, 1);
	if (err)
		return row_fail(r, "operation %d: driver: %s", what, strerror(-err));
	got = s.failed ? -EBUSY : s.err;
	if (got != expect)
		return row_fail(r, "operation %d, slot %u: %s, the contract says %s", what, slot,
				got ? strerror(-got) : "success",
				expect ? strerror(-expect) : "success");
	if (!expect && s.done != pages)
		return row_fail(r, "operation %d: %u pages of %u", what, s.done, pages);
	return 0;
}

static int in_state(struct row *r, enum state want, int pins)
{
	unsigned int exclusive = want == X, pinned = want != U;
	struct pinlab_page_info i;
	int have;

	if (page_info(r, r->mem.addr, &i))
		return -1;
	/* Of a small folio the pins are what _refcount has in steps of 1,024. */
	have = i.pincount >= 0 ? i.pincount : i.refcount / 1024;
	if (i.exclusive != exclusive || i.maybe_pinned != pinned || have != pins)
		return row_fail(r, "state %s with %d pins, the contract says %s with %d",
				i.exclusive ? "X" : i.maybe_pinned ? "P" : "U", have,
				want == X ? "X" : want == P ? "P" : "U", pins);
	return 0;
}

/* The operation is refused, or is the caller's bug: nothing may change. */
static int no_trace(struct row *r, enum pinlab_op what, unsigned int slot, unsigned int flags,
		    int expect)
{
	struct pinlab_page_info a, b;

	if (page_info(r, r->mem.addr, &a) || op(r, what, slot, 1, flags, expect) ||
	    page_info(r, r->mem.addr, &b))
		return -1;
	if (a.refcount != b.refcount || a.pincount != b.pincount || a.exclusive != b.exclusive ||
	    a.maybe_pinned != b.maybe_pinned)
		return row_fail(r, "operation %d left a trace: refcount %#x to %#x, pins %#x to %#x",
				what, a.refcount, b.refcount, a.pincount, b.pincount);
	return 0;
}

#define MUST(call) do { if (call) return -1; } while (0)

static bool has_memfd(const struct row *r)
{
	return (r->kind == MEM_SHMEM || r->kind == MEM_SHMEM_THP || r->kind == MEM_HUGETLB) &&
	       dev_has_memfd();
}

static const enum pinlab_op ordinary[] = {
	PINLAB_PIN_FAST, PINLAB_PIN_SLOW, PINLAB_PIN_REMOTE, PINLAB_PIN_LT_FAST,
	PINLAB_PIN_LT_SLOW,
};

static const enum pinlab_op exclusive[] = { PINLAB_EXC_FAST, PINLAB_EXC_SLOW };

static int exclusive_refuses_all(struct row *r)
{
	for (int i = 0; i < 5; i++) {
		MUST(no_trace(r, ordinary[i], 1, 0, -EBUSY));
		MUST(no_trace(r, ordinary[i], 1, PINLAB_READ, -EBUSY));
	}
	for (int i = 0; i < 2; i++) {
		MUST(no_trace(r, exclusive[i], 1, 0, -EBUSY));
		MUST(no_trace(r, exclusive[i], 1, PINLAB_READ, -EBUSY));
	}
	if (has_memfd(r))
		MUST(no_trace(r, PINLAB_PIN_MEMFD, 1, 0, -EBUSY));
	MUST(no_trace(r, PINLAB_RETAKE, 0, PINLAB_FORCE, -EBUSY));
	/* The caller's bug: an ordinary unpin of an exclusive pin. */
	MUST(no_trace(r, PINLAB_UNPIN, 0, PINLAB_FORCE, 0));
	MUST(no_trace(r, PINLAB_UNPIN_DIRTY, 0, PINLAB_FORCE, 0));
	/* Plain references are as without the patch. */
	MUST(op(r, PINLAB_GET_FAST, 1, 1, 0, 0));
	return op(r, PINLAB_PUT, 1, 1, 0, 0);
}

static int pinned_refuses_exclusive(struct row *r, enum pinlab_op pin)
{
	MUST(op(r, pin, 1, 1, 0, 0));
	MUST(in_state(r, P, 1));
	for (int i = 0; i < 2; i++)
		MUST(no_trace(r, exclusive[i], 2, 0, -EBUSY));
	MUST(no_trace(r, PINLAB_UNPIN_EXC, 1, PINLAB_FORCE, 0));
	MUST(no_trace(r, PINLAB_UNPIN_EXC_DIRTY, 1, PINLAB_FORCE, 0));
	MUST(no_trace(r, PINLAB_DROP, 1, PINLAB_FORCE, 0));
	MUST(op(r, PINLAB_UNPIN, 1, 1, 0, 0));
	return in_state(r, U, 0);
}

static int run_table(struct row *r)
{
	MUST(in_state(r, U, 0));
	for (int i = 0; i < 2; i++) {
		MUST(op(r, exclusive[i], 0, 1, i ? PINLAB_READ : 0, 0));
		MUST(in_state(r, X, 1));
		MUST(exclusive_refuses_all(r));
		/* Share, and take back. */
		MUST(op(r, PINLAB_DROP, 0, 1, 0, 0));
		MUST(in_state(r, P, 1));
		MUST(op(r, PINLAB_PIN_FAST, 1, 1, 0, 0));
		MUST(in_state(r, P, 2));
		MUST(no_trace(r, PINLAB_RETAKE, 0, 0, -EBUSY));
		MUST(op(r, PINLAB_UNPIN, 1, 1, 0, 0));
		MUST(op(r, PINLAB_RETAKE, 0, 1, 0, 0));
		MUST(in_state(r, X, 1));
		MUST(exclusive_refuses_all(r));
		MUST(op(r, i ? PINLAB_UNPIN_EXC_DIRTY : PINLAB_UNPIN_EXC, 0, 1, 0, 0));
		MUST(in_state(r, U, 0));
	}
	for (int i = 0; i < 5; i++)
		MUST(pinned_refuses_exclusive(r, ordinary[i]));
	if (has_memfd(r))
		MUST(pinned_refuses_exclusive(r, PINLAB_PIN_MEMFD));
	/* Not pinned: nothing to take exclusivity of. */
	MUST(op(r, PINLAB_GET_FAST, 1, 1, 0, 0));
	MUST(no_trace(r, PINLAB_RETAKE, 1, PINLAB_FORCE, -EINVAL));
	return op(r, PINLAB_PUT, 1, 1, 0, 0);
}

static int run_own_request(struct row *r)
{
	bool large = mem_is_large(r->kind);

	for (int i = 0; i < 2; i++) {
		MUST(op(r, exclusive[i], 0, 16, 0, 0));
		MUST(in_state(r, X, large ? 16 : 1));
		MUST(exclusive_refuses_all(r));
		MUST(op(r, PINLAB_UNPIN_EXC, 0, 8, 0, 0));
		/* The first half is gone: a large folio has still its owner. */
		MUST(large ? in_state(r, X, 8) : in_state(r, U, 0));
		MUST(op(r, PINLAB_UNPIN_EXC, 0, 8, 0, 0));
		MUST(in_state(r, U, 0));
	}
	return 0;
}

/* Many plain references are no pin; where that cannot be told, refusal is the safe side. */
static int run_many_references(struct row *r)
{
	bool large = mem_is_large(r->kind);
	struct pinlab_step s = { .op = PINLAB_GET_FAST, .slot = 1, .calls = ANY_REFS, .batch = 1,
				 .addr = (uintptr_t)r->mem.addr };

	if (dev_run(r->drv, &s, 1) || s.done != ANY_REFS)
		return row_fail(r, "%u references of %d", s.done, ANY_REFS);
	MUST(op(r, PINLAB_EXC_FAST, 0, 1, 0, large ? 0 : -EBUSY));
	if (large)
		MUST(op(r, PINLAB_UNPIN_EXC, 0, 1, 0, 0));
	MUST(op(r, PINLAB_PIN_FAST, 2, 1, 0, 0));
	MUST(op(r, PINLAB_UNPIN, 2, 1, 0, 0));
	return op(r, PINLAB_PUT, 1, ANY_REFS, 0, 0);
}

/* A child that is killed while it holds the page leaves nothing. */
static int run_killed_holder(struct row *r)
{
	int p[2], status;
	pid_t pid;
	char c;

	if (r->mem.fd < 0)
		return 0;	/* not shared: the child's page is its own */
	if (pipe(p))
		return row_fail(r, "pipe: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		/* A file of its own, which ends with the child. */
		r->drv = dev_open();
		c = op(r, PINLAB_EXC_FAST, 0, 1, 0, 0) ? 'n' : 'y';
		if (write(p[1], &c, 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	if (read(p[0], &c, 1) != 1 || c != 'y')
		return row_fail(r, "the child could not pin");
	MUST(in_state(r, X, 1));
	MUST(no_trace(r, PINLAB_PIN_FAST, 1, 0, -EBUSY));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(p[0]);
	close(p[1]);
	return in_state(r, U, 0);
}

/* fork() gives the child a copy of an exclusively pinned anonymous page. */
static int run_fork(struct row *r)
{
	struct pinlab_page_info mine, theirs;
	int status;
	pid_t pid;

	if (r->mem.fd >= 0)
		return 0;
	MUST(op(r, PINLAB_EXC_FAST, 0, 1, 0, 0));
	MUST(page_info(r, r->mem.addr, &mine));
	pid = fork();
	if (!pid)
		_exit(dev_page(r->drv, r->mem.addr, &theirs) ? 2 :
		      theirs.pfn == mine.pfn ? 3 : theirs.exclusive ? 4 : 0);
	waitpid(pid, &status, 0);
	if (status)
		return row_fail(r, "the child of fork() %s", WEXITSTATUS(status) == 3 ?
				"shares the exclusive page" : "sees no copy of its own");
	MUST(in_state(r, X, 1));
	return op(r, PINLAB_UNPIN_EXC, 0, 1, 0, 0);
}

/* A request that lands on the zero page may be refused, and may not claim the zero page. */
static int run_zero_page(struct row *r)
{
	struct pinlab_step s = { .op = PINLAB_EXC_FAST, .flags = PINLAB_READ, .calls = 1,
				 .batch = 1 };
	int err;
	struct pinlab_page_info i;
	volatile char *p;

	if (r->kind != MEM_ANON)
		return 0;
	p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)*p;	/* maps the zero page */
	s.addr = (uintptr_t)p;
	err = dev_run(r->drv, &s, 1);
	if (err)
		return row_fail(r, "driver: %s", strerror(-err));
	if (s.done) {
		if (dev_held(r->drv, 0, 0, &i) || !i.exclusive)
			return row_fail(r, "an exclusive pin was given that is not exclusive");
		MUST(op(r, PINLAB_UNPIN_EXC, 0, 1, 0, 0));
	}
	munmap((void *)p, PAGE_BYTES);
	return 0;
}

/* Memory that goes away under its holder: the pin keeps the page, and releases it later. */
static int run_unmapped(struct row *r)
{
	struct pinlab_page_info i;

	MUST(op(r, PINLAB_EXC_FAST, 0, 16, 0, 0));
	if (r->mem.fd >= 0 && ftruncate(r->mem.fd, 0))
		return row_fail(r, "truncate: %s", strerror(errno));
	munmap(r->mem.addr, r->mem.bytes);
	if (dev_held(r->drv, 0, 0, &i) || !i.exclusive)
		return row_fail(r, "the exclusive pin did not survive munmap()");
	return op(r, PINLAB_UNPIN_EXC, 0, 16, 0, 0);
}

static long pins_balance(void)
{
	long acquired = 0, released = 0;
	char line[128];
	FILE *f;

	f = fopen("/proc/sys/vm/stat_refresh", "re");
	if (f) {
		while (fgets(line, sizeof(line), f))
			;
		fclose(f);
	}
	f = fopen("/proc/vmstat", "re");
	while (f && fgets(line, sizeof(line), f)) {
		sscanf(line, "nr_foll_pin_acquired %ld", &acquired);
		sscanf(line, "nr_foll_pin_released %ld", &released);
	}
	if (f)
		fclose(f);
	return acquired - released;
}

/* What the caller's bugs of the table make mm/gup.c warn of was asked for; nothing else was. */
static int expected_warnings(struct row *r)
{
	struct complaint c;

	kmsg_read(&c);
	for (unsigned int i = 0; i < c.n_kinds; i++)
		if (!strstr(c.kind[i], " at mm/gup.c:"))
			return row_fail(r, "%s", c.kind[i]);
	torture_expect(r, &c);
	return 0;
}

static int run(struct row *r)
{
	static int (*const parts[])(struct row *r) = {
		run_table, run_own_request, run_many_references, run_killed_holder, run_fork,
		run_zero_page, NULL,
	};
	long before = pins_balance(), after;
	struct region g;

	if (kmsg_start())
		return row_fail(r, "the kernel's log cannot be read");
	for (int i = 0; parts[i]; i++)
		MUST(parts[i](r));
	MUST(expected_warnings(r));
	after = pins_balance();
	if (before != after)
		return row_fail(r, "nr_foll_pin_acquired - released went from %ld to %ld", before,
				after);
	/* There is nothing to time: the sample says that all of it ran. */
	region_begin(r, &g);
	region_end(r, &g);
	region_sample(r, &g, 0, 1);
	return 0;
}

PINLAB_BENCH = {
	.summary	= "every row of the contract's table",
	.needs		= NEEDS_SHARE | NEEDS_EXC_DIRTY | NEEDS_QUERY,
	.kinds		= KINDS_LONGTERM,
	.metrics	= { { "all", "run" } },
	.setup		= bench_alloc,
	.run		= run,
	.teardown	= run_unmapped,
};
