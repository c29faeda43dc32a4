/* SPDX-License-Identifier: GPL-2.0 */
/* From where a source comes into the cache. The caller holds its lock. */
#ifndef PINLAB_HOST_KERNEL_SOURCE_FETCH_H
#define PINLAB_HOST_KERNEL_SOURCE_FETCH_H

#include "host/kernel/source/source.h"

/* The path of a file beside its tree. The caller frees. */
char *source_file(const struct source *s, const char *name);

/*
 * Debian's package into a new folder that is renamed into place when it is
 * whole. PINLAB_OK, PINLAB_BROKE after saying why not, PINLAB_INTERRUPTED.
 */
int fetch_package(struct source *s, const char *name);
/* A tree of the user's, or a commit of it; likewise. */
int fetch_tree(struct source *s, const struct kernel *k);

/* What a tree holds now, "tree <hash>"; NULL after saying why it cannot be read. */
char *tree_state(const char *tree);

#endif
