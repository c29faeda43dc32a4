/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_PATHS_SENTENCE_H
#define PINLAB_HOST_PATHS_SENTENCE_H

#include "host/paths/paths.h"

void paths_sentence(const struct run *run, const struct path_cells *c, struct text *t);

#endif
