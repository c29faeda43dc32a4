/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_EXEC_TAKE_H
#define PINLAB_GUEST_MODEL_EXEC_TAKE_H

#include "guest/model/exec/run.h"

int exec_take(struct run *run, const struct model_op *o);

#endif
