// SPDX-License-Identifier: GPL-2.0
/*
 * Can a process without privileges take so many pins that nobody else gets
 * one? process_vm_readv() pins up to 1,024 pages at a time and then copies:
 * here the same page 1,024 times, into memory that it has to wait for. Nothing
 * counts these pins, threads are the only limit. What is waited for is a file
 * system that root has frozen; a user has FUSE for that.
 *
 * Oracle: what the owner and others are given meanwhile, and afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "guest/torture/limits_user.h"

#define AT_ONCE		1024	/* pages that process_vm_readv() pins in one go */
#define THREADS		2112	/* more than 2^21 pins need */
#define WAVE		64	/* threads, before a look at whether they are refused */
#define STACK_BYTES	(16 << 10)
#define FS		"/mnt"

static struct {
	struct loot *l;
	char *window;		/* the same page AT_ONCE times */
	char *slow;		/* a page of a file: writing to it waits */
	char *stacks;
} copy;

static int fs = -1, file = -1;

static int freeze(struct row *r)
{
	if (fs < 0)
		fs = open(FS, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		file = open(FS, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fs < 0 || file < 0 || pwrite(file, "x", 1, PAGE_BYTES - 1) != 1)
		return row_skip(r, "needs a file system at " FS ": %s", strerror(errno));
	/* Written back, the next write to its page has to ask the file system. */
	if (fsync(file) || ioctl(fs, FIFREEZE, 0))
		return row_skip(r, "needs a file system that can be frozen: %s", strerror(errno));
	return 0;
}

static void thaw(void)
{
	ioctl(fs, FITHAW, 0);
}

static int copy_once(void *arg)
{
	const struct iovec from = { copy.window, AT_ONCE * PAGE_BYTES };
	const struct iovec to = { copy.slow, PAGE_BYTES };
	struct loot *l = copy.l;

	(void)arg;
	__atomic_add_fetch(&l->ready, 1, __ATOMIC_SEQ_CST);
	if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) < 0) {
		l->err = -errno;
		__atomic_add_fetch(&l->failed, 1, __ATOMIC_SEQ_CST);
	}
	syscall(SYS_exit, 0);
	return 0;
}

static bool map_window(struct loot *l)
{
	copy.window = mmap(NULL, AT_ONCE * PAGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);
	for (long i = 0; i < AT_ONCE; i++)
		if (mmap(copy.window + i * PAGE_BYTES, PAGE_BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, l->fd, 0) == MAP_FAILED)
			return false;
	copy.stacks = mmap(NULL, THREADS * STACK_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	copy.slow = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	return copy.stacks != MAP_FAILED && copy.slow != MAP_FAILED;
}

/*
 * Not by pthread_create(): who waits for the file holds the lock of the memory
 * map, for which its mmap() and brk() would wait.
 */
static bool start_thread(long i)
{
	return clone(copy_once, copy.stacks + (i + 1) * STACK_BYTES,
		     CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		     CLONE_SYSVSEM, NULL) > 0;
}

static void copy_in_threads(struct loot *l)
{
	const struct timespec nap = { .tv_sec = 1 };
	long started = 0;

	copy.l = l;
	if (!map_window(l)) {
		loot_stop(l, errno, "mmap: %s", strerrorname_np(errno));
		return;
	}
	while (started < l->most && !__atomic_load_n(&l->failed, __ATOMIC_SEQ_CST)) {
		for (int i = 0; i < WAVE && started < l->most; i++, started++) {
			if (start_thread(started))
				continue;
			loot_stop(l, errno, "clone() of thread %ld", started);
			return;
		}
		loot_wait(&l->ready, started);
	}
	nanosleep(&nap, NULL);
	l->taken = started - __atomic_load_n(&l->failed, __ATOMIC_SEQ_CST);
	if (l->failed)
		loot_stop(l, -l->err, "%s", strerrorname_np(-l->err));
}

static int run(struct row *r)
{
	static const struct grab a = {
		.name = "small",
		.by = "process_vm_readv()",
		.kind = MEM_SHMEM,
		.most = THREADS,
		.beside = WAVE,
		.before = freeze,
		.after = thaw,
		.take = copy_in_threads,
	};

	return grab_run(r, &a);
}

PINLAB_SCENARIO = {
	.summary	= "an unprivileged process pins a page by process_vm_readv() in many threads",
	.fixed		= true,
	.run		= run,
};
