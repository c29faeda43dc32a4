// SPDX-License-Identifier: GPL-2.0
/* The details of report.txt: every row, and what grew in those that are slower. */
#include "host/report/detail.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/report/lines.h"
#include "host/report/profile_diff.h"
#include "host/report/report.h"
#include "host/report/table.h"
#include "host/report/text.h"

#define FUNCTIONS_SHOWN 8

static bool same_heading(const struct line *x, const struct line *y)
{
	size_t n = benchmark_len(x->row);

	return n == benchmark_len(y->row) && !strncmp(x->row, y->row, n) &&
	       !strcmp(x->metric, y->metric) && !strcmp(x->unit, y->unit);
}

static const char *rest_of(const char *row)
{
	const char *slash = strchr(row, '/');

	return slash ? slash + 1 : row;
}

/* What stands in a table in place of a value. */
static const char *no_value(const struct cell *c)
{
	switch (c->verdict) {
	case VERDICT_SKIP:
		return "skip";
	case VERDICT_FAIL:
		return "FAIL";
	case VERDICT_BROKEN:
		return "BROKEN";
	default:
		return "-";
	}
}

static const char *exact_value(const struct cell *c, char *buf)
{
	if (!c->n)
		return no_value(c);
	value_text(c->value, buf);
	return c->agree ? buf : strcat(buf, "~");
}

/* There on one side alone: not where the other side's row failed or broke. */
static bool one_sided(const struct line *l)
{
	const struct cell *missing = l->a.n ? &l->b : &l->a;

	return !l->a.n != !l->b.n && missing->verdict != VERDICT_FAIL &&
	       missing->verdict != VERDICT_BROKEN;
}

static void exact_line(const struct comparison *c, const struct line *l, struct table *t)
{
	static const char *const marks[CHANGES] = {
		[CHANGE_SLOWER] = "*", [CHANGE_FASTER] = "*", [CHANGE_NOT_EXACT] = "? not exact",
	};
	char a[VALUE_TEXT], b[VALUE_TEXT], noise[VALUE_TEXT], change[VALUE_TEXT];
	const char *mark = marks[l->change.change];

	if (one_sided(l))
		mark = "one side only";
	if (!c->has_b) {
		table_row(t, "  %s\t%s\t%s", rest_of(l->row), exact_value(&l->a, a),
			  l->noise.change ? change_text(l->noise.exact, noise) : "-");
		return;
	}
	table_row(t, "  %s\t%s\t%s%s\t%s\t%s\t%s", rest_of(l->row), exact_value(&l->a, a),
		  l->noise.change ? change_text(l->noise.exact, noise) : "-",
		  noise_is_real(c, l) ? "!" : "", exact_value(&l->b, b),
		  l->change.change ? change_text(l->change.exact, change) : "-",
		  mark ? mark : "");
}

static void wall_value(const struct cell *c, char *buf, size_t len)
{
	if (c->n)
		snprintf(buf, len, "%.5g%s", c->median, c->disturbed ? "~" : "");
	else
		snprintf(buf, len, "%s", no_value(c));
}

static const char *verdict_text(const struct line *l)
{
	static const char *const names[CHANGES] = {
		[CHANGE_SLOWER] = "slower *", [CHANGE_FASTER] = "faster *",
		[CHANGE_EQUIVALENT] = "equivalent", [CHANGE_INCONCLUSIVE] = "inconclusive",
	};

	if (one_sided(l))
		return "one side only";
	return l->change.change ? names[l->change.change] : "";
}

static void wall_line(const struct comparison *c, const struct line *l, struct table *t)
{
	char a[40], b[40] = "", noise[40] = "-", ratio[80] = "-";

	wall_value(&l->a, a, sizeof(a));
	if (l->noise.change)
		snprintf(noise, sizeof(noise), "%.3f%s", l->noise.ratio.ratio,
			 noise_is_real(c, l) ? "!" : "");
	if (!c->has_b) {
		table_row(t, "%s\t%zu\t%s\t%s", rest_of(l->row), l->a.group.n, a, noise);
		return;
	}
	wall_value(&l->b, b, sizeof(b));
	if (l->change.change)
		snprintf(ratio, sizeof(ratio), "%.3f [%.3f %.3f]", l->change.ratio.ratio,
			 l->change.ratio.low, l->change.ratio.high);
	table_row(t, "%s\t%zu+%zu\t%s\t%s\t%s\t%s\t%s", rest_of(l->row), l->a.group.n,
		  l->b.group.n, a, noise, b, ratio, verdict_text(l));
}

static void lines_head(const struct comparison *c, struct table *t)
{
	if (c->exact) {
		t->align = "lrrrrl";
		table_row(t, "\t%s\tA/A\t%s\t%s\t", head_name(&c->a, "baseline"),
			  c->has_b ? head_name(&c->b, "kernel") : "", c->has_b ? "change" : "");
	} else {
		/* Seven columns: names would not leave room. */
		t->align = "lrrrrrl";
		table_row(t, "\tboots\tbaseline\tA/A\t%s\t%s\t", c->has_b ? "kernel" : "",
			  c->has_b ? "ratio [95 %]" : "");
	}
}

static void say_spread(const struct cell *c, const char *who, const struct line *l, struct text *t)
{
	char lo[VALUE_TEXT], hi[VALUE_TEXT];

	if (c->n && !c->agree)
		text_wrap(t, 8, "    ~ %s, %s: repeats of %s .. %s %s (%zu clean, %zu disturbed)%s",
			  rest_of(l->row), who, value_text(c->min, lo), value_text(c->max, hi),
			  l->unit, c->n, c->disturbed,
			  c->exact ? "" : "; no value that most of them agree on");
}

/* Quantiles of all samples of a kernel, as far as there are enough for each. */
static void say_quantiles(const struct cell *c, const char *who, const struct line *l,
			  struct table *t)
{
	static const struct {
		double p;
		size_t least;		/* ten samples beyond it */
	} q[] = { { 0.5, 1 }, { 0.9, 100 }, { 0.99, 1000 }, { 0.999, 10000 } };
	double *all = xcalloc(c->n, sizeof(*all));
	struct text line = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < c->group.n; i++)
		for (size_t j = 0; j < c->group.boots[i].n; j++)
			all[n++] = c->group.boots[i].v[j];
	for (size_t i = 0; n && i < ARRAY_SIZE(q); i++) {
		if (n >= q[i].least)
			text_raw(&line, "\t%.5g", stats_quantile(all, n, q[i].p));
		else
			text_raw(&line, "\t-");
	}
	if (n)
		table_row(t, "%s\t%s\t%zu%s", rest_of(l->row), who, n, line.s);
	text_free(&line);
	free(all);
}

static void quantile_table(const struct comparison *c, size_t from, size_t to, struct text *t)
{
	struct table table = { .align = "llrrrrr" };

	table_row(&table, "quantiles\t\tsamples\tp50\tp90\tp99\tp99.9");
	for (size_t i = from; i < to; i++) {
		say_quantiles(&c->lines[i].a, "baseline", &c->lines[i], &table);
		say_quantiles(&c->lines[i].b, "kernel", &c->lines[i], &table);
	}
	table_end(&table, t);
}

/* The lines under one heading need not stand together: stable order by heading. */
static void sort_lines(const struct comparison *c, struct line *sorted)
{
	size_t *heading = xcalloc(c->n, sizeof(*heading));
	size_t *start = xcalloc(c->n + 1, sizeof(*start));
	struct index headings = { NULL };

	for (size_t i = 0; i < c->n; i++) {
		heading[i] = line_heading(&headings, &c->lines[i]);
		start[heading[i] + 1]++;
	}
	for (size_t i = 0; i < c->n; i++)
		start[i + 1] += start[i];
	for (size_t i = 0; i < c->n; i++)
		sorted[start[heading[i]]++] = c->lines[i];
	index_free(&headings);
	free(heading);
	free(start);
}

/* The functions of one line, a line each; NULL without a profile. The caller frees. */
static char *growth_text(const struct comparison *c, const struct line *l)
{
	struct profile_diff d;
	struct text t = { 0 };
	double sum = 0, rest = 0;

	if (profile_compare(c, l, &d))
		return NULL;
	for (size_t i = 0; i < d.n; i++) {
		double grown = d.v[i].b - d.v[i].a;

		sum += grown;
		if (i < FUNCTIONS_SHOWN)
			text_line(&t, "    %+10.2f  %s", grown, d.v[i].function);
		else
			rest += grown;
	}
	if (d.n > FUNCTIONS_SHOWN)
		text_line(&t, "    %+10.2f  in %zu more functions", rest, d.n - FUNCTIONS_SHOWN);
	if (llabs((int64_t)(sum * VALUE_ONE) - l->change.exact) > 2 * CHANGE_LEAST)
		text_line(&t, "    %+10.2f  not in the profile's functions",
			  (double)l->change.exact / VALUE_ONE - sum);
	profile_diff_free(&d);
	return t.s ? t.s : xstrdup("");
}

/* Rows under one heading that grew in the same way share their functions. */
struct growers {
	const struct line *first;
	char *growth;
	struct text rows;
};

static void say_growers(const struct growers *g, struct text *t)
{
	const struct line *l = g->first;
	char buf[VALUE_TEXT];

	text_wrap(t, 6, "  %.*s %s %s %s:%s", (int)benchmark_len(l->row), l->row, l->metric,
		  change_text(l->change.exact, buf), l->unit, g->rows.s);
	text_raw(t, "%s", g->growth);
}

static void report_growth(const struct comparison *c, struct text *t)
{
	struct index index = { NULL };
	struct growers *g = NULL;
	size_t n = 0, missing = 0;

	if (c->exact && c->count[CHANGE_SLOWER]) {
		text_line(t, "%s", "");
		text_wrap(t, 4, "Functions that grew, %s against %s, in the unit of the row",
			  side_name(&c->b), side_name(&c->a));
	}
	for (size_t i = 0; c->exact && i < c->n; i++) {
		const struct line *l = &c->lines[i];
		char *growth, buf[VALUE_TEXT];
		size_t at;

		if (l->change.change != CHANGE_SLOWER)
			continue;
		growth = growth_text(c, l);
		missing += !growth;
		if (!growth)
			continue;
		at = index_need(&index, n, "%.*s\t%s\t%s\t%s\t%s", (int)benchmark_len(l->row),
				l->row, l->metric, l->unit, change_text(l->change.exact, buf),
				growth);
		if (at == n) {
			g = xgrow(g, n, sizeof(*g));
			g[n++] = (struct growers){ .first = l, .growth = growth };
		} else {
			free(growth);
		}
		text_raw(&g[at].rows, " %s", rest_of(l->row));
	}
	for (size_t i = 0; i < n; i++) {
		say_growers(&g[i], t);
		text_free(&g[i].rows);
		free(g[i].growth);
	}
	if (missing)
		text_line(t, "  %zu slower row%s no profile.", missing,
			  missing == 1 ? " has" : "s have");
	free(g);
	index_free(&index);
}

void report_lines(const struct comparison *c, struct text *t)
{
	struct comparison sorted = *c;
	size_t end;

	sorted.lines = xcalloc(c->n, sizeof(*c->lines));
	sort_lines(c, sorted.lines);
	text_line(t, "%s", "");
	text_line(t, c->has_b ? "All rows, %s against %s" : "All rows of %s",
		  side_name(c->has_b ? &c->b : &c->a), side_name(&c->a));
	for (size_t i = 0; i < c->n; i = end) {
		const struct line *l = &sorted.lines[i];
		struct table table = { 0 };

		text_line(t, "%s", "");
		text_line(t, "%.*s: %s, %s", (int)benchmark_len(l->row), l->row, l->metric,
			  l->unit);
		lines_head(c, &table);
		for (end = i; end < c->n && same_heading(l, &sorted.lines[end]); end++) {
			if (c->exact)
				exact_line(c, &sorted.lines[end], &table);
			else
				wall_line(c, &sorted.lines[end], &table);
		}
		table_end(&table, t);
		for (size_t j = i; j < end && c->exact; j++) {
			say_spread(&sorted.lines[j].a, side_name(&c->a), &sorted.lines[j], t);
			say_spread(&sorted.lines[j].aa, "A/A", &sorted.lines[j], t);
			say_spread(&sorted.lines[j].b, side_name(&c->b), &sorted.lines[j], t);
		}
		if (!c->exact)
			quantile_table(&sorted, i, end, t);
	}
	report_growth(&sorted, t);
	free(sorted.lines);
}
