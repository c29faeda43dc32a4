// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/racers.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/device.h"

static void sleep_while(atomic_uint *word, unsigned int value)
{
	while (atomic_load(word) == value)
		syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void wake(atomic_uint *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

struct racers *racers_new(void)
{
	struct racers *rs = mmap(NULL, sizeof(*rs), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (rs == MAP_FAILED)
		return NULL;
	for (int i = 0; i < MAX_RACERS; i++)
		rs->racer[i] = (struct racer){ .all = rs, .fd = -1 };
	return rs;
}

static void add(struct racer *c)
{
	for (int op = 0; op < PINLAB_NR_OPS; op++) {
		c->taken += c->req.taken[op];
		c->refused += c->req.refused[op];
		c->failed += c->req.failed[op];
	}
	c->released += c->req.released;
}

static void race(struct racer *c, int fd)
{
	while (!atomic_load(&c->all->stop) && !c->err) {
		c->err = dev_race(fd, &c->req);
		if (!c->err)
			add(c);
		c->req.seed++;
	}
}

static void *race_thread(void *arg)
{
	struct racer *c = arg;

	for (;;) {
		sleep_while(&c->all->round, c->seen);
		c->seen = atomic_load(&c->all->round);
		if (atomic_load(&c->all->quit))
			return NULL;
		if (!c->req.ops || c->process)
			continue;
		race(c, c->fd);
		if (atomic_fetch_sub(&c->all->running, 1) == 1)
			wake(&c->all->running);
	}
}

static int start_thread(struct racer *c)
{
	int err;

	if (c->fd >= 0)
		return 0;
	c->fd = dev_open();
	if (c->fd < 0)
		return c->fd;
	c->seen = atomic_load(&c->all->round);
	err = pthread_create(&c->thread, NULL, race_thread, c);
	if (err) {
		close(c->fd);
		c->fd = -1;
	}
	return -err;
}

/* What is the child's own must not go to *c, which both see. */
static void race_process(struct racer *c, unsigned int seen)
{
	int fd = dev_open();

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sleep_while(&c->all->round, seen);
	if (fd < 0)
		c->err = -ENODEV;
	race(c, fd);
	_exit(0);
}

static int start_process(struct racer *c)
{
	unsigned int seen = atomic_load(&c->all->round);
	pid_t pid = child_fork();

	if (!pid)
		race_process(c, seen);
	c->pid = pid;
	return pid < 0 ? -errno : 0;
}

static int end_process(struct racer *c)
{
	pid_t pid = c->pid;
	int status;

	c->pid = 0;
	return pid > 0 && (waitpid(pid, &status, 0) != pid || status) ? -ECHILD : 0;
}

/* Nobody was let go yet. */
static void call_off(struct racers *rs)
{
	for (int i = 0; i < MAX_RACERS; i++) {
		if (rs->racer[i].pid > 0)
			kill(rs->racer[i].pid, SIGKILL);
		end_process(&rs->racer[i]);
	}
}

int racers_begin(struct racers *rs)
{
	unsigned int threads = 0;
	int err = 0;

	for (int i = 0; i < MAX_RACERS && !err; i++) {
		struct racer *c = &rs->racer[i];

		c->taken = 0;
		c->refused = 0;
		c->failed = 0;
		c->released = 0;
		c->err = 0;
		if (!c->req.ops)
			continue;
		err = c->process ? start_process(c) : start_thread(c);
		threads += !c->process;
	}
	if (err) {
		call_off(rs);
		return err;
	}
	atomic_store(&rs->stop, false);
	atomic_store(&rs->running, threads);
	atomic_fetch_add(&rs->round, 1);
	wake(&rs->round);
	return 0;
}

int racers_end(struct racers *rs)
{
	unsigned int left;
	int err = 0, e;

	atomic_store(&rs->stop, true);
	while ((left = atomic_load(&rs->running)))
		sleep_while(&rs->running, left);
	for (int i = 0; i < MAX_RACERS; i++) {
		e = end_process(&rs->racer[i]);
		if (!rs->racer[i].err)
			rs->racer[i].err = e;
		if (!err)
			err = rs->racer[i].err;
	}
	return err;
}

void racers_free(struct racers *rs)
{
	atomic_store(&rs->quit, true);
	atomic_fetch_add(&rs->round, 1);
	wake(&rs->round);
	for (int i = 0; i < MAX_RACERS; i++) {
		struct racer *c = &rs->racer[i];

		if (c->fd < 0)
			continue;
		pthread_join(c->thread, NULL);
		close(c->fd);
	}
	munmap(rs, sizeof(*rs));
}
