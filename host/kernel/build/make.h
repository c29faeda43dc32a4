/* SPDX-License-Identifier: GPL-2.0 */
/* make in a source tree: what it is given, its log, its progress, why it failed. */
#ifndef PINLAB_HOST_KERNEL_BUILD_MAKE_H
#define PINLAB_HOST_KERNEL_BUILD_MAKE_H

#include "host/kernel/build/build.h"

/* Compiler lines shown when a build fails; the log has all. */
#define MAX_SHOWN 24

/* One make: its log, its progress, and what to show when it fails. */
struct make {
	FILE *log;
	char *log_path;
	const struct batch *batch;
	const char *what;	/* NULL: too short for progress */
	long done, expected;
	double start;
	struct strlist said;	/* all lines but progress, the first few */
	char *stop;		/* make's own first "*** ..." line */
	bool disk_full;
	bool own_fault;		/* after all: make has ended, and not for want of room */
};

/*
 * make in the source tree, with objects in `out`, for the goals (they end in
 * NULL). A bare environment: nothing of the user's, nor of the make that may
 * have started us, is to reach the result; and fixed stamps, so that the same
 * input gives the same bytes anywhere. Says why `failure` failed. PINLAB_OK,
 * PINLAB_BROKE, PINLAB_INTERRUPTED.
 */
int run_make(struct build *b, const char *out, struct make *m, const char *failure,
	     const char *const *goals);

/* Where the batch is, and how long it will take if the rest is like those before. */
void show_batch(const struct batch *b, const char *now);

#endif
