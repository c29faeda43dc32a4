/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a benchmark is. One file in bench/ describes one benchmark and ends in
 * PINLAB_BENCH(name) = { ... }: there is no other place to register it.
 *
 * A benchmark has rows: each of its kinds of memory with each of its sizes,
 * named name/kind/size. A row is run in a process of its own: set up once,
 * then repeated until there are enough undisturbed samples. Whatever is not
 * inside the timed region may be as slow as it likes, and that is where the
 * work is checked.
 */
#ifndef PINLAB_BENCH_H
#define PINLAB_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "include/pinlab_uapi.h"
#include "guest/mem.h"

#define MAX_METRICS	4
#define MAX_SIZES	8

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
	const char *name;
	const char *summary;		/* the question, one line */
	/*
	 * Tests of the suite itself, named test/...: never listed, and run only
	 * where the rows that are asked for begin with "test/".
	 */
	bool hidden;
	unsigned int needs;
	unsigned long once_from;	/* sizes of this n and more: one repeat; 0: none */
	unsigned int kinds;		/* mask of MEM_*; 0: no kind in the name */
	const struct bench_size *sizes;	/* ends in a NULL label; NULL: none */
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

#define PINLAB_BENCH(ident)						\
	static const struct bench bench_##ident;			\
	static const struct bench *const bench_ptr_##ident		\
		__attribute__((used, section("pinlab_benches"), retain)) =	\
		&bench_##ident;						\
	static const struct bench bench_##ident

struct scenario;

/* A row while it runs: of a benchmark or of a torture scenario. */
struct row {
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

struct pinlab_step *step_add(struct steps *st, enum pinlab_op op, unsigned int slot);
/* calls x batch pages from addr on, each call right behind the one before. */
struct pinlab_step *step_over(struct steps *st, enum pinlab_op op, unsigned int slot,
			      const void *addr, unsigned long pages, unsigned long batch);
int steps_run(struct row *r, struct steps *st);
/* Sample of a step's loop. */
void step_sample(struct row *r, const struct pinlab_step *s, unsigned int metric, uint64_t ops);
/* State of the page behind addr; 0 or -1 after row_fail(). */
int page_info(struct row *r, const void *addr, struct pinlab_page_info *info);
/* teardown: nothing pinned is left on the row's memory. 0 or -1 after row_fail(). */
int check_unpinned(struct row *r);

/* The whole of most in-kernel benchmarks: take the row's memory, give it back. */
int bench_take_give(struct row *r, enum pinlab_op take, enum pinlab_op give);
/* setup that allocates PINNED_PAGES of the row's kind. */
int bench_alloc(struct row *r);
#define PINNED_PAGES	512ul

/*
 * Exclusivity is the folio's, and a second call for the same folio is
 * refused. So with exclusive pins a call of `batch` pages stays within folios
 * that no other call touches: back to back in small ones, at the start of
 * each large one.
 */
int bench_alloc_folios(struct row *r);
#define LARGE_FOLIOS	8ul
/* Calls of `batch` pages that fit into the row's memory that way. */
unsigned long folios_of(const struct row *r, unsigned long batch);
struct pinlab_step *step_over_folios(struct steps *st, const struct row *r, enum pinlab_op op,
				     unsigned int slot, unsigned long batch);
/* Take all exclusively, give it back; metrics 0 and 1. */
int bench_exclusive(struct row *r, enum pinlab_op take, enum pinlab_op give);

/*
 * Calls of REFUSED_BATCH pages, each refused at its first page or half-way:
 * bench_refuse_pin() has ordinary pins meet exclusive pages,
 * bench_refuse_exc() exclusive pins meet pinned ones. Metric 0 is the call.
 */
extern const struct bench_size refusal_sizes[];
#define REFUSED_BATCH	16ul
int bench_refuse_pin(struct row *r);
int bench_refuse_exc(struct row *r);

#endif
