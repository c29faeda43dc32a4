/* SPDX-License-Identifier: GPL-2.0 */
/* The folders below results/ that hold a run. */
#ifndef PINLAB_HOST_RUN_RUNS_H
#define PINLAB_HOST_RUN_RUNS_H

#include "host/base/util.h"

/* Names below results/ with a plan.json, sorted; also one level down (reference/6.12). */
void runs_list(struct strlist *names);
/* The folder of a run by name or path; NULL after saying which are near. The caller frees. */
char *runs_find(const char *name);
/* The folder of the run that was started last; NULL after saying that there is none. */
char *runs_newest(void);

#endif
