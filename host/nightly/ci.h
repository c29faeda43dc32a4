/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_CI_H
#define PINLAB_HOST_NIGHTLY_CI_H

#include "host/nightly/nightly.h"

void night_junit(const struct night *n, struct text *t);
/* The caller frees. */
char *night_kcidb(const struct night *n);

#endif
