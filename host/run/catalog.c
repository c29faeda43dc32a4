// SPDX-License-Identifier: GPL-2.0
#include "host/run/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/base/process.h"

struct loading {
	struct bench_row *rows;
	size_t n;
};

static void one_row(const char *line, void *arg)
{
	struct loading *l = arg;
	struct bench_row *r;
	struct strlist f = { 0 };

	strlist_split(&f, line, "\t");
	if (f.n == 5) {
		l->rows = xrealloc(l->rows, (l->n + 1) * sizeof(*l->rows));
		r = &l->rows[l->n++];
		*r = (struct bench_row){ xstrdup(f.v[0]), xstrdup(f.v[1]), xstrdup(f.v[2]),
					 xstrdup(f.v[3]), xstrdup(f.v[4]) };
	}
	strlist_free(&f);
}

size_t rows_load(struct bench_row **rows)
{
	char *guest = xasprintf("%s/build/guest/pinlab-guest", repo_dir());
	struct loading l = { 0 };
	int ret = run_program((char *[]){ guest, "--list", NULL }, NULL, NULL, one_row, &l);

	if (ret || !l.n) {
		err("%s --list failed; run make", guest);
		rows_free(l.rows, l.n);
		l = (struct loading){ 0 };
	}
	free(guest);
	*rows = l.rows;
	return l.n;
}

void rows_free(struct bench_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(rows[i].name);
		free(rows[i].needs);
		free(rows[i].metrics);
		free(rows[i].summary);
		free(rows[i].once);
	}
	free(rows);
}

struct loading_scenarios {
	struct scenario_line *lines;
	size_t n;
};

static void one_scenario(const char *line, void *arg)
{
	struct loading_scenarios *l = arg;
	struct strlist f = { 0 };

	strlist_split(&f, line, "\t");
	if (f.n == 4) {
		l->lines = xrealloc(l->lines, (l->n + 1) * sizeof(*l->lines));
		l->lines[l->n++] = (struct scenario_line){ xstrdup(f.v[0]), xstrdup(f.v[1]),
							   xstrdup(f.v[2]), xstrdup(f.v[3]) };
	}
	strlist_free(&f);
}

size_t scenarios_load(struct scenario_line **lines)
{
	char *guest = xasprintf("%s/build/guest/pinlab-guest", repo_dir());
	struct loading_scenarios l = { 0 };
	int ret = run_program((char *[]){ guest, "--list-scenarios", NULL }, NULL, NULL,
			      one_scenario, &l);

	if (ret || !l.n) {
		err("%s --list-scenarios failed; run make", guest);
		scenarios_free(l.lines, l.n);
		l = (struct loading_scenarios){ 0 };
	}
	free(guest);
	*lines = l.lines;
	return l.n;
}

void scenarios_free(struct scenario_line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(lines[i].name);
		free(lines[i].timed);
		free(lines[i].needs);
		free(lines[i].summary);
	}
	free(lines);
}

struct loading_paths {
	struct path_line *lines;
	size_t n;
};

static void one_path(const char *line, void *arg)
{
	struct loading_paths *l = arg;
	struct strlist f = { 0 };

	strlist_split(&f, line, "\t");
	if (f.n == 7) {
		l->lines = xrealloc(l->lines, (l->n + 1) * sizeof(*l->lines));
		l->lines[l->n++] = (struct path_line){
			xstrdup(f.v[0]), xstrdup(f.v[1]), xstrdup(f.v[2]),
			xstrdup(f.v[3]), xstrdup(f.v[4]), xstrdup(f.v[5]),
			xstrdup(f.v[6]),
		};
	}
	strlist_free(&f);
}

size_t paths_load(struct path_line **lines)
{
	char *guest = xasprintf("%s/build/guest/pinlab-guest", repo_dir());
	struct loading_paths l = { 0 };
	int ret = run_program((char *[]){ guest, "--list-paths", NULL }, NULL, NULL, one_path, &l);

	if (ret || !l.n) {
		err("%s --list-paths failed; run make", guest);
		paths_free(l.lines, l.n);
		l = (struct loading_paths){ 0 };
	}
	free(guest);
	*lines = l.lines;
	return l.n;
}

void paths_free(struct path_line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(lines[i].name);
		free(lines[i].way);
		free(lines[i].who);
		free(lines[i].cells);
		free(lines[i].summary);
		free(lines[i].closes);
		free(lines[i].content);
	}
	free(lines);
}
