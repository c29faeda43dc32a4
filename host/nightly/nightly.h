/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A night: a time budget, divided over kernels, flavors, scenarios and seeds.
 *
 *   results/NIGHT/plan.json     what is to be run: kernels, scenarios, and the
 *                               turns, in their order
 *   results/NIGHT/clock.json    what time went where, session by session
 *   results/NIGHT/last.json     what the night before has found, as it was when
 *                               this one began
 *   results/NIGHT/TURN/         an ordinary torture run of one boot; whole where
 *                               something failed, else cut down to its records and its console
 *
 * All reports are made from these files alone. A turn is done when its boot is,
 * so a night that was cut off is continued by doing the rest.
 */
#ifndef PINLAB_HOST_NIGHTLY_NIGHTLY_H
#define PINLAB_HOST_NIGHTLY_NIGHTLY_H

#include "host/base/index.h"
#include "host/base/text.h"
#include "host/judge/run.h"

/* What one scenario came to in one kernel and flavor, over all boots. */
struct night_result {
	enum verdict verdict;	/* NONE: not run */
	size_t boots, failed;	/* that came to it, in which it failed */
	const char *why;
	double rate;		/* sum of operations a second */
	size_t rates;		/* of so many boots */
};

struct night_cell {
	const char *kernel, *flavor;
	json_t *json;		/* of plan.json: versions and hashes, where it is built */
	struct night_result *results;	/* by scenario */
	size_t boots, seeds;	/* done; different ones */
	double seconds;		/* of boots */
	double requests;	/* pins that were asked for under the witness's eyes */
};

struct night_turn {
	json_t *json;		/* of plan.json */
	const char *id;
	char *dir;
	size_t cell;
	unsigned long seed;
	long seconds;
	bool loaded;		/* run is there */
	bool done;		/* its boot came to an outcome */
	bool failed;		/* something in it is not as it should be: is kept whole */
	struct run run;
};

/* A promise broken by one scenario on one kernel and flavor, however often. */
struct night_failure {
	size_t cell, scenario;
	size_t turn, last;		/* the first and the last turn in which it was seen */
	size_t turns;			/* in how many */
	char *promise, *text;
};

struct night {
	char *dir;
	struct place place;		/* the same, for opening what is in it */
	const char *name;
	json_t *plan, *clock, *last;	/* last: NULL if there was none */
	struct strlist scenarios;	/* NIGHT_BOOT first */
	bool *timed;
	struct night_cell *cells;
	struct night_turn *turns;
	struct night_failure *failures;
	size_t n_cells, n_turns, n_failures;
	/*
	 * By kernel and flavor; by name; by cell and scenario the first, with the
	 * promise too the one; seeds that a cell has had; results of the last night.
	 */
	struct index cell_index, scenario_index, failure_index, seed_index, last_index;
	double budget, used;
	bool whole;			/* ended by itself, not cut off */
};

/* The row for what no scenario is to blame for: did each boot come to its end? */
#define NIGHT_BOOT "boot"

/* The folder of a turn; run_free(&l->run) in every case. */
struct night_look {
	bool begun, loaded;		/* has a plan; which can be read */
	bool done, failed;		/* as in struct night_turn */
	struct run run;
};

/* This night against the last one; numbers of failures, and of failures in last.json. */
struct night_changes {
	size_t *fresh, *still;
	size_t n_fresh, n_still;
	size_t *gone, *unknown;		/* unknown: not run again */
	size_t n_gone, n_unknown;
};

#endif
