/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a benchmark is. One file in bench/ describes one benchmark and ends in
 * PINLAB_BENCH = { ... }; guest/leaf.h says where its name is from.
 *
 * A benchmark has rows: each of its kinds of memory with each of its sizes,
 * named name/kind/size. A row is run in a process of its own: set up once,
 * then repeated until there are enough undisturbed samples. Whatever is not
 * inside the timed region may be as slow as it likes, and that is where the
 * work is checked.
 */
#ifndef PINLAB_GUEST_BENCH_BENCH_H
#define PINLAB_GUEST_BENCH_BENCH_H

#include <stdbool.h>

#include "guest/bench/sample.h"
#include "guest/leaf.h"
#include "guest/row.h"

#define MAX_METRICS	4
/* Wall clock: repeats that are added up to one sample, at most. */
#define BENCH_PIECES	64

/* One page, a typical bio, a whole pmd: what pinning callers pass per call. */
extern const struct bench_size batch_sizes[];
#define BATCHES batch_sizes

struct bench {
	const char *summary;		/* the question, one line */
	unsigned int needs;
	unsigned long once_from;	/* sizes of this n and more: one repeat; 0: none */
	unsigned int kinds;		/* mask of MEM_*; 0: no kind in the name */
	const struct bench_size *sizes;	/* ends in a NULL label; NULL: none */
	/* Kinds of memory that come in other sizes; their rows follow. */
	unsigned int more_kinds;
	const struct bench_size *more_sizes;
	struct {
		const char *name;	/* "get" */
		const char *per;	/* what one op is: "page", "call" */
	} metrics[MAX_METRICS];
	/*
	 * setup and check return 0, -errno after row_fail(), or 1 after
	 * row_skip(). run does one repeat and calls row_sample() for each
	 * metric. All but run may be NULL.
	 */
	int (*setup)(struct row *r);
	int (*run)(struct row *r);
	int (*teardown)(struct row *r);
};

#define PINLAB_BENCH PINLAB_LEAF(bench)

struct bench_config {
	const char *rows;	/* globs */
	bool exact;		/* the clock counts instructions */
	bool profile;		/* one more repeat, inside marks for the plugin */
	unsigned int warmup;
	unsigned int repeats;	/* undisturbed samples wanted of each metric */
	unsigned int tries;	/* repeats at most */
};

void bench_list(void);
void bench_run(const struct bench_config *config);

#endif
