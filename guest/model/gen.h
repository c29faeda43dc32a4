/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_GEN_H
#define PINLAB_GUEST_MODEL_GEN_H

#include "guest/model/model.h"

/* Sequence `number` of the run with this seed: depends on nothing else. */
void model_generate(struct model_seq *seq, const struct model_caps *caps, uint64_t seed,
		    uint64_t number);

#endif
