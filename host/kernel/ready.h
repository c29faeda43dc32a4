/* SPDX-License-Identifier: GPL-2.0 */
/* What is wrong with the folders that pinlab works in, found before it fails late. */
#ifndef PINLAB_HOST_KERNEL_READY_H
#define PINLAB_HOST_KERNEL_READY_H

/*
 * Can kernels be built in the cache? Not where its path has what make takes for
 * something else, where no program may be run, or where nothing can be written.
 * NULL, or a sentence with what to do; the caller frees.
 */
char *ready_cache(void);

/* Can a folder, or the first of those above it that is there, be written to? Likewise. */
char *ready_to_write(const char *dir);

/* A run in `dir`, with kernels of the cache. PINLAB_OK, PINLAB_BROKE after saying why not. */
int ready_for_run(const char *dir);

#endif
