// SPDX-License-Identifier: GPL-2.0
/* A night from its first build to its report. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/quote.h"
#include "host/kernel/names.h"
#include "host/nightly/build.h"
#include "host/nightly/divide.h"
#include "host/nightly/files.h"
#include "host/nightly/load.h"
#include "host/nightly/nightly.h"
#include "host/nightly/open.h"
#include "host/nightly/run.h"
#include "host/nightly/turns.h"
#include "host/run/prepare.h"
#include "host/run/verb.h"

/* A boot that is not done at the end of the budget has so long before it is cut off. */
#define GRACE_SECONDS	60
#define GRACE_PART	0.1
/* From the plan to the last of the boots that are owed. */
#define OWED_SLACK	5

/* The verb's report is for a folder here, not for the terminal. */
static int torture(struct options *o)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), out, ret;

	fflush(stdout);
	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (null >= 0)
		dup2(null, STDOUT_FILENO);
	ret = run_verb(verb_find("torture"), o);
	fflush(stdout);
	if (out >= 0) {
		dup2(out, STDOUT_FILENO);
		close(out);
	}
	if (null >= 0)
		close(null);
	return ret;
}

static bool is_ours(const struct kernel *k, const char *series)
{
	return k->series && !strcmp(k->series, series);
}

/* What is asked for is what `./pinlab torture` would be asked for. */
static int run_torture(struct nightly *n, const json_t *turn, const char *dir)
{
	const struct options *q = n->q->o;
	const struct kernel *k = n->kernels[night_cell_of(n, turn)];
	struct options o = {
		.kernels = k->name, .base = k->tree ? q->base : NULL, .flavor = k->flavor,
		.scenarios = json_text(turn, "scenarios"),
		.engine = json_text(n->plan, "engine"), .delta = q->delta,
		.no_profile = q->no_profile,
		.boots = 1, .seed = json_integer_value(json_object_get(turn, "seed")),
		.duration = json_integer_value(json_object_get(turn, "seconds")),
	};
	struct strlist words = { 0 };
	int ret;

	o.run = strchr(n->name, '/') ? xstrdup(dir) :
		xasprintf("results/%s/%s", n->name, json_text(turn, "id"));
	for (size_t i = 0; i < q->series.n; i++)
		if (is_ours(k, q->series.v[i]))
			strlist_add(&o.series, q->series.v[i]);
	strlist_split(&words, "./pinlab torture --flavor", " ");
	strlist_add(&words, o.flavor);
	strlist_add(&words, "--kernels");
	strlist_add(&words, o.kernels);
	if (o.base) {
		strlist_add(&words, "--base");
		strlist_add(&words, o.base);
	}
	for (size_t i = 0; i < o.series.n; i++) {
		strlist_add(&words, "--series");
		strlist_add(&words, o.series.v[i]);
	}
	strlist_add(&words, "--scenarios");
	strlist_add(&words, o.scenarios);
	strlist_add(&words, "--duration");
	strlist_take(&words, xasprintf("%ld", o.duration));
	strlist_add(&words, "--seed");
	strlist_take(&words, xasprintf("%lu", o.seed));
	if (q->engine) {
		strlist_add(&words, "--engine");
		strlist_add(&words, q->engine);
	}
	o.argc = words.n;
	o.argv = words.v;
	ret = torture(&o);
	free((char *)o.run);
	strlist_free(&words);
	strlist_free(&o.series);
	return ret;
}

/* One boot. PINLAB_OK also where something failed in it. */
static int run_turn(struct nightly *n, size_t i)
{
	json_t *turn = json_array_get(json_object_get(n->plan, "turns"), i);
	char *dir = xasprintf("%s/%s", n->dir, json_text(turn, "id")), left[32];
	double began = now_seconds(), rest = night_left(n);
	struct night_look l;
	bool cut;
	int ret;

	note("%s: %s, flavor %s, seed %lld, %lld scenarios; %s left", json_text(turn, "id"),
	     json_text(turn, "kernel"), json_text(turn, "flavor"),
	     (long long)json_integer_value(json_object_get(turn, "seed")),
	     (long long)json_integer_value(json_object_get(turn, "n")),
	     human_seconds(rest > 0 ? rest : 0, left, sizeof(left)));
	ret = run_torture(n, turn, dir);
	n->state[i] = TURN_RAN;
	cut = ret == PINLAB_INTERRUPTED && night_was_alarm();
	if (cut)
		note("the budget is used up: %s was cut off, and counts as not run",
		     json_text(turn, "id"));
	night_look(&n->place, json_text(turn, "id"), &l);
	if (l.loaded)
		night_note_rows(n, night_cell_of(n, turn), &l.run);
	if (l.done && !l.failed)
		night_prune(n, json_text(turn, "id"));
	if (l.done && l.run.boots[0].ok)
		json_object_set_new(json_object_get(n->clock, "turns"), json_text(turn, "id"),
				    json_real(now_seconds() - began));
	/* Verdicts are the report's; a boot without an outcome could not be run. */
	if (cut || l.done)
		ret = PINLAB_OK;
	else if (ret != PINLAB_INTERRUPTED)
		ret = PINLAB_BROKE;
	run_free(&l.run);
	free(dir);
	return ret;
}

/* Does it end in time? A boot whose scenarios share its time can do with less of it. */
static bool fits(struct nightly *n, json_t *turn)
{
	double left = night_left(n), more = night_expected(n, turn) - left;
	long seconds = json_integer_value(json_object_get(turn, "seconds")) - (long)more - 1;
	struct divide_cell c;

	if (more <= 0)
		return true;
	night_cost(n, night_cell_of(n, turn), &c);
	if (strcmp(json_text(turn, "kind"), "timed") || seconds < 1 ||
	    night_too_short(&c, json_integer_value(json_object_get(turn, "timed")),
			    c.boot + seconds +
			    c.row * json_integer_value(json_object_get(turn, "timed"))))
		return false;
	json_object_set_new(turn, "seconds", json_integer(seconds));
	return true;
}

/* One time through the plan; what does not fit is left out. */
static int run_plan(struct nightly *n, size_t *ran)
{
	json_t *turns = json_object_get(n->plan, "turns");
	int ret = PINLAB_OK;

	*ran = 0;
	for (size_t i = 0; i < json_array_size(turns) && !ret; i++) {
		if (n->state[i] != TURN_PLANNED)
			continue;
		if (!fits(n, json_array_get(turns, i))) {
			n->state[i] = TURN_LEFT;
			continue;
		}
		ret = night_save(n, "plan.json", n->plan);
		if (!ret)
			ret = run_turn(n, i);
		if (!ret)
			ret = night_tick(n, "");
		++*ran;
	}
	return ret;
}

static int run_turns(struct nightly *n)
{
	double left = night_left(n), grace = n->q->budget * GRACE_PART;
	size_t planned, ran;
	char text[32];
	int ret;

	planned = night_plan_turns(n, true);
	note("night %s: %zu boots planned for %s; seeds from %lld on%s%s", n->name, planned,
	     human_seconds(left > 0 ? left : 0, text, sizeof(text)),
	     (long long)json_integer_value(json_object_get(n->plan, "seed")),
	     n->last ? "; compared with " : "", n->last ? json_text(n->last, "run") : "");
	if (left > 0)
		night_alarm(left + (grace > GRACE_SECONDS ? grace : GRACE_SECONDS));
	do {
		ret = run_plan(n, &ran);
	} while (!ret && ran && night_plan_turns(n, false));
	night_alarm(0);
	night_was_alarm();
	return ret ? ret : night_save(n, "plan.json", n->plan);
}

/* All kernels in all flavors; a flavor's stand together. */
static int parse_kernels(struct nightly *n, struct kernel **lists, size_t *counts)
{
	const struct night_request *q = n->q;
	int ret = PINLAB_OK;

	for (size_t f = 0; f < q->flavors.n && !ret; f++) {
		ret = kernels_parse(q->kernels, q->o->base, &q->o->series, q->flavors.v[f],
				    &lists[f], &counts[f]);
		for (size_t i = 0; i < counts[f] && !ret; i++) {
			if (lists[f][i].bug) {
				err("nightly --kernels %s: seeded bugs have to fail; run them by ./pinlab torture",
				    lists[f][i].name);
				ret = PINLAB_USAGE;
			}
			n->kernels = xrealloc(n->kernels, (n->n + 1) * sizeof(*n->kernels));
			n->kernels[n->n++] = &lists[f][i];
		}
	}
	return ret;
}

/* What is made again has the time that it takes, also when the budget is used up. */
static void pay_owed(struct nightly *n)
{
	double missing = n->owed + OWED_SLACK - night_left(n);

	if (n->owed > 0 && missing > 0)
		n->before -= missing;
}

static int whole_night(struct nightly *n)
{
	struct run_plan shown = { .dir = n->dir };
	int ret = night_open(n), verdict;
	char *name;

	if (ret)
		return ret;
	pay_owed(n);
	ret = night_build(n);
	pay_owed(n);
	if (!ret)
		ret = run_turns(n);
	name = shell_word(n->name);
	if (ret == PINLAB_INTERRUPTED)
		err("interrupted; what was found is kept, continue with --run %s", name);
	free(name);
	night_tick(n, !ret ? "done" : ret == PINLAB_INTERRUPTED ? "interrupted" : "broke");
	interrupts_quit(true);
	verdict = night_derive(n->dir);
	interrupts_quit(false);
	if (report_show(&shown) && !ret)
		ret = PINLAB_BROKE;
	return ret ? ret : verdict;
}

int night_run(struct night_request *q)
{
	struct kernel **lists = xcalloc(q->flavors.n, sizeof(*lists));
	size_t *counts = xcalloc(q->flavors.n, sizeof(*counts));
	struct nightly n = { .q = q, .place = { .fd = -1 }, .lock = -1, .started = now_seconds() };
	int ret = parse_kernels(&n, lists, counts);

	if (!ret) {
		n.had = xcalloc(n.n * q->scenarios.n, sizeof(*n.had));
		n.name = q->o->run ? xstrdup(q->o->run) : run_new_name("nightly");
		n.dir = run_path(n.name);
		ret = whole_night(&n);
	}
	for (size_t f = 0; f < q->flavors.n; f++)
		kernels_free(lists[f], counts[f]);
	free(lists);
	free(counts);
	free(n.kernels);
	free(n.state);
	free(n.had);
	free(n.name);
	free(n.dir);
	json_decref(n.plan);
	json_decref(n.clock);
	json_decref(n.last);
	place_unlock(&n.place, n.lock);
	place_close(&n.place);
	return ret;
}
