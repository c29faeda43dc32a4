/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_PATHS_MEMORY_H
#define PINLAB_GUEST_PATHS_MEMORY_H

#include "guest/paths/path.h"

/* path_memory.c: memory of the cell's kind, held as the scheme says. 0 or 1 after cell_skip(). */
int cell_take_memory(struct path_cell *c);
/* Hold it: 0, or 1 after cell_skip(). */
int cell_hold(struct path_cell *c);
/* PINLAB_OWNED_*: 0 or -errno. */
int cell_owned(const struct path_cell *c, enum pinlab_owned_what what, struct pinlab_owned *q);

#endif
