/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_BENCH_LIST_H
#define PINLAB_HOST_BENCH_LIST_H

/* `list benchmarks`: one paragraph a benchmark; with a glob one line a row. An exit status. */
int bench_print_list(const char *glob);

#endif
