/* SPDX-License-Identifier: GPL-2.0 */
/* Which functions grew between the two sides of a line. */
#ifndef PINLAB_HOST_REPORT_PROFILE_DIFF_H
#define PINLAB_HOST_REPORT_PROFILE_DIFF_H

#include "host/report/compare.h"

struct growth {
	char *function;
	double a, b;			/* instructions for one unit of the figure */
};

struct profile_diff {
	struct growth *v;		/* the largest change first */
	size_t n;
};

/*
 * The functions whose count differs between the two sides of a line, by at
 * least half of the last digit printed. Suffixes that the compiler adds
 * (.isra.0, .cold) are taken off, or a clone that was renamed would look like
 * one function gone and one new. 0; -ENOENT if a side has no profile of it.
 */
int profile_compare(const struct comparison *c, const struct line *l, struct profile_diff *d);
void profile_diff_free(struct profile_diff *d);

#endif
