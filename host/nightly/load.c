// SPDX-License-Identifier: GPL-2.0
/* From a night's folder to what it has found. */
#include "host/nightly/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/run/plan_file.h"
#include "host/nightly/nightly.h"
#include "host/judge/complaint.h"
#include "host/judge/load.h"
#include "include/wire.h"

#define CELLS_MAX 1024
#define TURNS_MAX 20000
#define BUILD_FAILED "its build failed"

bool night_is_run(const char *dir)
{
	return plan_is_of(dir, "nightly");
}

static int bad_plan(const struct night *n, const char *what)
{
	err("%s/plan.json: %s; the night cannot be read without it", n->dir, what);
	return -EINVAL;
}

static size_t find_scenario(const struct night *n, const char *name)
{
	long i = index_find(&n->scenario_index, "%s", name);

	return i < 0 ? n->scenarios.n : (size_t)i;
}

static int load_cells(struct night *n)
{
	const json_t *cells = json_object_get(n->plan, "cells");

	n->n_cells = json_array_size(cells);
	if (!n->n_cells || n->n_cells > CELLS_MAX) {
		n->n_cells = 0;
		return bad_plan(n, "it lists no kernels, or too many");
	}
	n->cells = xcalloc(n->n_cells, sizeof(*n->cells));
	for (size_t i = 0; i < n->n_cells; i++) {
		struct night_cell *c = &n->cells[i];

		c->json = json_array_get(cells, i);
		c->kernel = json_text(c->json, "kernel");
		c->flavor = json_text(c->json, "flavor");
		if (!*c->kernel || !*c->flavor)
			return bad_plan(n, "a kernel without a name or a flavor");
		index_need(&n->cell_index, i, "%s\t%s", c->kernel, c->flavor);
	}
	return 0;
}

/* A crash, a garbled stream: what no row can be asked about. */
static bool ended_badly(const struct boot *b)
{
	return b->there && !b->ok && strcmp(b->outcome, "interrupted");
}

static bool has_failed(const struct boot *b)
{
	bool failed = ended_badly(b) || b->rec.n_findings || b->complaint;

	for (size_t i = 0; i < b->rec.n_rows; i++)
		failed |= b->rec.rows[i].verdict >= VERDICT_FAIL;
	return failed;
}

const struct boot *night_boot(const struct night_turn *t)
{
	return &t->run.boots[0];
}

void night_look(const struct place *night, const char *turn, struct night_look *l)
{
	char *plan = xasprintf("%s/" PLAN_FILE, turn);

	*l = (struct night_look){ .begun = place_has(night, plan) };
	free(plan);
	if (!l->begun)
		return;
	l->loaded = !run_load_below(night, turn, &l->run) && l->run.n_planned == 1;
	for (size_t i = 0; l->loaded && i < l->run.n_boots; i++) {
		const struct boot *b = &l->run.boots[i];

		l->done |= b->there && strcmp(b->outcome, "interrupted");
		l->failed |= has_failed(b);
	}
}

static int load_turn(struct night *n, struct night_turn *t, json_t *j)
{
	long cell = index_find(&n->cell_index, "%s\t%s", json_text(j, "kernel"),
			       json_text(j, "flavor"));
	struct night_look look;

	t->json = j;
	t->id = json_text(j, "id");
	if (cell < 0)
		return bad_plan(n, "a turn of a kernel that is not listed");
	t->cell = cell;
	t->seed = json_integer_value(json_object_get(j, "seed"));
	t->seconds = json_integer_value(json_object_get(j, "seconds"));
	t->dir = xasprintf("%s/%s", n->dir, t->id);
	night_look(&n->place, t->id, &look);
	t->run = look.run;
	t->loaded = look.loaded;
	t->done = look.done;
	t->failed = look.failed;
	return 0;
}

static int load_turns(struct night *n)
{
	const json_t *turns = json_object_get(n->plan, "turns");
	int ret = 0;

	n->n_turns = json_array_size(turns);
	if (n->n_turns > TURNS_MAX) {
		n->n_turns = 0;
		return bad_plan(n, "it lists too many turns");
	}
	n->turns = xcalloc(n->n_turns, sizeof(*n->turns));
	for (size_t i = 0; i < n->n_turns && !ret; i++)
		ret = load_turn(n, &n->turns[i], json_array_get(turns, i));
	return ret;
}

/* Unless it is there. */
static void add_scenario(struct night *n, const char *name)
{
	if (index_need(&n->scenario_index, n->scenarios.n, "%s", name) == n->scenarios.n)
		strlist_add(&n->scenarios, name);
}

/* Those of the plan, and what a guest program of another version ran besides. */
static void name_scenarios(struct night *n)
{
	const json_t *list = json_object_get(n->plan, "scenarios");
	size_t i;

	add_scenario(n, NIGHT_BOOT);
	for (i = 0; i < json_array_size(list); i++)
		add_scenario(n, json_text(json_array_get(list, i), "name"));
	for (i = 0; i < n->n_turns; i++)
		for (size_t r = 0; n->turns[i].loaded && r < n->turns[i].run.n_rows; r++)
			add_scenario(n, n->turns[i].run.rows[r]);
	n->timed = xcalloc(n->scenarios.n, sizeof(*n->timed));
	for (i = 0; i < json_array_size(list); i++) {
		const json_t *j = json_array_get(list, i);

		n->timed[find_scenario(n, json_text(j, "name"))] =
			json_is_true(json_object_get(j, "timed"));
	}
	for (i = 0; i < n->n_cells; i++) {
		n->cells[i].results = xcalloc(n->scenarios.n, sizeof(*n->cells[i].results));
		for (size_t s = 0; s < n->scenarios.n; s++)
			n->cells[i].results[s].why = "";
	}
}

/* The worst; but what passed in one boot was there to be run, whatever another skipped. */
static void put_verdict(struct night_result *r, enum verdict v, const char *why)
{
	if (v == VERDICT_NONE)
		return;
	r->boots++;
	r->failed += v == VERDICT_FAIL;
	if (v == VERDICT_SKIP ? r->verdict != VERDICT_NONE :
	    v <= r->verdict && r->verdict != VERDICT_SKIP)
		return;
	r->verdict = v;
	r->why = why;
}

/* A row that was under way when the boot was cut off has not been run. */
static enum verdict row_verdict(const struct run *run, const struct boot *b,
				const struct rec_row *r)
{
	if (r->verdict != VERDICT_NONE)
		return r->verdict;
	return boot_crashed(run, b) ? VERDICT_FAIL : ended_badly(b) ? VERDICT_BROKEN : VERDICT_NONE;
}

static void put_failure(struct night *n, size_t turn, const char *row, const char *promise,
			const char *text)
{
	size_t cell = n->turns[turn].cell, scenario = find_scenario(n, row);
	size_t at = index_need(&n->failure_index, n->n_failures, "%zu/%zu/%s", cell, scenario,
			       promise);

	if (at < n->n_failures) {
		struct night_failure *f = &n->failures[at];

		/* Found twice in one boot is found in one boot. */
		f->turns += f->last != turn;
		f->last = turn;
		return;
	}
	index_need(&n->failure_index, at, "%zu/%zu", cell, scenario);
	n->failures = xgrow(n->failures, at, sizeof(*n->failures));
	n->failures[n->n_failures++] = (struct night_failure){
		.cell = cell, .scenario = scenario, .turn = turn, .last = turn, .turns = 1,
		.promise = xstrdup(promise), .text = xstrdup(text),
	};
}

static bool told(const struct records *rec, const struct splat *s)
{
	for (size_t i = 0; i < rec->n_findings; i++)
		if (!strcmp(rec->findings[i].promise, PROMISE_LOG) &&
		    (!*s->row || !strcmp(rec->rows[rec->findings[i].row].name, s->row)))
			return true;
	return false;
}

static void take_failures(struct night *n, size_t turn, const struct boot *b)
{
	const struct night_turn *t = &n->turns[turn];
	const struct records *rec = &b->rec;

	for (size_t i = 0; i < rec->n_findings; i++)
		put_failure(n, turn, rec->rows[rec->findings[i].row].name,
			    rec->findings[i].promise, rec->findings[i].text);
	/* Both come in the order of the rows. */
	for (size_t i = 0, f = 0; i < rec->n_rows; i++) {
		bool found;

		while (f < rec->n_findings && rec->findings[f].row < i)
			f++;
		found = f < rec->n_findings && rec->findings[f].row == i;
		if (rec->rows[i].verdict == VERDICT_FAIL && !found)
			put_failure(n, turn, rec->rows[i].name, PROMISE_STUCK, rec->rows[i].reason);
	}
	if (!boot_crashed(&t->run, b)) {
		/* What a row's own finding tells already is not told twice. */
		if (b->complaint && !told(rec, b->complaint))
			put_failure(n, turn, *b->complaint->row ? b->complaint->row : NIGHT_BOOT,
				    PROMISE_LOG, b->complaint->text);
		return;
	}
	put_failure(n, turn, boot_last_row(b) ? boot_last_row(b) : NIGHT_BOOT, "crash",
		    b->complaint ? b->complaint->text : b->detail);
}

static void take_samples(struct night_cell *c, const struct night *n, const struct records *rec)
{
	for (size_t i = 0; i < rec->n_samples; i++) {
		const struct rec_sample *s = &rec->samples[i];
		const char *unit = rec->metrics[s->metric].unit;
		struct night_result *r = &c->results[find_scenario(n, rec->rows[s->row].name)];
		double value = (double)s->value / VALUE_ONE;

		if (!strcmp(unit, "requests"))
			c->requests += value;
		if (strcmp(unit, "operations/s") || value <= 0)
			continue;
		r->rate += value;
		r->rates++;
	}
}

/* Did the guest say that it is done without all that the turn has? */
static bool is_short(const struct night_turn *t)
{
	size_t rows = 0;
	bool ok = false;

	for (size_t i = 0; i < t->run.n_boots; i++) {
		rows += t->run.boots[i].rec.n_rows;
		ok |= t->run.boots[i].ok && t->run.boots[i].last;
	}
	return ok && rows < (size_t)json_integer_value(json_object_get(t->json, "n")) &&
	       !json_is_true(json_object_get(t->run.plan, "stop"));
}

static void take_boot(struct night *n, size_t turn, const struct boot *b)
{
	const struct night_turn *t = &n->turns[turn];
	struct night_cell *c = &n->cells[t->cell];

	for (size_t i = 0; i < b->rec.n_rows; i++) {
		const struct rec_row *r = &b->rec.rows[i];

		put_verdict(&c->results[find_scenario(n, r->name)], row_verdict(&t->run, b, r),
			    r->verdict == VERDICT_NONE ? b->detail : r->reason);
	}
	/* A crash in a row is that row's. */
	if (b->there && strcmp(b->outcome, "interrupted"))
		put_verdict(&c->results[0], b->ok || boot_last_row(b) ? VERDICT_PASS :
			    boot_crashed(&t->run, b) ? VERDICT_FAIL : VERDICT_BROKEN, b->detail);
	take_failures(n, turn, b);
	take_samples(c, n, &b->rec);
	c->seconds += b->seconds;
}

static void take_turn(struct night *n, size_t turn)
{
	const struct night_turn *t = &n->turns[turn];
	struct night_cell *c = &n->cells[t->cell];

	/* The night noted the time of each boot that came to its end. */
	if (!t->done && json_object_get(json_object_get(n->clock, "turns"), t->id))
		put_verdict(&c->results[0], VERDICT_BROKEN, "the files that a boot left are gone");
	if (!t->loaded)
		return;
	if (is_short(t))
		put_verdict(&c->results[0], VERDICT_BROKEN,
			    "a boot ended before all of its scenarios had run");
	for (size_t i = 0; i < t->run.n_boots; i++)
		take_boot(n, turn, &t->run.boots[i]);
	c->boots += t->done;
	if (t->done)
		c->seeds += index_need(&n->seed_index, turn, "%zu/%lu", t->cell, t->seed) == turn;
}

const char *night_unbuilt(const struct night *n, size_t cell)
{
	const json_t *builds = json_object_get(n->clock, "builds"), *b;
	const char *how = "";
	size_t i;

	if (json_is_true(json_object_get(n->cells[cell].json, "built")))
		return NULL;
	json_array_foreach(builds, i, b)
		if (!strcmp(json_text(b, "kernel"), n->cells[cell].kernel) &&
		    !strcmp(json_text(b, "flavor"), n->cells[cell].flavor))
			how = json_text(b, "how");
	if (!strcmp(how, "failed"))
		return BUILD_FAILED;
	return *how ? "there was not enough time to build it" : "not built";
}

static bool build_failed(const struct night *n, size_t cell)
{
	const char *why = night_unbuilt(n, cell);

	return why && !strcmp(why, BUILD_FAILED);
}

static void read_clock(struct night *n)
{
	const json_t *sessions = json_object_get(n->clock, "sessions"), *s;
	size_t i;

	json_array_foreach(sessions, i, s) {
		n->used += json_number_value(json_object_get(s, "seconds"));
		n->whole = !strcmp(json_text(s, "end"), "done");
	}
	n->budget = json_integer_value(json_object_get(n->plan, "budget_seconds"));
}

static void read_last(struct night *n)
{
	const json_t *results = json_object_get(n->last, "results"), *j;
	size_t i;

	json_array_foreach(results, i, j) {
		index_need(&n->last_index, i, "%s\t%s\t%s", json_text(j, "kernel"),
			   json_text(j, "flavor"), json_text(j, "scenario"));
	}
}

int night_load(const char *dir, struct night *n)
{
	int ret;

	*n = (struct night){ .dir = xstrdup(dir) };
	ret = place_open(&n->place, dir);
	if (ret) {
		err("%s: %s; see ./pinlab list runs", dir, place_error(ret));
		return ret;
	}
	n->plan = plan_load(&n->place);
	if (!n->plan)
		return -EINVAL;
	if (json_integer_value(json_object_get(n->plan, "format")) != 1)
		return bad_plan(n, "it is not of format 1: another version of pinlab wrote it");
	n->name = json_text(n->plan, "run");
	n->clock = plan_side_file(&n->place, "clock.json");
	n->last = plan_side_file(&n->place, "last.json");
	read_clock(n);
	read_last(n);
	ret = load_cells(n);
	if (!ret)
		ret = load_turns(n);
	if (ret)
		return ret;
	name_scenarios(n);
	for (size_t i = 0; i < n->n_turns; i++)
		take_turn(n, i);
	for (size_t i = 0; i < n->n_cells; i++)
		if (build_failed(n, i))
			put_verdict(&n->cells[i].results[0], VERDICT_BROKEN, BUILD_FAILED);
	return place_trouble(&n->place);
}

void night_free(struct night *n)
{
	for (size_t i = 0; i < n->n_turns; i++) {
		free(n->turns[i].dir);
		run_free(&n->turns[i].run);
	}
	for (size_t i = 0; i < n->n_cells; i++)
		free(n->cells[i].results);
	for (size_t i = 0; i < n->n_failures; i++) {
		free(n->failures[i].promise);
		free(n->failures[i].text);
	}
	free(n->turns);
	free(n->cells);
	free(n->failures);
	free(n->timed);
	strlist_free(&n->scenarios);
	index_free(&n->cell_index);
	index_free(&n->scenario_index);
	index_free(&n->failure_index);
	index_free(&n->seed_index);
	index_free(&n->last_index);
	json_decref(n->plan);
	json_decref(n->clock);
	json_decref(n->last);
	free(n->dir);
	place_close(&n->place);
	*n = (struct night){ 0 };
}

size_t night_count(const struct night *n, size_t cell, enum verdict v)
{
	size_t count = 0;

	/* That a boot came to its end is no scenario's result, unless it did not. */
	for (size_t i = v >= VERDICT_FAIL ? 0 : 1; i < n->scenarios.n; i++)
		count += n->cells[cell].results[i].verdict == v;
	return count;
}

size_t night_total(const struct night *n, enum verdict v)
{
	size_t sum = 0;

	for (size_t i = 0; i < n->n_cells; i++)
		sum += night_count(n, i, v);
	return sum;
}

const char *night_kernel_text(const struct night_cell *c, const char *key)
{
	return json_text(c->json, key);
}

enum verdict night_cell_verdict(const struct night *n, size_t cell)
{
	if (night_count(n, cell, VERDICT_BROKEN))
		return VERDICT_BROKEN;
	if (night_count(n, cell, VERDICT_FAIL))
		return VERDICT_FAIL;
	return night_count(n, cell, VERDICT_PASS) ? VERDICT_PASS : VERDICT_SKIP;
}

int night_status(const struct night *n)
{
	bool failed = n->n_failures, any = false;

	for (size_t i = 0; i < n->n_cells; i++) {
		enum verdict v = night_cell_verdict(n, i);

		if (v == VERDICT_BROKEN)
			return PINLAB_BROKE;
		failed |= v == VERDICT_FAIL;
		any |= v != VERDICT_SKIP;
	}
	if (!n->whole || (!any && !failed))
		return PINLAB_BROKE;
	return failed ? PINLAB_FAIL : PINLAB_OK;
}

long night_share(const struct night_turn *t)
{
	long timed = json_integer_value(json_object_get(t->json, "timed"));

	return timed > 0 && t->seconds > timed ? (t->seconds + timed - 1) / timed : 1;
}

char *night_test_name(const struct night *n, size_t cell, size_t scenario)
{
	return xasprintf("%s/%s/%s", n->cells[cell].kernel, n->cells[cell].flavor,
			 n->scenarios.v[scenario]);
}
