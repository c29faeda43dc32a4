// SPDX-License-Identifier: GPL-2.0
/* Kernels and paths: boot them and say which page was reached by what. */
#include <stdlib.h>
#include <string.h>

#include "host/run/boots.h"
#include "host/kernel/kconfig.h"
#include "host/run/prepare.h"
#include "host/report/report.h"
#include "host/run/catalog.h"
#include "host/verb.h"

#define DEFAULT_FLAVOR "full"
#define DEFAULT_ENGINE "mttcg"

/* Side by side on purpose: who touches what does not depend on who waits for whom. */
static int choose_engine(struct run_plan *p, const struct options *o)
{
	const char *name = o->engine ? o->engine : DEFAULT_ENGINE;

	if (!strcmp(name, "native")) {
		err("paths --engine native would take this machine down on purpose: paths run in guests only; take mttcg or kvm");
		return PINLAB_USAGE;
	}
	if (!strcmp(name, "icount")) {
		err("paths --engine icount: devices answer in their own time, which it does not have; take mttcg or kvm");
		return PINLAB_USAGE;
	}
	return strcmp(name, "auto") ? engine_choose(p, name, NULL) : PINLAB_OK;
}

static int resolve(struct run_plan *p, const struct options *o, const struct path_line *lines,
		   size_t n, bool crash)
{
	struct strlist names = { 0 };
	char *globs;

	for (size_t i = 0; i < n; i++)
		if (crash || strcmp(lines[i].who, "attack"))
			strlist_add(&names, lines[i].name);
	globs = names_resolve("paths", "path", o->paths ? o->paths : "*", &names, &p->n_rows);
	p->rows = globs;
	strlist_free(&names);
	return globs ? PINLAB_OK : PINLAB_USAGE;
}

/* "pinned" stands for the best pin that the kernel has. */
static void add_crash_boots(struct run_plan *p, size_t kernel, const struct path_line *l)
{
	struct strlist cells = { 0 };
	const char *pin = *p->kernels[kernel].variant ? "exclusive" : "longterm";

	strlist_split(&cells, l->cells, ",");
	for (size_t i = 0; i < cells.n; i++) {
		const char *slash = strchr(cells.v[i], '/');
		char *cell = slash ? xasprintf("%s%s", pin, slash) : xstrdup(cells.v[i]);

		run_add_crash(p, kernel, l->name, cell);
		free(cell);
	}
	strlist_free(&cells);
}

static void lay_out(struct run_plan *p, const struct path_line *lines, size_t n, bool crash)
{
	if (!crash) {
		run_lay_out_kernels(p);
		return;
	}
	for (size_t k = 0; k < p->n_kernels; k++)
		for (size_t i = 0; i < n; i++)
			if (glob_match(p->rows, lines[i].name))
				add_crash_boots(p, k, &lines[i]);
	p->n_rows = 1;
}

static int walk(struct run_plan *p)
{
	int ret, verdict;

	ret = run_open(p);
	if (ret)
		return ret;
	note("run %s: %zu boots under %s (%s)", p->name, p->n_boots, p->engine->name,
	     p->engine_why);
	ret = boots_run(p);
	if (ret == PINLAB_INTERRUPTED)
		err("interrupted; what was found is kept, continue with --run %s", p->name);
	verdict = report_derive(p->dir);
	report_show(p);
	return ret ? ret : verdict;
}

int verb_paths(struct options *o)
{
	struct run_plan p = { .verb = "paths", .options = o };
	struct path_line *lines = NULL;
	bool crash = o->mode && !strcmp(o->mode, "crash");
	char *words = NULL;
	size_t n = 0;
	int ret;

	if (o->args.n) {
		err("paths %s: options only, please; see ./pinlab paths --help", o->args.v[0]);
		return PINLAB_USAGE;
	}
	if (o->mode && !crash && strcmp(o->mode, "content")) {
		err("--mode %s: there are content and crash; see ./pinlab paths --help", o->mode);
		return PINLAB_USAGE;
	}
	if (!o->flavor)
		o->flavor = DEFAULT_FLAVOR;
	ret = choose_engine(&p, o);
	if (!ret) {
		n = paths_load(&lines);
		ret = n ? resolve(&p, o, lines, n, crash) : PINLAB_BROKE;
	}
	if (!ret)
		ret = kernels_prepare(&p, o);
	if (!ret && !p.engine)
		ret = engine_choose(&p, "auto", p.kernels);
	if (!ret && !p.engine->qemu) {
		err("paths run in guests only, and no guest comes up here; see ./pinlab doctor");
		ret = PINLAB_BROKE;
	}
	if (!ret) {
		words = flavor_boot(o->flavor);
		p.words = words;
		ret = words ? PINLAB_OK : PINLAB_BROKE;
	}
	if (!ret) {
		p.name = o->run ? xstrdup(o->run) : run_new_name("paths");
		p.dir = run_path(p.name);
		lay_out(&p, lines, n, crash);
		ret = walk(&p);
	}
	paths_free(lines, n);
	run_plan_free(&p);
	free((char *)p.rows);
	free(words);
	return ret;
}
