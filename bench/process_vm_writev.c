// SPDX-License-Identifier: GPL-2.0
/*
 * What does it cost to write to another process's memory, which is pinned by way of
 * its mm (pin_user_pages_remote())?
 *
 * Oracle: every call moves all of its bytes, every sector has arrived in the
 * child's memory, as /proc/PID/mem shows it, and nothing is pinned afterwards.
 * Varies: pages a call.
 */
#include "guest/bench/process_vm.h"

static int run(struct row *r)
{
	return process_vm_run(r, true);
}

PINLAB_BENCH = {
	.summary	= "process_vm_writev() of a child's memory",
	.kinds		= KIND(MEM_ANON) | KIND(MEM_ANON_THP) | KIND(MEM_SHMEM) | KIND(MEM_HUGETLB),
	.sizes		= process_vm_sizes,
	.metrics	= { { "write", "page" } },
	.setup		= process_vm_setup,
	.run		= run,
	.teardown	= process_vm_teardown,
};
