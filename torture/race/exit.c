// SPDX-License-Identifier: GPL-2.0
/*
 * A process ends while it holds pins, of its own memory, of memory that it
 * shares with others who race for it, or of another process's: what is left?
 * Its page tables go before its files do, and the pins go with the files.
 *
 * Oracle: once it is waited for its pins are gone, to the one, in the counters
 * of the kernel and in those of each page; the witness.
 * Varies: kind of memory, how it was pinned, what the process gives up first.
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/device.h"
#include "guest/torture/race.h"

enum { LEAVES, UNMAPS, CLOSES, GIVES_HALF, NR_WAYS };

static void child(struct race_round *w, enum pinlab_op op, unsigned int way)
{
	int fd = dev_open();
	int n = pin_pages(fd, op, w->mem.addr, w->pages, op == PINLAB_PIN_REMOTE ? getppid() : 0);

	if (way == UNMAPS)
		munmap(w->mem.addr, w->mem.bytes);
	if (way == CLOSES)
		close(fd);
	if (way == GIVES_HALF && n > 1)
		unpin_pages(fd, op, n / 2);
	/* The racers may have been first: refused is no error. */
	_exit(n < 0);
}

static int disturb(struct race_round *w)
{
	static const enum pinlab_op ops[] = {
		PINLAB_PIN_FAST, PINLAB_PIN_LT_SLOW, PINLAB_PIN_REMOTE, PINLAB_PIN_LT_FAST,
		PINLAB_EXC_FAST, PINLAB_EXC_SLOW,
	};
	enum pinlab_op op = ops[rng_below(&w->rng, w->priv ? 6 : 4)];
	unsigned int way = rng_below(&w->rng, NR_WAYS);
	pid_t pid = child_fork();
	int status;

	if (!pid)
		child(w, op, way);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return race_fail(w, "fork");
	return status ? race_fail(w, "a child that pins by op %d ended with status %#x", op,
				 status) : 0;
}

static int run(struct row *r)
{
	static struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.remaps = true,
		.balances = true,
		.disturb = disturb,
	};

	race.priv = dev_has_exclusive() ? r : NULL;
	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "processes end while they hold pins that others race for",
	.needs		= NEEDS_SMP,
	.run		= run,
};
