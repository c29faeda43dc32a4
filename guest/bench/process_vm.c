// SPDX-License-Identifier: GPL-2.0
#include "guest/bench/process_vm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/bench/stamp.h"
#include "guest/bench/steps.h"
#include "guest/child.h"

#define PAGES	128ul
#define BYTES	(PAGES * PAGE_BYTES)

/* The kernel pins 16 pages at a time, whatever a call asks for. */
const struct bench_size process_vm_sizes[] = {
	{ .label = "1", .n = 1 },
	{ .label = "16", .n = 16 },
	{ .label = "128", .n = PAGES },
	{ .label = NULL },
};

/* What the child says about its memory, in a page that both see. */
struct remote {
	char *addr;
	int err;
	char why[64];
};

static struct remote *remote;
static struct child child;
static char *local;
static int remote_fd;		/* /proc/PID/mem: another way to the same memory */
static uint32_t generation;

static void child_main(struct row *r)
{
	const char *why = "";

	remote->err = mem_alloc(&r->mem, r->kind, BYTES, &why);
	remote->addr = r->mem.addr;
	snprintf(remote->why, sizeof(remote->why), "%s", why);
	child_answer(&child, !remote->err);
	/* Told to stop, or left alone. */
	if (child_told(&child))
		child_answer(&child, r->drv < 0 || !check_unpinned(r));
	_exit(0);
}

int process_vm_setup(struct row *r)
{
	char path[32];

	remote = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (remote == MAP_FAILED || posix_memalign((void **)&local, PAGE_BYTES, BYTES) ||
	    child_pipes(&child))
		return row_fail(r, "setup: %s", strerror(errno));
	child.pid = child_fork();
	if (!child.pid)
		child_main(r);
	if (child.pid < 0)
		return row_fail(r, "fork: %s", strerror(errno));
	if (!child_answered(&child))
		return row_skip(r, "needs %s: %s", remote->why, strerror(-remote->err));
	snprintf(path, sizeof(path), "/proc/%d/mem", child.pid);
	remote_fd = open(path, O_RDWR | O_CLOEXEC);
	if (remote_fd < 0)
		return row_skip(r, "needs %s: %s", path, strerror(errno));
	return 0;
}

static int set_remote(struct row *r, uint32_t gen)
{
	static char FAR_BSS buf[BYTES];

	stamp(buf, BYTES, gen);
	if (pwrite(remote_fd, buf, BYTES, (off_t)remote->addr) != (ssize_t)BYTES)
		return row_fail(r, "/proc/PID/mem: %s", strerror(errno));
	return 0;
}

static int check_arrived(struct row *r, bool write, long moved)
{
	long bad;

	if (moved != (long)BYTES)
		return row_fail(r, "short transfer: %ld bytes of %lu", moved, BYTES);
	if (write && pread(remote_fd, local, BYTES, (off_t)remote->addr) != (ssize_t)BYTES)
		return row_fail(r, "/proc/PID/mem: %s", strerror(errno));
	bad = stamp_differs(local, BYTES, generation);
	return bad < 0 ? 0 : row_fail(r, "sector %ld did not arrive", bad);
}

int process_vm_run(struct row *r, bool write)
{
	const size_t bytes = r->size.n * PAGE_BYTES;
	struct region g;
	long moved = 0;

	generation++;
	stamp(local, BYTES, write ? generation : generation - 1);
	if (set_remote(r, write ? generation - 1 : generation))
		return -1;
	region_begin(r, &g);
	for (size_t at = 0; at < BYTES; at += bytes) {
		struct iovec l = { local + at, bytes }, m = { remote->addr + at, bytes };

		moved += write ? process_vm_writev(child.pid, &l, 1, &m, 1, 0) :
				 process_vm_readv(child.pid, &l, 1, &m, 1, 0);
	}
	region_end(r, &g);
	if (check_arrived(r, write, moved))
		return -1;
	region_sample(r, &g, 0, PAGES);
	return 0;
}

int process_vm_teardown(struct row *r)
{
	child_tell(&child);
	if (!child_answered(&child))
		return row_fail(r, "pages of the child are still pinned");
	waitpid(child.pid, NULL, 0);
	return 0;
}
