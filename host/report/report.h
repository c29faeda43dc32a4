/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a run folder to its reports. Every file is made from the folder alone
 * and comes out the same, byte for byte, whenever and wherever it is made.
 */
#ifndef PINLAB_HOST_REPORT_REPORT_H
#define PINLAB_HOST_REPORT_REPORT_H

#include "host/report/compare.h"
#include "host/base/text.h"

/* What came of one kernel's rows over all of its boots. */
struct kernel_result {
	enum verdict verdict;		/* BROKEN: a boot, or a row that was owed, is not there */
	char why[WHY_MAX];		/* of BROKEN and SKIP */
	size_t pass, skip, fail, broken;
};

/* The baseline against each other kernel; one entry without a b if it is alone. */
struct report {
	struct run run;
	struct comparison *cmp;
	size_t n;
	size_t boots_ok;
	bool aa_lost;			/* the baseline has figures, its A/A boot none */
	struct kernel_result *kernels;	/* as run.kernels */
	size_t pass, skip, fail, broken;	/* rows of all kernels */
};

/* 0 or -errno, said on stderr */
int report_load(const char *run_dir, struct report *r);
void report_free(struct report *r);
/*
 * What report_derive() returns for it (see derive.h), and what sentence, table
 * and KTAP say: made of the kernels' verdicts and of the checks of the
 * measurement.
 */
int report_status(const struct report *r);
/* A run's verdict in a word, for `list runs`. */
const char *report_word(const struct report *r);

/* Write one of a run's files by rename: 0, or -errno after saying why. */
int report_put(const struct run *run, const char *name, const char *s, size_t n);

/* One file of a run that was derived. */
struct report_file {
	const char *name;
	struct text text;
};

/*
 * These, then samples.tsv and manifest.json, which stands for the others being
 * whole; texts are freed. All of them or, on an interrupt before, none. As report_put().
 */
int report_put_all(const struct run *run, struct report_file *files, size_t n);

#endif
