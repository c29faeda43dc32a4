// SPDX-License-Identifier: GPL-2.0
/* One night against the one before. */
#include "host/nightly/compare.h"

#include <stdlib.h>
#include <string.h>

#include "host/nightly/load.h"
#include "host/nightly/nightly.h"
#include "host/nightly/turns.h"

json_t *night_string(const char *s)
{
	json_t *j = json_string(s);

	return j ? j : json_string("?");
}

/* The cell and the scenario of what the last night says; false: this one has them not. */
static bool find_now(const struct night *n, const json_t *j, size_t *cell, size_t *scenario)
{
	long c = index_find(&n->cell_index, "%s\t%s", json_text(j, "kernel"),
			    json_text(j, "flavor"));
	long s = index_find(&n->scenario_index, "%s", json_text(j, "scenario"));

	*cell = c;
	*scenario = s;
	return c >= 0 && s >= 0;
}

/* This night's failure that is one of the last night's too; -1: none. */
static long same_failure(const struct night *n, const json_t *j)
{
	size_t cell, scenario;

	return !find_now(n, j, &cell, &scenario) ? -1 :
	       index_find(&n->failure_index, "%zu/%zu/%s", cell, scenario,
			  json_text(j, "promise"));
}

/* What this night has of a result of the last one; NULL: nothing. */
static const struct night_result *result_of(const struct night *n, const json_t *j)
{
	size_t cell, scenario;

	return find_now(n, j, &cell, &scenario) ? &n->cells[cell].results[scenario] : NULL;
}

static bool was_run(const struct night_result *r)
{
	return r && (r->verdict == VERDICT_PASS || r->verdict == VERDICT_FAIL);
}

void night_compare(const struct night *n, struct night_changes *c)
{
	const json_t *then = json_object_get(n->last, "failures"), *j;
	size_t most = json_array_size(then), i;
	bool *known;

	*c = (struct night_changes){
		.fresh = xcalloc(n->n_failures, sizeof(size_t)),
		.still = xcalloc(n->n_failures, sizeof(size_t)),
		.gone = xcalloc(most, sizeof(size_t)),
		.unknown = xcalloc(most, sizeof(size_t)),
	};
	known = xcalloc(n->n_failures, sizeof(*known));
	json_array_foreach(then, i, j) {
		long again = same_failure(n, j);

		if (again >= 0)
			known[again] = true;
		else if (was_run(result_of(n, j)))
			c->gone[c->n_gone++] = i;
		else
			c->unknown[c->n_unknown++] = i;
	}
	for (size_t f = 0; f < n->n_failures; f++) {
		if (known[f])
			c->still[c->n_still++] = f;
		else
			c->fresh[c->n_fresh++] = f;
	}
	free(known);
}

void night_changes_free(struct night_changes *c)
{
	free(c->fresh);
	free(c->still);
	free(c->gone);
	free(c->unknown);
	*c = (struct night_changes){ 0 };
}

/* The last night's result of a scenario; NULL if it had not run it. */
static const json_t *last_result(const struct night *n, size_t cell, const char *scenario)
{
	long i = index_find(&n->last_index, "%s\t%s\t%s", n->cells[cell].kernel,
			    n->cells[cell].flavor, scenario);

	return i < 0 ? NULL : json_array_get(json_object_get(n->last, "results"), i);
}

bool night_ran_before(const struct night *n, const struct night_failure *f)
{
	return last_result(n, f->cell, n->scenarios.v[f->scenario]);
}

bool night_rate(const struct night *n, size_t cell, double *now, double *then)
{
	size_t count = 0;

	*now = 0;
	*then = 0;
	for (size_t s = 0; s < n->scenarios.n; s++) {
		const struct night_result *r = &n->cells[cell].results[s];
		const json_t *j = last_result(n, cell, n->scenarios.v[s]);
		double last = json_number_value(json_object_get(j, "rate"));

		if (!r->rates || (n->last && last <= 0))
			continue;
		*now += r->rate / r->rates;
		*then += last;
		count++;
	}
	*now /= count ? count : 1;
	*then /= count ? count : 1;
	return count;
}

static json_t *export_results(const struct night *n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n->n_cells; i++) {
		for (size_t s = 0; s < n->scenarios.n; s++) {
			const struct night_result *r = &n->cells[i].results[s];
			json_t *j;

			if (r->verdict == VERDICT_NONE)
				continue;
			j = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "kernel",
				      n->cells[i].kernel, "flavor", n->cells[i].flavor, "scenario",
				      n->scenarios.v[s], "verdict", verdict_name(r->verdict),
				      "boots", (json_int_t)r->boots, "failed",
				      (json_int_t)r->failed);
			if (r->rates)
				json_object_set_new(j, "rate", json_real(r->rate / r->rates));
			json_array_append_new(list, j);
		}
	}
	return list;
}

static json_t *export_failures(const struct night *n)
{
	json_t *list = json_array();
	struct night_changes c;

	for (size_t i = 0; i < n->n_failures; i++) {
		const struct night_failure *f = &n->failures[i];
		const struct night_turn *t = &n->turns[f->turn];
		json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:s, s:s}", "kernel",
				      n->cells[f->cell].kernel, "flavor",
				      n->cells[f->cell].flavor, "scenario",
				      n->scenarios.v[f->scenario], "promise", f->promise, "text",
				      night_string(f->text), "seed", (json_int_t)t->seed, "share",
				      (json_int_t)night_share(t), "seconds",
				      (json_int_t)t->seconds, "scenarios",
				      json_text(t->json, "scenarios"), "turn", t->id);

		json_array_append_new(list, j);
	}
	/* What this night did not come to stays open for the next. */
	night_compare(n, &c);
	for (size_t i = 0; i < c.n_unknown; i++)
		json_array_append(list, json_array_get(json_object_get(n->last, "failures"),
						       c.unknown[i]));
	night_changes_free(&c);
	return list;
}

/* Boots that the end of the budget cut off: they may have hung. */
static json_t *export_cut(const struct night *n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n->n_turns; i++) {
		const struct night_turn *t = &n->turns[i];

		if (t->loaded && !t->done)
			json_array_append(list, t->json);
	}
	return list;
}

/* What boots took beside their scenarios' time, and fixed scenarios: means by kernel and flavor. */
static json_t *export_costs(const struct night *n)
{
	const json_t *took = json_object_get(n->clock, "turns");
	json_t *list = json_array();

	for (size_t i = 0; i < n->n_cells; i++) {
		double boot = 0, fixed = 0;
		size_t boots = 0, fixeds = 0;

		for (size_t k = 0; k < n->n_turns; k++) {
			const struct night_turn *t = &n->turns[k];
			double s = json_number_value(json_object_get(took, t->id));
			const char *kind = json_text(t->json, "kind");

			if (t->cell != i || !t->done || !night_boot(t)->ok || s <= 0)
				continue;
			if (!strcmp(kind, "timed")) {
				boot += night_cost_of(t->json, s);
				boots++;
			} else if (!strcmp(kind, "fixed")) {
				fixed += night_cost_of(t->json, s);
				fixeds += json_integer_value(json_object_get(t->json, "n"));
			}
		}
		if (!boots && !fixeds)
			continue;
		boot /= boots ? boots : 1;
		fixed /= fixeds ? fixeds : 1;
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:f, s:f}", "kernel",
						n->cells[i].kernel, "flavor", n->cells[i].flavor,
						"boot", boot, "fixed", fixed));
	}
	return list;
}

json_t *night_export(const struct night *n)
{
	json_t *j = json_object();

	json_object_set_new(j, "format", json_integer(1));
	json_object_set_new(j, "run", night_string(n->name));
	json_object_set_new(j, "started", night_string(json_text(n->plan, "started")));
	json_object_set_new(j, "suite", night_string(json_text(n->plan, "suite")));
	json_object_set_new(j, "whole", json_boolean(n->whole));
	json_object_set_new(j, "results", export_results(n));
	json_object_set_new(j, "failures", export_failures(n));
	json_object_set_new(j, "cut", export_cut(n));
	json_object_set_new(j, "costs", export_costs(n));
	return j;
}
