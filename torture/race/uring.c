// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring registers and unregisters buffers in the memory that others race
 * for: long-term pins of a user that is in every kernel.
 *
 * Oracle: while a buffer is registered no exclusive pin of its pages is given;
 * a buffer with a page that is held exclusively is not registered; once it is
 * unregistered, or its ring closed, its pins are gone; the witness.
 * Varies: kind of memory, size and number of buffers, how they go.
 */
#include <errno.h>
#include <string.h>

#include "guest/device.h"
#include "guest/io/uring.h"
#include "guest/torture/race.h"

static struct io_uring ring;
static unsigned long registered;

/* Is one of these pages the holder's? */
static bool any_held(const struct race_round *w, unsigned long first, unsigned long n)
{
	for (unsigned long i = first; i < first + n; i++)
		if (race_is_held(w, i))
			return true;
	return false;
}

static int check_beside(struct race_round *w, unsigned long first, unsigned long n)
{
	enum pinlab_op op = rng_below(&w->rng, 2) ? PINLAB_EXC_FAST : PINLAB_EXC_SLOW;
	unsigned long i = first + rng_below(&w->rng, n);
	int err;

	if (!dev_has_exclusive())
		return 0;
	if (any_held(w, first, n))
		return torture_finding(w->r, PROMISE_BESIDE,
				       "a buffer of pages %lu to %lu was registered, one of which is held exclusively",
				       first, first + n - 1);
	err = ask_for_pin(w->r, op, w->mem.addr + i * PAGE_BYTES);
	if (err == -EBUSY)
		return 0;
	return torture_finding(w->r, PROMISE_BESIDE,
			       "an exclusive pin of page %lu, which is a registered buffer of io_uring's: %s",
			       i, err ? strerror(-err) : "given");
}

static int drop(struct race_round *w)
{
	int err;

	if (rng_below(&w->rng, 256)) {
		err = io_uring_unregister_buffers(&ring);
		return err ? race_fail(w, "io_uring_unregister_buffers: %s", strerror(-err)) : 0;
	}
	/* They go with the ring, by a worker. */
	io_uring_queue_exit(&ring);
	return uring_open(w->r, &ring);
}

static int disturb(struct race_round *w)
{
	unsigned long first = rng_below(&w->rng, w->pages);
	unsigned long n = 1 + rng_below(&w->rng, w->pages - first);
	bool apart = rng_below(&w->rng, 2);
	struct iovec iov[8];
	int err, ret;

	for (unsigned long i = 0; i < n; i++)
		iov[i] = (struct iovec){ w->mem.addr + (first + i) * PAGE_BYTES, PAGE_BYTES };
	/* One buffer of all, or each page by itself. */
	if (!apart)
		iov[0].iov_len = n * PAGE_BYTES;
	err = io_uring_register_buffers(&ring, iov, apart ? n : 1);
	if (err == -EBUSY || err == -EFAULT)
		return 0;
	if (err)
		return race_fail(w, "io_uring_register_buffers: %s", strerror(-err));
	registered++;
	ret = check_beside(w, first, n);
	err = drop(w);
	return ret ? ret : err;
}

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE,
		.holds = 2,
		.unseen = true,
		.balances = true,
		.disturb = disturb,
	};
	int ret = uring_open(r, &ring);

	if (ret)
		return ret;
	ret = race_run(r, &race);
	io_uring_queue_exit(&ring);
	torture_figure(r, "registered", "calls", registered);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "buffers of io_uring are registered and dropped beside pins of all kinds",
	.needs		= NEEDS_URING | NEEDS_SMP,
	.run		= run,
};
