// SPDX-License-Identifier: GPL-2.0
#include "host/base/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/util.h"

#define EXACT_MAX 50

double stats_median(double *x, size_t n)
{
	return gsl_stats_median(x, 1, n);
}

double stats_quantile(double *x, size_t n, double p)
{
	gsl_sort(x, 1, n);
	return gsl_stats_quantile_from_sorted_data(x, 1, n, p);
}

static size_t longest_boot(const struct stats_group *g)
{
	size_t max = 1;

	for (size_t i = 0; i < g->n; i++)
		if (g->boots[i].n > max)
			max = g->boots[i].n;
	return max;
}

static double group_median(const struct stats_group *g, double *medians, double *work)
{
	for (size_t i = 0; i < g->n; i++) {
		memcpy(work, g->boots[i].v, g->boots[i].n * sizeof(*work));
		medians[i] = stats_median(work, g->boots[i].n);
	}
	return stats_median(medians, g->n);
}

static double resampled_median(const struct stats_group *g, gsl_rng *rng, double *medians,
			       double *work)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct stats_boot *b = &g->boots[gsl_rng_uniform_int(rng, g->n)];

		for (size_t j = 0; j < b->n; j++)
			work[j] = b->v[gsl_rng_uniform_int(rng, b->n)];
		medians[i] = stats_median(work, b->n);
	}
	return stats_median(medians, g->n);
}

struct stats_ratio stats_bootstrap(const struct stats_group *a, const struct stats_group *b,
				   size_t resamples, unsigned long seed)
{
	size_t la = longest_boot(a), lb = longest_boot(b);
	double *work = xcalloc(la > lb ? la : lb, sizeof(*work));
	double *medians = xcalloc(a->n > b->n ? a->n : b->n, sizeof(*medians));
	double *ratios = xcalloc(resamples, sizeof(*ratios));
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct stats_ratio r;

	gsl_rng_set(rng, seed);
	r.ratio = group_median(b, medians, work) / group_median(a, medians, work);
	for (size_t i = 0; i < resamples; i++) {
		double ma = resampled_median(a, rng, medians, work);

		ratios[i] = resampled_median(b, rng, medians, work) / ma;
	}
	r.low = stats_quantile(ratios, resamples, 0.025);
	r.high = stats_quantile(ratios, resamples, 0.975);
	gsl_rng_free(rng);
	free(ratios);
	free(medians);
	free(work);
	return r;
}

/*
 * P(U <= u) when all orders are equally likely. The number of orders with a
 * given U is the coefficient of q^U in the Gaussian binomial of nx + ny over
 * nx, the product over i = 1..nx of (1 - q^(ny+i)) / (1 - q^i); divided by the
 * binomial on the way, to stay inside a double.
 */
static double exact_below(size_t nx, size_t ny, size_t u)
{
	size_t top = nx * ny;
	double *c = xcalloc(top + 1, sizeof(*c));
	double p = 0;

	c[0] = 1;
	for (size_t i = 1; i <= nx; i++) {
		for (size_t k = top; k >= ny + i; k--)
			c[k] -= c[k - ny - i];
		for (size_t k = i; k <= top; k++)
			c[k] += c[k - i];
		for (size_t k = 0; k <= top; k++)
			c[k] *= (double)i / (ny + i);
	}
	for (size_t k = 0; k <= u && k <= top; k++)
		p += c[k];
	free(c);
	return p;
}

static double exact_p(size_t nx, size_t ny, double u)
{
	size_t lower = u < nx * ny / 2.0 ? u : nx * ny - u;
	double p = 2 * exact_below(nx, ny, lower);

	return p > 1 ? 1 : p;
}

/* ties: the sum of t^3 - t over all groups of equal values */
static double normal_p(size_t nx, size_t ny, double u, double ties)
{
	double n = nx + ny, z = u - nx * ny / 2.0;
	double var = nx * ny / 12.0 * (n + 1 - ties / (n * (n - 1)));

	if (var <= 0)
		return 1;
	z -= z > 0 ? 0.5 : z < 0 ? -0.5 : 0;
	return 2 * gsl_cdf_ugaussian_Q(fabs(z) / sqrt(var));
}

double stats_mann_whitney(const double *x, size_t nx, const double *y, size_t ny, double *u_out)
{
	size_t n = nx + ny;
	double *all = xcalloc(n, sizeof(*all));
	double u = 0, ties = 0;

	for (size_t i = 0; i < nx; i++)
		for (size_t j = 0; j < ny; j++)
			u += x[i] > y[j] ? 1 : x[i] == y[j] ? 0.5 : 0;
	if (nx)
		memcpy(all, x, nx * sizeof(*all));
	if (ny)
		memcpy(all + nx, y, ny * sizeof(*all));
	gsl_sort(all, 1, n);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && all[j] == all[i];)
			j++;
		ties += pow(j - i, 3) - (j - i);
	}
	free(all);
	if (u_out)
		*u_out = u;
	if (!nx || !ny)
		return 1;
	if (ties || nx >= EXACT_MAX || ny >= EXACT_MAX)
		return normal_p(nx, ny, u, ties);
	return exact_p(nx, ny, u);
}

void stats_benjamini_hochberg(double *p, size_t n)
{
	size_t *order = xcalloc(n, sizeof(*order));
	double least = 1;

	if (n)
		gsl_sort_index(order, p, 1, n);
	for (size_t i = n; i > 0; i--) {
		double q = p[order[i - 1]] * n / i;

		least = q < least ? q : least;
		p[order[i - 1]] = least;
	}
	free(order);
}

enum stats_verdict stats_judge(const struct stats_ratio *r, double p, double delta,
			       size_t boots_a, size_t boots_b)
{
	if (boots_a < STATS_BOOTS_MIN || boots_b < STATS_BOOTS_MIN)
		return STATS_INCONCLUSIVE;
	if (r->low >= 1 - delta && r->high <= 1 + delta)
		return STATS_EQUIVALENT;
	if (p < STATS_ALPHA && r->low > 1 && r->ratio > 1 + delta)
		return STATS_SLOWER;
	if (p < STATS_ALPHA && r->high < 1 && r->ratio < 1 - delta)
		return STATS_FASTER;
	return STATS_INCONCLUSIVE;
}

const char *stats_verdict_name(enum stats_verdict v)
{
	static const char *const names[] = {
		[STATS_SLOWER] = "slower",
		[STATS_FASTER] = "faster",
		[STATS_EQUIVALENT] = "equivalent",
		[STATS_INCONCLUSIVE] = "inconclusive",
	};

	return names[v];
}
