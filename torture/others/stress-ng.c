// SPDX-License-Identifier: GPL-2.0
/*
 * Does stress-ng notice a bug? Its stressors of memory, and those that get and
 * pin pages of others, run beside each other and verify what they can.
 *
 * Oracle: none here, see guest/torture/others.h.
 * Varies: nothing. madvise is left out, it poisons pages; so are those that
 * need swap or change the machine.
 */
#include "guest/torture/others.h"

#define BOUNDS "--verify --oomable --timeout 3"

static int run(struct row *r)
{
	static const char *const lines[] = {
		"/bin/stress-ng --fork 1 --mmap 1 --mmap-bytes 16m --vm 1 --vm-bytes 16m --brk 1 "
		"--mremap 1 --mremap-bytes 8m --mlock 1 --remap 1 " BOUNDS,
		"/bin/stress-ng --vm-splice 1 --vm-rw 1 --vm-rw-bytes 8m --splice 1 --userfaultfd 1 "
		"--io-uring 1 --aiol 1 --memfd 1 --shm 1 --pagemove 1 " BOUNDS,
		NULL
	};

	return others_run(r, lines, 60, false);
}

PINLAB_SCENARIO = {
	.summary	= "stress-ng's stressors of memory, for comparison",
	.fixed		= true,
	.needs		= NEEDS_TOOLS,
	.run		= run,
};
