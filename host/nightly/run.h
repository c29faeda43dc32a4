/* SPDX-License-Identifier: GPL-2.0 */
/* A night while it runs: what its budget is divided into, and what of it is done. */
#ifndef PINLAB_HOST_NIGHTLY_RUN_H
#define PINLAB_HOST_NIGHTLY_RUN_H

#include <jansson.h>

#include "host/kernel/kernel.h"
#include "host/base/options.h"
#include "host/judge/run.h"

/* What one kernel in one flavor costs. */
struct divide_cell {
	const char *flavor;
	double weight;		/* of the flavor, in relation to the others' */
	double slow;		/* a scenario needs so many times the usual share here */
	double boot;		/* seconds of a boot with no scenario */
	double row;		/* of a scenario, beside its share of the time */
	double fixed;		/* seconds of a scenario that takes the time it needs */
	bool ready;		/* built */
	size_t timed_left;	/* scenarios that had no turn yet; 0: each had one */
	size_t fixed_left;	/* the same; they have no second turn */
};

struct divide {
	double seconds;
	const struct divide_cell *cells;	/* those of one flavor stand together */
	size_t n_cells;
	size_t n_timed;		/* scenarios */
	unsigned long seed;	/* where there are not turns for all kernels, it says for which */
};

/* One boot to be. */
struct slot {
	size_t cell;
	bool fixed;
	size_t n;		/* scenarios; those that had no turn come first */
	long seconds;		/* that timed ones share */
	double expected;	/* seconds of it all */
	size_t round;		/* all cells have their turn of one round before the next */
};

/*
 * Build, run the turns and write the report, as the options say. An exit
 * status. o->budget has been looked at: `budget` seconds.
 */
struct night_request {
	struct options *o;
	long budget;
	char *kernels;			/* comma separated; NULL: as --base and --series say */
	struct strlist flavors;
	struct strlist scenarios;	/* all that the guest program has */
	bool *wanted, *timed;		/* by scenario */
};

int night_run(struct night_request *q);

enum turn_state {
	TURN_PLANNED,
	TURN_RAN,
	TURN_LEFT,			/* there was no time for it, or for all of it */
};

/* A night that is under way. */
struct nightly {
	struct night_request *q;
	char *name, *dir;
	struct place place;		/* the folder */
	int lock;
	struct kernel **kernels;	/* by cell */
	size_t n;
	json_t *plan, *clock, *last;	/* last: NULL without a last night */
	enum turn_state *state;		/* by turn of the plan */
	bool *had;			/* by cell and scenario: came to a result */
	double before;			/* seconds of earlier sessions */
	double owed;			/* of what is made again: the budget has had it once */
	double started;			/* this one, on now_seconds()'s clock */
};

extern volatile sig_atomic_t night_out_of_time;

#endif
