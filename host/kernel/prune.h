/* SPDX-License-Identifier: GPL-2.0 */
/* What the cache holds, and how it becomes less. */
#ifndef PINLAB_HOST_KERNEL_PRUNE_H
#define PINLAB_HOST_KERNEL_PRUNE_H

#include "host/base/util.h"

struct cache_entry {
	char *path;		/* below the cache's folder: "kernels/72a6...", "sources/6.12" */
	char *what;		/* "6.12+exclusive lean"; "" where nothing says more */
	long long bytes;	/* on the disk */
	double days;		/* since it was last used */
	bool busy;		/* held by a running pinlab */
};

/* All that can be removed, what was not used for longest first. The caller frees. */
size_t cache_list(struct cache_entry **out);
void cache_list_free(struct cache_entry *e, size_t n);
/*
 * Removes what was not used for so many days and nobody holds. Bytes that came
 * free; -errno where something could not be removed, after saying what.
 */
long long cache_prune(double days, size_t *removed);

#endif
