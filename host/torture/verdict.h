/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_TORTURE_VERDICT_H
#define PINLAB_HOST_TORTURE_VERDICT_H

#include "host/torture/torture.h"

/* "6.12+busted:retake-ignores-others" */
bool torture_is_bug(const char *kernel);
/* Kernels of the run: the seeded bugs, or the others. */
size_t torture_count(const struct run *run, bool bugs);
void torture_cell_of(const struct run *run, size_t kernel, size_t row, struct torture_cell *c);
void torture_caught(const struct run *run, size_t kernel, struct caught *c);
enum others_verdict torture_others(const struct run *run, size_t kernel, const char *row);
/* The rows "others/..." of the run. */
void torture_others_names(const struct run *run, struct strlist *names);
/*
 * The verdict of one kernel over all of its boots; of a seeded bug, PASS if it
 * was caught. `why` says what is wrong with one that is BROKEN, FAIL or SKIP.
 * All that is printed of a kernel or a run is made of this.
 */
struct torture_kernel {
	enum verdict verdict;
	char why[320];
	bool found;		/* in a row, or the kernel went down */
};

void torture_kernel_of(const struct run *run, size_t kernel, struct torture_kernel *k);
/* The worst of all kernels, and of the run as such, as an exit status. */
int torture_status(const struct run *run);

#endif
