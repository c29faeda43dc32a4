// SPDX-License-Identifier: GPL-2.0
#include "host/report/profile_diff.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/judge/profile.h"

/* The first boot of a side's kernel with a profile that has a window of the figure. */
static const struct boot *find_window(const struct side *s, int figure, uint32_t *id,
				      uint64_t *ops)
{
	for (const struct boot *b = s->run->kernels[s->kernel].boots; b; b = b->next) {
		const uint32_t *order;
		const struct rec_sample *first;

		if (!b->profile || !boot_samples(b, figure, &order))
			continue;
		first = &b->rec.samples[order[0]];
		for (size_t w = b->window[first->row];
		     w < b->rec.n_windows && b->rec.windows[w].row == first->row; w++) {
			if (strcmp(b->rec.windows[w].metric, s->run->figures[figure].metric))
				continue;
			*id = b->rec.windows[w].id;
			*ops = first->ops;
			return b;
		}
	}
	return NULL;
}

static struct growth *need(struct profile_diff *d, struct index *functions, const char *function)
{
	size_t i = index_need(functions, d->n, "%s", function);

	if (i < d->n)
		return &d->v[i];
	d->v = xgrow(d->v, d->n, sizeof(*d->v));
	d->v[d->n++] = (struct growth){ .function = xstrdup(function) };
	return &d->v[i];
}

/* The first stretch with this id, or one with another where there is none. */
static size_t first_stretch(const struct profile *p, uint32_t id)
{
	size_t low = 0, high = p->n_windows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->windows[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int read_profile(const struct side *s, const struct line *l, struct profile_diff *d,
			struct index *functions, bool is_b)
{
	int figure = run_figure(s->run, l->row, l->metric, l->unit);
	const struct boot *b;
	bool found = false;
	uint32_t id;
	uint64_t ops;

	b = figure < 0 ? NULL : find_window(s, figure, &id, &ops);
	for (size_t w = b ? first_stretch(b->profile, id) : 0;
	     b && w < b->profile->n_windows && b->profile->windows[w].id == id; w++) {
		const struct stretch *window = &b->profile->windows[w];

		found = true;
		for (size_t i = window->from; i < window->to; i++) {
			struct growth *g = need(d, functions,
						b->profile->lines[i].function);

			*(is_b ? &g->b : &g->a) += b->profile->lines[i].n / ops;
		}
	}
	return found ? 0 : -ENOENT;
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
	struct index functions = { NULL };
	size_t n = 0;
	int ret;

	*d = (struct profile_diff){ 0 };
	ret = read_profile(&c->a, l, d, &functions, false);
	if (!ret)
		ret = read_profile(&c->b, l, d, &functions, true);
	index_free(&functions);
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
