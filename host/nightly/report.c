// SPDX-License-Identifier: GPL-2.0
/* report.txt of a night: what is new first, then all of it in a table. */
#include "host/nightly/report.h"

#include <stdlib.h>
#include <string.h>

#include "host/judge/ends.h"
#include "host/nightly/compare.h"
#include "host/nightly/failure.h"
#include "host/nightly/load.h"
#include "host/nightly/nightly.h"
#include "host/nightly/sentence.h"
#include "host/report/report.h"
#include "host/report/text.h"

#define LINES_SHOWN 30		/* of one finding; its turn's findings.txt has all */
#define SHOWN_FAILURES 12	/* with their lines */

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* The first turn of the night whose run can be read; NULL if there is none. */
static const struct run *any_run(const struct night *n)
{
	for (size_t i = 0; i < n->n_turns; i++)
		if (n->turns[i].loaded)
			return &n->turns[i].run;
	return NULL;
}

static void builds(const struct night *n, struct text *t)
{
	const json_t *list = json_object_get(n->clock, "builds"), *b;
	struct text s = { 0 };
	char took[32];
	size_t i;

	json_array_foreach(list, i, b) {
		const char *how = json_text(b, "how");

		text_raw(&s, "%s%s %s (%s%s)", i ? ", " : "", json_text(b, "kernel"),
			 json_text(b, "flavor"),
			 human_seconds(json_number_value(json_object_get(b, "seconds")), took,
				       sizeof(took)),
			 !strcmp(how, "cut") ? "; cut off" : !strcmp(how, "failed") ? "; FAILED" :
			 !strcmp(how, "left") ? "; not begun" : "");
	}
	text_wrap(t, 12, "  builds    %s", s.s ? s.s : "none: all kernels were in the cache");
	text_free(&s);
}

static void seeds(const struct night *n, struct text *t)
{
	unsigned long low = 0, high = 0;
	struct text again = { 0 }, s = { 0 };
	bool any = false;

	for (size_t i = 0; i < n->n_turns; i++) {
		const struct night_turn *u = &n->turns[i];
		bool known = false;

		if (!u->done)
			continue;
		if (!strcmp(json_text(u->json, "kind"), "again")) {
			for (size_t k = 0; k < i; k++)
				known |= n->turns[k].done && n->turns[k].seed == u->seed;
			if (!known)
				text_raw(&again, "%s%lu", again.n ? ", " : "", u->seed);
			continue;
		}
		low = !any || u->seed < low ? u->seed : low;
		high = !any || u->seed > high ? u->seed : high;
		any = true;
	}
	if (any && low < high)
		text_raw(&s, "%lu to %lu", low, high);
	else if (any)
		text_raw(&s, "%lu", low);
	if (s.n || again.n)
		text_wrap(t, 12, "  seeds     %s%s%s%s", s.n ? s.s : "", s.n && again.n ? "; " : "",
			  again.n ? "again: " : "", again.n ? again.s : "");
	text_free(&s);
	text_free(&again);
}

static void versions(const struct night *n, struct text *t)
{
	for (size_t i = 0; i < n->n_cells; i++) {
		const struct night_cell *c = &n->cells[i];
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= !strcmp(n->cells[k].kernel, c->kernel) &&
				 !night_unbuilt(n, k);
		if (again || night_unbuilt(n, i))
			continue;
		text_wrap(t, 12, "  kernel    %s: Linux %s (%s), %lld patches%s%.16s", c->kernel,
			  night_kernel_text(c, "release"), night_kernel_text(c, "base_version"),
			  (long long)json_integer_value(json_object_get(c->json, "patches")),
			  *night_kernel_text(c, "series_sha256") ? ", series " : "",
			  night_kernel_text(c, "series_sha256"));
	}
}

static void subject(const struct night *n, struct text *t)
{
	const struct run *run = any_run(n);
	const json_t *host = run ? json_object_get(run->plan, "host") : NULL;
	char used[32], budget[32];

	text_wrap(t, 12, "  night     %s, started %s, pinlab %s", n->name,
		  json_text(n->plan, "started"), json_text(n->plan, "suite"));
	text_wrap(t, 12, "  budget    %s, used %s",
		  human_seconds(n->budget, budget, sizeof(budget)),
		  human_seconds(n->used, used, sizeof(used)));
	if (n->last)
		text_wrap(t, 12, "  against   %s, started %s, pinlab %s%s",
			  json_text(n->last, "run"), json_text(n->last, "started"),
			  json_text(n->last, "suite"),
			  json_is_true(json_object_get(n->last, "whole")) ? "" :
			  " (which was incomplete)");
	else
		text_line(t, "  against   no night before this one");
	versions(n, t);
	if (run) {
		text_wrap(t, 12, "  compiler  %s", json_text(run->kernels[0].json, "compiler"));
		text_wrap(t, 12, "  engine    %s; %s", plan_text(run, "engine"),
			  plan_text(run, "qemu"));
		text_wrap(t, 12, "  machine   %s, %lld cores, %s", json_text(host, "cpu"),
			  (long long)json_integer_value(json_object_get(host, "cores")),
			  json_text(host, "os"));
	}
	builds(n, t);
	seeds(n, t);
}

static void failure_line(const struct night *n, const struct night_failure *f, struct text *t)
{
	const struct night_cell *c = &n->cells[f->cell];

	text_wrap(t, 4, "  %s/%s/%s: %s: %s (%zu boot%s, seed %lu%s)", c->kernel, c->flavor,
		  n->scenarios.v[f->scenario], f->promise, f->text, f->turns, plural(f->turns),
		  n->turns[f->turn].seed,
		  n->last && !night_ran_before(n, f) ? "; not run the night before" : "");
}

static void last_line(const json_t *f, struct text *t)
{
	text_wrap(t, 4, "  %s/%s/%s: %s: %s (seed %lld)", json_text(f, "kernel"),
		  json_text(f, "flavor"), json_text(f, "scenario"), json_text(f, "promise"),
		  json_text(f, "text"),
		  (long long)json_integer_value(json_object_get(f, "seed")));
}

static void changes(const struct night *n, const struct night_changes *c, struct text *t)
{
	const json_t *then = json_object_get(n->last, "failures");

	if (c->n_fresh)
		text_line(t, "%s", ""), text_line(t, n->last ? "New failures:" : "Failures:");
	for (size_t i = 0; i < c->n_fresh; i++)
		failure_line(n, &n->failures[c->fresh[i]], t);
	if (c->n_still)
		text_line(t, "%s", ""), text_line(t, "Still there:");
	for (size_t i = 0; i < c->n_still; i++)
		failure_line(n, &n->failures[c->still[i]], t);
	if (c->n_gone)
		text_line(t, "%s", ""), text_line(t, "Gone (failed then, run again, not seen now):");
	for (size_t i = 0; i < c->n_gone; i++)
		last_line(json_array_get(then, c->gone[i]), t);
	if (c->n_unknown)
		text_line(t, "%s", ""), text_line(t, "Failed then, not run again:");
	for (size_t i = 0; i < c->n_unknown; i++)
		last_line(json_array_get(then, c->unknown[i]), t);
}

struct sums {
	size_t boots, seeds, ok, failed, broken, skip, none;
	double requests, seconds;
};

static void put_row(struct table *tab, const char *name, const struct sums *s, double unit)
{
	char failed[48];

	if (s->broken)
		snprintf(failed, sizeof(failed), "%zu+%zu broken", s->failed, s->broken);
	else
		snprintf(failed, sizeof(failed), "%zu", s->failed);
	table_row(tab, "%s\t%zu/%zu\t%zu\t%s\t%zu\t%zu\t%.0f\t%.1f", name, s->boots, s->seeds,
		  s->ok, failed, s->skip, s->none, s->requests, s->seconds / unit);
}

static struct sums sums_of(const struct night *n, size_t cell)
{
	const struct night_cell *c = &n->cells[cell];

	return (struct sums){
		.boots = c->boots, .seeds = c->seeds, .ok = night_count(n, cell, VERDICT_PASS),
		.failed = night_count(n, cell, VERDICT_FAIL),
		.broken = night_count(n, cell, VERDICT_BROKEN),
		.skip = night_count(n, cell, VERDICT_SKIP),
		.none = night_count(n, cell, VERDICT_NONE), .requests = c->requests,
		.seconds = c->seconds,
	};
}

static void add_sums(struct sums *all, const struct sums *s)
{
	all->boots += s->boots;
	all->seeds += s->seeds;
	all->ok += s->ok;
	all->failed += s->failed;
	all->broken += s->broken;
	all->skip += s->skip;
	all->none += s->none;
	all->requests += s->requests;
	all->seconds += s->seconds;
}

static bool first_of_flavor(const struct night *n, size_t cell)
{
	return !cell || strcmp(n->cells[cell].flavor, n->cells[cell - 1].flavor);
}

/* A table a flavor, the sum of all in the last. */
static void tables(const struct night *n, struct text *t)
{
	struct table tab = { .align = "lrrrrrrr" };
	double unit = n->used < 10 * 3600 ? 60 : 3600;
	struct sums all = { 0 };

	for (size_t i = 0; i < n->n_cells; i++) {
		struct sums s = sums_of(n, i);

		if (first_of_flavor(n, i)) {
			if (i)
				table_end(&tab, t);
			text_line(t, "%s", "");
			table_row(&tab, "%s\tboots/seeds\tok\tfailed\tskip\tnot run\tpins\t%s",
				  n->cells[i].flavor, unit < 3600 ? "min" : "hours");
		}
		put_row(&tab, n->cells[i].kernel, &s, unit);
		add_sums(&all, &s);
	}
	put_row(&tab, "in all", &all, unit);
	table_end(&tab, t);
	text_wrap(t, 0, "ok, failed, skip, not run: scenarios, the worst of all boots. pins: requests for pins that were witnessed, granted or refused.");
}

static void rates(const struct night *n, struct text *t)
{
	struct table tab = { .align = "lrrr" };
	double now, then;
	size_t rows = 0;

	for (size_t i = 0; i < n->n_cells; i++) {
		char *name;

		if (!night_rate(n, i, &now, &then))
			continue;
		if (!rows++)
			table_row(&tab, "operations/s\tnow\tlast night\tchange");
		name = xasprintf("%s, %s", n->cells[i].kernel, n->cells[i].flavor);
		if (n->last)
			table_row(&tab, "%s\t%.0f\t%.0f\t%+.1f%%", name, now, then,
				  100 * (now / then - 1));
		else
			table_row(&tab, "%s\t%.0f\t-\t-", name, now);
		free(name);
	}
	if (!rows)
		return;
	text_line(t, "%s", "");
	table_end(&tab, t);
	text_wrap(t, 0, "Pin operations a second, the mean over the scenarios that %s. What else ran on the machine changes it, so it gives no verdict.",
		  n->last ? "both nights have timed" : "time them");
}

/* What of a cell was not run, and why; NULL if all was. The caller frees. */
static char *not_run(const struct night *n, size_t cell)
{
	size_t none = night_count(n, cell, VERDICT_NONE);
	const char *why = night_unbuilt(n, cell);
	struct text s = { 0 };

	if (!none)
		return NULL;
	if (none + 1 == n->scenarios.n)
		text_raw(&s, "nothing was run%s%s", why ? ": " : "", why ? why : "");
	for (size_t i = 1; none + 1 < n->scenarios.n && i < n->scenarios.n; i++)
		if (n->cells[cell].results[i].verdict == VERDICT_NONE)
			text_raw(&s, "%s%s", s.n ? ", " : "", n->scenarios.v[i]);
	return s.s;
}

/* Kernels of one flavor that lack the same are told of together. */
static void not_run_lines(const struct night *n, struct text *t)
{
	char **what = xcalloc(n->n_cells, sizeof(*what));

	for (size_t i = 0; i < n->n_cells; i++)
		what[i] = not_run(n, i);
	for (size_t i = 0; i < n->n_cells; i++) {
		struct text names = { 0 };

		for (size_t k = i; what[i] && k < n->n_cells; k++) {
			if (!what[k] || strcmp(n->cells[k].flavor, n->cells[i].flavor) ||
			    (k > i && strcmp(what[k], what[i])))
				continue;
			text_raw(&names, "%s%s", names.n ? ", " : "", n->cells[k].kernel);
			if (k == i)
				continue;
			free(what[k]);
			what[k] = NULL;
		}
		if (what[i])
			text_wrap(t, 6, "  %s (%s): %s", names.s, n->cells[i].flavor, what[i]);
		text_free(&names);
		free(what[i]);
	}
	free(what);
}

static void left_out(const struct night *n, struct text *t)
{
	size_t unbegun = 0, cut = 0;

	for (size_t i = 0; i < n->n_turns; i++) {
		cut += n->turns[i].loaded && !n->turns[i].done;
		unbegun += !n->turns[i].loaded;
	}
	if (!night_total(n, VERDICT_NONE) && !unbegun && !cut)
		return;
	text_line(t, "%s", "");
	text_line(t, "Not run (there was no time, or the kernel went down before):");
	not_run_lines(n, t);
	if (unbegun)
		text_wrap(t, 6, "  %zu planned boot%s did not start", unbegun, plural(unbegun));
	for (size_t i = 0; i < n->n_turns; i++) {
		const struct night_turn *u = &n->turns[i];
		const char *row = u->loaded ? boot_last_row(night_boot(u)) : NULL;

		if (u->loaded && !u->done)
			text_wrap(t, 6, "  %s was cut off%s%s: its seed comes first next time",
				  u->id, row ? " in " : "", row ? row : "");
	}
}

/* How boots of a turn ended that did not end well, and what that kept from running. */
static void turn_ends(const struct night_turn *u, struct text *t)
{
	for (size_t i = 0; i < u->run.n_boots; i++) {
		const struct boot *b = &u->run.boots[i];
		const char *rest = strchr(b->id, '/');
		char *why;

		if (!b->ok)
			text_wrap(t, 6, "  boot %s%s: %s: %s", u->id, rest ? rest : "", b->outcome,
				  b->detail);
		if (!b->unrun.n)
			continue;
		why = ends_why(&u->run, b);
		text_wrap(t, 6, "    %zu scenario%s of it not run, because %s", b->unrun.n,
			  b->unrun.n == 1 ? " was" : "s were", why);
		free(why);
	}
}

static void broken(const struct night *n, struct text *t)
{
	for (size_t i = 0; i < n->n_turns; i++)
		if (n->turns[i].done)
			turn_ends(&n->turns[i], t);
	for (size_t i = 0; i < n->n_cells; i++)
		for (size_t s = 0; s < n->scenarios.n; s++)
			if (n->cells[i].results[s].verdict == VERDICT_BROKEN)
				text_wrap(t, 6, "  %s, %s, %s: BROKEN: %s", n->cells[i].kernel,
					  n->cells[i].flavor, n->scenarios.v[s],
					  n->cells[i].results[s].why);
}

static void detail(const struct night *n, const struct night_failure *f, struct text *t)
{
	const struct night_turn *u = &n->turns[f->turn];
	size_t lines = night_details(n, f);

	text_line(t, "%s", "");
	failure_line(n, f, t);
	for (size_t i = 0; i < lines && i < LINES_SHOWN; i++)
		text_line(t, "    %s", night_detail(n, f, i));
	if (lines > LINES_SHOWN)
		text_line(t, "    ... %zu more lines in %s/findings.txt", lines - LINES_SHOWN,
			  u->id);
	night_command(u, f->scenario ? n->scenarios.v[f->scenario] : NULL, t);
	text_wrap(t, 8, "    all of it: %s/reproduce", u->id);
}

static void skipped(const struct night *n, struct text *t)
{
	bool head = false;

	for (size_t i = 0; i < n->n_cells; i++)
		for (size_t s = 1; s < n->scenarios.n; s++) {
			if (n->cells[i].results[s].verdict != VERDICT_SKIP)
				continue;
			if (!head)
				text_line(t, "%s", ""), text_line(t, "Skipped:");
			head = true;
			text_wrap(t, 6, "  %s, %s, %s: %s", n->cells[i].kernel, n->cells[i].flavor,
				  n->scenarios.v[s], n->cells[i].results[s].why);
		}
}

void night_text(const struct night *n, struct text *t)
{
	const struct run command = { .plan = n->plan };
	struct night_changes c;

	night_compare(n, &c);
	night_sentence(n, &c, t);
	text_line(t, "%s", "");
	subject(n, t);
	changes(n, &c, t);
	tables(n, t);
	rates(n, t);
	left_out(n, t);
	text_line(t, "%s", "");
	text_wrap(t, 0, "What it does not show: that there is no bug. A scenario that passes has not seen one in this time, with these seeds, on %s.",
		  report_cpus(json_text(n->plan, "engine")));
	text_line(t, "%s", "");
	text_line(t, "To reproduce, with pinlab %s:", json_text(n->plan, "suite"));
	report_command(&command, t);
	text_line(t, "Each failed boot's folder has its own commands in the file `reproduce`.");
	report_again(n->name, t);
	text_line(t, "%s", "");
	text_line(t, "Details");
	text_line(t, "-------");
	broken(n, t);
	for (size_t i = 0; i < n->n_failures && i < SHOWN_FAILURES; i++)
		detail(n, &n->failures[i], t);
	if (n->n_failures > SHOWN_FAILURES)
		text_line(t, "%zu more failures are listed above.", n->n_failures - SHOWN_FAILURES);
	skipped(n, t);
	night_changes_free(&c);
}
