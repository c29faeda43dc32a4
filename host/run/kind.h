/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the boots of one verb have of their own. host/run/ lays out, boots,
 * watches and keeps them without knowing which verb it is for.
 */
#ifndef PINLAB_HOST_RUN_KIND_H
#define PINLAB_HOST_RUN_KIND_H

#include <jansson.h>

#include "host/base/options.h"

struct run_plan;
struct run_boot;

/* What a guest is given. */
struct boot_needs {
	long memory_mb;
	int cpus;		/* 0: the engine's */
	double silence, limit;	/* seconds without a sign of it, and in all */
	bool full_board;	/* buses and devices, where the kernel has PCI */
	bool files;		/* it hands files to the host, see guest/keep.h */
	bool share;		/* a folder of the host's, on the full board */
	const char *words;	/* more for the kernel's command line; NULL: none */
};

struct run_kind {
	const char *rows;		/* what it calls its rows, several of them */
	struct boot_needs needs;	/* of an ordinary boot */
	bool side_by_side;		/* nothing is timed: a guest for each core, always */

	/*
	 * In this order, each only once. What returns an int returns an exit
	 * status, after saying why it is not PINLAB_OK.
	 */

	/* What the options alone show, before anything is done; NULL: nothing. */
	int (*check)(const struct options *o);
	/* p->rows and p->n_rows from the options; may leave what it likes in p->own. */
	int (*resolve)(struct run_plan *p);
	/* Kernels that are wanted beside those that were asked for; NULL: none. */
	int (*add_kernels)(struct run_plan *p, struct options *o);
	/* run_add_boot() for each boot. Kernels and engine are there. */
	void (*lay_out)(struct run_plan *p);
	/* Keys of its own in plan.json; a run is continued only if all are the same. */
	void (*describe)(const struct run_plan *p, json_t *plan);

	/* What this boot's guest is to do: words of the kernel's command line. The caller frees. */
	char *(*job)(const struct run_plan *p, const struct run_boot *b);
	/* The same as options of the guest program, without a guest; NULL: in guests only. */
	void (*native)(const struct run_plan *p, const struct run_boot *b, struct strlist *argv);
	/* What is not as in `needs` for this boot; NULL: it always is. */
	void (*adjust)(const struct run_plan *p, const struct run_boot *b, struct boot_needs *n);
	/* Is the rest run in a fresh boot after this one's guest went down? NULL: never. */
	bool (*goes_on)(const struct run_plan *p, const struct run_boot *b);
	/* p->own; NULL: there is nothing in it. */
	void (*release)(struct run_plan *p);
};

#endif
