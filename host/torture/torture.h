/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a torture run has found: verdicts by kernel and scenario, and which
 * seeded bug was caught by what. Made from the run folder alone, as all
 * reports are.
 */
#ifndef PINLAB_TORTURE_REPORT_H
#define PINLAB_TORTURE_REPORT_H

#include "host/report/run.h"
#include "host/base/text.h"

/* "6.12+busted:retake-ignores-others" */
bool torture_is_bug(const char *kernel);
/* A run of the verb torture, by its plan. */
bool torture_is_run(const char *dir);

/* As report_derive(): PINLAB_OK, PINLAB_FAIL, PINLAB_BROKE. */
int torture_derive(const char *dir);
/* A line for `list runs`. */
void torture_print_run(const char *name, const char *dir);

/* One scenario on one kernel, over all of its boots. */
struct torture_cell {
	enum verdict verdict;		/* the worst; NONE: no boot came to it */
	size_t boots, failed;		/* that ran it; in which it failed */
	const struct boot *boot;	/* the first in which it was as bad as that */
	const char *why;		/* never NULL */
	bool crash;			/* the kernel went down in it */
};

void torture_cell_of(const struct run *run, size_t kernel, size_t row, struct torture_cell *c);

/* The first sign of a bug in one kernel's boots. */
struct caught {
	bool caught;
	const struct boot *boot;
	const char *row;		/* the scenario */
	const char *promise;		/* the word; "crash" */
	char text[512];
	double uptime;			/* seconds since the guest's kernel started */
};

void torture_caught(const struct run *run, size_t kernel, struct caught *c);

/*
 * Does a program of others catch a seeded bug: does it say another thing than
 * on the bug's unbroken parent, or does the kernel go down in it?
 */
enum others_verdict {
	OTHERS_NOT_RUN,
	OTHERS_MISSED,
	OTHERS_CAUGHT,
};

enum others_verdict torture_others(const struct run *run, size_t kernel, const char *row);
/* The rows "others/..." of the run. */
void torture_others_names(const struct run *run, struct strlist *names);

/* Tables of the figures of limits/..., where there are any. */
void torture_limits(const struct run *run, struct text *t);

/* Every kernel's and the run's own verdict, as an exit status. */
int torture_status(const struct run *run);

void torture_text(const struct run *run, struct text *t);
void torture_ktap(const struct run *run, struct text *t);
/* All findings whole, with their details. */
void torture_findings(const struct run *run, struct text *t);
/* Tab separated: the seeded bugs; what scenarios found out in words. */
void torture_bugs_tsv(const struct run *run, struct text *t);
void torture_facts_tsv(const struct run *run, struct text *t);

#endif
