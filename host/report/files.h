/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_REPORT_FILES_H
#define PINLAB_HOST_REPORT_FILES_H

#include "host/report/report.h"

/* The other files, as text */
void report_samples(const struct run *run, struct text *t);
char *report_manifest(const struct run *run, const struct text *samples);
/*
 * 0; -ESTALE after saying which file is not the one that manifest.json lists.
 * A folder without manifest.json has nothing to be checked against.
 */
int manifest_check(const struct run *run);

#endif
