// SPDX-License-Identifier: GPL-2.0
#include "host/judge/run.h"

#include <inttypes.h>
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
	for (size_t i = 0; i < run->n_kernels; i++)
		if (!strcmp(run->kernels[i].name, name))
			return i;
	return -1;
}

static int index_get(const json_t *index, const char *key)
{
	json_t *j = json_object_get(index, key);

	return j ? (int)json_integer_value(j) : -1;
}

int run_row(const struct run *run, const char *row)
{
	return index_get(run->row_index, row);
}

int run_figure(const struct run *run, const char *row, const char *metric, const char *unit)
{
	char key[3 * (RECORDS_NAME_MAX + 1) + 1];

	snprintf(key, sizeof(key), "%s\t%s\t%s", row, metric, unit);
	return index_get(run->figure_index, key);
}

size_t boot_samples(const struct boot *b, size_t figure, const uint32_t **order)
{
	*order = b->order + b->start[figure];
	return b->start[figure + 1] - b->start[figure];
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
	free(b->start);
	free(b->back);
	free(b->spoilt);
	free(b->window);
}

void run_free(struct run *run)
{
	for (size_t i = 0; i < run->n_boots; i++)
		free_boot(&run->boots[i]);
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
	json_decref(run->row_index);
	json_decref(run->figure_index);
	json_decref(run->plan);
	strlist_free(&run->faults);
	free(run->dir);
	place_close(&run->place);
	*run = (struct run){ 0 };
}
