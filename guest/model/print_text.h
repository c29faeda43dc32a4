/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_PRINT_TEXT_H
#define PINLAB_GUEST_MODEL_PRINT_TEXT_H

#include "guest/model/print.h"

/* The functions that main(), which is `body`, calls, and those that they call. */
void print_put_parts(FILE *f, const char *body);

#endif
