// SPDX-License-Identifier: GPL-2.0
/* The files of a run of paths: all of them written; paths.tsv and verdicts.ktap. */
#include "host/paths/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/ktap.h"
#include "host/paths/cells.h"
#include "host/paths/paths.h"
#include "host/paths/report.h"
#include "host/judge/complaint.h"
#include "host/judge/ends.h"
#include "host/report/files.h"
#include "host/judge/load.h"
#include "host/report/report.h"

void paths_tsv(const struct run *run, const struct path_cells *c, struct text *t)
{
	text_raw(t, "kernel\tpath\tclass\tmode\tcell\tanswer\texpected\tverdict\twhere\twhy\tafterwards\n");
	for (size_t i = 0; i < c->n; i++) {
		const struct path_cell *x = &c->v[i];
		struct path_info info;

		paths_info(c, x->boot->kernel, x->row, &info);
		text_raw(t, "%s\t%s\t%c\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			 run->kernels[x->boot->kernel].name, run->rows[x->row], info.way,
			 x->crash ? "crash" : "content", x->name, x->answer, x->expected,
			 x->wrong ? "FAIL" : strcmp(x->answer, WIRE_SKIP) ? WIRE_PASS : WIRE_SKIP,
			 x->where, x->why, x->after);
	}
}

static void cell_test(const struct run *run, const struct path_cell *x, size_t number,
		      struct text *t)
{
	char *name = xasprintf("%s/%s%s", run->rows[x->row], x->name, x->crash ? "/crash" : "");
	char *wrong = xasprintf("%s, expected %s %s", x->answer, x->expected, x->after);
	bool skip = !strcmp(x->answer, WIRE_SKIP);

	ktap_test(t, 1, number, !x->wrong, name, skip ? WIRE_SKIP : x->wrong ? WIRE_FAIL : NULL,
		  skip ? x->where : wrong);
	free(name);
	free(wrong);
}

static void put_findings(const struct run *run, size_t kernel, struct text *t)
{
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next)
		for (size_t f = 0; f < b->rec.n_findings; f++)
			ktap_note(t, 1, "%s: %s: %s", b->rec.rows[b->rec.findings[f].row].name,
				  b->rec.findings[f].promise, b->rec.findings[f].text);
}

/* Paths that no cell tells of: those that took the kernel down, and what that prevented. */
static void rows_without(const struct run *run, size_t kernel, size_t *n, struct text *t)
{
	for (size_t r = 0; r < run->n_rows; r++) {
		const struct boot *down = paths_down(run, kernel, run->rows[r]);
		const struct boot *by = ends_prevented(run, kernel, run->rows[r]);
		char *why = down ? xasprintf("the kernel went down: %s", down->detail) :
				   by ? ends_why(run, by) : NULL;
		char *text = why ? xasprintf("%s%s", down ? "" : "not run: ", why) : NULL;

		if (text)
			++*n;
		if (text && t)
			ktap_test(t, 1, *n, false, run->rows[r], down ? WIRE_FAIL : WIRE_BROKEN,
				  text);
		free(text);
		free(why);
	}
}

static void kernel_ktap(const struct run *run, const struct path_cells *c, size_t kernel,
			struct text *t)
{
	struct paths_kernel k;
	size_t n = 0;

	for (const struct path_cell *x = c->of_kernel[kernel]; x; x = x->after_it)
		n++;
	rows_without(run, kernel, &n, NULL);
	ktap_begin(t, 1, n);
	n = 0;
	for (const struct path_cell *x = c->of_kernel[kernel]; x; x = x->after_it)
		cell_test(run, x, ++n, t);
	rows_without(run, kernel, &n, t);
	put_findings(run, kernel, t);
	paths_kernel_of(run, c, kernel, &k);
	ktap_test(t, 0, kernel + 1, k.verdict == VERDICT_PASS, run->kernels[kernel].name,
		  k.verdict == VERDICT_BROKEN ? WIRE_BROKEN : NULL, k.why);
	complaint_ktap(run, kernel, t);
}

void paths_ktap(const struct run *run, const struct path_cells *c, struct text *t)
{
	ktap_begin(t, 0, run->n_kernels);
	for (size_t k = 0; k < run->n_kernels; k++)
		kernel_ktap(run, c, k, t);
}

static int put_all(const struct run *run, const struct path_cells *c)
{
	static const struct {
		const char *name;
		void (*make)(const struct run *run, const struct path_cells *c, struct text *t);
	} files[] = {
		{ "paths.tsv", paths_tsv },
		{ "report.txt", paths_text },
		{ "verdicts.ktap", paths_ktap },
	};
	struct report_file put[ARRAY_SIZE(files)] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		put[i].name = files[i].name;
		files[i].make(run, c, &put[i].text);
	}
	return report_put_all(run, put, ARRAY_SIZE(put));
}

static void say_broken(const struct run *run, const struct path_cells *c)
{
	for (size_t i = 0; i < run->n_kernels; i++) {
		struct paths_kernel k;

		paths_kernel_of(run, c, i, &k);
		if (k.verdict == VERDICT_BROKEN)
			err("%s: %s: %s", run->name, run->kernels[i].name, k.why);
	}
	for (size_t i = 0; i < run->faults.n; i++)
		err("%s: %s", run->name, run->faults.v[i]);
}

int paths_derive(const char *dir)
{
	struct path_cells cells = { NULL };
	struct run run;
	int ret = PINLAB_BROKE;

	if (!run_load(dir, &run) && !manifest_check(&run)) {
		paths_load_cells(&run, &cells);
		if (!put_all(&run, &cells)) {
			say_broken(&run, &cells);
			ret = paths_status(&run, &cells);
		}
	}
	paths_free_cells(&cells);
	run_free(&run);
	return ret;
}

void paths_print_run(const char *name, const char *dir)
{
	static const char *const words[] = {
		[PINLAB_OK] = "ok", [PINLAB_FAIL] = "FAIL", [PINLAB_BROKE] = "incomplete",
	};
	struct path_cells cells = { NULL };
	struct run run;
	size_t there = 0;

	if (run_load(dir, &run)) {
		printf("%-32s cannot be read\n", name);
		run_free(&run);
		return;
	}
	paths_load_cells(&run, &cells);
	for (size_t i = 0; i < run.n_boots; i++)
		there += run.boots[i].there;
	printf("%-32s %.10s  %-6s  %3zu of %-3zu boots  %-17s  ", name,
	       plan_text(&run, "started"), plan_text(&run, "engine"), there, run.n_boots,
	       words[paths_status(&run, &cells)]);
	for (size_t i = 0; i < run.n_kernels; i++)
		printf("%s%s", i ? "," : "", run.kernels[i].name);
	printf("\n");
	paths_free_cells(&cells);
	run_free(&run);
}
