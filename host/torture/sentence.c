// SPDX-License-Identifier: GPL-2.0
/* The first sentence of a torture run's report: the verdict, and how much was tried for it. */
#include "host/torture/sentence.h"

#include <stdlib.h>
#include <string.h>

#include "host/judge/complaint.h"
#include "host/judge/ends.h"
#include "host/torture/verdict.h"
#include "include/wire.h"

static int by_seconds(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Seconds until each caught bug was; the caller frees. */
static double *bug_times(const struct run *run, size_t *n)
{
	double *t = xcalloc(run->n_kernels, sizeof(*t));
	struct caught c;

	*n = 0;
	for (size_t k = 0; k < run->n_kernels; k++) {
		torture_caught(run, k, &c);
		if (torture_is_bug(run->kernels[k].name) && c.caught)
			t[(*n)++] = c.uptime;
	}
	qsort(t, *n, sizeof(*t), by_seconds);
	return t;
}

/* Kernels of one kind, and what of them this run has seen. */
struct covered {
	size_t kernels, boots, passed, failed, skipped, unrun;
	double granted, refused;	/* requests for pins, under the witness's eyes */
};

/* What any boot of a kernel, if it came as far as a row, has said of exclusive pins. */
enum has { HAS_NOT_SAID, HAS_NONE, HAS_EXCLUSIVE };

static enum has has_exclusive(const struct run *run, size_t kernel)
{
	enum has has = HAS_NOT_SAID;

	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next) {
		if (b->rec.n_rows && has == HAS_NOT_SAID)
			has = HAS_NONE;
		for (size_t c = 0; c < b->rec.n_caps; c++)
			if (!strcmp(b->rec.caps[c].name, WIRE_CAP_EXCLUSIVE) &&
			    !strcmp(b->rec.caps[c].value, "1"))
				has = HAS_EXCLUSIVE;
	}
	return has;
}

static void count_requests(const struct records *rec, struct covered *c)
{
	for (size_t i = 0; i < rec->n_samples; i++) {
		const struct rec_metric *m = &rec->metrics[rec->samples[i].metric];
		double value = (double)rec->samples[i].value / VALUE_ONE;

		if (strcmp(m->unit, "requests"))
			continue;
		if (!strcmp(m->name, "pins") || !strcmp(m->name, "taken"))
			c->granted += value;
		else if (!strcmp(m->name, "refused"))
			c->refused += value;
	}
}

static void cover_kernel(const struct run *run, size_t kernel, struct covered *c)
{
	struct torture_cell cell;

	c->kernels++;
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next) {
		if (b->role == ROLE_OTHERS)
			continue;
		c->boots += b->ok;
		count_requests(&b->rec, c);
	}
	for (size_t i = 0; i < run->n_rows; i++) {
		torture_cell_of(run, kernel, i, &cell);
		c->passed += cell.verdict == VERDICT_PASS;
		c->failed += cell.verdict == VERDICT_FAIL;
		c->skipped += cell.verdict == VERDICT_SKIP;
	}
	c->unrun += ends_count(run, kernel);
}

static struct covered coverage(const struct run *run, enum has has)
{
	struct covered c = { 0 };

	for (size_t k = 0; k < run->n_kernels; k++)
		if (!torture_is_bug(run->kernels[k].name) && has_exclusive(run, k) == has)
			cover_kernel(run, k, &c);
	return c;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void say_covered(const struct run *run, enum has has, struct text *s)
{
	static const char *const pins[] = {
		[HAS_NOT_SAID] = "that did not come up", [HAS_NONE] = "without exclusive pins",
		[HAS_EXCLUSIVE] = "with exclusive pins",
	};
	struct covered c = coverage(run, has);

	if (!c.kernels)
		return;
	text_raw(s, "%zu kernel%s %s: %zu scenario%s passed", c.kernels, plural(c.kernels),
		 pins[has], c.passed, plural(c.passed));
	if (c.failed)
		text_raw(s, ", %zu failed", c.failed);
	if (c.skipped)
		text_raw(s, ", %zu were skipped (by name below)", c.skipped);
	if (c.unrun)
		text_raw(s, ", %zu could not be run (by name below)", c.unrun);
	text_raw(s, " in %zu boot%s", c.boots, plural(c.boots));
	if (c.granted || c.refused)
		text_raw(s, ", %.0f requests for pins granted and %.0f refused", c.granted,
			 c.refused);
	text_raw(s, ". ");
}

static void say_wrong(const struct run *run, struct text *s)
{
	size_t broken = 0, failed = 0;
	bool found = false;

	for (size_t k = 0; k < run->n_kernels; k++) {
		struct torture_kernel v;

		torture_kernel_of(run, k, &v);
		broken += v.verdict == VERDICT_BROKEN;
		if (v.verdict == VERDICT_BROKEN && broken == 1)
			text_raw(s, "%s: %s. ", run->kernels[k].name, v.why);
		failed += v.verdict == VERDICT_FAIL && !torture_is_bug(run->kernels[k].name);
		found |= v.verdict == VERDICT_FAIL && v.found;
	}
	for (size_t i = 0; i < run->faults.n; i++)
		text_raw(s, "%s. ", run->faults.v[i]);
	if (broken > 1)
		text_raw(s, "So are %zu more kernels. ", broken - 1);
	if (failed)
		text_raw(s, "%s on %zu of %zu kernel%s. ", found ?
			 "A PROMISE WAS BROKEN" : "The kernel itself COMPLAINED", failed,
			 torture_count(run, false), plural(torture_count(run, false)));
}

void torture_sentence(const struct run *run, struct text *t)
{
	size_t good = torture_count(run, false), bugs = torture_count(run, true), n;
	int status = torture_status(run);
	double *times = bug_times(run, &n);
	struct text s = { 0 }, wrong = { 0 };

	say_wrong(run, &wrong);
	if (status == PINLAB_BROKE)
		text_raw(&s, "This run is incomplete, so it gives no verdict. ");
	text_raw(&s, "%s", wrong.s ? wrong.s : "");
	if (good && !wrong.n && status != PINLAB_BROKE)
		text_raw(&s, "No promise was seen broken. ");
	say_covered(run, HAS_EXCLUSIVE, &s);
	say_covered(run, HAS_NONE, &s);
	say_covered(run, HAS_NOT_SAID, &s);
	if (bugs)
		text_raw(&s, "%zu of %zu seeded bugs were caught", n, bugs);
	if (bugs && n > (bugs - 1) / 2)
		text_raw(&s, ", half of them within %.1f s of guest time, the last after %.1f s",
			 times[(bugs - 1) / 2], times[n - 1]);
	if (bugs)
		text_raw(&s, ".");
	text_wrap(t, 0, "%s", s.s ? s.s : "");
	complaint_text(run, t);
	text_free(&wrong);
	text_free(&s);
	free(times);
}
