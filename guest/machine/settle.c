// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/settle.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "guest/clock.h"
#include "guest/mem.h"

/* A grace period takes a few ticks of 10 ms; its callbacks run in a later one. */
#define SETTLE_NS	150000000

static int exact(void)
{
	return clock_is_exact();
}

void settle_batches(void)
{
	static int fd = -1;
	char buf[8];
	char *p;

	if (!exact())
		return;
	/* Unmapping pages drains this CPU's LRU batches first. */
	p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED) {
		*(volatile char *)p = 1;
		munmap(p, PAGE_BYTES);
	}
	if (fd < 0)
		fd = open("/proc/sys/vm/stat_refresh", O_RDONLY | O_CLOEXEC);
	/* Reading is what does it; there is nothing to read. */
	if (pread(fd, buf, sizeof(buf), 0) > 0)
		return;
}

void settle(void)
{
	const struct timespec ts = { .tv_nsec = SETTLE_NS };

	if (!exact())
		return;
	nanosleep(&ts, NULL);
	settle_batches();
}

void settle_priority(void)
{
	const struct sched_param sp = { .sched_priority = 1 };

	if (exact())
		sched_setscheduler(0, SCHED_FIFO, &sp);
}
