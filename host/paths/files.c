// SPDX-License-Identifier: GPL-2.0
/* The files of a run of paths: all of them written; paths.tsv and verdicts.ktap. */
#include "host/paths/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/paths/cells.h"
#include "host/paths/paths.h"
#include "host/paths/report.h"
#include "host/report/files.h"
#include "host/report/report.h"

void paths_tsv(const struct run *run, const struct path_cells *c, struct text *t)
{
	text_raw(t, "kernel\tpath\tclass\tmode\tcell\tanswer\texpected\tverdict\twhere\twhy\tafterwards\n");
	for (size_t i = 0; i < c->n; i++) {
		const struct path_cell *x = &c->v[i];
		struct path_info info;

		paths_info(run, x->boot->kernel, x->row, &info);
		text_raw(t, "%s\t%s\t%c\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			 run->kernels[x->boot->kernel].name, run->rows[x->row], info.way,
			 x->crash ? "crash" : "content", x->name, x->answer, x->expected,
			 x->wrong ? "FAIL" : strcmp(x->answer, WIRE_SKIP) ? WIRE_PASS : WIRE_SKIP,
			 x->where, x->why, x->after);
	}
}

/* '#' would begin a directive. */
static void put_plain(struct text *t, const char *s)
{
	for (; *s; s++)
		text_raw(t, "%c", *s == '#' ? ' ' : *s);
}

/* Diagnostics of the kernel's test: how many. */
static size_t put_findings(const struct run *run, size_t kernel, struct text *t)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		for (size_t f = 0; f < b->rec.n_findings && b->kernel == kernel; f++, n++) {
			text_raw(t, "  # %s: %s: ", b->rec.rows[b->rec.findings[f].row].name,
				 b->rec.findings[f].promise);
			put_plain(t, b->rec.findings[f].text);
			text_raw(t, "\n");
		}
	}
	return n;
}

static void kernel_ktap(const struct run *run, const struct path_cells *c, size_t kernel,
			struct text *t)
{
	size_t n = 0, wrong = 0, answered = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->v[i].boot->kernel == kernel;
	text_raw(t, "  KTAP version 1\n  1..%zu\n", n);
	n = 0;
	for (size_t i = 0; i < c->n; i++) {
		const struct path_cell *x = &c->v[i];
		bool skip = !strcmp(x->answer, WIRE_SKIP);

		if (x->boot->kernel != kernel)
			continue;
		wrong += x->wrong;
		answered += !skip;
		text_raw(t, "  %sok %zu - %s/%s%s", x->wrong ? "not " : "", ++n,
			 run->rows[x->row], x->name, x->crash ? "/crash" : "");
		if (skip) {
			text_raw(t, " # SKIP ");
			put_plain(t, x->where);
		} else if (x->wrong) {
			text_raw(t, " # FAIL %s, expected %s %s", x->answer, x->expected, x->after);
		}
		text_raw(t, "\n");
	}
	wrong += put_findings(run, kernel, t);
	text_raw(t, "%sok %zu - %s%s\n", wrong || !answered ? "not " : "", kernel + 1,
		 run->kernels[kernel].name, answered ? "" : " # BROKEN no cell has an answer");
}

void paths_ktap(const struct run *run, const struct path_cells *c, struct text *t)
{
	text_raw(t, "KTAP version 1\n1..%zu\n", run->n_kernels);
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
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !ret; i++) {
		struct text t = { 0 };

		files[i].make(run, c, &t);
		ret = report_put_text(run, files[i].name, &t);
	}
	return ret ? ret : report_put_manifest(run);
}

/* A crash that was expected is a result. */
static void say_broken(const struct run *run)
{
	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		if (!b->ok && !(b->role == ROLE_CRASH && !strcmp(b->outcome, "panic")))
			err("%s: boot %s: %s%s%s", run->name, b->id, b->outcome,
			    *b->detail ? ": " : "", b->detail);
	}
}

int paths_derive(const char *dir)
{
	struct path_cells cells = { NULL };
	struct run run;
	int ret = PINLAB_BROKE;

	if (!run_load(dir, &run) && !manifest_check(&run)) {
		paths_load_cells(&run, &cells);
		if (!put_all(&run, &cells)) {
			say_broken(&run);
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
