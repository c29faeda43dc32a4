/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_JUDGE_LOAD_H
#define PINLAB_HOST_JUDGE_LOAD_H

#include "host/judge/run.h"

/*
 * A run folder into memory, held against its plan (see judge.h). 0; or -errno
 * after saying why, when there is no plan to go by. Boots that are missing or
 * broken are no error: they are in the run as such. run_free() in every case.
 */
int run_load(const char *dir, struct run *run);
/* The run in a folder of another place, which has to outlive it. */
int run_load_below(const struct place *of, const char *name, struct run *run);

#endif
