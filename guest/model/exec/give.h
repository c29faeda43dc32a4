/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_EXEC_GIVE_H
#define PINLAB_GUEST_MODEL_EXEC_GIVE_H

#include "guest/model/exec/run.h"

int exec_give(struct run *run, const struct model_op *o);
int exec_change(struct run *run, const struct model_op *o);
int run_bug(struct run *run, const struct model_op *o);

#endif
