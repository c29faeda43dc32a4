/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A series on copies of the files that it touches: whether it fits is told
 * before anything is built, and the source tree is only read.
 */
#ifndef PINLAB_HOST_KERNEL_SOURCE_APPLY_H
#define PINLAB_HOST_KERNEL_SOURCE_APPLY_H

#include "host/kernel/source/series.h"
#include "host/mail/patchset.h"

/*
 * Applies all patches of the set, and the bug (or NULL) on top, to files in
 * the folder `tree`, as git am does. Fills sr's patches, touched and misfit;
 * says which patch, which file and which hunk does not fit. 0 or -errno.
 */
int apply_all(struct series *sr, const struct patchset *set, const struct patchset *bug,
	      const struct source *s, const char *tree);

/* The base's file to where patches are tried; 0 if there is none, or no plain one. */
int copy_original(const struct source *s, const char *name, const char *tree);

#endif
