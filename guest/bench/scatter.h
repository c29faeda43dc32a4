/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_BENCH_SCATTER_H
#define PINLAB_GUEST_BENCH_SCATTER_H

#include "guest/mem.h"

/*
 * A bio makes one segment of pages that happen to follow each other in
 * physical memory, so that the figures of small folios would depend on what
 * the page allocator had at hand. Fill the memory again so that no page
 * follows its neighbour. 0 or -errno. Large folios are left alone, and so is
 * all where /proc/self/pagemap does not tell.
 */
int mem_scatter(struct mem *m);

#endif
