/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_TORTURE_SENTENCE_H
#define PINLAB_HOST_TORTURE_SENTENCE_H

#include "host/torture/torture.h"

void torture_sentence(const struct run *run, struct text *t);

#endif
