// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/leaks.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "guest/machine/knob.h"

/* Slab caches and per-CPU lists breathe; less than this is no leak that can be told. */
#define LEAK_KB		1536
#define SETTLE_TRIES	40
#define TOLD_KB		256	/* of a line of /proc/meminfo */
#define LINES		96

struct memory_line {
	char name[32];
	long kb;
};

/* Shared with the process that the scenario is run in. */
static struct state {
	long pins, huge_pages, used_kb, percpu_kb;
	struct memory_line line[LINES];
	int lines;
} *before;

/* How things are less how they were. */
static long pins, huge_pages, grown;

static void refresh_stat(void)
{
	int fd = open("/proc/sys/vm/stat_refresh", O_RDONLY | O_CLOEXEC);
	char buf[8];

	/* Reading is what does it; there is nothing to read. */
	if (fd >= 0 && read(fd, buf, sizeof(buf)) >= 0)
		close(fd);
}

/* The values of these lines of a /proc file, "name value"; absent ones stay 0. */
static void read_values(const char *path, const char *const *names, long *values, int n)
{
	FILE *f = fopen(path, "re");
	char line[256], name[64];
	long v;

	memset(values, 0, n * sizeof(*values));
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63[^: ]%*[: ]%ld", name, &v) != 2)
			continue;
		for (int i = 0; i < n; i++)
			if (!strcmp(name, names[i]))
				values[i] = v;
	}
	if (f)
		fclose(f);
}

void torture_pins_counters(long v[2])
{
	static const char *const names[] = { "nr_foll_pin_acquired", "nr_foll_pin_released" };

	refresh_stat();
	read_values("/proc/vmstat", names, v, 2);
}

long torture_pins_balance(void)
{
	long v[2];

	torture_pins_counters(v);
	return v[0] - v[1];
}

/* Free pages that lie in the lists of a CPU are not in MemFree, and may be many. */
static long percpu_kb(void)
{
	FILE *f = fopen("/proc/zoneinfo", "re");
	long pages = 0, n;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		/* "              count:    12", below "cpu: 0" */
		if (sscanf(line, " count: %ld", &n) == 1)
			pages += n;
	if (f)
		fclose(f);
	return pages * (long)(PAGE_BYTES / 1024);
}

/*
 * What the allocator of per-CPU objects needs to manage a chunk, some MiB, and
 * keeps. Whoever is the first to need another chunk does not leak it.
 */
static long chunks_kb(void)
{
	FILE *f = fopen("/proc/vmallocinfo", "re");
	char line[256], *at;
	long pages = 0;

	while (f && fgets(line, sizeof(line), f)) {
		at = strstr(line, " pcpu_create_chunk+") ? strstr(line, " pages=") : NULL;
		if (at)
			pages += strtol(at + 7, NULL, 10);
	}
	if (f)
		fclose(f);
	return pages * (long)(PAGE_BYTES / 1024);
}

/* Slab objects that nobody uses, the huge zero page, page cache; 4: do not log that. */
static void drop_caches(void)
{
	knob_write("/proc/sys/vm/drop_caches", "4");
	knob_write("/proc/sys/vm/drop_caches", "3");
}

/* Kilobytes that are neither free nor given back for the asking. */
static long used_kb(void)
{
	static const char *const names[] = {
		"MemTotal", "MemFree", "Buffers", "Cached", "SReclaimable", "SwapCached", "Shmem",
		"HugePages_Total",
	};
	long v[8];

	drop_caches();
	read_values("/proc/meminfo", names, v, 8);
	/* Shmem counts as cached, and is not given back. The pool of huge pages is told apart. */
	return v[0] - v[1] - v[2] - v[3] - v[4] - v[5] + v[6] - v[7] * (long)(HUGE_BYTES / 1024) -
	       percpu_kb() - chunks_kb();
}

/* Pages of the hugetlb pool that somebody has. */
static long huge_pages_in_use(void)
{
	static const char *const names[] = { "HugePages_Total", "HugePages_Free" };
	long v[2];

	read_values("/proc/meminfo", names, v, 2);
	return v[0] - v[1];
}

static int read_meminfo(struct memory_line *l)
{
	FILE *f = fopen("/proc/meminfo", "re");
	char line[256];
	int n = 0;

	while (f && n < LINES && fgets(line, sizeof(line), f))
		if (sscanf(line, "%31[^:]: %ld kB", l[n].name, &l[n].kb) == 2)
			n++;
	if (f)
		fclose(f);
	return n;
}

void leaks_begin(void)
{
	if (!before)
		before = mmap(NULL, sizeof(*before), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (before == MAP_FAILED) {
		perror("leaks: mmap");
		_exit(1);
	}
	torture_drain();
	before->pins = torture_pins_balance();
	before->used_kb = used_kb();
	before->huge_pages = huge_pages_in_use();
	before->percpu_kb = percpu_kb();
	before->lines = read_meminfo(before->line);
}

void leaks_wait(void)
{
	const struct timespec nap = { .tv_nsec = 50000000 };

	for (int i = 0; i < SETTLE_TRIES; i++) {
		torture_drain();
		pins = torture_pins_balance() - before->pins;
		grown = used_kb() - before->used_kb;
		huge_pages = huge_pages_in_use() - before->huge_pages;
		if (!pins && !huge_pages && grown < LEAK_KB)
			break;
		nanosleep(&nap, NULL);
	}
}

/* Where it may have gone. */
static void tell_memory(struct row *r)
{
	struct memory_line l[LINES];
	int n = read_meminfo(l);

	torture_detail(r, "free in lists of CPUs: %ld kB, %+ld", percpu_kb(),
		       percpu_kb() - before->percpu_kb);
	for (int i = 0; i < n && i < before->lines; i++) {
		long diff = l[i].kb - before->line[i].kb;

		if (!strcmp(l[i].name, before->line[i].name) &&
		    (diff >= TOLD_KB || diff <= -TOLD_KB ||
		     (diff && !strncmp(l[i].name, "HugePages", 9))))
			torture_detail(r, "%s: %ld, %+ld", l[i].name, l[i].kb, diff);
	}
}

void leaks_tell(struct row *r)
{
	torture_figure(r, "memory-grown", "KiB", grown);
	if (pins)
		torture_finding(r, PROMISE_LEAK,
				"nr_foll_pin_acquired - nr_foll_pin_released is %+ld after the scenario",
				pins);
	if (huge_pages)
		torture_finding(r, PROMISE_LEAK, "%+ld pages of the hugetlb pool are in use",
				huge_pages);
	if (grown < LEAK_KB)
		return;
	torture_finding(r, PROMISE_LEAK, "%ld KiB of memory did not come back", grown);
	tell_memory(r);
}

void leaks_forgive_pins(struct row *r)
{
	(void)r;
	before->pins = torture_pins_balance();
}
