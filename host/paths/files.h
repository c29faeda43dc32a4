/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_PATHS_FILES_H
#define PINLAB_HOST_PATHS_FILES_H

#include "host/paths/paths.h"

/* As report_derive(): PINLAB_OK, PINLAB_FAIL, PINLAB_BROKE. */
int paths_derive(const char *dir);
/* A line for `list runs`. */
void paths_print_run(const char *name, const char *dir);
void paths_tsv(const struct run *run, const struct path_cells *c, struct text *t);
void paths_ktap(const struct run *run, const struct path_cells *c, struct text *t);

#endif
