/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A row: one line of the run, which is run in a process of its own and ends in
 * one verdict. What a row does is its engine's: of benchmarks (guest/bench/), of
 * torture, of paths.
 */
#ifndef PINLAB_GUEST_ROW_H
#define PINLAB_GUEST_ROW_H

#include <stdbool.h>

#include "guest/leaf.h"
#include "guest/mem.h"
#include "guest/needs.h"

struct bench;
struct bench_state;

/* Lies in shared memory: the parent reads the verdict of a child that died. */
struct row_outcome {
	char verdict[8];
	char reason[400];
	unsigned int windows;	/* of guest/bench/sample.c: opened so far, in all rows */
};

/* One size of a benchmark. */
struct bench_size {
	const char *label;	/* part of the row's name */
	unsigned long n;	/* pages a call, buffers, threads: the benchmark's own */
	unsigned long bytes;	/* of one buffer, where that varies too */
};

/* A row while it runs. */
struct row {
	const struct leaf *leaf;
	const struct bench *bench;	/* NULL for the other engines; so are kind and size */
	char name[96];
	enum mem_kind kind;
	struct bench_size size;
	struct mem mem;			/* for the leaf to fill; its engine frees it */
	int drv;			/* /dev/pinlab, or -errno */
	void *priv;			/* the leaf's own */
	struct row_outcome *out;	/* guest/row.c's */
	struct bench_state *state;	/* guest/bench/sample.c's */
};

/* printf-like; the text becomes the verdict's reason. row_fail returns -1, row_skip 1. */
int row_fail(struct row *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int row_skip(struct row *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline bool row_has_verdict(const struct row *r)
{
	return *r->out->verdict;
}

/* before and after run in the program's own process, and may be NULL. */
struct row_body {
	void (*before)(struct row *r);
	void (*run)(struct row *r);	/* in a process of its own, with r->drv open */
	void (*after)(struct row *r);
	double limit;			/* seconds; 0: none. Then the process is killed */
};

/* Once a program: what this kernel has is found out, and sent. */
void rows_begin(void);
/*
 * The rows of one boot, in the order in which they run. after: the row in which
 * an earlier boot of the same order went down, NULL: there was none. What stands
 * behind it is left. Returns where that begins, and tells the host how much it is.
 */
size_t rows_left(const struct leaf *const *order, size_t n, const char *after);
/* Run a row and send its records; false if it failed. */
bool row_run(struct row *r, unsigned int needs, const struct row_body *b);
/* In after: a failure that is said now counts, though the row has passed. */
void row_overrule(struct row *r);

#endif
