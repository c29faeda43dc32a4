// SPDX-License-Identifier: GPL-2.0
/*
 * SIGKILL hits a process in the middle of pinning, or while it holds; or it
 * hits the one whose memory another has pinned. Is everything given back, and
 * is the memory of the dead the holder's until it lets go?
 *
 * Oracle: once it is waited for its pins are gone, to the one; the frame that
 * was pinned in a dead process still has what that has written; the witness.
 * Varies: kind of memory, when it is killed, who is killed.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/device.h"
#include "guest/torture/race.h"

#define MANY	PINLAB_MAX_CALLS	/* requests: it hardly ends by itself */

static int kill_and_wait(struct race_round *w, pid_t pid)
{
	struct timespec nap = { .tv_nsec = rng_below(&w->rng, 2000000) };
	int status;

	nanosleep(&nap, NULL);
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		return race_fail(w, "waitpid");
	if (status && !WIFSIGNALED(status))
		return race_fail(w, "a child that pins ended by itself, status %#x", status);
	return 0;
}

static int kill_racer(struct race_round *w)
{
	uint64_t ops = w->mem.fd < 0 ? OPS_FAST | OPS_SLOW : OPS_ORDINARY;
	pid_t pid = race_child(w, ops | (dev_has_exclusive() ? OPS_EXC : 0),
			       PINLAB_RACE_READ | PINLAB_RACE_HOLD, MANY);

	return pid < 0 ? race_fail(w, "fork") : kill_and_wait(w, pid);
}

/* The page of its own that it has written its canary to. */
static void victim(char *page, uint64_t canary, struct child *c)
{
	canary_write(page, canary);
	child_answer(c, true);
	for (;;)
		pause();
}

static int check_remains(struct race_round *w, uint64_t pfn, uint64_t canary)
{
	if (frame_holds(pfn, canary))
		return 0;
	return torture_finding(w->r, PROMISE_CONTENT,
			       "pfn %#llx is pinned and belonged to a process that was killed; somebody else has written to it",
			       (unsigned long long)pfn);
}

/* This one's pin outlives the process that the memory was of. */
static int kill_target(struct race_round *w)
{
	char *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	uint64_t canary = rng_next(&w->rng), pfn = 0;
	struct child c;
	int ret = 0, n, err;

	if (page == MAP_FAILED || child_pipes(&c))
		return race_fail(w, "memory for a child");
	c.pid = child_fork();
	if (!c.pid)
		victim(page, canary, &c);
	if (c.pid < 0 || !child_answered(&c))
		return race_fail(w, "fork");
	n = pin_pages(w->r->drv, PINLAB_PIN_REMOTE, page, 1, c.pid);
	if (n == 1)
		ret = held_pfn(w->r->drv, 0, &pfn);
	if (n != 1 || ret)
		ret = race_fail(w, "a remote pin of a child's page: %d", n);
	err = kill_and_wait(w, c.pid);
	ret = ret ? ret : err;
	/* Somebody takes the memory that is free now. */
	*(volatile char *)page = 1;
	if (!ret)
		ret = check_remains(w, pfn, canary);
	if (n == 1)
		unpin_pages(w->r->drv, PINLAB_PIN_REMOTE, 1);
	for (int i = 0; i < 2; i++) {
		close(c.to[i]);
		close(c.from[i]);
	}
	munmap(page, PAGE_BYTES);
	return ret;
}

static int disturb(struct race_round *w)
{
	return rng_below(&w->rng, 4) ? kill_racer(w) : kill_target(w);
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.remaps = true,
		.balances = true,
		.disturb = disturb,
	};

	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "processes are killed while they pin, or while others pin theirs",
	.needs		= NEEDS_SMP,
	.run		= run,
};
