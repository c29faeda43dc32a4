/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which functions grew: the instruction counts by function that the QEMU
 * plugin wrote beside a boot's records.
 *
 * boots/<id>/profile.tsv: `<window id>\t<function>\t<instructions>`, one a
 * line, the lines of a window together. Lines that are anything else are left
 * out: the profile explains figures, it makes none.
 */
#ifndef PINLAB_HOST_REPORT_PROFILE_H
#define PINLAB_HOST_REPORT_PROFILE_H

#include "host/report/compare.h"

struct profile;

/* NULL if there is no such file, or nothing in it. */
struct profile *profile_load(const struct place *p, const char *name);
void profile_free(struct profile *p);

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
