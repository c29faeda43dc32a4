// SPDX-License-Identifier: GPL-2.0
/*
 * Compaction takes pages that somebody pins at that moment, and others around
 * them: it looks at the pin before it isolates a page, and at the references
 * again when it moves it.
 *
 * Oracle: a page that is held keeps its frame and its contents; so do the
 * contents of all others; the witness; afterwards nothing is pinned.
 * Varies: kind of memory; the ways to pin; free memory is in pieces, so that
 * there is something to compact.
 */
#include <sys/mman.h>

#include "guest/machine/knob.h"
#include "guest/torture/race.h"

#define KNOB		"/proc/sys/vm/compact_memory"
#define PIECES_BYTES	(32ul << 20)

/* Memory of which every other page is free. */
static int break_up(struct row *r)
{
	char *p = mmap(NULL, PIECES_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	if (p == MAP_FAILED || madvise(p, PIECES_BYTES, MADV_NOHUGEPAGE))
		return row_fail(r, "memory to break up");
	for (size_t i = 0; i < PIECES_BYTES; i += PAGE_BYTES)
		*(volatile char *)(p + i) = 1;
	for (size_t i = 0; i < PIECES_BYTES; i += 2 * PAGE_BYTES)
		madvise(p + i, PAGE_BYTES, MADV_DONTNEED);
	/* It goes with the row's process. */
	return 0;
}

static int disturb(struct race_round *w)
{
	race_scribble(w);
	return knob_write(KNOB, "1") ? race_fail(w, KNOB) : 0;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.holds = 2,
		.remaps = true,
		.disturb = disturb,
	};

	if (!knob_is_there(KNOB))
		return row_skip(r, "needs compaction (CONFIG_COMPACTION)");
	if (break_up(r))
		return -1;
	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "compaction against pins of all kinds",
	.needs		= NEEDS_SMP,
	.run		= run,
};
