/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a run of the verb paths has found: an answer for each path, scheme and
 * kind of memory on each kernel, beside what was expected. Made from the run
 * folder alone, as all reports are.
 */
#ifndef PINLAB_HOST_PATHS_PATHS_H
#define PINLAB_HOST_PATHS_PATHS_H

#include "host/base/index.h"
#include "host/base/text.h"
#include "host/judge/run.h"

#define PATH_TEXT 400

/* What the guest says of a path. */
struct path_info {
	char way;			/* of "GPLWNU"; '?' if nothing is there */
	char who[8];			/* user, root, attack */
	char summary[160], closes[200];
};

/* One cell of one kernel. */
struct path_cell {
	const struct boot *boot;
	uint32_t row;			/* of the run */
	const char *name;		/* "exclusive/anon" */
	char answer[24], expected[24];
	char where[PATH_TEXT];		/* who has touched it, or what was refused */
	char why[160];			/* of the expectation, where the rule does not hold */
	char after[PATH_TEXT];		/* what is wrong afterwards */
	bool crash;			/* of crash mode: KERNEL DOWN, or UP and the answer */
	bool wrong;			/* not as expected, or something is wrong afterwards */
	const struct path_cell *next;	/* of the same path on the same kernel */
	const struct path_cell *after_it;	/* of the same kernel */
};

/* A path on one kernel. */
struct path_row {
	const struct path_cell *first;	/* of its cells; NULL: it has none */
	const char *info;		/* what the guest says of it; NULL: nothing */
};

struct path_cells {
	struct path_cell *v;		/* in the order they came */
	size_t n;
	const struct path_cell **of_kernel;	/* the first of each kernel's, or NULL */
	struct path_row *rows;
	size_t n_rows;
	struct index row_index;		/* in rows[]: kernel and row of the run */
	bool whole;			/* every boot has come to an end that says something */
};

#endif
