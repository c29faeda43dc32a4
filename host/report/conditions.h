/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_REPORT_CONDITIONS_H
#define PINLAB_HOST_REPORT_CONDITIONS_H

#include "host/base/text.h"
#include "host/judge/run.h"

/*
 * Wall-clock runs: what they were timed by, what on the machine spoils their figures,
 * what was changed for them, and what others took meanwhile. Nothing for other runs.
 */
void report_conditions(const struct run *run, struct text *t);
/* All that is known of the machine, for the details. */
void report_machine(const struct run *run, struct text *t);

#endif
