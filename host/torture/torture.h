/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a torture run has found: verdicts by kernel and scenario, and which
 * seeded bug was caught by what. Made from the run folder alone, as all
 * reports are.
 */
#ifndef PINLAB_HOST_TORTURE_TORTURE_H
#define PINLAB_HOST_TORTURE_TORTURE_H

#include "host/judge/run.h"
#include "host/base/text.h"

/* One scenario on one kernel, over all of its boots. */
struct torture_cell {
	enum verdict verdict;		/* the worst; NONE: no boot came to it */
	size_t boots, failed;		/* that ran it; in which it failed */
	const struct boot *boot;	/* the first in which it was as bad as that */
	const char *why;		/* never NULL */
	bool crash;			/* the kernel went down in it */
	const struct boot *prevented;	/* NONE: by the end of this boot; NULL: not owed */
};

/* The first sign of a bug in one kernel's boots. */
struct caught {
	bool caught;
	const struct boot *boot;
	const char *row;		/* the scenario */
	const char *promise;		/* the word; "crash" */
	char text[512];
	double uptime;			/* seconds since the guest's kernel started */
};

/*
 * Does a program of others catch a seeded bug: does it say another thing than
 * on the bug's unbroken parent, or does the kernel go down in it?
 */
enum others_verdict {
	OTHERS_NOT_RUN,
	OTHERS_MISSED,
	OTHERS_CAUGHT,
};

#endif
