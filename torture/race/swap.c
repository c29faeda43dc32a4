// SPDX-License-Identifier: GPL-2.0
/*
 * Memory is short: a group of processes is made to give up more and more of
 * it, the pages that are raced for among others, while a hog takes more.
 *
 * Oracle: a page that is held keeps its frame and its contents; so does all
 * else its contents, in swap and back; the witness; nothing stays pinned.
 * Varies: kind of memory, the ways to pin, how much is asked back at a time.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/machine/knob.h"
#include "guest/machine/swap.h"
#include "guest/torture/race.h"

#define CGROUPS		"/sys/fs/cgroup"
#define GROUP		CGROUPS "/pinlab"
#define HOG_BYTES	(16 * 1024 * 1024ul)
#define STEP_BYTES	(256 * 1024ul)
#define WORD(w, i)	(*(volatile uint64_t *)((w)->mem.addr + (i) * PAGE_BYTES + 8))

static char *hog;
static size_t hog_at;
static unsigned long reclaims;

/* The row's process into a group of its own, whose memory can be asked back. */
static int join_group(struct row *r)
{
	/* Where it is mounted already, the group can be made just as well. */
	mount("none", CGROUPS, "cgroup2", 0, NULL);
	knob_write(CGROUPS "/cgroup.subtree_control", "+memory");
	mkdir(GROUP, 0755);
	if (!knob_is_there(GROUP "/memory.reclaim"))
		return row_skip(r, "needs memory.reclaim (CONFIG_MEMCG, cgroup2)");
	if (knob_write_number(GROUP "/cgroup.procs", getpid()))
		return row_fail(r, GROUP "/cgroup.procs");
	return 0;
}

static void leave_group(void)
{
	knob_write_number(CGROUPS "/cgroup.procs", getpid());
	rmdir(GROUP);
	umount(CGROUPS);
}

static int before(struct race_round *w)
{
	for (unsigned long i = 0; i < w->pages; i++)
		WORD(w, i) = w->canary + i;
	return 0;
}

static int check(struct race_round *w)
{
	for (unsigned long i = 0; i < w->pages; i++)
		if (WORD(w, i) != w->canary + i)
			return torture_finding(w->r, PROMISE_CONTENT,
					       "%s page %lu has lost its contents under memory pressure",
					       mem_kind_name(w->mem.kind), i);
	return 0;
}

/* The next so many bytes of the hog, round and round. */
static void touch(size_t bytes)
{
	for (size_t i = 0; i < bytes; i += PAGE_BYTES)
		hog[(hog_at + i) % HOG_BYTES] += 1;
	hog_at = (hog_at + bytes) % HOG_BYTES;
}

/* Less than what was asked for could be had: -EAGAIN, which is no error here. */
static int disturb(struct race_round *w)
{
	touch(STEP_BYTES);
	reclaims += !knob_write_number(GROUP "/memory.reclaim",
				       STEP_BYTES / 4 * (1 + rng_below(&w->rng, 8)));
	return rng_below(&w->rng, 4) ? 0 : check(w);
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_ANON) | KIND(MEM_ANON_THP) | KIND(MEM_SHMEM) |
			 KIND(MEM_SHMEM_THP),
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY | OP(PIN_MEMFD) },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
		.holds = 2,
		.remaps = true,
		.before = before,
		.disturb = disturb,
		.after = check,
	};
	int ret = join_group(r);

	if (!ret)
		ret = swap_start(r);
	if (ret)
		return ret;
	hog = mmap(NULL, HOG_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (hog == MAP_FAILED)
		return row_fail(r, "memory");
	touch(HOG_BYTES);
	ret = race_run(r, &race);
	torture_figure(r, "reclaims", "calls", reclaims);
	torture_figure(r, "swapped", "pages", swap_pages_out());
	munmap(hog, HOG_BYTES);
	leave_group();
	swap_stop();
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "memory pressure and swap against pins of all kinds",
	.needs		= NEEDS_SMP,
	.run		= run,
};
