/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_PATHS_CELLS_H
#define PINLAB_HOST_PATHS_CELLS_H

#include "host/paths/paths.h"

void paths_load_cells(const struct run *run, struct path_cells *out);
void paths_free_cells(struct path_cells *c);
/* NULL if there is none of that name. */
const struct path_cell *paths_cell(const struct path_cells *c, size_t kernel, size_t row,
				   const char *name, bool crash);
/* The cells of one path on one kernel, see path_cell.next; NULL: none. */
const struct path_cell *paths_row(const struct path_cells *c, size_t kernel, size_t row);
void paths_info(const struct path_cells *c, size_t kernel, size_t row, struct path_info *info);
/* "FOLL_GET", ... */
const char *paths_way_name(char way);
bool paths_reached(const struct path_cell *c);
/*
 * The verdict of one kernel, of which all that is printed is made. BROKEN: a
 * boot, a row or a cell that was asked for is not there; `why` says which.
 */
struct paths_kernel {
	enum verdict verdict;
	size_t answered, wrong;		/* cells */
	size_t down;			/* boots whose kernel went down, and was not to */
	char why[320];
};

void paths_kernel_of(const struct run *run, const struct path_cells *c, size_t kernel,
		     struct paths_kernel *k);
/* The boot in which this path took the machine down, in content mode; NULL: none. */
const struct boot *paths_down(const struct run *run, size_t kernel, const char *row);
/* The worst of all kernels, as an exit status. */
int paths_status(const struct run *run, const struct path_cells *c);

#endif
