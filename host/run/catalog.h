/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_RUN_CATALOG_H
#define PINLAB_HOST_RUN_CATALOG_H

#include "host/base/util.h"

struct bench_row {
	char *name;		/* pin_fast/anon/512 */
	char *needs;		/* "driver", "-" */
	char *metrics;		/* "pin:page,unpin:page" */
	char *summary;
	char *once;		/* "once" where one repeat is enough to be exact, "-" */
};

/*
 * The rows as the guest program itself lists them, so that there is one list.
 * *rows NULL after saying why. rows_free() frees.
 */
size_t rows_load(struct bench_row **rows);
void rows_free(struct bench_row *rows, size_t n);

struct scenario_line {
	char *name;		/* race/fork */
	char *timed;		/* "timed" or "fixed" */
	char *needs;		/* "tools", the disk of others' programs; "-" */
	char *summary;
};

/* The scenarios, in the same way. */
size_t scenarios_load(struct scenario_line **lines);
void scenarios_free(struct scenario_line *lines, size_t n);

struct path_line {
	char *name;		/* io-uring/read-fixed */
	char *way;		/* "P", or "P<G" where it has become so */
	char *who;		/* "user", "root"; "attack": a demonstration */
	char *cells;		/* those worth a boot in crash mode: "pinned/anon,guest_memfd" */
	char *summary;
	char *closes;		/* what would close it, or "-" */
	char *content;		/* the cells of content mode: "none/anon,guest_memfd" */
};

/* The paths, in the same way. */
size_t paths_load(struct path_line **lines);
void paths_free(struct path_line *lines, size_t n);

#endif
