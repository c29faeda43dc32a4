/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of a report of paths that tell of kernels that went down, and by what. */
#ifndef PINLAB_HOST_PATHS_CRASH_H
#define PINLAB_HOST_PATHS_CRASH_H

#include "host/paths/paths.h"

/* Content mode: each path that took the machine down, which none was to; nothing if none did. */
void paths_went_down(const struct run *run, const struct path_cells *c, struct text *t);
/* Crash mode: cell by cell, and then what the consoles say. */
void paths_crash_block(const struct run *run, const struct path_cells *c, size_t kernel,
		       struct text *t);
void paths_crash_traces(const struct run *run, const struct path_cells *c, size_t kernel,
			struct text *t);

#endif
