// SPDX-License-Identifier: GPL-2.0
#include "host/report/compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One of the side's kernel. */
static bool on_side(const struct side *s, const struct boot *b)
{
	return s->roles & (1u << b->role);
}

const char *side_name(const struct side *s)
{
	return s->label ? s->label : s->run->kernels[s->kernel].name;
}

size_t side_boots(const struct side *s, size_t *ok)
{
	size_t n = 0;

	*ok = 0;
	for (const struct boot *b = s->run->kernels[s->kernel].boots; b; b = b->next) {
		if (!on_side(s, b))
			continue;
		n++;
		*ok += b->ok;
	}
	return n;
}

static void not_run(const struct boot *b, char *why)
{
	const char *last = boot_last_row(b);

	snprintf(why, WHY_MAX, "not run (%s%s%.96s)", b->outcome, last ? " in " : "",
		 last ? last : "");
}

static enum verdict row_verdict(const struct run *run, const struct row_in *x, char *why)
{
	const struct rec_row *r = &x->boot->rec.rows[x->at];

	*why = '\0';
	if (r->verdict == VERDICT_NONE) {
		snprintf(why, WHY_MAX, "%s while it ran", x->boot->outcome);
		return VERDICT_BROKEN;
	}
	if (r->verdict == VERDICT_PASS && run->exact && x->boot->spoilt[x->at]) {
		snprintf(why, WHY_MAX, "every repeat was disturbed");
		return VERDICT_BROKEN;
	}
	if (r->verdict != VERDICT_PASS)
		snprintf(why, WHY_MAX, "%.240s", *r->reason ? r->reason : "no reason given");
	return r->verdict;
}

/* The side's first boot that broke off before it came to the row; NULL: none. */
static const struct boot *broke_off(const struct side *s, int row)
{
	const struct row_in *x = row < 0 ? NULL : row_next(s->run, s->kernel, row, NULL);

	for (const struct boot *b = s->run->kernels[s->kernel].bad; b; b = b->next_bad) {
		/* Both stand in the order of the boots. */
		while (x && x->boot < b)
			x = row_next(s->run, s->kernel, row, x);
		if (on_side(s, b) && (!x || x->boot != b))
			return b;
	}
	return NULL;
}

/* As side_row(), by the number of the row; -1: the run has none of that name. */
static enum verdict side_row_at(const struct side *s, int index, char *why)
{
	const struct boot *off = broke_off(s, index);
	const struct row_in *x = NULL;
	enum verdict worst = VERDICT_NONE;

	*why = '\0';
	while (index >= 0 && (x = row_next(s->run, s->kernel, index, x))) {
		char w[WHY_MAX];
		enum verdict v;

		if (!on_side(s, x->boot))
			continue;
		if (off && off < x->boot)
			break;
		v = row_verdict(s->run, x, w);
		if (v > worst) {
			worst = v;
			strcpy(why, w);
		}
	}
	if (off && worst < VERDICT_BROKEN) {
		worst = VERDICT_BROKEN;
		not_run(off, why);
	}
	return worst;
}

enum verdict side_row(const struct side *s, const char *row, char *why)
{
	return side_row_at(s, run_row(s->run, row), why);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Clean samples of boots where the row passed: v grows, its length is returned. */
static size_t clean_values(const struct side *s, size_t figure, int64_t **v, size_t *disturbed)
{
	const struct run *run = s->run;
	const struct row_in *x = NULL;
	size_t n = 0;

	while ((x = row_next(run, s->kernel, run->figures[figure].row, x))) {
		const struct boot *b = x->boot;
		const uint32_t *order;
		char why[WHY_MAX];
		size_t all;

		if (!on_side(s, b) || row_verdict(run, x, why) != VERDICT_PASS)
			continue;
		all = boot_samples(b, figure, &order);
		*v = xrealloc(*v, (n + all) * sizeof(**v));
		for (size_t j = 0; j < all; j++) {
			const struct rec_sample *sample = &b->rec.samples[order[j]];

			if (sample->disturbed)
				++*disturbed;
			else
				(*v)[n++] = sample->value;
		}
	}
	return n;
}

static void exact_cell(const struct side *s, size_t figure, struct cell *c)
{
	int64_t *v = NULL;
	size_t same = 0;

	c->n = clean_values(s, figure, &v, &c->disturbed);
	if (c->n) {
		qsort(v, c->n, sizeof(*v), by_value);
		c->value = v[(c->n - 1) / 2];
		c->min = v[0];
		c->max = v[c->n - 1];
		for (size_t i = 0; i < c->n; i++)
			same += v[i] == c->value;
		c->agree = same == c->n;
		c->exact = 2 * same > c->n;
	}
	free(v);
}

/* The clean samples of a boot; all of them where a boot has no clean one. */
static void boot_group(const struct boot *b, size_t figure, struct cell *c)
{
	const uint32_t *order;
	size_t all = boot_samples(b, figure, &order), clean = 0;
	struct stats_boot *g;

	for (size_t j = 0; j < all; j++)
		clean += !b->rec.samples[order[j]].disturbed;
	if (!all)
		return;
	c->disturbed += clean ? 0 : all;
	c->group.boots = xrealloc(c->group.boots, (c->group.n + 1) * sizeof(*g));
	g = &c->group.boots[c->group.n++];
	*g = (struct stats_boot){ xcalloc(all, sizeof(double)), 0 };
	for (size_t j = 0; j < all; j++)
		if (!clean || !b->rec.samples[order[j]].disturbed)
			g->v[g->n++] = (double)b->rec.samples[order[j]].value / VALUE_ONE;
	c->n += g->n;
}

/* The median of each boot; n is the number of boots. The caller frees. */
static double *boot_medians(const struct stats_group *g)
{
	double *m = xcalloc(g->n, sizeof(*m));

	for (size_t i = 0; i < g->n; i++) {
		double *work = xcalloc(g->boots[i].n, sizeof(*work));

		memcpy(work, g->boots[i].v, g->boots[i].n * sizeof(*work));
		m[i] = stats_median(work, g->boots[i].n);
		free(work);
	}
	return m;
}

static void wall_cell(const struct side *s, size_t figure, struct cell *c)
{
	const struct row_in *x = NULL;
	char why[WHY_MAX];

	while ((x = row_next(s->run, s->kernel, s->run->figures[figure].row, x)))
		if (on_side(s, x->boot) && row_verdict(s->run, x, why) == VERDICT_PASS)
			boot_group(x->boot, figure, c);
	if (c->group.n) {
		double *m = boot_medians(&c->group);

		c->median = stats_median(m, c->group.n);
		free(m);
	}
}

/* f is the line's figure in `run`; the side may be of another one. */
static void read_cell(const struct comparison *cmp, const struct side *s, const struct run *run,
		      const struct figure *f, struct cell *c)
{
	const char *row = run->rows[f->row];
	bool same = s->run == run;
	int figure = same ? f - run->figures : run_figure(s->run, row, f->metric, f->unit);

	c->verdict = side_row_at(s, same ? (int)f->row : run_row(s->run, row), c->why);
	if (figure < 0)
		return;
	if (cmp->exact)
		exact_cell(s, figure, c);
	else
		wall_cell(s, figure, c);
}

static int64_t spread(const struct cell *c)
{
	return c->exact ? 0 : c->max - c->min;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void exact_change(struct line *l)
{
	int64_t noise = larger(spread(&l->a), spread(&l->b));

	if (l->aa.n && l->a.n) {
		l->noise.exact = l->aa.value - l->a.value;
		l->noise.change = llabs(l->noise.exact) < CHANGE_LEAST ? CHANGE_SAME :
				  CHANGE_NOT_EXACT;
		noise = larger(noise, llabs(l->noise.exact));
	}
	if (!l->a.n || !l->b.n)
		return;
	l->change.exact = l->b.value - l->a.value;
	if (noise >= CHANGE_LEAST && llabs(l->change.exact) <= noise)
		l->change.change = CHANGE_NOT_EXACT;
	else if (llabs(l->change.exact) < CHANGE_LEAST)
		l->change.change = CHANGE_SAME;
	else
		l->change.change = l->change.exact > 0 ? CHANGE_SLOWER : CHANGE_FASTER;
}

/* A seed of its own for every figure: rows come and go, the intervals stay. */
static unsigned long line_seed(const struct comparison *c, const struct line *l)
{
	unsigned long h = 2166136261u ^ c->seed;

	for (const char *s = l->row; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u & 0xffffffff;
	for (const char *s = l->metric; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u & 0xffffffff;
	return h ? h : 1;
}

static void wall_diff(const struct comparison *c, const struct line *l, const struct cell *b,
		      struct diff *d)
{
	double *x, *y;

	if (!l->a.n || !b->n || l->a.median <= 0)
		return;
	x = boot_medians(&b->group);
	y = boot_medians(&l->a.group);
	d->p = stats_mann_whitney(x, b->group.n, y, l->a.group.n, NULL);
	d->ratio = stats_bootstrap(&l->a.group, &b->group, STATS_RESAMPLES, line_seed(c, l));
	d->change = CHANGE_INCONCLUSIVE;
	free(x);
	free(y);
}

static struct diff *pick(struct line *l, bool noise)
{
	return noise ? &l->noise : &l->change;
}

/* Adjusts the p values over all rows and turns them into verdicts. */
static void wall_verdicts(struct comparison *c, bool noise)
{
	static const enum change of[] = {
		[STATS_SLOWER] = CHANGE_SLOWER,
		[STATS_FASTER] = CHANGE_FASTER,
		[STATS_EQUIVALENT] = CHANGE_EQUIVALENT,
		[STATS_INCONCLUSIVE] = CHANGE_INCONCLUSIVE,
	};
	double *p = xcalloc(c->n, sizeof(*p));
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (pick(&c->lines[i], noise)->change != CHANGE_NONE)
			p[n++] = pick(&c->lines[i], noise)->p;
	stats_benjamini_hochberg(p, n);
	n = 0;
	for (size_t i = 0; i < c->n; i++) {
		struct line *l = &c->lines[i];
		struct diff *d = pick(l, noise);

		if (d->change == CHANGE_NONE)
			continue;
		d->p = p[n++];
		d->change = of[stats_judge(&d->ratio, d->p, c->delta, l->a.group.n,
					   (noise ? &l->aa : &l->b)->group.n)];
	}
	free(p);
}

bool noise_is_real(const struct comparison *c, const struct line *l)
{
	if (c->exact)
		return l->noise.change == CHANGE_NOT_EXACT;
	return l->noise.change == CHANGE_SLOWER || l->noise.change == CHANGE_FASTER;
}

size_t aa_lines(const struct comparison *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->lines[i].noise.change != CHANGE_NONE;
	return n;
}

static bool line_inexact(const struct line *l)
{
	return (l->a.n && !l->a.exact) || (l->aa.n && !l->aa.exact) || (l->b.n && !l->b.exact);
}

static bool line_few(const struct line *l)
{
	return l->change.change != CHANGE_NONE &&
	       (l->a.group.n < STATS_BOOTS_MIN || l->b.group.n < STATS_BOOTS_MIN);
}

static void add_line(struct comparison *c, const struct run *run, const struct figure *f)
{
	struct line l = { .row = run->rows[f->row], .metric = f->metric, .unit = f->unit };

	read_cell(c, &c->a, run, f, &l.a);
	if (c->has_aa)
		read_cell(c, &c->aa, run, f, &l.aa);
	if (c->has_b)
		read_cell(c, &c->b, run, f, &l.b);
	/* Not there or skipped on both sides: a third kernel has it. */
	if (l.a.verdict != VERDICT_FAIL && l.a.verdict != VERDICT_BROKEN && !l.a.n &&
	    l.b.verdict != VERDICT_FAIL && l.b.verdict != VERDICT_BROKEN && !l.b.n)
		return;
	if (c->exact) {
		exact_change(&l);
	} else {
		wall_diff(c, &l, &l.aa, &l.noise);
		wall_diff(c, &l, &l.b, &l.change);
	}
	c->lines = xgrow(c->lines, c->n, sizeof(*c->lines));
	c->lines[c->n++] = l;
}

void compare(struct comparison *c)
{
	const struct run *ra = c->a.run, *rb = c->b.run;

	for (size_t i = 0; i < ra->n_figures; i++)
		add_line(c, ra, &ra->figures[i]);
	for (size_t i = 0; c->has_b && rb != ra && i < rb->n_figures; i++) {
		const struct figure *f = &rb->figures[i];

		if (run_figure(ra, rb->rows[f->row], f->metric, f->unit) < 0)
			add_line(c, rb, f);
	}
	if (!c->exact) {
		wall_verdicts(c, true);
		wall_verdicts(c, false);
	}
	for (size_t i = 0; i < c->n; i++) {
		c->count[c->lines[i].change.change]++;
		c->noisy += noise_is_real(c, &c->lines[i]);
		c->inexact += c->exact && line_inexact(&c->lines[i]);
		c->few += !c->exact && line_few(&c->lines[i]);
	}
}

static void free_cell(struct cell *c)
{
	for (size_t i = 0; i < c->group.n; i++)
		free(c->group.boots[i].v);
	free(c->group.boots);
}

void comparison_free(struct comparison *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free_cell(&c->lines[i].a);
		free_cell(&c->lines[i].aa);
		free_cell(&c->lines[i].b);
	}
	free(c->lines);
	c->lines = NULL;
	c->n = 0;
}

static char *two_places(int64_t v, const char *sign, char *buf)
{
	int64_t cents = (llabs(v) + VALUE_ONE / 200) / (VALUE_ONE / 100);

	snprintf(buf, VALUE_TEXT, "%s%" PRId64 ".%02" PRId64, cents ? sign : "", cents / 100,
		 cents % 100);
	return buf;
}

char *value_text(int64_t v, char *buf)
{
	return two_places(v, v < 0 ? "-" : "", buf);
}

char *change_text(int64_t v, char *buf)
{
	return two_places(v, v < 0 ? "-" : "+", buf);
}
