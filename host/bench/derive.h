/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_BENCH_DERIVE_H
#define PINLAB_HOST_BENCH_DERIVE_H

/* report_derive() for runs of benchmarks: samples.tsv, report.txt, verdicts.ktap, manifest.json. */
int bench_derive(const char *dir);
/* A line for `list runs`. */
void bench_print_run(const char *name, const char *dir);

#endif
