// SPDX-License-Identifier: GPL-2.0
/*
 * Can a process without privileges deny a page to its owner by mapping it
 * again and again? Each mapping is a reference of the page.
 *
 * Oracle: what the owner is given while the mappings stand, and afterwards.
 * Varies: the folio, small or large; one process, or several of its user.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/torture/limits_user.h"

#define PROCESSES	8	/* none of which has so many that the page looks pinned */

static bool map_again(struct loot *l)
{
	char *p = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, l->fd, 0);

	if (p == MAP_FAILED)
		return false;
	/* Only what is in the page table is a reference. */
	(void)*(volatile char *)p;
	l->taken++;
	return true;
}

static void map_again_and_again(struct loot *l)
{
	while (l->taken < l->most && map_again(l))
		;
	if (l->taken < l->most)
		loot_stop(l, errno, "vm.max_map_count (%ld)",
			  read_number("/proc/sys/vm/max_map_count"));
}

/* Goes with its parent. */
static void child(struct loot *l, long n)
{
	struct loot own = *l;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	own.taken = 0;
	own.most = n;
	map_again_and_again(&own);
	__atomic_add_fetch(&l->ready, own.taken, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
}

/* What one may not have, several of the same user may. */
static void map_in_processes(struct loot *l)
{
	long each = l->most / PROCESSES;

	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = child_fork();

		if (!pid)
			child(l, each);
		if (pid < 0) {
			loot_stop(l, errno, "%s", strerrorname_np(errno));
			break;
		}
		l->taken += each;
	}
	loot_wait(&l->ready, l->taken);
}

static int run(struct row *r)
{
	static const struct grab grabs[] = {
		{
			.name = "small",
			.by = "mappings",
			.kind = MEM_SHMEM,
			.most = 1 << 20,
			.beside = 1100,
			.take = map_again_and_again,
		}, {
			.name = "large",
			.by = "mappings",
			.kind = MEM_SHMEM_THP,
			.most = 4096,
			.take = map_again_and_again,
		}, {
			.name = "small-by-several",
			.by = "mappings of 8 processes",
			.kind = MEM_SHMEM,
			.most = PROCESSES * 160,
			.take = map_in_processes,
		},
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(grabs) / sizeof(*grabs) && !ret; i++)
		ret = grab_run(r, &grabs[i]);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "an unprivileged process maps the owner's page until it is stopped",
	.fixed		= true,
	.run		= run,
};
