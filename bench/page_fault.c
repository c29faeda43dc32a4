// SPDX-License-Identifier: GPL-2.0
/*
 * Control: minor write faults, which no change to pinning can move.
 *
 * Oracle: the process's count of minor faults has grown by the number of
 * pages, and each page holds what was written.
 * Varies: the kind of memory: a fresh anonymous page, or one of a shmem file
 * that only has to be mapped again.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "guest/bench/bench.h"
#include "guest/machine/settle.h"

#define FAULTS 128ul

static int setup(struct row *r)
{
	const char *why = "";
	int err = mem_alloc(&r->mem, r->kind, FAULTS * PAGE_BYTES, &why);

	return err ? row_skip(r, "needs %s: %s", why, strerror(-err)) : 0;
}

static long minor_faults(void)
{
	struct rusage ru = { 0 };

	getrusage(RUSAGE_SELF, &ru);
	return ru.ru_minflt;
}

static int run(struct row *r)
{
	volatile char *p = r->mem.addr;
	struct region g;
	long faults;

	settle();
	/* The page tables stay: only the pages go, into the allocator's per-CPU list. */
	if (madvise(r->mem.addr, r->mem.bytes, MADV_DONTNEED))
		return row_fail(r, "madvise: %s", strerror(errno));
	faults = minor_faults();
	region_begin(r, &g);
	for (unsigned long i = 0; i < FAULTS; i++)
		p[i * PAGE_BYTES] = (char)i;
	region_end(r, &g);
	faults = minor_faults() - faults;
	if (faults != (long)FAULTS)
		return row_fail(r, "%ld minor faults, expected %lu", faults, FAULTS);
	for (unsigned long i = 0; i < FAULTS; i++)
		if (p[i * PAGE_BYTES] != (char)i)
			return row_fail(r, "page %lu lost what was written", i);
	region_sample(r, &g, 0, FAULTS);
	return 0;
}

PINLAB_BENCH = {
	.summary	= "control: a minor write fault",
	.kinds		= KIND(MEM_ANON) | KIND(MEM_SHMEM),
	.metrics	= { { "fault", "page" } },
	.setup		= setup,
	.run		= run,
};
