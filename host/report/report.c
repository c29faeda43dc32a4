// SPDX-License-Identifier: GPL-2.0
#include "host/base/quote.h"
#include "host/report/report.h"
#include "host/base/files.h"
#include "host/judge/complaint.h"
#include "host/report/files.h"
#include "host/judge/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The baseline is the kernel that was booted as such; else the first one. */
static size_t baseline(const struct run *run)
{
	for (size_t i = 0; i < run->n_boots; i++)
		if (run->boots[i].role == ROLE_BASE)
			return run->boots[i].kernel;
	return 0;
}

static void one_comparison(struct report *r, size_t base, size_t kernel, struct comparison *c)
{
	const struct run *run = &r->run;

	*c = (struct comparison){
		.a = { .run = run, .kernel = base, .roles = 1u << ROLE_BASE },
		.aa = { .run = run, .kernel = base, .roles = 1u << ROLE_AA },
		.b = { .run = run, .kernel = kernel, .roles = 1u << ROLE_TEST },
		.exact = run->exact,
		.has_aa = true,
		.has_b = kernel != base,
		.delta = run->delta,
		.seed = run->seed,
	};
	compare(c);
}

/* The one place where a kernel gets its verdict. */
static void judge_kernel(const struct run *run, size_t kernel, struct kernel_result *k)
{
	struct side s = { .run = run, .kernel = kernel, .roles = ~0u };
	size_t n[] = { 0, 0, 0, 0, 0 }, ok, boots = side_boots(&s, &ok);
	char why[WHY_MAX];

	for (size_t i = 0; i < run->n_rows; i++)
		n[side_row(&s, run->rows[i], why)]++;
	*k = (struct kernel_result){ .pass = n[VERDICT_PASS], .skip = n[VERDICT_SKIP],
				     .fail = n[VERDICT_FAIL], .broken = n[VERDICT_BROKEN] };
	if (ok < boots || !boots) {
		k->verdict = VERDICT_BROKEN;
		snprintf(k->why, WHY_MAX, "%zu of %zu boots finished", ok, boots);
	} else if (k->broken || !(k->pass + k->skip + k->fail)) {
		k->verdict = VERDICT_BROKEN;
		snprintf(k->why, WHY_MAX, "%zu row%s broken", k->broken,
			 k->broken == 1 ? " is" : "s are");
	} else if (k->fail) {
		k->verdict = VERDICT_FAIL;
	} else if (complaint_first(run, kernel)) {
		k->verdict = VERDICT_FAIL;
		snprintf(k->why, WHY_MAX, "the kernel complains: %.200s",
			 complaint_first(run, kernel));
	} else if (!k->pass) {
		k->verdict = VERDICT_SKIP;
		snprintf(k->why, WHY_MAX, "every row was skipped");
	} else {
		k->verdict = VERDICT_PASS;
	}
}

static void judge_kernels(struct report *r)
{
	r->kernels = xcalloc(r->run.n_kernels, sizeof(*r->kernels));
	for (size_t k = 0; k < r->run.n_kernels; k++) {
		judge_kernel(&r->run, k, &r->kernels[k]);
		r->pass += r->kernels[k].pass;
		r->skip += r->kernels[k].skip;
		r->fail += r->kernels[k].fail;
		r->broken += r->kernels[k].broken;
	}
}

int report_load(const char *run_dir, struct report *r)
{
	size_t base;
	int ret;

	*r = (struct report){ 0 };
	ret = run_load(run_dir, &r->run);
	if (ret) {
		run_free(&r->run);
		return ret;
	}
	base = baseline(&r->run);
	r->cmp = xcalloc(r->run.n_kernels, sizeof(*r->cmp));
	for (size_t k = 0; k < r->run.n_kernels; k++)
		if (k != base)
			one_comparison(r, base, k, &r->cmp[r->n++]);
	if (!r->n)
		one_comparison(r, base, base, &r->cmp[r->n++]);
	for (size_t i = 0; i < r->run.n_boots; i++)
		r->boots_ok += r->run.boots[i].ok;
	judge_kernels(r);
	r->aa_lost = r->kernels[base].pass && !aa_lines(&r->cmp[0]) &&
		     strcmp(plan_text(&r->run, "engine"), "native");
	return 0;
}

void report_free(struct report *r)
{
	for (size_t i = 0; i < r->n; i++)
		comparison_free(&r->cmp[i]);
	free(r->cmp);
	free(r->kernels);
	run_free(&r->run);
}

int report_status(const struct report *r)
{
	bool failed = false, any = false;

	for (size_t k = 0; k < r->run.n_kernels; k++) {
		if (r->kernels[k].verdict == VERDICT_BROKEN)
			return PINLAB_BROKE;
		failed |= r->kernels[k].verdict == VERDICT_FAIL;
		any |= r->kernels[k].verdict != VERDICT_SKIP;
	}
	if (!any || r->aa_lost || r->run.faults.n)
		return PINLAB_BROKE;
	for (size_t i = 0; i < r->n; i++)
		failed |= r->cmp[i].noisy || r->cmp[i].inexact;
	return failed ? PINLAB_FAIL : PINLAB_OK;
}

const char *report_word(const struct report *r)
{
	size_t slower = 0, faster = 0;

	switch (report_status(r)) {
	case PINLAB_BROKE:
		return r->boots_ok < r->run.n_boots ? "incomplete" :
		       r->broken || r->run.faults.n ? "broken" : "nothing measured";
	case PINLAB_FAIL:
		return "FAIL";
	}
	for (size_t i = 0; i < r->n; i++) {
		slower += r->cmp[i].count[CHANGE_SLOWER];
		faster += r->cmp[i].count[CHANGE_FASTER];
	}
	if (!r->cmp[0].has_b)
		return "measured";
	return slower && faster ? "slower and faster" : slower ? "slower" :
	       faster ? "faster" : "no change shown";
}

int report_put(const struct run *run, const char *name, const char *s, size_t n)
{
	/* What could not be read is not in it. */
	int ret = place_trouble(&run->place);
	char *word = shell_word(run->name);
	bool whole = !ret;

	if (whole)
		ret = place_write(&run->place, name, s, n);
	if (ret && whole)
		err("%s/%s: cannot be written: %s; make room, then ./pinlab report --run %s",
		    run->dir, name, place_error(ret), word);
	free(word);
	return ret;
}

int report_put_all(const struct run *run, struct report_file *files, size_t n)
{
	struct report_file last[] = { { .name = "samples.tsv" }, { .name = "manifest.json" } };
	char *manifest;
	int ret = 0;

	report_samples(run, &last[0].text);
	manifest = report_manifest(run, &last[0].text);
	if (manifest) {
		text_raw(&last[1].text, "%s", manifest);
	} else {
		err("%s: manifest.json cannot be made: plan.json is not plain UTF-8", run->dir);
		ret = -EINVAL;
	}
	interrupts_hold(true);
	for (size_t i = 0; i < n + ARRAY_SIZE(last) && !ret; i++) {
		const struct report_file *f = i < n ? &files[i] : &last[i - n];

		ret = report_put(run, f->name, f->text.s ? f->text.s : "", f->text.n);
	}
	interrupts_hold(false);
	for (size_t i = 0; i < n; i++)
		text_free(&files[i].text);
	for (size_t i = 0; i < ARRAY_SIZE(last); i++)
		text_free(&last[i].text);
	free(manifest);
	return ret;
}
