/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_REPORT_H
#define PINLAB_HOST_NIGHTLY_REPORT_H

#include "host/nightly/nightly.h"

void night_text(const struct night *n, struct text *t);

#endif
