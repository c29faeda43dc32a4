/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_RUN_BOOTS_H
#define PINLAB_HOST_RUN_BOOTS_H

#include "host/run/plan.h"

/*
 * Boot whatever of the plan is not done, side by side, with progress.
 * PINLAB_OK when each boot has an outcome, whatever it is; PINLAB_BROKE when
 * outcomes cannot be written; PINLAB_INTERRUPTED.
 */
int boots_run(struct run_plan *p);

/* Does a guest really come up on this engine? Fills in why not. */
bool boots_probe(const struct engine *e, const struct kernel *k, char *why, size_t len);

#endif
