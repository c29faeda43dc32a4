// SPDX-License-Identifier: GPL-2.0
#include "host/bench/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/run/catalog.h"

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

int bench_print_list(const char *glob)
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
