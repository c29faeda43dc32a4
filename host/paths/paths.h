/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a run of the verb paths has found: an answer for each path, scheme and
 * kind of memory on each kernel, beside what was expected. Made from the run
 * folder alone, as all reports are.
 */
#ifndef PINLAB_PATHS_H
#define PINLAB_PATHS_H

#include "host/report/run.h"
#include "host/base/text.h"

/* A run of the verb paths, by its plan. */
bool paths_is_run(const char *dir);
/* As report_derive(): PINLAB_OK, PINLAB_FAIL, PINLAB_BROKE. */
int paths_derive(const char *dir);
/* A line for `list runs`. */
void paths_print_run(const char *name, const char *dir);

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
};

struct path_cells {
	struct path_cell *v;
	size_t n;
	bool whole;			/* every boot has come to an end that says something */
};

void paths_load_cells(const struct run *run, struct path_cells *out);
void paths_free_cells(struct path_cells *c);
/* NULL if there is none of that name. */
const struct path_cell *paths_cell(const struct path_cells *c, size_t kernel, size_t row,
				   const char *name, bool crash);
void paths_info(const struct run *run, size_t kernel, size_t row, struct path_info *info);
/* "FOLL_GET", ... */
const char *paths_way_name(char way);
bool paths_reached(const struct path_cell *c);
int paths_status(const struct run *run, const struct path_cells *c);

void paths_text(const struct run *run, const struct path_cells *c, struct text *t);
void paths_tsv(const struct run *run, const struct path_cells *c, struct text *t);
void paths_ktap(const struct run *run, const struct path_cells *c, struct text *t);
/* The console's lines of a crash, cut to the point; as a short list of functions. */
void paths_trace(const struct path_cell *c, struct text *t);

#endif
