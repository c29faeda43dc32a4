/* SPDX-License-Identifier: GPL-2.0 */
/* Benchmarks of process_vm_readv() and process_vm_writev(). */
#ifndef PINLAB_GUEST_BENCH_PROCESS_VM_H
#define PINLAB_GUEST_BENCH_PROCESS_VM_H

#include <stdbool.h>

#include "guest/bench/bench.h"

extern const struct bench_size process_vm_sizes[];

/* setup starts a child with memory of the row's kind; run moves all of it. */
int process_vm_setup(struct row *r);
int process_vm_run(struct row *r, bool write);
int process_vm_teardown(struct row *r);

#endif
