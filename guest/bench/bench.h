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
#include <stddef.h>
#include <stdint.h>

#include "include/pinlab_uapi.h"
#include "guest/leaf.h"
#include "guest/mem.h"

#define MAX_METRICS	4

/* What a row needs; a missing thing makes it SKIP, by name. */
#define NEEDS_DRIVER	0x01
#define NEEDS_EXCLUSIVE	(0x02 | NEEDS_DRIVER)
#define NEEDS_URING	0x04
#define NEEDS_RAMDISK	0x08
#define NEEDS_SMP	0x10	/* several CPUs, and a clock that sees them */
#define NEEDS_MEMORY	0x40	/* 3 GiB, and time: only where asked for by name */
#define NEEDS_TOOLS	0x20	/* the disk with programs of others, guest/others_disk.h */

struct bench_size {
	const char *label;	/* part of the row's name */
	unsigned long n;	/* pages a call, buffers, threads: the benchmark's own */
	unsigned long bytes;	/* of one buffer, where that varies too */
};

/* One page, a typical bio, a whole pmd: what pinning callers pass per call. */
extern const struct bench_size batch_sizes[];
#define BATCHES batch_sizes

struct row;

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

struct scenario;

/* A row while it runs: of a benchmark or of a torture scenario. */
struct row {
	const struct leaf *leaf;
	const struct bench *bench;
	const struct scenario *scenario;
	char name[96];
	enum mem_kind kind;
	struct bench_size size;
	struct mem mem;		/* for setup to fill; freed by the frame */
	int drv;		/* /dev/pinlab, or -1 */
	void *priv;		/* the benchmark's own */
	/* For the frame alone. */
	struct frame *frame;
};

/* printf-like; the text becomes the verdict's reason. row_fail returns -1, row_skip 1. */
int row_fail(struct row *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int row_skip(struct row *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Hand in one measured value: ticks for all of ops. The clock's own cost is
 * taken off here. noise says how many interrupts and switches fell into it.
 */
void row_sample(struct row *r, unsigned int metric, int64_t ticks, uint64_t ops,
		uint64_t noise);

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
	unsigned int window;	/* the frame's */
};

void region_begin(struct row *r, struct region *g);
void region_end(struct row *r, struct region *g);
void region_sample(struct row *r, const struct region *g, unsigned int metric, uint64_t ops);

/*
 * Steps for the driver (pinlab_uapi.h). steps_run() carries them out, and
 * fails the row with the step's number and error if one did less than asked.
 * Where refusal is the point, set .failed to the number of refusals expected.
 */
struct steps {
	struct pinlab_step s[PINLAB_MAX_STEPS];
	unsigned int n;
};

/* Sample of a step's loop. */
void step_sample(struct row *r, const struct pinlab_step *s, unsigned int metric, uint64_t ops);

#define PINNED_PAGES	512ul

#define LARGE_FOLIOS	8ul

/*
 * Calls of REFUSED_BATCH pages, each refused at its first page or half-way:
 * bench_refuse_pin() has ordinary pins meet exclusive pages,
 * bench_refuse_exc() exclusive pins meet pinned ones. Metric 0 is the call.
 */
extern const struct bench_size refusal_sizes[];
#define REFUSED_BATCH	16ul

#endif
