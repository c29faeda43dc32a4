/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_PATHS_REPORT_H
#define PINLAB_HOST_PATHS_REPORT_H

#include "host/paths/paths.h"

void paths_text(const struct run *run, const struct path_cells *c, struct text *t);

#endif
