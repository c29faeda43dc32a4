// SPDX-License-Identifier: GPL-2.0
/*
 * Do stress-ng's stressors of memory get on beside memory that is held
 * exclusively, and beside pins that come and go?
 *
 * Oracle: each stressor verifies what it can and ends with 0; what is held
 * beside is still where and what it was; the witness.
 * Varies: which three of the stressors run at the same time.
 */
#include <stdio.h>
#include <string.h>

#include "guest/torture/broad.h"

#define AT_ONCE 3

/* Bounded, so that the guest does not run out of memory. */
static const char *const stressors[] = {
	"--fork 1",
	"--mmap 1 --mmap-bytes 4m",
	"--vm 1 --vm-bytes 16m",
	"--vm-splice 1",
	"--vm-rw 1 --vm-rw-bytes 8m",
	"--splice 1",
	"--brk 1",
	"--mremap 1 --mremap-bytes 8m",
	"--mlock 1",
	"--remap 1",
	"--pagemove 1",
	"--userfaultfd 1",
	"--io-uring 1",
	"--aiol 1",
	"--memfd 1",
	"--shm 1",
};

#define STRESSORS (sizeof(stressors) / sizeof(*stressors))

static const char *line(struct rng *g)
{
	static char text[600];
	bool taken[STRESSORS] = { false };
	size_t n = 0;

	n = snprintf(text, sizeof(text), "/bin/stress-ng --timeout 1 --verify --oomable");
	for (int left = AT_ONCE; left;) {
		unsigned int i = rng_below(g, STRESSORS);

		if (taken[i])
			continue;
		taken[i] = true;
		n += snprintf(text + n, sizeof(text) - n, " %s", stressors[i]);
		left--;
	}
	return text;
}

static int run(struct row *r)
{
	return broad_run(r, line, 60);
}

PINLAB_SCENARIO = {
	.summary	= "stress-ng's stressors of memory beside memory that is held exclusively",
	.needs		= NEEDS_TOOLS | NEEDS_SMP,
	.run		= run,
};
