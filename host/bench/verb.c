// SPDX-License-Identifier: GPL-2.0
/* From a list of kernels to a report: the main job. */
#include <stdlib.h>
#include <string.h>

#include "host/run/boots.h"
#include "host/run/prepare.h"
#include "host/report/report.h"
#include "host/run/catalog.h"
#include "host/verb.h"

/* The digits must be the same on every machine: so exact, not the fastest that there is. */
#define DEFAULT_ENGINE "icount"

/* Rows that need much memory and time are run where they are asked for. */
#define MEMORY_ROWS "share_*"
#define ALL "*,!" MEMORY_ROWS

static bool needs_memory(const struct bench_row *row)
{
	struct strlist needs = { 0 };
	bool yes;

	strlist_split(&needs, row->needs, ",");
	yes = strlist_has(&needs, WIRE_NEEDS_MEMORY);
	strlist_free(&needs);
	return yes;
}

static char *resolve_rows(struct run_plan *p, const char *said, const struct bench_row *rows,
			  size_t n)
{
	struct strlist names = { 0 };
	char *globs;

	for (size_t i = 0; i < n; i++)
		if (said || !needs_memory(&rows[i]))
			strlist_add(&names, rows[i].name);
	globs = names_resolve("bench", "benchmark", said ? said : "*", &names, &p->n_rows);
	strlist_free(&names);
	if (globs && !said) {
		free(globs);
		globs = xstrdup(ALL);
	}
	for (size_t i = 0; globs && i < n; i++)
		p->memory |= needs_memory(&rows[i]) && glob_match(globs, rows[i].name);
	return globs;
}

static int measure(struct run_plan *p, struct options *o)
{
	int ret, verdict;

	p->name = o->run ? xstrdup(o->run) : run_new_name("bench");
	p->dir = run_path(p->name);
	run_lay_out(p, o->boots ? o->boots : p->engine->boots, o->seed);
	ret = run_open(p);
	if (ret)
		return ret;
	note("run %s: %zu boots of %ld rows under %s (%s)", p->name, p->n_boots, p->n_rows,
	     p->engine->name, p->engine_why);
	ret = boots_run(p);
	if (ret == PINLAB_INTERRUPTED)
		err("interrupted; what was measured is kept, continue with --run %s", p->name);
	verdict = report_derive(p->dir);
	report_show(p);
	return ret ? ret : verdict;
}

int verb_bench(struct options *o)
{
	const char *engine = o->engine ? o->engine : DEFAULT_ENGINE;
	struct run_plan p = { .verb = "bench", .options = o };
	struct bench_row *rows;
	size_t n;
	char *globs;
	int ret;

	if (o->args.n) {
		err("bench %s: options only, please; see ./pinlab bench --help", o->args.v[0]);
		return PINLAB_USAGE;
	}
	/* Every mistake that can be seen now is told before anything is built. */
	if (strcmp(engine, "auto") && engine_choose(&p, engine, NULL))
		return PINLAB_USAGE;
	n = rows_load(&rows);
	if (!n)
		return PINLAB_BROKE;
	globs = resolve_rows(&p, o->bench, rows, n);
	rows_free(rows, n);
	if (!globs)
		return PINLAB_USAGE;
	p.rows = globs;
	if (p.engine && !p.engine->qemu)
		ret = native_prepare(&p, o);
	else
		ret = kernels_prepare(&p, o);
	if (!ret && !p.engine)
		ret = engine_choose(&p, engine, p.kernels);
	if (!ret)
		ret = measure(&p, o);
	run_plan_free(&p);
	free(globs);
	return ret;
}
