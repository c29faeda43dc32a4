// SPDX-License-Identifier: GPL-2.0
/*
 * Can a process stand in its own way? An anonymous page that it has put into
 * pipes, or that its children share since a fork, and of which it now wants to
 * be the exclusive owner.
 *
 * Oracle: what it is given, on which page, and what is there afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/bench/steps.h"
#include "guest/child.h"
#include "guest/device.h"
#include "guest/torture/limits.h"

#define CHILDREN	32
#define PIPES		5
#define BUFFERS		256	/* of a pipe of 1 MiB */

/* Exclusive pin of the page at addr, which goes back: 0 or -errno, and its frame. */
static int take_exclusively(struct row *r, char *addr, uint64_t *pfn)
{
	struct pinlab_step s[] = {
		{ .op = PINLAB_EXC_FAST, .calls = 1, .batch = 1, .addr = (uintptr_t)addr },
		{ .op = PINLAB_UNPIN_EXC, .calls = 1, .batch = 1 },
	};
	int err;
	struct pinlab_page_info info;

	*pfn = 0;
	err = dev_step(r->drv, s);
	if (err)
		return row_fail(r, "exclusive pin: %s", strerror(-err));
	if (s[0].done != 1)
		return s[0].failed ? -EBUSY : s[0].err;
	if (page_info(r, addr, &info))
		return -1;
	*pfn = info.pfn;
	err = dev_step(r->drv, &s[1]);
	if (err)
		return row_fail(r, "exclusive unpin: %s", strerror(-err));
	return 0;
}

static int fill(char *addr, int pipes[PIPES][2])
{
	struct iovec iov[BUFFERS];

	for (int i = 0; i < BUFFERS; i++)
		iov[i] = (struct iovec){ addr, PAGE_BYTES };
	for (int i = 0; i < PIPES; i++) {
		if (pipe2(pipes[i], O_CLOEXEC) ||
		    fcntl(pipes[i][1], F_SETPIPE_SZ, BUFFERS * PAGE_BYTES) < 0 ||
		    vmsplice(pipes[i][1], iov, BUFFERS, SPLICE_F_NONBLOCK) !=
		    BUFFERS * (ssize_t)PAGE_BYTES)
			return -errno;
	}
	return 0;
}

static int in_pipes(struct row *r)
{
	int pipes[PIPES][2], exclusive, retake, after, err;
	struct mass m;

	if (mass_begin(r, &m, r->mem.addr, -1))
		return -1;
	err = fill(r->mem.addr, pipes);
	if (err)
		return row_fail(r, "vmsplice into %d pipes: %s", PIPES, strerror(-err));
	exclusive = ask_exclusive(&m);
	if (mass_take(&m, PINLAB_PIN_LT_FAST, 1, 1) != 1)
		return row_fail(r, "a pin: %s", strerror(-m.err));
	retake = ask_retake(&m);
	if (mass_give(&m, PINLAB_PIN_LT_FAST, 1, 1))
		return -1;
	for (int i = 0; i < PIPES; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	after = ask_exclusive(&m);
	torture_fact(r, "in-its-pipes", "1280 times: exclusive pin %s, retake %s; pipes closed: exclusive pin %s",
		     answer_text(exclusive), answer_text(retake), answer_text(after));
	return mass_end(&m);
}

static void child(char *addr, int done)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Read only: the page stays shared. */
	(void)*(volatile char *)addr;
	if (write(done, "y", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static int shared_with_children(struct row *r)
{
	struct pinlab_page_info info;
	pid_t pid[CHILDREN];
	int done[2], answer;
	uint64_t pfn;
	char b;

	if (pipe2(done, O_CLOEXEC))
		return row_fail(r, "pipe: %s", strerror(errno));
	for (int i = 0; i < CHILDREN; i++) {
		pid[i] = child_fork();
		if (!pid[i])
			child(r->mem.addr, done[1]);
		if (pid[i] < 0 || read(done[0], &b, 1) != 1)
			return row_fail(r, "fork: %s", strerror(errno));
	}
	if (page_info(r, r->mem.addr, &info))
		return -1;
	answer = take_exclusively(r, r->mem.addr, &pfn);
	torture_fact(r, "shared-with-32-children", "exclusive pin %s%s", answer_text(answer),
		     answer ? "" : pfn == info.pfn ? ", on the shared page" : ", on a copy");
	if (!answer && pfn == info.pfn)
		torture_finding(r, PROMISE_CONTENT,
				"a page that %d children map is the parent's exclusively",
				CHILDREN);
	for (int i = 0; i < CHILDREN; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	close(done[0]);
	close(done[1]);
	return 0;
}

static int run(struct row *r)
{
	const char *why = "";
	int err = mem_alloc(&r->mem, MEM_ANON, PAGE_BYTES, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	err = in_pipes(r);
	return err ? err : shared_with_children(r);
}

PINLAB_SCENARIO = {
	.summary	= "an owner whose own pipes and children hold the page",
	.fixed		= true,
	.needs		= NEEDS_EXCLUSIVE,
	.run		= run,
};
