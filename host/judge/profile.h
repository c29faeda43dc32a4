/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The instruction counts by function that the QEMU plugin wrote beside a boot's
 * records.
 *
 * boots/<id>/profile.tsv: `<window id>\t<function>\t<instructions>`, one a
 * line, the lines of a window together. Lines that are anything else are left
 * out: the profile explains figures, it makes none.
 */
#ifndef PINLAB_HOST_JUDGE_PROFILE_H
#define PINLAB_HOST_JUDGE_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include "host/base/place.h"

/* The lines of one window. */
struct stretch {
	uint32_t id;
	size_t from, to;		/* in lines[] */
};

struct count {
	const char *function;
	double n;
};

struct profile {
	char *text;
	struct count *lines;
	struct stretch *windows;
	size_t n_lines, n_windows;
};

/* NULL if there is no such file, or nothing in it. */
struct profile *profile_load(const struct place *p, const char *name);
void profile_free(struct profile *p);

#endif
