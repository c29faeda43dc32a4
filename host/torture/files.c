// SPDX-License-Identifier: GPL-2.0
/* The other files of a torture run: verdicts.ktap, tables, and all of them written. */
#include "host/torture/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/ktap.h"
#include "host/judge/complaint.h"
#include "host/judge/ends.h"
#include "host/report/files.h"
#include "host/judge/load.h"
#include "host/report/report.h"
#include "host/torture/report.h"
#include "host/torture/torture.h"
#include "host/torture/verdict.h"
#include "include/wire.h"

static void not_run(const struct run *run, const struct torture_cell *c, size_t number,
		    const char *row, struct text *t)
{
	char *why = ends_why(run, c->prevented), *text = xasprintf("not run: %s", why);

	ktap_test(t, 1, number, false, row, WIRE_BROKEN, text);
	free(text);
	free(why);
}

static void kernel_rows(const struct run *run, size_t kernel, struct text *t)
{
	struct torture_cell c;
	size_t n = 0;

	for (size_t i = 0; i < run->n_rows; i++) {
		torture_cell_of(run, kernel, i, &c);
		n += c.verdict != VERDICT_NONE || c.prevented;
	}
	ktap_begin(t, 1, n);
	n = 0;
	for (size_t i = 0; i < run->n_rows; i++) {
		torture_cell_of(run, kernel, i, &c);
		if (c.prevented)
			not_run(run, &c, ++n, run->rows[i], t);
		else if (c.verdict != VERDICT_NONE)
			ktap_test(t, 1, ++n, c.verdict <= VERDICT_SKIP, run->rows[i],
				  c.verdict == VERDICT_PASS ? NULL : verdict_name(c.verdict),
				  c.why);
	}
}

static void kernel_test(const struct run *run, size_t kernel, struct text *t)
{
	bool bug = torture_is_bug(run->kernels[kernel].name);
	struct torture_kernel k;
	struct caught c;

	torture_kernel_of(run, kernel, &k);
	/* A seeded bug passes by being caught: what failed in it is how. */
	if (!bug)
		kernel_rows(run, kernel, t);
	ktap_test(t, 0, kernel + 1, k.verdict <= VERDICT_SKIP, run->kernels[kernel].name,
		  k.verdict == VERDICT_BROKEN || k.verdict == VERDICT_SKIP ?
		  verdict_name(k.verdict) : NULL, k.why);
	torture_caught(run, kernel, &c);
	if (bug && c.caught)
		ktap_note(t, 0, "caught by %s after %.1f s: %s: %s", c.row, c.uptime, c.promise,
			  c.text);
	complaint_ktap(run, kernel, t);
}

void torture_ktap(const struct run *run, struct text *t)
{
	ktap_begin(t, 0, run->n_kernels);
	for (size_t k = 0; k < run->n_kernels; k++)
		kernel_test(run, k, t);
}

void torture_bugs_tsv(const struct run *run, struct text *t)
{
	struct caught c;

	text_raw(t, "kernel\tcaught\tseconds\tscenario\tpromise\tmessage\n");
	for (size_t k = 0; k < run->n_kernels; k++) {
		if (!torture_is_bug(run->kernels[k].name))
			continue;
		torture_caught(run, k, &c);
		text_raw(t, "%s\t%d\t%.3f\t%s\t%s\t%s\n", run->kernels[k].name, c.caught,
			 c.caught ? c.uptime : 0, c.row, c.promise, c.text);
	}
}

void torture_facts_tsv(const struct run *run, struct text *t)
{
	text_raw(t, "kernel\tboot\tscenario\tname\ttext\n");
	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		for (size_t f = 0; f < b->rec.n_facts; f++)
			text_raw(t, "%s\t%s\t%s\t%s\t%s\n", run->kernels[b->kernel].name, b->id,
				 b->rec.rows[b->rec.facts[f].row].name, b->rec.facts[f].name,
				 b->rec.facts[f].text);
	}
}

static int put_all(const struct run *run)
{
	static const struct {
		const char *name;
		void (*make)(const struct run *run, struct text *t);
	} files[] = {
		{ "bugs.tsv", torture_bugs_tsv },
		{ "facts.tsv", torture_facts_tsv },
		{ "findings.txt", torture_findings },
		{ "report.txt", torture_text },
		{ "verdicts.ktap", torture_ktap },
	};
	struct report_file put[ARRAY_SIZE(files)] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		put[i].name = files[i].name;
		files[i].make(run, &put[i].text);
	}
	return report_put_all(run, put, ARRAY_SIZE(put));
}

static void say_broken(const struct run *run)
{
	for (size_t k = 0; k < run->n_kernels; k++) {
		struct torture_kernel v;

		torture_kernel_of(run, k, &v);
		if (v.verdict == VERDICT_BROKEN && strncmp(v.why, "boot ", 5))
			err("%s: %s: %s", run->name, run->kernels[k].name, v.why);
	}
	for (size_t i = 0; i < run->faults.n; i++)
		err("%s: %s", run->name, run->faults.v[i]);
	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		if (!b->ok && !torture_is_bug(run->kernels[b->kernel].name))
			err("%s: boot %s: %s%s%s", run->name, b->id, b->outcome,
			    *b->detail ? ": " : "", b->detail);
	}
}

int torture_derive(const char *dir)
{
	struct run run;
	int ret = PINLAB_BROKE;

	if (!run_load(dir, &run) && !manifest_check(&run) && !put_all(&run)) {
		say_broken(&run);
		ret = torture_status(&run);
	}
	run_free(&run);
	return ret;
}

void torture_print_run(const char *name, const char *dir)
{
	static const char *const words[] = {
		[PINLAB_OK] = "ok", [PINLAB_FAIL] = "FAIL", [PINLAB_BROKE] = "incomplete",
	};
	struct run run;
	size_t there = 0;

	if (run_load(dir, &run)) {
		printf("%-32s cannot be read\n", name);
		run_free(&run);
		return;
	}
	for (size_t i = 0; i < run.n_boots; i++)
		there += run.boots[i].there;
	printf("%-32s %.10s  %-6s  %3zu of %-3zu boots  %-17s  ", name,
	       plan_text(&run, "started"), plan_text(&run, "engine"), there, run.n_boots,
	       words[torture_status(&run)]);
	for (size_t i = 0; i < run.n_kernels && i < 4; i++)
		printf("%s%s", i ? "," : "", run.kernels[i].name);
	printf("%s\n", run.n_kernels > 4 ? ",..." : "");
	run_free(&run);
}
