/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_MEMORY_H
#define PINLAB_GUEST_MODEL_MEMORY_H

#include "guest/model/run.h"

int run_memory(struct run *run, const struct model_op *o);
int run_fork(struct run *run, const struct model_op *o);
int run_child(struct run *run, const struct model_op *o);
int run_count(struct run *run);
/* Map what the sequence needs. */
int run_begin(struct run *run);

#endif
