/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs of others before the same kernels: the kernel's own selftests,
 * stress-ng. What comes of them is one fact, "verdict", which is the same in
 * each run of a good kernel: "pass 40, fail 0, skip 10; exit 0; pins balance;
 * log clean". Whether such a program notices a bug is told by comparing it with
 * that of the unbroken kernel, so nothing here is a finding.
 */
#ifndef PINLAB_GUEST_TORTURE_OTHERS_H
#define PINLAB_GUEST_TORTURE_OTHERS_H

#include "guest/torture/torture.h"

/*
 * Run these command lines, words between blanks, one after the other, each for
 * `seconds` at most; a NULL ends the list. The first that fails is the last,
 * and is named. Where `tests`, their TAP is counted, or, where one prints none,
 * its exit status. What they print is kept as NAME.txt. 0, or 1 after row_skip().
 */
int others_run(struct row *r, const char *const *lines, unsigned int seconds, bool tests);

#endif
