/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_PATHS_MEMORY_H
#define PINLAB_GUEST_PATHS_MEMORY_H

#include "guest/paths/path.h"

/* Memory of the cell's kind, held as the scheme says. 0 or 1 after cell_skip(). */
int cell_take_memory(struct path_cell *c);
/* Hold it: 0, or 1 after cell_skip(). */
int cell_hold(struct path_cell *c);

#endif
