/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run in memory: what its plan.json announces and what its boots left.
 * Everything that is reported is made from this, so it reads nothing but the
 * run folder: no clock, no host, no cache.
 */
#ifndef PINLAB_HOST_JUDGE_RUN_H
#define PINLAB_HOST_JUDGE_RUN_H

#include <jansson.h>

#include "host/base/index.h"
#include "host/base/place.h"
#include "host/guest/console.h"
#include "host/guest/records.h"
#include "host/base/util.h"

enum role {
	ROLE_BASE,
	ROLE_AA,			/* the baseline, booted again */
	ROLE_TEST,
	ROLE_PROFILE,			/* where instructions go; its samples do not count */
	ROLE_BIG,			/* torture: scenarios that need a big machine */
	ROLE_CRASH,			/* paths: one cell, really protected */
	ROLE_OTHERS,			/* torture: programs of others on the same kernel */
};

struct boot {
	char *id;
	char *dir;
	size_t kernel;			/* index in kernels[] */
	enum role role;
	const char *rows, *cell;	/* its own of plan.json; else NULL */
	unsigned long seed;		/* of plan.json; 0: none */
	size_t first;			/* the plan's boot that it goes on for, see rest.h */
	bool last;			/* of those that do so; of itself where there is none */
	struct strlist unrun;		/* of the last: rows that none of them came to */
	bool there;			/* has an outcome.json that can be read */
	bool ok;			/* came to its end, and the records agree */
	struct place place;		/* its folder, below the run's */
	char *outcome;			/* ok, panic, ...; "missing" */
	char *detail;
	double seconds, first_record;	/* in all, and to its first record */
	double stolen, others;		/* percent of the machine's CPUs; -1: not known */
	char hung_before[RECORDS_NAME_MAX + 1];	/* the row in which a first try did */
	bool hung_again;		/* in the row in which its first try had stopped */
	struct records rec;
	struct console console;
	const struct splat *complaint;	/* the first that nobody asked for; NULL: none */
	struct splat lost;		/* a line that is missing, see complaint.c */
	const struct boot *next;	/* of the same kernel; NULL: the last */
	const struct boot *next_bad;	/* the same, of those that are not ok */
	uint32_t *row_of;		/* rec.rows[] to rows[] of the run */
	uint32_t *figure_of;		/* rec.samples[] to figures[] */
	uint32_t *order;		/* rec.samples[], sorted by figure */
	bool *spoilt;			/* rec.rows[]: every sample of a figure was disturbed */
	uint32_t *window;		/* rec.rows[] to the first of rec.windows[] */
	struct profile *profile;	/* NULL if none was taken */
};

struct run_kernel {
	const char *name;
	json_t *json;			/* its entry in plan.json */
	const struct boot *boots;	/* the first of them, see boot.next; NULL: none */
	const struct boot *bad;		/* that is not ok, see boot.next_bad; NULL: all are */
	struct index unrun;		/* a row of its boots' unrun to the first in boots[] */
};

/* Where a row of the run was begun. */
struct row_in {
	const struct boot *boot;
	uint32_t at;			/* in its rec.rows[] */
};

/* What one row measures: a row may have several, `get` and `put`. */
struct figure {
	uint32_t row;
	char *metric;
	char *unit;
	uint32_t next;			/* of the same row, or NO_FIGURE */
};

#define NO_FIGURE UINT32_MAX

struct run {
	char *dir;
	struct place place;		/* the same, for opening what is in it */
	const char *name;
	json_t *plan;
	bool exact;			/* engine icount */
	bool clocks;			/* its guests say what they time by */
	double delta;			/* threshold of a change, a fraction */
	unsigned long seed;
	struct run_kernel *kernels;
	struct boot *boots;
	char **rows;
	struct figure *figures;
	uint32_t *first_figure;		/* of rows[], or NO_FIGURE */
	struct row_in *row_in;		/* row after row, in the order of the boots */
	uint32_t *row_start;		/* n_rows + 1 starts in row_in[] */
	size_t n_kernels, n_boots, n_rows, n_figures;
	size_t n_planned;		/* boots of the plan; behind them what went on for one */
	struct index kernel_index, row_index, figure_index;
	struct strlist faults;		/* of the run as such, see judge.h */
};

void run_free(struct run *run);

/* A text of plan.json, "" if it is not there. */
const char *plan_text(const struct run *run, const char *key);
const char *json_text(const json_t *o, const char *key);
/* -1 if the run has none of that name */
int run_kernel(const struct run *run, const char *name);
/* -1 if no boot of the run has it */
int run_row(const struct run *run, const char *row);
int run_figure(const struct run *run, const char *row, const char *metric, const char *unit);
/* The globs of the rows that a boot was to run; "" where the plan does not say. */
const char *boot_globs(const struct run *run, const struct boot *b);
/* A seeded bug: what has to fail. */
bool kernel_is_bug(const struct run_kernel *k);
/* What a boot came to, in a word, and why. */
void boot_set_outcome(struct boot *b, const char *outcome, const char *what, const char *more);
/*
 * The next boot of a kernel that has a row of the run: the first for NULL; NULL
 * behind the last.
 */
const struct row_in *row_next(const struct run *run, size_t kernel, size_t row,
			      const struct row_in *x);
/* The samples of a figure in one boot, in the order they came. */
size_t boot_samples(const struct boot *b, size_t figure, const uint32_t **order);
/* The row that ran when the boot ended, NULL if none did. */
const char *boot_last_row(const struct boot *b);

#endif
