// SPDX-License-Identifier: GPL-2.0
#include "profile.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTION_MAX 128

/* The first boot of a side that has a window of the figure. */
static const struct boot *find_window(const struct side *s, int figure, uint32_t *id,
				      uint64_t *ops)
{
	for (size_t i = 0; i < s->run->n_boots; i++) {
		const struct boot *b = &s->run->boots[i];
		const uint32_t *order;
		const struct rec_sample *first;

		if (b->kernel != s->kernel || !(s->roles & (1u << b->role)) ||
		    !boot_samples(b, figure, &order))
			continue;
		first = &b->rec.samples[order[0]];
		for (size_t w = 0; w < b->rec.n_windows; w++) {
			if (b->rec.windows[w].row != first->row ||
			    b->rec.windows[w].metric != first->metric)
				continue;
			*id = b->rec.windows[w].id;
			*ops = first->ops;
			return b;
		}
	}
	return NULL;
}

static struct growth *need(struct profile_diff *d, const char *function)
{
	for (size_t i = 0; i < d->n; i++)
		if (!strcmp(d->v[i].function, function))
			return &d->v[i];
	d->v = xrealloc(d->v, (d->n + 1) * sizeof(*d->v));
	d->v[d->n] = (struct growth){ .function = xstrdup(function) };
	return &d->v[d->n++];
}

static void read_line(char *line, uint32_t id, uint64_t ops, struct profile_diff *d, bool b)
{
	char *function, *end;
	struct growth *g;
	double count;

	if (strtoul(line, &end, 10) != id || end == line || *end != '\t')
		return;
	line = end + 1;
	function = strsep(&line, "\t");
	if (!line || !*function || strlen(function) > FUNCTION_MAX)
		return;
	count = strtod(line, &end) / ops;
	if (end == line || !isfinite(count))
		return;
	/* Not of a name that begins with a dot. */
	function[1 + strcspn(function + 1, ".")] = '\0';
	g = need(d, function);
	*(b ? &g->b : &g->a) += count;
}

static int read_profile(const struct side *s, const struct line *l, struct profile_diff *d,
			bool is_b)
{
	int figure = run_figure(s->run, l->row, l->metric, l->unit);
	const struct boot *b;
	char *path, *text, *rest, *line;
	uint32_t id;
	uint64_t ops;

	b = figure < 0 ? NULL : find_window(s, figure, &id, &ops);
	if (!b)
		return -ENOENT;
	path = xasprintf("%s/profile.tsv", b->dir);
	text = read_file(path, NULL);
	free(path);
	if (!text)
		return -ENOENT;
	for (rest = text; (line = strsep(&rest, "\n"));)
		read_line(line, id, ops, d, is_b);
	free(text);
	return 0;
}

static int by_change(const void *x, const void *y)
{
	const struct growth *a = x, *b = y;
	double da = fabs(a->b - a->a), db = fabs(b->b - b->a);

	if (da != db)
		return da < db ? 1 : -1;
	return strcmp(a->function, b->function);
}

int profile_compare(const struct comparison *c, const struct line *l, struct profile_diff *d)
{
	size_t n = 0;
	int ret;

	*d = (struct profile_diff){ 0 };
	ret = read_profile(&c->a, l, d, false);
	if (!ret)
		ret = read_profile(&c->b, l, d, true);
	if (ret) {
		profile_diff_free(d);
		return ret;
	}
	for (size_t i = 0; i < d->n; i++) {
		if (fabs(d->v[i].b - d->v[i].a) < (double)CHANGE_LEAST / VALUE_ONE)
			free(d->v[i].function);
		else
			d->v[n++] = d->v[i];
	}
	d->n = n;
	if (n)
		qsort(d->v, n, sizeof(*d->v), by_change);
	return 0;
}

void profile_diff_free(struct profile_diff *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->v[i].function);
	free(d->v);
	*d = (struct profile_diff){ 0 };
}
