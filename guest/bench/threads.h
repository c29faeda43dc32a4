/* SPDX-License-Identifier: GPL-2.0 */
/* Benchmarks of several threads that pin at the same time. */
#ifndef PINLAB_GUEST_BENCH_THREADS_H
#define PINLAB_GUEST_BENCH_THREADS_H

#include <stdbool.h>

#include "guest/bench/bench.h"

/* size.n threads. */
extern const struct bench_size thread_sizes[];

int threads_setup(struct row *r);
/* Each thread pins and unpins one page over and over: the same, or one of its own. */
int threads_run(struct row *r, bool same_page);

#endif
