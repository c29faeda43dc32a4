/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_TURNS_H
#define PINLAB_HOST_NIGHTLY_TURNS_H

#include "host/nightly/nightly.h"
#include "host/nightly/run.h"

/*
 * What a turn that took so many seconds says of its kernel: what its boot took
 * besides its scenarios, or all of its fixed scenarios with the boot.
 */
double night_cost_of(const json_t *turn, double seconds);
/*
 * The globs that name the chosen ones of all scenarios, as many of them as a
 * kernel's command line has room for; the others are no longer chosen then.
 */
char *night_globs(const struct strlist *all, bool *chosen);
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
