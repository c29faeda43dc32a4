/* SPDX-License-Identifier: GPL-2.0 */
/* A night while it runs: what its budget is divided into, and what of it is done. */
#ifndef PINLAB_NIGHTLY_RUN_H
#define PINLAB_NIGHTLY_RUN_H

#include <jansson.h>

#include "host/kernel/kernel.h"
#include "host/options.h"
#include "host/report/run.h"

/* Seconds of "90m", "2h", "1h30m", "5400s" or "5400"; -1 if it is none of these. */
long night_budget(const char *text);

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
 * Slots for that time, in order; their expected seconds are no more than it in
 * all. The first flavor comes first: another gets none where a kernel would get
 * no turn in the first. The caller frees *out.
 */
size_t night_divide(const struct divide *d, struct slot **out);
/* Who of n has the first turn in a night that has not one for all of them. */
size_t night_turn_of(unsigned long seed, size_t n);
/* Is it too little for that many timed scenarios in one boot, in all? */
bool night_too_short(const struct divide_cell *c, size_t n, double seconds);

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
/*
 * The globs that name the chosen ones of all scenarios, as many of them as a
 * kernel's command line has room for; the others are no longer chosen then.
 */
char *night_globs(const struct strlist *all, bool *chosen);

enum turn_state {
	TURN_PLANNED,
	TURN_RAN,
	TURN_LEFT,			/* there was no time for it, or for all of it */
};

/* A night that is under way. */
struct nightly {
	struct night_request *q;
	char *name, *dir;
	int lock;
	struct kernel **kernels;	/* by cell */
	size_t n;
	json_t *plan, *clock, *last;	/* last: NULL without a last night */
	enum turn_state *state;		/* by turn of the plan */
	bool *had;			/* by cell and scenario: came to a result */
	double before;			/* seconds of earlier sessions */
	double started;			/* this one, on now_seconds()'s clock */
};

/*
 * The folder: made, or taken up where it was left, with a new session on its
 * clock. PINLAB_OK, PINLAB_USAGE where it holds another night or is held by
 * another pinlab, PINLAB_BROKE.
 */
int night_open(struct nightly *n);
/* Build what is not in the cache. PINLAB_OK also where a kernel could not be built. */
int night_build(struct nightly *n);
/* A turn in which nothing failed: what reports are made from stays. */
void night_prune(const char *dir);

/* What is running in so many seconds ends as if interrupted; 0: nothing does. */
void night_alarm(double seconds);
extern volatile sig_atomic_t night_out_of_time;
/* Was it that alarm, and not the user? Then both are forgotten. */
bool night_was_alarm(void);

/* The seconds of this session, and how it ended, onto the clock. As night_save(). */
int night_tick(struct nightly *n, const char *end);
/* Write the plan or the clock into the folder: PINLAB_OK, or PINLAB_BROKE after saying why. */
int night_save(const struct nightly *n, const char *file, json_t *j);
/* Seconds of the budget, less what the reports will take. */
double night_left(const struct nightly *n);
/* What a cell costs, as far as this night or the last one knows. */
void night_cost(const struct nightly *n, size_t cell, struct divide_cell *c);
double night_expected(const struct nightly *n, const json_t *turn);
/* The first seed that no turn of a plan has; those that are run again do not count. */
unsigned long night_next_seed(const json_t *plan);
/* Which scenarios have come to a result in a boot of this cell. */
void night_note_rows(struct nightly *n, size_t cell, const struct run *run);
/* The cell of a turn. */
size_t night_cell_of(const struct nightly *n, const json_t *turn);
/*
 * Put turns for the time that is left behind those of the plan. The first time
 * those that the last night asks for come first. Returns how many.
 */
size_t night_plan_turns(struct nightly *n, bool first);

#endif
