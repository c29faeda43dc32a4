/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_CHANGES_H
#define PINLAB_GUEST_MODEL_CHANGES_H

#include "guest/model/model.h"

/* MW_WRITE ... MW_TRUNCATE, after the system call has succeeded. */
void model_memory(struct model *m, const struct model_op *o, uint32_t stamp);

#endif
