// SPDX-License-Identifier: GPL-2.0
#include "guest/bench/threads.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "guest/bench/steps.h"
#include "guest/clock.h"
#include "guest/device.h"

#define MAX_THREADS	8
#define PINS		2048	/* that a thread holds at once */
#define ROUNDS		8

const struct bench_size thread_sizes[] = {
	{ .label = "1", .n = 1 },
	{ .label = "2", .n = 2 },
	{ .label = "4", .n = 4 },
	{ .label = "8", .n = MAX_THREADS },
	{ .label = NULL },
};

struct worker {
	pthread_t thread;
	pthread_barrier_t *start;
	int fd;			/* an open file holds its own pages, and is locked */
	int err;
	struct pinlab_step steps[2 * ROUNDS];
};

static struct worker workers[MAX_THREADS];

int threads_setup(struct row *r)
{
	/* Pages of one's own are apart: neither page structs nor data share a cache line. */
	const char *why = "";
	int err = mem_alloc(&r->mem, r->kind, MAX_THREADS * 2 * PAGE_BYTES, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	for (int i = 0; i < MAX_THREADS; i++) {
		workers[i].fd = dev_open();
		if (workers[i].fd < 0)
			return row_fail(r, "/dev/pinlab: %s", strerror(-workers[i].fd));
	}
	return 0;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	pthread_barrier_wait(w->start);
	w->err = dev_run(w->fd, w->steps, 2 * ROUNDS);
	return NULL;
}

static void prepare(struct worker *w, char *page, pthread_barrier_t *start)
{
	w->start = start;
	for (int i = 0; i < 2 * ROUNDS; i++)
		w->steps[i] = (struct pinlab_step){
			.op = i % 2 ? PINLAB_UNPIN : PINLAB_PIN_FAST,
			.calls = PINS, .batch = 1, .addr = (uintptr_t)page,
		};
}

static int collect(struct row *r, int64_t ticks[2], uint64_t *noise)
{
	for (unsigned long t = 0; t < r->size.n; t++) {
		if (workers[t].err)
			return row_fail(r, "thread %lu: %s", t, strerror(-workers[t].err));
		for (int i = 0; i < 2 * ROUNDS; i++) {
			const struct pinlab_step *s = &workers[t].steps[i];

			if (s->err || s->done != PINS)
				return row_fail(r, "thread %lu: %u pins of %d: %s", t, s->done,
						PINS, strerror(-s->err));
			ticks[i % 2] += s->ticks;
			*noise += s->noise;
		}
	}
	return 0;
}

int threads_run(struct row *r, bool same_page)
{
	struct pinlab_page_info before, after;
	uint64_t ops = r->size.n * ROUNDS * PINS, noise = 0;
	int64_t ticks[2] = { 0 };
	pthread_barrier_t start;

	if (page_info(r, r->mem.addr, &before))
		return -1;
	pthread_barrier_init(&start, NULL, r->size.n);
	for (unsigned long t = 0; t < r->size.n; t++) {
		prepare(&workers[t], r->mem.addr + (same_page ? 0 : t * 2 * PAGE_BYTES), &start);
		if (pthread_create(&workers[t].thread, NULL, work, &workers[t]))
			return row_fail(r, "pthread_create: thread %lu", t);
	}
	for (unsigned long t = 0; t < r->size.n; t++)
		pthread_join(workers[t].thread, NULL);
	pthread_barrier_destroy(&start);
	if (collect(r, ticks, &noise) || page_info(r, r->mem.addr, &after))
		return -1;
	/* Less is well: the page may have left an LRU batch. */
	if (after.refcount > before.refcount || after.maybe_pinned)
		return row_fail(r, "refcount %d before, %d after", before.refcount,
				after.refcount);
	row_sample(r, 0, ticks[0], ops, noise);
	row_sample(r, 1, ticks[1], ops, noise);
	return 0;
}
