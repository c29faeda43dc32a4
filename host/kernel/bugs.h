/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Seeded bugs: kernels that are broken on purpose, each by one patch on top of
 * a series of ours. What tests a kernel has to catch them.
 *
 *   kernels/busted/<branch>/NAME.patch      kernel BASE+busted:NAME
 */
#ifndef PINLAB_HOST_KERNEL_BUGS_H
#define PINLAB_HOST_KERNEL_BUGS_H

#include "host/base/util.h"

/* The variant is BUG_VARIANT:NAME; the word alone stands for all of them. */
#define BUG_VARIANT "busted"
/* The series of kernels/patches/<branch>/ that bugs are patches on. */
#define BUG_SERIES "exclusive"

/* "NAME" of the variant "busted:NAME"; NULL for any other variant. */
const char *bug_name(const char *variant);
/* The patch; NULL if there is no such bug. The caller frees. */
char *bug_path(const char *branch, const char *name);
/* As it is shown: from kernels/ on, if it lies there. */
const char *bug_shown(const char *path);
/* Adds "<before>+busted:NAME" for each bug that the glob matches. */
void bugs_list(const char *branch, const char *before, const char *glob, struct strlist *names);

#endif
