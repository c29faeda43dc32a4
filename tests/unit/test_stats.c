// SPDX-License-Identifier: GPL-2.0
/* host/base/stats.c against R: tests/golden/stats/{data,expected}.tsv, made by stats.R there. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/base/files.h"
#include "host/base/stats.h"
#include "host/base/util.h"

static char *golden(const char *name)
{
	char *path = xasprintf("%s/tests/golden/stats/%s", repo_dir(), name);
	char *text = read_file(path, NULL);

	if (!text)
		fail_msg("%s is missing", path);
	free(path);
	return text;
}

/* A vector of data.tsv; the caller frees. */
static double *data(const char *name, size_t *n)
{
	char *text = golden("data.tsv"), *rest = text, *line;
	double *v = NULL;

	*n = 0;
	while ((line = strsep(&rest, "\n"))) {
		char *word = strsep(&line, "\t");

		if (strcmp(word, name) || !line)
			continue;
		while ((word = strsep(&line, " "))) {
			v = xrealloc(v, (*n + 1) * sizeof(*v));
			v[(*n)++] = atof(word);
		}
	}
	free(text);
	if (!v)
		fail_msg("no data of the name %s", name);
	return v;
}

static double ours_quantile(const char *name, double p)
{
	size_t n;
	double *v = data(name, &n), q = stats_quantile(v, n, p);

	if (p == 0.5)
		assert_float_equal(stats_median(v, n), q, (1 / 1e12));
	free(v);
	return q;
}

static double ours_wilcox(const char *x, const char *y, bool want_u)
{
	size_t nx, ny;
	double *vx = data(x, &nx), *vy = data(y, &ny), u;
	double p = stats_mann_whitney(vx, nx, vy, ny, &u);

	free(vx);
	free(vy);
	return want_u ? u : p;
}

static double ours_bh(const char *name, int i)
{
	size_t n;
	double *p = data(name, &n), q;

	stats_benjamini_hochberg(p, n);
	q = p[i];
	free(p);
	return q;
}

static void load_group(const char *which, struct stats_group *g)
{
	char name[32];

	g->n = 10;
	g->boots = xcalloc(g->n, sizeof(*g->boots));
	for (size_t i = 0; i < g->n; i++) {
		snprintf(name, sizeof(name), "boot_%s%zu", which, i);
		g->boots[i].v = data(name, &g->boots[i].n);
	}
}

static void free_group(struct stats_group *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->boots[i].v);
	free(g->boots);
}

static double ours_bootstrap(const char *what)
{
	struct stats_group a, b;
	struct stats_ratio r;

	load_group("a", &a);
	load_group("b", &b);
	r = stats_bootstrap(&a, &b, 50000, 1);
	free_group(&a);
	free_group(&b);
	return !strcmp(what, "low") ? r.low : !strcmp(what, "high") ? r.high : r.ratio;
}

static void check_line(char *line)
{
	double want, got, near = (1 / 1e9);
	char x[32], y[32];
	float p;
	int i;

	want = atof(strchr(line, '\t') + 1);
	*strchr(line, '\t') = '\0';
	if (sscanf(line, "quantile %31s %f", x, &p) == 2) {
		got = ours_quantile(x, atof(strrchr(line, ' ')));
	} else if (sscanf(line, "wilcox-u %31s %31s", x, y) == 2) {
		got = ours_wilcox(x, y, true);
	} else if (sscanf(line, "wilcox-p %31s %31s", x, y) == 2) {
		got = ours_wilcox(x, y, false);
	} else if (sscanf(line, "bh %31s %d", x, &i) == 2) {
		got = ours_bh(x, i);
	} else if (sscanf(line, "bootstrap %31s", x) == 1) {
		got = ours_bootstrap(x);
		/* Another random generator: the ends of the interval agree to its noise. */
		near = strcmp(x, "ratio") ? (4 / 1e4) : (1 / 1e9);
	} else {
		fail_msg("expected.tsv: what is '%s'?", line);
	}
	if (fabs(got - want) > near)
		fail_msg("%s: %.12g, R says %.12g", line, got, want);
}

static void test_against_r(void **state)
{
	char *text = golden("expected.tsv"), *rest = text, *line;
	int n = 0;

	(void)state;
	while ((line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		check_line(line);
		n++;
	}
	assert_true(n >= 48);
	free(text);
}

static void test_seeded(void **state)
{
	struct stats_group a, b;
	struct stats_ratio x, y, z;

	(void)state;
	load_group("a", &a);
	load_group("b", &b);
	x = stats_bootstrap(&a, &b, 500, 3);
	y = stats_bootstrap(&a, &b, 500, 3);
	z = stats_bootstrap(&a, &b, 500, 4);
	assert_memory_equal(&x, &y, sizeof(x));
	assert_true(x.low != z.low || x.high != z.high);
	free_group(&a);
	free_group(&b);
}

/* The boot is the unit: ten times the iterations must not narrow the interval by sqrt(10). */
static void test_boot_is_the_unit(void **state)
{
	struct stats_group a, b;
	struct stats_ratio once, often;

	(void)state;
	load_group("a", &a);
	load_group("b", &b);
	once = stats_bootstrap(&a, &b, 2000, 1);
	for (size_t i = 0; i < 20; i++) {
		struct stats_boot *s = i < 10 ? &a.boots[i] : &b.boots[i - 10];

		s->v = xrealloc(s->v, 10 * s->n * sizeof(*s->v));
		for (size_t j = s->n; j < 10 * s->n; j++)
			s->v[j] = s->v[j - s->n];
		s->n *= 10;
	}
	often = stats_bootstrap(&a, &b, 2000, 1);
	assert_true(often.high - often.low > 0.6 * (once.high - once.low));
	free_group(&a);
	free_group(&b);
}

static void test_no_spread(void **state)
{
	const double x[] = { 3, 3, 3 }, y[] = { 3, 3, 3 };

	(void)state;
	assert_float_equal(stats_mann_whitney(x, 3, y, 3, NULL), 1, 0);
	assert_float_equal(stats_mann_whitney(x, 0, y, 3, NULL), 1, 0);
	stats_benjamini_hochberg(NULL, 0);
}

static void test_judge(void **state)
{
	static const struct {
		struct stats_ratio r;
		double p;
		size_t boots;
		enum stats_verdict want;
	} cases[] = {
		{ { 1.05, 1.03, 1.07 }, 0.01, 10, STATS_SLOWER },
		{ { 0.95, 0.93, 0.97 }, 0.01, 10, STATS_FASTER },
		{ { 1.00, 0.99, 1.01 }, 0.90, 10, STATS_EQUIVALENT },
		/* real, and too small to matter */
		{ { 1.01, 1.005, 1.015 }, 0.001, 10, STATS_EQUIVALENT },
		/* neither shown to be small nor shown to be large */
		{ { 1.00, 0.95, 1.05 }, 0.90, 10, STATS_INCONCLUSIVE },
		{ { 1.015, 1.005, 1.025 }, 0.01, 10, STATS_INCONCLUSIVE },
		{ { 1.05, 1.03, 1.07 }, 0.06, 10, STATS_INCONCLUSIVE },
		{ { 1.05, 0.99, 1.07 }, 0.01, 10, STATS_INCONCLUSIVE },
		/* too few boots for any claim */
		{ { 1.50, 1.40, 1.60 }, 0.01, 9, STATS_INCONCLUSIVE },
		{ { 1.00, 1.00, 1.00 }, 1.00, 1, STATS_INCONCLUSIVE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(stats_judge(&cases[i].r, cases[i].p, 0.02, 10, cases[i].boots),
				 cases[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_r),
		cmocka_unit_test(test_seeded),
		cmocka_unit_test(test_boot_is_the_unit),
		cmocka_unit_test(test_no_spread),
		cmocka_unit_test(test_judge),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
