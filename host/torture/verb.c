// SPDX-License-Identifier: GPL-2.0
/* Kernels, scenarios, seeds: boot them and say what broke. */
#include <stdlib.h>
#include <string.h>

#include "host/kernel/kconfig.h"
#include "host/kernel/names.h"
#include "host/report/report.h"
#include "host/run/boots.h"
#include "host/run/catalog.h"
#include "host/run/prepare.h"
#include "host/torture/torture.h"
#include "host/verb.h"

#define DEFAULT_ENGINE "mttcg"
#define DEFAULT_FLAVOR "torture"
#define DEFAULT_SECONDS 120

/* Programs of others find out about pinlab, not about the kernel: they run beside seeded bugs. */
#define OTHERS "others/*"
/* They need a machine of their own: see boots.c. */
#define BIG "big/*"
#define ALL "*,!" OTHERS

static bool hits(const char *globs, const struct scenario_line *lines, size_t n, const char *needs)
{
	for (size_t i = 0; i < n; i++)
		if (glob_match(globs, lines[i].name) &&
		    (!needs || !strcmp(lines[i].needs, needs)))
			return true;
	return false;
}

/* Which boots are needed for the scenarios that p->rows stands for. */
static void choose_boots(const struct run_plan *p, const struct scenario_line *lines, size_t n,
			 struct torture_boots *boots, char **test)
{
	bool big = false;

	for (size_t i = 0; i < n; i++) {
		if (!glob_match(p->rows, lines[i].name))
			continue;
		if (glob_match(BIG, lines[i].name))
			big = true;
		else
			boots->test = p->rows;
	}
	/* Tests of the suite itself are in no list. */
	if (!big)
		boots->test = p->rows;
	boots->big = big ? BIG : NULL;
	if (big && boots->test) {
		*test = xasprintf("%s,!%s", p->rows, BIG);
		boots->test = *test;
	}
}

/* p->rows from --scenarios, and the boots. */
static int resolve(struct run_plan *p, const char *said, struct torture_boots *boots, char **test)
{
	struct scenario_line *lines;
	struct strlist names = { 0 };
	size_t n = scenarios_load(&lines);
	char *globs;

	for (size_t i = 0; i < n; i++)
		if (said || !glob_match(OTHERS, lines[i].name))
			strlist_add(&names, lines[i].name);
	if (!n)
		return PINLAB_BROKE;
	globs = names_resolve("scenarios", "scenario", said ? said : "*", &names, &p->n_rows);
	if (globs)
		p->tools = hits(globs, lines, n, WIRE_NEEDS_TOOLS);
	if (globs && !said) {
		free(globs);
		globs = xstrdup(ALL);
	}
	p->rows = globs;
	if (globs)
		choose_boots(p, lines, n, boots, test);
	boots->others = said ? NULL : OTHERS;
	scenarios_free(lines, n);
	strlist_free(&names);
	return globs ? PINLAB_OK : PINLAB_USAGE;
}

/*
 * A seeded bug is compared with its unbroken parent, which must pass where the
 * bug fails: it is added to the kernels where it is not among them.
 */
static char *with_parents(const struct options *o)
{
	struct strlist names = { 0 };
	struct kernel *k;
	char *all;
	size_t n;

	if (kernels_parse(o->kernels, o->base, &o->series, o->flavor, &k, &n))
		return NULL;
	all = xstrdup(o->kernels ? o->kernels : "");
	for (size_t i = 0; i < n; i++)
		strlist_add(&names, k[i].name);
	for (size_t i = 0; i < n; i++) {
		char *parent = xasprintf("%s+exclusive", k[i].base), *more;

		if (k[i].bug && !strlist_has(&names, parent)) {
			strlist_add(&names, parent);
			more = xasprintf("%s,%s", parent, all);
			free(all);
			all = more;
		}
		free(parent);
	}
	strlist_free(&names);
	kernels_free(k, n);
	return all;
}

/* Races need several CPUs and a clock that runs: one emulated CPU shows nothing. */
static int choose_engine(struct run_plan *p, const struct options *o)
{
	const char *name = o->engine ? o->engine : DEFAULT_ENGINE;

	if (!strcmp(name, "icount")) {
		err("torture --engine icount: one CPU and no time of its own; take mttcg or kvm");
		return PINLAB_USAGE;
	}
	if (!strcmp(name, "native") && !o->host_kernel) {
		err("torture --engine native would torture the kernel that this machine runs, and may crash it; add --on-the-running-kernel if that is wanted");
		return PINLAB_USAGE;
	}
	if (strcmp(name, "native") && o->host_kernel) {
		err("torture --on-the-running-kernel goes with --engine native only");
		return PINLAB_USAGE;
	}
	return strcmp(name, "auto") ? engine_choose(p, name, NULL) : PINLAB_OK;
}

static int torment(struct run_plan *p, struct options *o, const struct torture_boots *boots)
{
	int ret, verdict;

	p->name = o->run ? xstrdup(o->run) : run_new_name("torture");
	p->dir = run_path(p->name);
	run_lay_out_seeds(p, o->boots ? o->boots : 1, o->seed, boots);
	ret = run_open(p);
	if (ret)
		return ret;
	note("run %s: %zu boots of %ld scenarios under %s (%s)", p->name, p->n_boots, p->n_rows,
	     p->engine->name, p->engine_why);
	ret = boots_run(p);
	if (ret == PINLAB_INTERRUPTED)
		err("interrupted; what was found is kept, continue with --run %s", p->name);
	verdict = report_derive(p->dir);
	report_show(p);
	return ret ? ret : verdict;
}

int verb_torture(struct options *o)
{
	struct run_plan p = { .verb = "torture", .options = o, .stop = o->stop };
	char *words = NULL, *kernels = NULL, *test = NULL;
	struct torture_boots boots = { 0 };
	int ret;

	if (o->args.n) {
		err("torture %s: options only, please; see ./pinlab torture --help", o->args.v[0]);
		return PINLAB_USAGE;
	}
	if (!o->flavor)
		o->flavor = DEFAULT_FLAVOR;
	p.seconds = o->duration ? o->duration : DEFAULT_SECONDS;
	ret = choose_engine(&p, o);
	if (!ret)
		ret = resolve(&p, o->scenarios, &boots, &test);
	if (ret)
		goto out;
	if (p.engine && !p.engine->qemu) {
		ret = native_prepare(&p, o);
	} else {
		kernels = with_parents(o);
		ret = kernels ? PINLAB_OK : PINLAB_USAGE;
		o->kernels = kernels && *kernels ? kernels : NULL;
		if (!ret)
			ret = kernels_prepare(&p, o);
	}
	if (!ret && !p.engine)
		ret = engine_choose(&p, "auto", p.kernels);
	if (!ret && p.engine->qemu) {
		words = flavor_boot(o->flavor);
		p.words = words;
		ret = words ? PINLAB_OK : PINLAB_BROKE;
	}
	if (!ret)
		ret = torment(&p, o, &boots);
out:
	run_plan_free(&p);
	free((char *)p.rows);
	free(test);
	free(kernels);
	free(words);
	return ret;
}
