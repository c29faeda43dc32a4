// SPDX-License-Identifier: GPL-2.0
#include "host/judge/run.h"

#include <stdlib.h>
#include <string.h>

#include "host/judge/profile.h"

const char *json_text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

const char *plan_text(const struct run *run, const char *key)
{
	return json_text(run->plan, key);
}

int run_kernel(const struct run *run, const char *name)
{
	return index_find(&run->kernel_index, "%s", name);
}

int run_row(const struct run *run, const char *row)
{
	return index_find(&run->row_index, "%s", row);
}

int run_figure(const struct run *run, const char *row, const char *metric, const char *unit)
{
	return index_find(&run->figure_index, "%s\t%s\t%s", row, metric, unit);
}

const struct row_in *row_next(const struct run *run, size_t kernel, size_t row,
			      const struct row_in *x)
{
	const struct row_in *end = run->row_in + run->row_start[row + 1];

	for (x = x ? x + 1 : run->row_in + run->row_start[row]; x < end; x++)
		if (x->boot->kernel == kernel)
			return x;
	return NULL;
}

/* The first place in order[] whose figure is not below this one. */
static size_t first_sample(const struct boot *b, size_t figure)
{
	size_t low = 0, high = b->rec.n_samples;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->figure_of[b->order[middle]] < figure)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t boot_samples(const struct boot *b, size_t figure, const uint32_t **order)
{
	size_t first = first_sample(b, figure);

	*order = b->order + first;
	return first_sample(b, figure + 1) - first;
}

const char *boot_last_row(const struct boot *b)
{
	return b->rec.current >= 0 ? b->rec.rows[b->rec.current].name : NULL;
}

void boot_set_outcome(struct boot *b, const char *outcome, const char *what, const char *more)
{
	free(b->outcome);
	free(b->detail);
	b->outcome = xstrdup(outcome);
	b->detail = xasprintf("%s%s", what, more);
	b->ok = !strcmp(outcome, "ok");
}

const char *boot_globs(const struct run *run, const struct boot *b)
{
	static const char *const keys[] = { "bench", "scenarios", "paths" };

	for (size_t i = 0; i < ARRAY_SIZE(keys) && !b->rows; i++)
		if (*plan_text(run, keys[i]))
			return plan_text(run, keys[i]);
	return b->rows ? b->rows : "";
}

bool kernel_is_bug(const struct run_kernel *k)
{
	return strstr(k->name, "+busted:");
}

static void free_boot(struct boot *b)
{
	records_free(&b->rec);
	console_free(&b->console);
	profile_free(b->profile);
	free(b->id);
	free(b->dir);
	place_close(&b->place);
	free(b->outcome);
	free(b->detail);
	free(b->row_of);
	free(b->figure_of);
	free(b->order);
	free(b->spoilt);
	free(b->window);
	strlist_free(&b->unrun);
}

void run_free(struct run *run)
{
	for (size_t i = 0; i < run->n_boots; i++)
		free_boot(&run->boots[i]);
	for (size_t i = 0; i < run->n_kernels; i++)
		index_free(&run->kernels[i].unrun);
	for (size_t i = 0; i < run->n_rows; i++)
		free(run->rows[i]);
	for (size_t i = 0; i < run->n_figures; i++) {
		free(run->figures[i].metric);
		free(run->figures[i].unit);
	}
	free(run->boots);
	free(run->kernels);
	free(run->rows);
	free(run->figures);
	free(run->first_figure);
	free(run->row_in);
	free(run->row_start);
	index_free(&run->kernel_index);
	index_free(&run->row_index);
	index_free(&run->figure_index);
	json_decref(run->plan);
	strlist_free(&run->faults);
	free(run->dir);
	place_close(&run->place);
	*run = (struct run){ 0 };
}
