/* SPDX-License-Identifier: GPL-2.0 */
/* Benchmarks of sharing memory with the host, and taking it back. */
#ifndef PINLAB_GUEST_BENCH_SHARE_H
#define PINLAB_GUEST_BENCH_SHARE_H

#include "guest/bench/bench.h"

/* .n is the pages that change hands together; large folios begin at their own size. */
extern const struct bench_size share_small_sizes[], share_large_sizes[];
#define SHARE_ONCE	16384ul
/* Pages of one call, and of what is timed together: fewer than come to a tick. */
#define SHARE_CALL	512ul

/* fn for each piece of the size, timed: the sum becomes the metric's sample. 0 or -1. */
int share_timed(struct row *r, unsigned int metric,
		int (*fn)(struct row *r, unsigned long page, unsigned long n));
/* Write a word to each of n pages. */
void share_touch(char *addr, unsigned long n);

#endif
