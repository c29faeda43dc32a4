/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was asked for against what came. The plan says which kernels boot, and
 * which rows, metrics and repeats each boot owes; a guest that ends well by
 * its own account has shown nothing until all of it is there.
 *
 * plan.json's "expect" (see host/run/expect.h) lists the rows. A run of before
 * has none: there each boot owes what any other boot of the same rows has.
 */
#ifndef PINLAB_HOST_JUDGE_JUDGE_H
#define PINLAB_HOST_JUDGE_JUDGE_H

#include "host/judge/run.h"

/*
 * Of a run whose boots are read, before its rows are numbered. A row that is
 * not what the plan wants becomes BROKEN, with a reason; one that never came is
 * added as such. A boot of another kernel, or without what it needs, is no
 * longer ok: its outcome names that.
 */
void judge_run(struct run *run);

#endif
