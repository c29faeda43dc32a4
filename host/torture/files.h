/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_TORTURE_FILES_H
#define PINLAB_HOST_TORTURE_FILES_H

#include "host/torture/torture.h"

/* As report_derive(): PINLAB_OK, PINLAB_FAIL, PINLAB_BROKE. */
int torture_derive(const char *dir);
/* A line for `list runs`. */
void torture_print_run(const char *name, const char *dir);
void torture_ktap(const struct run *run, struct text *t);
/* Tab separated: the seeded bugs; what scenarios found out in words. */
void torture_bugs_tsv(const struct run *run, struct text *t);
void torture_facts_tsv(const struct run *run, struct text *t);

#endif
