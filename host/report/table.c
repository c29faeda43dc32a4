// SPDX-License-Identifier: GPL-2.0
/* The table on the first screen: one line for each benchmark and metric. */
#include "host/report/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/report/lines.h"
#include "host/report/report.h"
#include "host/report/text.h"

/* More lines than this, and the benchmarks that did not change share a sentence. */
#define SUMMARY_LINES 24
#define HEAD_MAX 14

/* All rows of one benchmark that measure the same thing in the same unit. */
struct group {
	const struct line *first;
	size_t n;			/* with a value on both sides; on a if there is no b */
	size_t count[CHANGES];
	size_t only_a, only_b, none;
	bool noisy, has_noise, has_one;
	double a_min, a_max, change_min, change_max, noise_min, noise_max;
	double one_min, one_max;	/* where only one side has a value */
};

static void widen(double v, double *min, double *max, bool first)
{
	*min = first || v < *min ? v : *min;
	*max = first || v > *max ? v : *max;
}

static double cell_value(const struct comparison *c, const struct cell *cell)
{
	return c->exact ? (double)cell->value / VALUE_ONE : cell->median;
}

static double diff_value(const struct comparison *c, const struct diff *d)
{
	return c->exact ? (double)d->exact / VALUE_ONE : d->ratio.ratio;
}

static void group_add(const struct comparison *c, struct group *g, const struct line *l)
{
	if (!l->a.n && !l->b.n) {
		g->none++;
		return;
	}
	if (c->has_b && (!l->a.n || !l->b.n)) {
		const struct cell *missing = l->a.n ? &l->b : &l->a;

		/* Lost is not the same as never there. */
		if (missing->verdict == VERDICT_FAIL || missing->verdict == VERDICT_BROKEN)
			g->none++;
		else
			*(l->a.n ? &g->only_a : &g->only_b) += 1;
		if (l->a.n)
			widen(cell_value(c, &l->a), &g->one_min, &g->one_max, !g->has_one);
		else
			widen(cell_value(c, &l->b), &g->one_min, &g->one_max, !g->has_one);
		g->has_one = true;
		return;
	}
	widen(cell_value(c, &l->a), &g->a_min, &g->a_max, !g->n);
	if (l->change.change != CHANGE_NONE)
		widen(diff_value(c, &l->change), &g->change_min, &g->change_max, !g->n);
	if (l->noise.change != CHANGE_NONE) {
		widen(diff_value(c, &l->noise), &g->noise_min, &g->noise_max, !g->has_noise);
		g->has_noise = true;
	}
	g->noisy |= noise_is_real(c, l);
	g->count[l->change.change]++;
	g->n++;
}

static size_t make_groups(const struct comparison *c, struct group **out)
{
	struct index headings = { NULL };
	struct group *groups = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		size_t g = line_heading(&headings, &c->lines[i]);

		if (g == n) {
			groups = xgrow(groups, n, sizeof(*groups));
			groups[n++] = (struct group){ .first = &c->lines[i] };
		}
		group_add(c, &groups[g], &c->lines[i]);
	}
	index_free(&headings);
	*out = groups;
	return n;
}

static bool group_changed(const struct group *g)
{
	return g->count[CHANGE_SLOWER] || g->count[CHANGE_FASTER] || g->noisy ||
	       g->count[CHANGE_NOT_EXACT];
}

/* "1.00 .. 2.00", or one figure where both are the same. */
static const char *range(char *buf, size_t len, const char *lo, const char *between,
			 const char *hi)
{
	bool one = !strcmp(lo, hi);

	snprintf(buf, len, "%s%s%s", lo, one ? "" : between, one ? "" : hi);
	return buf;
}

static const char *value_range(const struct comparison *c, char *buf, size_t len, double min,
			       double max)
{
	char lo[40], hi[40];

	if (c->exact)
		return range(buf, len, value_text(llround(min * VALUE_ONE), lo), " .. ",
			     value_text(llround(max * VALUE_ONE), hi));
	snprintf(lo, sizeof(lo), "%.4g", min);
	snprintf(hi, sizeof(hi), "%.4g", max);
	return range(buf, len, lo, "-", hi);
}

static const char *ratio_range(char *buf, size_t len, double min, double max)
{
	char lo[40], hi[40];

	snprintf(lo, sizeof(lo), "%.3f", min);
	snprintf(hi, sizeof(hi), "%.3f", max);
	return range(buf, len, lo, "-", hi);
}

static const char *change_range(char *buf, size_t len, double min, double max)
{
	char lo[VALUE_TEXT], hi[VALUE_TEXT];

	return range(buf, len, change_text(llround(min * VALUE_ONE), lo), " .. ",
		     change_text(llround(max * VALUE_ONE), hi));
}

/* A name that is too long for a column gives way to its part in the comparison. */
const char *head_name(const struct side *s, const char *part)
{
	return strlen(side_name(s)) > HEAD_MAX ? part : side_name(s);
}

static void exact_row(const struct comparison *c, const struct group *g, struct table *t)
{
	char a[100], noise[100] = "-", change[100] = "";

	value_range(c, a, sizeof(a), g->a_min, g->a_max);
	if (g->has_noise)
		change_range(noise, sizeof(noise), g->noise_min, g->noise_max);
	if (c->has_b)
		change_range(change, sizeof(change), g->change_min, g->change_max);
	table_row(t, "%.*s %s\t%zu\t%s\t%s%s\t%s%s%s%s%s", (int)benchmark_len(g->first->row),
		  g->first->row, g->first->metric, g->n, a, noise, g->noisy ? " !" : "", change,
		  c->has_b ? " " : "", g->first->unit,
		  g->count[CHANGE_SLOWER] || g->count[CHANGE_FASTER] ? " *" : "",
		  g->count[CHANGE_NOT_EXACT] ? " ?" : "");
}

static void wall_row(const struct comparison *c, const struct group *g, struct table *t)
{
	char a[100], noise[100] = "-", change[100] = "", verdicts[100] = "";
	double off = fmax(fabs(g->noise_min - 1), fabs(g->noise_max - 1)) * 100;

	value_range(c, a, sizeof(a), g->a_min, g->a_max);
	if (g->has_noise)
		snprintf(noise, sizeof(noise), "%.1f %%%s", off, g->noisy ? " !" : "");
	if (c->has_b) {
		ratio_range(change, sizeof(change), g->change_min, g->change_max);
		snprintf(verdicts, sizeof(verdicts), "%zu/%zu/%zu/%zu%s", g->count[CHANGE_SLOWER],
			 g->count[CHANGE_FASTER], g->count[CHANGE_EQUIVALENT],
			 g->count[CHANGE_INCONCLUSIVE],
			 g->count[CHANGE_SLOWER] || g->count[CHANGE_FASTER] ? " *" : "");
	}
	table_row(t, "%.*s %s\t%zu\t%s %s\t%s\t%s\t%s", (int)benchmark_len(g->first->row),
		  g->first->row, g->first->metric, g->n, a, g->first->unit, noise, change,
		  verdicts);
}

static void summary_head(const struct comparison *c, struct table *t)
{
	t->align = c->exact ? "lrrrl" : "lrrrrl";
	if (c->exact)
		table_row(t, "benchmark\trows\t%s\tA/A\t%s", head_name(&c->a, "baseline"),
			  c->has_b ? head_name(&c->b, "kernel") : "");
	else
		table_row(t, "benchmark\trows\t%s\tA/A\t%s\t%s", head_name(&c->a, "baseline"),
			  c->has_b ? "ratio" : "", c->has_b ? "s/f/e/i" : "");
}

/* "get_fast get, unpin put" of the groups that `want` picks; NULL if none. */
static char *name_groups(const struct comparison *c, const struct group *g, size_t n,
			 bool (*want)(const struct group *g), bool values)
{
	struct text t = { 0 };
	char buf[100];

	for (size_t i = 0; i < n; i++) {
		if (!want(&g[i]))
			continue;
		text_raw(&t, "%s%.*s %s", t.n ? ", " : "", (int)benchmark_len(g[i].first->row),
			 g[i].first->row, g[i].first->metric);
		if (values)
			text_raw(&t, " %s %s",
				 value_range(c, buf, sizeof(buf), g[i].one_min, g[i].one_max),
				 g[i].first->unit);
	}
	return t.s;
}

static bool group_quiet(const struct group *g)
{
	return g->n && !group_changed(g);
}

static bool group_only_a(const struct group *g)
{
	return g->only_a;
}

static bool group_only_b(const struct group *g)
{
	return g->only_b;
}

static bool group_none(const struct group *g)
{
	return g->none;
}

static void say_groups(const struct comparison *c, const struct group *g, size_t n,
		       bool (*want)(const struct group *g), struct text *t, const char *what,
		       const char *name)
{
	char *names = name_groups(c, g, n, want, *name);

	if (names)
		text_wrap(t, 4, "%s%s: %s.", what, name, names);
	free(names);
}

static void say_doubts(const struct comparison *c, struct text *t)
{
	if (c->count[CHANGE_NOT_EXACT])
		text_wrap(t, 2, "? %zu change%s not exact: no larger than the difference between boots or repeats of one kernel.",
			  c->count[CHANGE_NOT_EXACT],
			  c->count[CHANGE_NOT_EXACT] == 1 ? " is" : "s are");
	if (c->noisy)
		text_wrap(t, 2, "! A/A differs in %zu figure%s: %s does not agree with itself there.",
			  c->noisy, c->noisy == 1 ? "" : "s", side_name(&c->a));
	if (c->inexact)
		text_wrap(t, 2, "~ In %zu figure%s the repeats of a boot do not agree: see the rows marked ~.",
			  c->inexact, c->inexact == 1 ? "" : "s");
}

void report_legend(const struct comparison *c, struct text *t)
{
	if (c->exact)
		text_wrap(t, 2, "%sRanges are over kinds of memory and sizes. A/A: %s against itself, booted again.",
			  c->has_b ? "* real change. " : "", side_name(&c->a));
	else if (c->has_b)
		text_wrap(t, 2, "* real change. Ratio of medians to %s; A/A: the largest difference of %s from itself, booted again. s/f/e/i: rows slower, faster, equivalent within +-%g %%, inconclusive.",
			  side_name(&c->a), side_name(&c->a), c->delta * 100);
	if (!c->exact && c->has_b && c->few)
		text_wrap(t, 2, "Fewer than %d boots of a kernel: every verdict is inconclusive.",
			  STATS_BOOTS_MIN);
	text_line(t, "%s", "");
}

static void summary_table(const struct comparison *c, const struct group *g, size_t n, bool all,
			  struct text *t)
{
	struct table table = { 0 };

	/* Where the heads cannot say it. */
	if (c->has_b && (strcmp(head_name(&c->a, ""), side_name(&c->a)) ||
			 strcmp(head_name(&c->b, ""), side_name(&c->b))))
		text_line(t, "%s against %s:", side_name(&c->b), side_name(&c->a));
	summary_head(c, &table);
	for (size_t i = 0; i < n; i++) {
		if (!g[i].n || (!all && !group_changed(&g[i])))
			continue;
		if (c->exact)
			exact_row(c, &g[i], &table);
		else
			wall_row(c, &g[i], &table);
	}
	table_end(&table, t);
}

void report_summary(const struct comparison *c, struct text *t)
{
	struct group *g;
	size_t n = make_groups(c, &g), shown = 0;
	bool all;

	for (size_t i = 0; i < n; i++)
		shown += g[i].n > 0;
	all = shown <= SUMMARY_LINES || !c->has_b;
	if (shown)
		summary_table(c, g, n, all, t);
	if (!all)
		say_groups(c, g, n, group_quiet, t, c->exact ? "Unchanged, 0.00 on every row" :
			   "No row slower or faster, verdicts below", "");
	if (c->has_b) {
		say_groups(c, g, n, group_only_b, t, "Only on ", side_name(&c->b));
		say_groups(c, g, n, group_only_a, t, "Only on ", side_name(&c->a));
	}
	say_groups(c, g, n, group_none, t, "Failed or broken, without a value to compare", "");
	say_doubts(c, t);
	if (n)
		text_line(t, "%s", "");
	free(g);
}
