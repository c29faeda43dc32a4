/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_SENTENCE_H
#define PINLAB_HOST_NIGHTLY_SENTENCE_H

#include "host/nightly/nightly.h"

void night_sentence(const struct night *n, const struct night_changes *c, struct text *t);

#endif
