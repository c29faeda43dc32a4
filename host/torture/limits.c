// SPDX-License-Identifier: GPL-2.0
/* Figures of the scenarios limits/..., side by side. What an answer changes to is in the facts. */
#include "host/torture/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/torture/torture.h"
#include "host/torture/verdict.h"

#define LIMITS		"limits/"
#define SPURIOUS	"limits/spurious"
#define REFUSED		"/refused"

static bool value_of(const struct run *run, size_t kernel, int figure, double *value)
{
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next) {
		const uint32_t *order;

		if (figure < 0 || !b->there ||
		    !boot_samples(b, figure, &order))
			continue;
		*value = (double)b->rec.samples[order[0]].value / VALUE_ONE;
		return true;
	}
	return false;
}

/* "2^19", "2^19 - 1", "20343" */
static void count_text(double value, char *out, size_t len)
{
	for (int n = 10; n < 40; n++) {
		double diff = value - (double)(1ull << n);

		if (diff > -5 && diff < 5) {
			if (diff)
				snprintf(out, len, "2^%d %c %.0f", n, diff < 0 ? '-' : '+',
					 diff < 0 ? -diff : diff);
			else
				snprintf(out, len, "2^%d", n);
			return;
		}
	}
	snprintf(out, len, "%.0f", value);
}

static void count_cell(const struct run *run, size_t kernel, size_t figure, char *out, size_t len)
{
	double v;

	if (value_of(run, kernel, figure, &v))
		count_text(v, out, len);
	else
		snprintf(out, len, "-");
}

/* "44.1%  1  27": refused, tries at the median and at most. */
static void spurious_cell(const struct run *run, size_t kernel, size_t figure, char *out,
			  size_t len)
{
	const struct figure *f = &run->figures[figure];
	int contest = strlen(f->metric) - strlen(REFUSED);
	double v[3] = { 0 };
	char metric[128];

	snprintf(metric, sizeof(metric), "%.*s/tries-median", contest, f->metric);
	if (!value_of(run, kernel, figure, &v[0]) ||
	    !value_of(run, kernel, run_figure(run, SPURIOUS, metric, "tries"), &v[1])) {
		snprintf(out, len, "-");
		return;
	}
	snprintf(metric, sizeof(metric), "%.*s/tries-max", contest, f->metric);
	value_of(run, kernel, run_figure(run, SPURIOUS, metric, "tries"), &v[2]);
	snprintf(out, len, "%.2f%% %6.0f %6.0f", v[0], v[1], v[2]);
}

static bool is_count(const struct figure *f)
{
	return !strcmp(f->unit, "pins") || !strcmp(f->unit, "references");
}

static bool is_spurious(const struct figure *f)
{
	size_t n = strlen(f->metric), end = strlen(REFUSED);

	return n > end && !strcmp(f->metric + n - end, REFUSED);
}

/* A table of one scenario's figures. */
struct question {
	size_t row;
	bool (*is_row)(const struct figure *f);
	void (*cell)(const struct run *run, size_t kernel, size_t figure, char *out, size_t len);
};

static void put_line(const struct run *run, struct table *tab, const struct question *q,
		     size_t figure, const size_t *kernels, size_t n)
{
	const struct figure *f = &run->figures[figure];
	char cells[2][48] = { "", "" };
	bool has = false;

	if (!q->is_row(f))
		return;
	for (size_t i = 0; i < n; i++) {
		q->cell(run, kernels[i], figure, cells[i], sizeof(cells[i]));
		has |= strcmp(cells[i], "-");
	}
	if (!has)
		return;
	if (!tab->n)
		table_row(tab, "%s\t%s\t%s", run->rows[q->row], run->kernels[kernels[0]].name,
			  n > 1 ? run->kernels[kernels[1]].name : "");
	table_row(tab, "  %.*s\t%s\t%s", q->cell == spurious_cell ?
		  (int)(strlen(f->metric) - strlen(REFUSED)) : 200, f->metric, cells[0], cells[1]);
}

static bool put_table(const struct run *run, struct text *t, const struct question *q,
		      const size_t *kernels, size_t n)
{
	struct table tab = { .align = "lrr" };
	bool any;

	for (uint32_t f = run->first_figure[q->row]; f != NO_FIGURE; f = run->figures[f].next)
		put_line(run, &tab, q, f, kernels, n);
	any = tab.n;
	if (any) {
		text_line(t, "%s", "");
		table_end(&tab, t);
	}
	return any;
}

/* Two kernels fit beside such names. */
static bool put_tables(const struct run *run, struct text *t, struct question q)
{
	bool any = false;
	size_t two[2], n;

	for (size_t from = 0; from < run->n_kernels;) {
		for (n = 0; from < run->n_kernels && n < 2; from++)
			if (!torture_is_bug(run->kernels[from].name))
				two[n++] = from;
		if (n)
			any |= put_table(run, t, &q, two, n);
	}
	return any;
}

void torture_limits(const struct run *run, struct text *t)
{
	bool any = false;
	int row = run_row(run, SPURIOUS);

	for (size_t r = 0; r < run->n_rows; r++)
		if (!strncmp(run->rows[r], LIMITS, strlen(LIMITS)))
			any |= put_tables(run, t, (struct question){ r, is_count, count_cell });
	if (any)
		text_wrap(t, 0, "Limits: the count, as the kernel counts, from which the answer is a different one; user-...: what a process without privileges has taken. The answers are listed below, under the same names.");
	if (row >= 0 && put_tables(run, t, (struct question){ row, is_spurious, spurious_cell }))
		text_wrap(t, 0, "Requests for an exclusive pin while that many threads take short pins: how many are refused; how many tries it takes until one is granted, in the median and at most (65536: not granted).");
}
