// SPDX-License-Identifier: GPL-2.0
/*
 * verdicts.ktap: KTAP version 1, a test for each kernel with one for each of
 * its rows below it, then the checks of the measurement itself. A slower row
 * is a finding and no failure: figures stand in report.txt and samples.tsv.
 */
#include "host/report/verdicts.h"

#include <stdlib.h>

#include "host/base/ktap.h"
#include "host/judge/complaint.h"
#include "host/report/report.h"

static bool is_ok(enum verdict v)
{
	return v == VERDICT_PASS || v == VERDICT_SKIP;
}

static const char *directive(enum verdict v)
{
	return v == VERDICT_PASS ? NULL : verdict_name(v);
}

static void kernel_rows(const struct report *r, size_t kernel, struct text *t)
{
	const struct kernel_result *k = &r->kernels[kernel];
	struct side s = { .run = &r->run, .kernel = kernel, .roles = ~0u };
	char why[WHY_MAX];
	size_t n = 0;

	ktap_begin(t, 1, k->pass + k->skip + k->fail + k->broken);
	for (size_t i = 0; i < r->run.n_rows; i++) {
		enum verdict v = side_row(&s, r->run.rows[i], why);

		if (v != VERDICT_NONE)
			ktap_test(t, 1, ++n, is_ok(v), r->run.rows[i], directive(v), why);
	}
}

static void kernel_test(const struct report *r, size_t kernel, size_t number, struct text *t)
{
	const struct kernel_result *k = &r->kernels[kernel];

	kernel_rows(r, kernel, t);
	ktap_test(t, 0, number, is_ok(k->verdict), r->run.kernels[kernel].name,
		  *k->why ? directive(k->verdict) : NULL, k->why);
	complaint_ktap(&r->run, kernel, t);
}

static size_t all_inexact(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->cmp[i].inexact;
	return n;
}

static void exactness_test(const struct report *r, size_t number, struct text *t)
{
	char *why = xasprintf("engine %s is not exact", plan_text(&r->run, "engine"));

	if (!r->run.exact)
		ktap_test(t, 0, number, true, "exactness", "SKIP", why);
	else if (!r->pass)
		ktap_test(t, 0, number, true, "exactness", "SKIP", "nothing was measured");
	else
		ktap_test(t, 0, number, !all_inexact(r), "exactness", NULL, NULL);
	free(why);
}

static void aa_test(const struct report *r, size_t number, struct text *t)
{
	if (aa_lines(&r->cmp[0]))
		ktap_test(t, 0, number, !r->cmp[0].noisy, "aa", NULL, NULL);
	else
		ktap_test(t, 0, number, !r->aa_lost, "aa", r->aa_lost ? "BROKEN" : "SKIP",
			  "no figure of two boots of the baseline");
}

void report_ktap(const struct report *r, struct text *t)
{
	size_t n = r->run.n_kernels;

	ktap_begin(t, 0, n + 2);
	for (size_t i = 0; i < n; i++)
		kernel_test(r, i, i + 1, t);
	exactness_test(r, n + 1, t);
	aa_test(r, n + 2, t);
}
