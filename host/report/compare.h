/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One kernel against another, figure by figure, under the rules of the
 * engine: exact differences, or medians with their intervals.
 */
#ifndef PINLAB_HOST_REPORT_COMPARE_H
#define PINLAB_HOST_REPORT_COMPARE_H

#include "host/judge/run.h"
#include "host/base/stats.h"

/* Half of the last digit that is printed: below it there is no change. */
#define CHANGE_LEAST (VALUE_ONE / 200)
#define WHY_MAX 256

/* The boots of one kernel that stand on one side of a comparison. */
struct side {
	const struct run *run;
	size_t kernel;
	unsigned int roles;		/* bits 1 << enum role */
	const char *label;		/* how it is called; NULL: the kernel's name */
};

/*
 * What the boots of a side say about a row: the worst of them. NONE: the row
 * does not exist there. why (WHY_MAX bytes) is empty for NONE and PASS.
 */
enum verdict side_row(const struct side *s, const char *row, char *why);
/* Boots of the side, and those of them that came to their end. */
size_t side_boots(const struct side *s, size_t *ok);
const char *side_name(const struct side *s);

/* What one side measured for one figure; nothing unless n > 0. */
struct cell {
	enum verdict verdict;		/* of its row */
	char why[WHY_MAX];
	size_t n, disturbed;		/* samples used; those left out or, if !exact, used */
	bool agree;			/* exact: all clean repeats are the same */
	bool exact;			/* exact: more than half of them are */
	int64_t value, min, max;	/* exact */
	struct stats_group group;	/* statistical */
	double median;
};

enum change {
	CHANGE_NONE,			/* nothing to compare with */
	CHANGE_SAME,
	CHANGE_SLOWER,
	CHANGE_FASTER,
	CHANGE_NOT_EXACT,		/* no larger than the A/A difference */
	CHANGE_EQUIVALENT,
	CHANGE_INCONCLUSIVE,
	CHANGES,
};

struct diff {
	enum change change;
	int64_t exact;
	struct stats_ratio ratio;
	double p;			/* adjusted */
};

struct line {
	const char *row, *metric, *unit;
	struct cell a, aa, b;
	struct diff change;		/* b to a */
	struct diff noise;		/* aa to a */
};

struct comparison {
	struct side a, aa, b;
	bool exact;
	bool has_aa, has_b;
	double delta;
	unsigned long seed;
	struct line *lines;
	size_t n;
	size_t count[CHANGES];		/* of the changes */
	size_t noisy;			/* lines whose A/A is not what it must be */
	size_t inexact;			/* lines where a side has no exact value */
	size_t few;			/* lines judged on too few boots */
};

/* Everything but lines and counts is filled in by the caller. */
void compare(struct comparison *c);
void comparison_free(struct comparison *c);

/* Figures that two boots of the baseline have. */
size_t aa_lines(const struct comparison *c);
/* Is the A/A difference of a line one that must not be? */
bool noise_is_real(const struct comparison *c, const struct line *l);

/* "151.20" and "+2.00", in a buffer of VALUE_TEXT bytes that is returned. */
#define VALUE_TEXT 24
char *value_text(int64_t v, char *buf);
char *change_text(int64_t v, char *buf);

#endif
