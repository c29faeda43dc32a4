/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_SHRINK_H
#define PINLAB_GUEST_MODEL_SHRINK_H

#include "guest/model/model.h"

/*
 * Make seq smaller as long as it fails: fewer operations, then smaller
 * arguments. `go_on` says whether there is still time. Returns runs made.
 */
unsigned int model_shrink(struct model_seq *seq, model_fails fails, bool (*go_on)(void *arg),
			  void *arg);

#endif
