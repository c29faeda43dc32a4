/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_TORTURE_VERDICT_H
#define PINLAB_HOST_TORTURE_VERDICT_H

#include "host/torture/torture.h"

/* "6.12+busted:retake-ignores-others" */
bool torture_is_bug(const char *kernel);
/* A run of the verb torture, by its plan. */
bool torture_is_run(const char *dir);
void torture_cell_of(const struct run *run, size_t kernel, size_t row, struct torture_cell *c);
void torture_caught(const struct run *run, size_t kernel, struct caught *c);
enum others_verdict torture_others(const struct run *run, size_t kernel, const char *row);
/* The rows "others/..." of the run. */
void torture_others_names(const struct run *run, struct strlist *names);
/* Every kernel's and the run's own verdict, as an exit status. */
int torture_status(const struct run *run);

#endif
