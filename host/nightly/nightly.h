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
 *                               something failed, else cut down to its records
 *
 * All reports are made from these files alone. A turn is done when its boot is,
 * so a night that was cut off is continued by doing the rest.
 */
#ifndef PINLAB_NIGHTLY_H
#define PINLAB_NIGHTLY_H

#include "host/report/run.h"
#include "host/base/text.h"

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
	const char *name;
	json_t *plan, *clock, *last;	/* last: NULL if there was none */
	struct strlist scenarios;	/* NIGHT_BOOT first */
	bool *timed;
	struct night_cell *cells;
	struct night_turn *turns;
	struct night_failure *failures;
	size_t n_cells, n_turns, n_failures;
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

void night_look(const char *dir, struct night_look *l);

/* 0, or -errno after saying why. A turn that was not run is no error. */
int night_load(const char *dir, struct night *n);
void night_free(struct night *n);
/* As an exit status. */
int night_status(const struct night *n);
size_t night_count(const struct night *n, size_t cell, enum verdict v);
const char *night_kernel_text(const struct night_cell *c, const char *key);
/* Why this kernel was not there to be booted; NULL if it was. */
const char *night_unbuilt(const struct night *n, size_t cell);
/* The boot of a turn that is loaded. */
const struct boot *night_boot(const struct night_turn *t);
/* The share of each timed scenario in a turn, in whole seconds. */
long night_share(const struct night_turn *t);
/* "6.12+exclusive/torture/race/fork", the stable name of a result. The caller frees. */
char *night_test_name(const struct night *n, size_t cell, size_t scenario);
/* The failure that a result is due to; NULL if there is none. */
const struct night_failure *night_failure_of(const struct night *n, size_t cell, size_t scenario);
/* The lines that a guest sent with a finding; NULL for a crash. */
const struct rec_finding *night_finding_of(const struct night *n, const struct night_failure *f);

/* A text as JSON; "?" where it is no UTF-8. */
json_t *night_string(const char *s);
/*
 * What a turn that took so many seconds says of its kernel: what its boot took
 * besides its scenarios, or all of its fixed scenarios with the boot.
 */
double night_cost_of(const json_t *turn, double seconds);
/* What the next night has to know of this one, for its last.json. */
json_t *night_export(const struct night *n);

/* This night against the last one; numbers of failures, and of failures in last.json. */
struct night_changes {
	size_t *fresh, *still;
	size_t n_fresh, n_still;
	size_t *gone, *unknown;		/* unknown: not run again */
	size_t n_gone, n_unknown;
};

void night_compare(const struct night *n, struct night_changes *c);
/* Had the last night a result where this one has that failure? */
bool night_ran_before(const struct night *n, const struct night_failure *f);
void night_changes_free(struct night_changes *c);
/*
 * Operations a second of a cell over the scenarios that both nights have timed:
 * false if there is none. Without a last night: of this one alone, *then 0.
 */
bool night_rate(const struct night *n, size_t cell, double *now, double *then);

/* The ./pinlab torture command of a turn, or of one scenario alone; as report_command(). */
void night_command(const struct night_turn *t, const char *scenario, struct text *out);

void night_text(const struct night *n, struct text *t);
void night_ktap(const struct night *n, struct text *t);
void night_junit(const struct night *n, struct text *t);
/* The caller frees. */
char *night_kcidb(const struct night *n);
/* How to see again what failed in a turn. */
void night_reproduce(const struct night *n, const struct night_turn *t, struct text *out);
/* 0, or -ESTALE after saying which file of a turn is not the one that manifest.json lists. */
int night_manifest_check(const struct night *n);
char *night_manifest(const struct night *n);

/* A run of the verb nightly, by its plan. */
bool night_is_run(const char *dir);
/* A line for `list runs`. */
void night_print_run(const char *name, const char *dir);
/* As report_derive(). */
int night_derive(const char *dir);

#endif
