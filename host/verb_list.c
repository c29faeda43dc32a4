// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "host/kernel/kernel.h"
#include "host/kernel/names.h"
#include "host/nightly/files.h"
#include "host/nightly/load.h"
#include "host/nightly/nightly.h"
#include "host/paths/cells.h"
#include "host/paths/files.h"
#include "host/paths/paths.h"
#include "host/report/report.h"
#include "host/run/catalog.h"
#include "host/run/runs.h"
#include "host/torture/files.h"
#include "host/torture/torture.h"
#include "host/torture/verdict.h"
#include "host/verb.h"

/* The part of a row's name: 0 the benchmark, 1 the kind, 2 the size. */
static char *name_part(const char *row, size_t part)
{
	struct strlist parts = { 0 };
	char *s = NULL;

	strlist_split(&parts, row, "/");
	/* name/size, where the benchmark has no kinds of memory */
	if (parts.n == 2 && part)
		part = part == 2 ? 1 : parts.n;
	if (part < parts.n)
		s = xstrdup(parts.v[part]);
	strlist_free(&parts);
	return s;
}

static void print_set(const char *what, const struct strlist *set)
{
	if (!set->n)
		return;
	printf("    %-8s", what);
	for (size_t i = 0; i < set->n; i++)
		printf(" %s", set->v[i]);
	printf("\n");
}

static bool same_benchmark(const struct bench_row *a, const struct bench_row *b)
{
	size_t n = strcspn(a->name, "/");

	return n == strcspn(b->name, "/") && !strncmp(a->name, b->name, n);
}

/* One benchmark: rows[0..n) are its rows. */
static void print_benchmark(const struct bench_row *rows, size_t n)
{
	struct strlist sets[2] = { 0 }, metrics = { 0 };

	for (size_t i = 0; i < n; i++)
		for (size_t part = 1; part <= 2; part++) {
			char *s = name_part(rows[i].name, part);

			if (s && !strlist_has(&sets[part - 1], s))
				strlist_add(&sets[part - 1], s);
			free(s);
		}
	strlist_split(&metrics, rows->metrics, ",");
	printf("%.*s: %s\n", (int)strcspn(rows->name, "/"), rows->name, rows->summary);
	print_set("kinds", &sets[0]);
	print_set("sizes", &sets[1]);
	print_set("metrics", &metrics);
	if (strcmp(rows->needs, "-"))
		printf("    needs    %s\n", rows->needs);
	strlist_free(&sets[0]);
	strlist_free(&sets[1]);
	strlist_free(&metrics);
}

static int print_rows(const struct bench_row *rows, size_t n, const char *glob)
{
	struct strlist names = { 0 };
	size_t shown = 0;
	char *near;

	for (size_t i = 0; i < n; i++) {
		size_t len = strcspn(rows[i].name, "/");
		char *bench = xasprintf("%.*s", (int)len, rows[i].name);

		if (!strlist_has(&names, bench))
			strlist_add(&names, bench);
		/* A benchmark's own name stands for all of its rows. */
		if (glob_match(glob, rows[i].name) || glob_match(glob, bench)) {
			printf("%s\t%s\t%s\t%s\n", rows[i].name, rows[i].needs, rows[i].metrics,
			       rows[i].summary);
			shown++;
		}
		free(bench);
	}
	if (!shown) {
		near = near_names(glob, &names);
		err("no row matches %s%s%s; see ./pinlab list benchmarks", glob,
		    near ? "; near it: " : "", near ? near : "");
		free(near);
	}
	strlist_free(&names);
	return shown ? PINLAB_OK : PINLAB_USAGE;
}

static int list_benchmarks(const char *glob)
{
	struct bench_row *rows;
	size_t n = rows_load(&rows);
	int ret = PINLAB_OK;

	if (!n)
		return PINLAB_BROKE;
	if (glob) {
		ret = print_rows(rows, n, glob);
	} else {
		for (size_t i = 0, end; i < n; i = end) {
			for (end = i + 1; end < n && same_benchmark(&rows[i], &rows[end]);)
				end++;
			print_benchmark(&rows[i], end - i);
		}
	}
	rows_free(rows, n);
	return ret;
}

static int list_kernels(const char *glob)
{
	struct strlist names = { 0 };
	size_t shown = 0;

	kernels_list(&names);
	for (size_t i = 0; i < names.n; i++)
		if (!glob || glob_match(glob, names.v[i])) {
			printf("%s\n", names.v[i]);
			shown++;
		}
	if (!shown)
		err("no kernel matches %s; see ./pinlab list kernels", glob ? glob : "*");
	strlist_free(&names);
	return shown ? PINLAB_OK : PINLAB_USAGE;
}

static void print_run(const char *name, const char *dir)
{
	struct report r;

	if (torture_is_run(dir)) {
		torture_print_run(name, dir);
		return;
	}
	if (paths_is_run(dir)) {
		paths_print_run(name, dir);
		return;
	}
	if (night_is_run(dir)) {
		night_print_run(name, dir);
		return;
	}
	if (report_load(dir, &r)) {
		printf("%-32s cannot be read\n", name);
		return;
	}
	printf("%-32s %.10s  %-6s  %3zu of %-3zu boots  %-17s  ", name,
	       plan_text(&r.run, "started"), plan_text(&r.run, "engine"), r.boots_ok,
	       r.run.n_boots, report_word(&r));
	for (size_t i = 0; i < r.run.n_kernels; i++)
		printf("%s%s", i ? "," : "", r.run.kernels[i].name);
	printf("\n");
	report_free(&r);
}

static int list_runs(const char *glob)
{
	struct strlist names = { 0 };
	size_t shown = 0;

	runs_list(&names);
	for (size_t i = 0; i < names.n; i++) {
		char *dir = glob && !glob_match(glob, names.v[i]) ? NULL : runs_find(names.v[i]);

		if (!dir)
			continue;
		print_run(names.v[i], dir);
		shown++;
		free(dir);
	}
	if (!shown)
		note("no run%s%s in results/; ./pinlab bench makes one", glob ? " matches " : "",
		     glob ? glob : "");
	strlist_free(&names);
	return shown || !glob ? PINLAB_OK : PINLAB_USAGE;
}

static int list_scenarios(const char *glob)
{
	struct scenario_line *lines;
	size_t n = scenarios_load(&lines), shown = 0;

	for (size_t i = 0; i < n; i++) {
		if (glob && !glob_match(glob, lines[i].name))
			continue;
		printf("%-28s %s%s\n", lines[i].name, lines[i].summary,
		       strcmp(lines[i].timed, "fixed") ? "" : " (takes the time that it needs)");
		shown++;
	}
	scenarios_free(lines, n);
	if (!n)
		return PINLAB_BROKE;
	if (!shown)
		err("no scenario matches %s; see ./pinlab list scenarios", glob);
	return shown ? PINLAB_OK : PINLAB_USAGE;
}

static int list_paths(const char *glob)
{
	struct path_line *lines;
	size_t n = paths_load(&lines), shown = 0;

	for (size_t i = 0; i < n; i++) {
		if (glob && !glob_match(glob, lines[i].name))
			continue;
		printf("%-28s %-4s %-7s %s\n", lines[i].name, lines[i].way, lines[i].who,
		       lines[i].summary);
		shown++;
	}
	paths_free(lines, n);
	if (!n)
		return PINLAB_BROKE;
	if (!shown)
		err("no path matches %s; see ./pinlab list paths", glob);
	return shown ? PINLAB_OK : PINLAB_USAGE;
}

static const struct {
	const char *name;
	int (*list)(const char *glob);
} lists[] = {
	{ "kernels", list_kernels },
	{ "benchmarks", list_benchmarks },
	{ "scenarios", list_scenarios },
	{ "paths", list_paths },
	{ "runs", list_runs },
};

int verb_list(struct options *o)
{
	struct strlist names = { 0 };
	char *near;

	if (!o->args.n || o->args.n > 2) {
		err("list takes kernels, benchmarks, scenarios, paths or runs, and a glob; see ./pinlab list --help");
		return PINLAB_USAGE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (!strcmp(o->args.v[0], lists[i].name))
			return lists[i].list(o->args.n > 1 ? o->args.v[1] : NULL);
		strlist_add(&names, lists[i].name);
	}
	near = near_names(o->args.v[0], &names);
	err("list %s: no such list%s%s; there are kernels, benchmarks, scenarios, paths and runs",
	    o->args.v[0], near ? "; near it: " : "", near ? near : "");
	free(near);
	strlist_free(&names);
	return PINLAB_USAGE;
}
