/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Samples of a benchmark's row: the clock's own cost is taken off, what was
 * disturbed is set aside, the rest is kept until there is enough of it and sent.
 */
#ifndef PINLAB_GUEST_BENCH_SAMPLE_H
#define PINLAB_GUEST_BENCH_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/row.h"
#include "include/pinlab_uapi.h"

/*
 * Hand in one measured value: ticks for all of ops. The clock's own cost is
 * taken off here. noise says how many interrupts and switches fell into it.
 */
void row_sample(struct row *r, unsigned int metric, int64_t ticks, uint64_t ops,
		uint64_t noise);
/* The same of a step's loop, which the driver has timed. */
void step_sample(struct row *r, const struct pinlab_step *s, unsigned int metric, uint64_t ops);

/*
 * A timed region in user space:
 *	struct region g;
 *	region_begin(r, &g);
 *	... the work ...
 *	region_end(r, &g);		then check, then
 *	region_sample(r, &g, metric, ops);
 */
struct region {
	int64_t ticks;
	uint64_t noise;
	unsigned int window;	/* for region_sample() */
};

void region_begin(struct row *r, struct region *g);
void region_end(struct row *r, struct region *g);
void region_sample(struct row *r, const struct region *g, unsigned int metric, uint64_t ops);

/* Is this the repeat that the profile plugin counts? Then each marked loop is a window. */
bool bench_marking(const struct row *r);
/* The next window's number; the plugin counts them in the same order. */
unsigned int bench_window(struct row *r);

struct bench_config;

/* For guest/bench/bench.c, once a program. */
void samples_configure(const struct bench_config *cfg);
/* In the row's process: no sample yet, and what reading the clock costs. */
void samples_begin(struct row *r);
/* From now on they count: the warm-up is over. */
void samples_keep(struct row *r);
/* Has every metric so many that nothing disturbed? */
bool samples_enough(const struct row *r, unsigned int repeats);
void samples_send(struct row *r);
/* One more repeat inside marks; its windows are named once it was undisturbed. */
void samples_mark(struct row *r, int (*repeat)(struct row *r));

#endif
