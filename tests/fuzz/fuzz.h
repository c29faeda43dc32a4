/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fuzz target is one file: LLVMFuzzerTestOneInput(), as libFuzzer has it, so
 * that it can be linked with clang -fsanitize=fuzzer as well. main.c drives it
 * with gcc alone. What a target must not do: die, read or write where it may not,
 * or take long.
 */
#ifndef PINLAB_TESTS_FUZZ_FUZZ_H
#define PINLAB_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "host/base/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A folder in memory where there is one, the same for all inputs, removed at exit. */
const struct place *fuzz_place(void);
/* Removes it, in the process that made it. */
void fuzz_drop(void);
/* A copy of tests/golden/run-icount in it, made once: its path. */
const char *fuzz_run(void);

#endif
