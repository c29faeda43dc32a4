/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_BENCH_STEPS_H
#define PINLAB_GUEST_BENCH_STEPS_H

#include "guest/bench/bench.h"
#include "include/pinlab_uapi.h"

#define PINNED_PAGES	512ul	/* of the memory that bench_alloc() sets up */

/*
 * Steps for the driver (pinlab_uapi.h). steps_run() carries them out, and
 * fails the row with the step's number and error if one did less than asked.
 * Where refusal is the point, set .failed to the number of refusals expected.
 */
struct steps {
	struct pinlab_step s[PINLAB_MAX_STEPS];
	unsigned int n;
};

struct pinlab_step *step_add(struct steps *st, enum pinlab_op op, unsigned int slot);
/* calls x batch pages from addr on, each call right behind the one before. */
struct pinlab_step *step_over(struct steps *st, enum pinlab_op op, unsigned int slot,
			      const void *addr, unsigned long pages, unsigned long batch);
int steps_run(struct row *r, struct steps *st);
/* State of the page behind addr; 0 or -1 after row_fail(). */
int page_info(struct row *r, const void *addr, struct pinlab_page_info *info);
/* teardown: nothing pinned is left on the row's memory. 0 or -1 after row_fail(). */
int check_unpinned(struct row *r);
/* The whole of most in-kernel benchmarks: take the row's memory, give it back. */
int bench_take_give(struct row *r, enum pinlab_op take, enum pinlab_op give);
/* setup that allocates PINNED_PAGES of the row's kind. */
int bench_alloc(struct row *r);

#endif
