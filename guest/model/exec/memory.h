/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_EXEC_MEMORY_H
#define PINLAB_GUEST_MODEL_EXEC_MEMORY_H

#include "guest/model/exec/run.h"

int exec_memory(struct run *run, const struct model_op *o);
int exec_fork(struct run *run, const struct model_op *o);
int exec_child(struct run *run, const struct model_op *o);
int exec_count(struct run *run);
/* Map what the sequence needs. */
int exec_begin(struct run *run);

#endif
