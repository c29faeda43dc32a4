/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_MODEL_PRINT_H
#define PINLAB_MODEL_PRINT_H

#include <stdio.h>

/* The functions that main(), which is `body`, calls, and those that they call. */
void print_put_parts(FILE *f, const char *body);

#endif
