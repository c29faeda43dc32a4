/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_PRINT_H
#define PINLAB_GUEST_MODEL_PRINT_H

#include <stdio.h>

#include "guest/model/model.h"

/*
 * A C program that repeats the sequence and ends with status 1 where the
 * promise is broken. It needs pinlab_uapi.h and a C library.
 */
void model_print(FILE *f, const struct model_seq *seq, const struct model_outcome *out);

#endif
