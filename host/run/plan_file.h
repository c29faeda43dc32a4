/* SPDX-License-Identifier: GPL-2.0 */
/*
 * plan.json as it is read, by every verb. It may be anybody's: what is in it
 * becomes names of folders, arguments, and lines of reports, so all of its texts
 * and names are checked here, once, and whoever has a plan may use them.
 */
#ifndef PINLAB_HOST_RUN_PLAN_FILE_H
#define PINLAB_HOST_RUN_PLAN_FILE_H

#include "host/base/place.h"

#define PLAN_FILE "plan.json"
#define PLAN_FORMAT 1

/*
 * No text with a control character (a line of its own in a report, an order to a
 * terminal); names of kernels, runs, boots and turns that are there, not too
 * long, and each once; ids that are the name of one folder; numbers that a plan
 * can have. NULL, or what is wrong; the caller frees.
 */
char *plan_wrong(const json_t *plan);
/* May it be the name of a folder of a run: one part, printable, no dot in front? */
bool plan_good_id(const char *s);

/* The plan in this place; NULL after saying why there is none. */
json_t *plan_load(const struct place *p);
/* A file beside the plan, of a night: the same texts; NULL, after a note where there is one. */
json_t *plan_side_file(const struct place *p, const char *name);
/* The plan of a folder, for looking around: NULL without a word. */
json_t *plan_peek(const char *dir);
/* Is it a run of this verb? */
bool plan_is_of(const char *dir, const char *verb);

#endif
