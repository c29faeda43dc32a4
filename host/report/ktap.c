// SPDX-License-Identifier: GPL-2.0
/*
 * verdicts.ktap: KTAP version 1, a test for each kernel with one for each of
 * its rows below it, then the checks of the measurement itself. A slower row
 * is a finding and no failure: figures stand in report.txt and samples.tsv.
 */
#include "host/report/ktap.h"

#include <string.h>

#include "host/report/report.h"

/* '#' would begin a directive. */
static void put_why(struct text *t, const char *why)
{
	for (; *why; why++)
		text_raw(t, "%c", *why == '#' ? ' ' : *why);
}

static void row_verdict(struct text *t, size_t number, const char *row, enum verdict v,
			const char *why)
{
	text_raw(t, "  %sok %zu - %s", v == VERDICT_PASS || v == VERDICT_SKIP ? "" : "not ",
		 number, row);
	if (v != VERDICT_PASS) {
		text_raw(t, " # %s ", verdict_name(v));
		put_why(t, why);
	}
	text_raw(t, "\n");
}

/* The worst row of the kernel; all rows skipped is a skip. */
static enum verdict kernel_rows(const struct report *r, size_t kernel, struct text *t)
{
	struct side s = { .run = &r->run, .kernel = kernel, .roles = ~0u };
	enum verdict worst = VERDICT_NONE;
	size_t n = 0, passed = 0;
	char why[WHY_MAX];

	for (size_t i = 0; i < r->run.n_rows; i++)
		n += side_row(&s, r->run.rows[i], why) != VERDICT_NONE;
	text_raw(t, "  KTAP version 1\n  1..%zu\n", n);
	n = 0;
	for (size_t i = 0; i < r->run.n_rows; i++) {
		enum verdict v = side_row(&s, r->run.rows[i], why);

		if (v == VERDICT_NONE)
			continue;
		row_verdict(t, ++n, r->run.rows[i], v, why);
		passed += v == VERDICT_PASS;
		worst = v > worst ? v : worst;
	}
	return worst == VERDICT_SKIP && passed ? VERDICT_PASS : worst;
}

static void kernel_test(const struct report *r, size_t kernel, size_t number, struct text *t)
{
	enum verdict v = kernel_rows(r, kernel, t);
	struct side s = { .run = &r->run, .kernel = kernel, .roles = ~0u };
	const char *name = side_name(&s);
	size_t ok, all = side_boots(&s, &ok);

	if (ok < all || v == VERDICT_NONE)
		text_raw(t, "not ok %zu - %s # BROKEN %zu of %zu boots came to their end\n",
			 number, name, ok, all);
	else if (v == VERDICT_SKIP)
		text_raw(t, "ok %zu - %s # SKIP every row was skipped\n", number, name);
	else
		text_raw(t, "%sok %zu - %s\n", v == VERDICT_PASS ? "" : "not ", number, name);
}

static size_t aa_lines(const struct comparison *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->lines[i].noise.change != CHANGE_NONE;
	return n;
}

static size_t all_inexact(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->cmp[i].inexact;
	return n;
}

void report_ktap(const struct report *r, struct text *t)
{
	size_t n = r->run.n_kernels, aa = aa_lines(&r->cmp[0]);

	text_raw(t, "KTAP version 1\n1..%zu\n", n + 2);
	for (size_t i = 0; i < n; i++)
		kernel_test(r, i, i + 1, t);
	if (!r->run.exact)
		text_raw(t, "ok %zu - exactness # SKIP engine %s is not exact\n", n + 1,
			 plan_text(&r->run, "engine"));
	else if (!r->pass)
		text_raw(t, "ok %zu - exactness # SKIP nothing was measured\n", n + 1);
	else
		text_raw(t, "%sok %zu - exactness\n", all_inexact(r) ? "not " : "", n + 1);
	if (!aa)
		text_raw(t, "ok %zu - aa # SKIP no figure of two boots of the baseline\n", n + 2);
	else
		text_raw(t, "%sok %zu - aa\n", r->cmp[0].noisy ? "not " : "", n + 2);
}
