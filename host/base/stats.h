/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Statistics for the wall-clock engines. The boot is the unit: iterations
 * inside one boot share its layout and its luck, and are no replicates.
 */
#ifndef PINLAB_HOST_BASE_STATS_H
#define PINLAB_HOST_BASE_STATS_H

#include <stddef.h>

/* Fewer boots of a kernel than this, and nothing is claimed. */
#define STATS_BOOTS_MIN 10
#define STATS_RESAMPLES 2000
#define STATS_ALPHA 0.05

struct stats_boot {
	double *v;
	size_t n;
};

struct stats_group {
	struct stats_boot *boots;
	size_t n;
};

struct stats_ratio {
	double ratio;			/* of b to a */
	double low, high;		/* 95 % interval */
};

enum stats_verdict {
	STATS_SLOWER,
	STATS_FASTER,
	STATS_EQUIVALENT,
	STATS_INCONCLUSIVE,
};

/* Median and quantile (R's type 7). x is put into another order; n > 0. */
double stats_median(double *x, size_t n);
double stats_quantile(double *x, size_t n, double p);

/*
 * Ratio of the medians of boot medians, with the percentile interval of a
 * hierarchical bootstrap (boots, then iterations in each). The same seed
 * gives the same interval. Both groups must have at least one sample a boot.
 */
struct stats_ratio stats_bootstrap(const struct stats_group *a, const struct stats_group *b,
				   size_t resamples, unsigned long seed);

/*
 * Mann-Whitney U, two-sided p. Exact for fewer than 50 on both sides without
 * ties, else the normal approximation with the corrections for ties and for
 * continuity: what R's wilcox.test() does. u (may be NULL): how often x > y.
 */
double stats_mann_whitney(const double *x, size_t nx, const double *y, size_t ny, double *u);

/* Benjamini-Hochberg: p values, replaced by their adjusted ones. */
void stats_benjamini_hochberg(double *p, size_t n);

/*
 * Slower and faster want all of: adjusted p below STATS_ALPHA, an interval
 * that leaves out 1, a ratio beyond the threshold. Equivalent: the whole
 * interval inside the threshold. What is neither is inconclusive.
 */
enum stats_verdict stats_judge(const struct stats_ratio *r, double p_adjusted, double delta,
			       size_t boots_a, size_t boots_b);
const char *stats_verdict_name(enum stats_verdict v);

#endif
