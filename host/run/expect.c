// SPDX-License-Identifier: GPL-2.0
#include "host/run/expect.h"

#include <stdlib.h>
#include <string.h>

#include "host/run/catalog.h"

/* As the guest repeats rows where it is told nothing else: see run() in guest/main.c. */
#define REPEATS_EXACT	5
#define REPEATS_WALL	30

static json_t *add_row(json_t *rows, const char *name, const char *needs)
{
	json_t *row = json_object();

	if (strcmp(needs, "-"))
		json_object_set_new(row, "needs", json_string(needs));
	json_object_set_new(rows, name, row);
	return row;
}

/* The catalog could be read when the rows were chosen: an empty one expects nothing. */
static void put(json_t *plan, json_t *rows, long repeats)
{
	json_t *expect = json_pack("{s:i}", "format", 1);

	if (repeats)
		json_object_set_new(expect, "repeats", json_integer(repeats));
	json_object_set_new(expect, "rows", rows);
	json_object_set_new(plan, "expect", expect);
}

/* "pin:page,unpin:page": the names alone. */
static char *metric_names(const char *metrics)
{
	char *names = xstrdup(metrics), *to = names;

	for (const char *s = metrics; *s; s++) {
		if (*s == ':')
			s += strcspn(s, ",");
		*to++ = *s;
		if (!*s)
			break;
	}
	*to = '\0';
	return names;
}

void expect_benchmarks(json_t *plan, bool exact)
{
	struct bench_row *lines;
	size_t n = rows_load(&lines);
	json_t *rows = json_object();

	for (size_t i = 0; i < n; i++) {
		json_t *row = add_row(rows, lines[i].name, lines[i].needs);
		char *metrics = metric_names(lines[i].metrics);

		json_object_set_new(row, "metrics", json_string(metrics));
		if (exact && !strcmp(lines[i].once, "once"))
			json_object_set_new(row, "once", json_true());
		free(metrics);
	}
	rows_free(lines, n);
	put(plan, rows, exact ? REPEATS_EXACT : REPEATS_WALL);
}

void expect_scenarios(json_t *plan)
{
	struct scenario_line *lines;
	size_t n = scenarios_load(&lines);
	json_t *rows = json_object();

	for (size_t i = 0; i < n; i++)
		add_row(rows, lines[i].name, lines[i].needs);
	scenarios_free(lines, n);
	put(plan, rows, 0);
}

void expect_paths(json_t *plan)
{
	struct path_line *lines;
	size_t n = paths_load(&lines);
	json_t *rows = json_object();

	for (size_t i = 0; i < n; i++) {
		/* A demonstration of a crash has no place among contents. */
		json_t *row = add_row(rows, lines[i].name, "driver");

		json_object_set_new(row, "cells", json_string(lines[i].content));
		if (!strcmp(lines[i].who, "attack"))
			json_object_set_new(row, "crash", json_true());
	}
	paths_free(lines, n);
	put(plan, rows, 0);
}
