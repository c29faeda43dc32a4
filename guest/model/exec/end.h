/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_EXEC_END_H
#define PINLAB_GUEST_MODEL_EXEC_END_H

#include "guest/model/exec/run.h"

/* Release all, and look at everything a last time. */
int exec_end(struct run *run);

#endif
