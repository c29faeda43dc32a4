// SPDX-License-Identifier: GPL-2.0
/* The folder of a night: made, or taken up where it was left. */
#include "host/nightly/open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/quote.h"
#include "host/nightly/compare.h"
#include "host/nightly/load.h"
#include "host/nightly/nightly.h"
#include "host/nightly/run.h"
#include "host/nightly/turns.h"
#include "host/run/folder.h"
#include "host/run/plan_file.h"
#include "host/run/runs.h"

#define DEFAULT_ENGINE	"mttcg"
/* Folders of a turn: boots/ID/files. */
#define SIGN_DEPTH	4
/* A day's own seeds, unless the nights before reach into them. */
#define SEEDS_A_DAY	1000
#define SEEDS_FAR	100000

int night_save(const struct nightly *n, const char *file, json_t *j)
{
	int ret = place_put_json(&n->place, file, j, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
	char *name = shell_word(n->name);

	if (ret)
		err("%s/%s: cannot be written: %s; make room and continue with --run %s", n->dir,
		    file, place_error(ret), name);
	free(name);
	return ret ? PINLAB_BROKE : PINLAB_OK;
}

static json_t *session(const struct nightly *n)
{
	json_t *all = json_object_get(n->clock, "sessions");

	return json_array_get(all, json_array_size(all) - 1);
}

int night_tick(struct nightly *n, const char *end)
{
	json_object_set_new(session(n), "seconds", json_real(now_seconds() - n->started));
	json_object_set_new(session(n), "end", json_string(end));
	return night_save(n, "clock.json", n->clock);
}

static bool is_kept(const char *name)
{
	return !strcmp(name, "records") || !strcmp(name, "outcome.json") ||
	       !strcmp(name, "console.log");
}

static void remove_others(const struct place *p, const char *dir, bool (*keep)(const char *name))
{
	struct strlist names = { 0 };

	place_list(p, dir, &names);
	for (size_t i = 0; i < names.n; i++) {
		char *path = xasprintf("%s/%s", dir, names.v[i]);

		if (!keep(names.v[i]))
			place_remove(p, path);
		free(path);
	}
	strlist_free(&names);
}

static bool is_plan(const char *name)
{
	return !strcmp(name, "plan.json") || !strcmp(name, "boots");
}

void night_prune(const struct nightly *n, const char *turn)
{
	char *boots = xasprintf("%s/boots", turn), *manifest = xasprintf("%s/manifest.json", turn);
	struct strlist names = { 0 };

	/* First: it lists what goes now. */
	place_remove(&n->place, manifest);
	remove_others(&n->place, turn, is_plan);
	place_list(&n->place, boots, &names);
	for (size_t i = 0; i < names.n; i++) {
		char *path = xasprintf("%s/%s", boots, names.v[i]);

		remove_others(&n->place, path, is_kept);
		free(path);
	}
	strlist_free(&names);
	free(boots);
	free(manifest);
}

static json_t *strings(const struct strlist *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(list, night_string(l->v[i]));
	return list;
}

static json_t *scenarios_json(const struct night_request *q)
{
	json_t *list = json_array();

	for (size_t i = 0; i < q->scenarios.n; i++)
		if (q->wanted[i])
			json_array_append_new(list, json_pack("{s:s, s:b}", "name",
							      q->scenarios.v[i], "timed",
							      q->timed[i]));
	return list;
}

static char *time_stamp(time_t when)
{
	struct tm tm;
	char s[32];

	gmtime_r(&when, &tm);
	strftime(s, sizeof(s), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return xstrdup(s);
}

static json_t *new_plan(const struct nightly *n)
{
	const struct options *o = n->q->o;
	json_t *j = json_object(), *command = json_array(), *cells = json_array();
	char *stamp = time_stamp(time(NULL));

	for (int i = 0; i < o->argc; i++)
		json_array_append_new(command, night_string(o->argv[i]));
	for (size_t i = 0; i < n->n; i++)
		json_array_append_new(cells, json_pack("{s:s, s:s}", "kernel",
						       n->kernels[i]->name, "flavor",
						       n->kernels[i]->flavor));
	json_object_set_new(j, "format", json_integer(1));
	json_object_set_new(j, "verb", json_string("nightly"));
	json_object_set_new(j, "run", night_string(n->name));
	json_object_set_new(j, "started", json_string(stamp));
	json_object_set_new(j, "suite", json_string(PINLAB_VERSION));
	json_object_set_new(j, "command", command);
	json_object_set_new(j, "budget_seconds", json_integer(n->q->budget));
	json_object_set_new(j, "engine", json_string(o->engine ? o->engine : DEFAULT_ENGINE));
	json_object_set_new(j, "flavors", strings(&n->q->flavors));
	json_object_set_new(j, "scenarios", scenarios_json(n->q));
	json_object_set_new(j, "against", json_string(""));
	json_object_set_new(j, "cells", cells);
	json_object_set_new(j, "turns", json_array());
	json_object_set_new(j, "next_turn", json_integer(0));
	free(stamp);
	return j;
}

/* The kernels and flavors of a plan, less what building has added. */
static bool same_cells(const json_t *a, const json_t *b)
{
	size_t i, n = json_array_size(a);
	bool same = n == json_array_size(b);

	for (i = 0; same && i < n; i++)
		same = !strcmp(json_text(json_array_get(a, i), "kernel"),
			       json_text(json_array_get(b, i), "kernel")) &&
		       !strcmp(json_text(json_array_get(a, i), "flavor"),
			       json_text(json_array_get(b, i), "flavor"));
	return same;
}

/* What must be the same for a night to be continued. */
static int check_same(const struct nightly *n, const json_t *mine)
{
	static const char *const identity[] = {
		"verb", "budget_seconds", "engine", "flavors", "scenarios",
	};
	const char *other = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(identity) && !other; i++)
		if (!json_equal(json_object_get(mine, identity[i]),
				json_object_get(n->plan, identity[i])))
			other = identity[i];
	if (!other &&
	    !same_cells(json_object_get(mine, "cells"), json_object_get(n->plan, "cells")))
		other = "kernels";
	if (!other && n->q->o->seed_said &&
	    json_integer_value(json_object_get(n->plan, "seed")) != (json_int_t)n->q->o->seed)
		other = "seed";
	if (!other)
		return PINLAB_OK;
	err("the run %s was started with another `%s`, so it cannot be continued; %s", n->name,
	    other, "use another --run name");
	return PINLAB_USAGE;
}

static char *started(const char *dir)
{
	json_t *plan = plan_peek(dir);
	char *s = xstrdup(json_text(plan, "started"));

	json_decref(plan);
	return s;
}

/* The newest other night in results/; NULL if there is none. The caller frees. */
static char *newest_night(const struct nightly *n)
{
	struct strlist names = { 0 };
	char *best = NULL, *best_time = NULL;

	runs_list(&names);
	for (size_t i = 0; i < names.n; i++) {
		char *dir = runs_find(names.v[i]), *when;

		if (!dir || strchr(names.v[i], '/') || !strcmp(dir, n->dir) ||
		    !night_is_run(dir)) {
			free(dir);
			continue;
		}
		when = started(dir);
		if (!best || strcmp(when, best_time) >= 0) {
			free(best);
			free(best_time);
			best = dir;
			best_time = when;
		} else {
			free(dir);
			free(when);
		}
	}
	free(best_time);
	strlist_free(&names);
	return best;
}

/* n->last from the night to compare with, as it is now. */
static int take_last(struct nightly *n)
{
	const char *said = n->q->o->against;
	char *dir = said ? runs_find(said) : newest_night(n);
	struct night night;
	int ret = said && !dir ? PINLAB_USAGE : PINLAB_OK;

	if (dir && said && !night_is_run(dir)) {
		err("--against %s: no run of the verb nightly", said);
		ret = PINLAB_USAGE;
	} else if (dir && !ret) {
		if (night_load(dir, &night))
			note("the last night, %s, cannot be read: nothing is compared", dir);
		else
			n->last = night_export(&night);
		night_free(&night);
	}
	free(dir);
	return ret;
}

/* Behind those of today's other nights: the same seed again would show the same again. */
static unsigned long first_seed(const struct nightly *n)
{
	unsigned long today = time(NULL) / 86400 * SEEDS_A_DAY, first = today;
	struct strlist names = { 0 };

	if (n->q->o->seed_said)
		return n->q->o->seed;
	runs_list(&names);
	for (size_t i = 0; i < names.n; i++) {
		char *dir = runs_find(names.v[i]);
		json_t *plan = dir ? plan_peek(dir) : NULL;
		unsigned long next = night_next_seed(plan);

		/* Far from it are seeds that somebody has chosen. */
		if (!strcmp(json_text(plan, "verb"), "nightly") && next > first &&
		    next - today < SEEDS_FAR)
			first = next;
		json_decref(plan);
		free(dir);
	}
	strlist_free(&names);
	return first;
}

static int start_new(struct nightly *n)
{
	int ret = take_last(n);

	if (ret)
		return ret;
	json_object_set_new(n->plan, "seed", json_integer(first_seed(n)));
	if (n->last) {
		json_object_set(n->plan, "against", json_object_get(n->last, "run"));
		ret = night_save(n, "last.json", n->last);
	}
	n->clock = json_pack("{s:i, s:[], s:[], s:{}}", "format", 1, "sessions", "builds",
			     "turns");
	return ret ? ret : night_save(n, "plan.json", n->plan);
}

/* When a boot's files were last written to. */
static double newest_sign(const struct place *p, const char *dir, int depth)
{
	struct strlist names = { 0 };
	double newest = 0;

	place_list(p, dir, &names);
	for (size_t i = 0; i < names.n; i++) {
		char *path = xasprintf("%s/%s", dir, names.v[i]);
		struct stat st;
		double below;

		if (!place_stat(p, path, &st)) {
			below = S_ISDIR(st.st_mode) && depth ? newest_sign(p, path, depth - 1) :
				st.st_mtim.tv_sec + st.st_mtim.tv_nsec / 1e9;
			newest = below > newest ? below : newest;
		}
		free(path);
	}
	strlist_free(&names);
	return newest;
}

/* A session that was killed has not told how long it was: its last boot's files do. */
static void close_session(struct nightly *n)
{
	const json_t *turns = json_object_get(n->plan, "turns");
	double began = json_number_value(json_object_get(session(n), "epoch"));
	double seconds = json_number_value(json_object_get(session(n), "seconds"));

	if (!began || *json_text(session(n), "end"))
		return;
	for (size_t i = json_array_size(turns); i-- > 0;) {
		double sign = newest_sign(&n->place, json_text(json_array_get(turns, i), "id"),
					  SIGN_DEPTH);

		if (sign - began > seconds)
			seconds = sign - began;
	}
	json_object_set_new(session(n), "seconds", json_real(seconds));
	json_object_set_new(session(n), "end", json_string("killed"));
}

/* Turns that never began are planned anew, for the time that is left. */
static void forget_unbegun(struct nightly *n)
{
	json_t *turns = json_object_get(n->plan, "turns");

	for (size_t i = json_array_size(turns); i-- > 0;)
		if (!place_has(&n->place, json_text(json_array_get(turns, i), "id")))
			json_array_remove(turns, i);
}

/* Is it made again although it has an outcome? Says so, and why. */
static bool is_owed(const struct nightly *n, const char *id, const struct night_look *l,
		    size_t *asked)
{
	const struct boot *b;

	if (!l->begun)
		return false;
	if (run_asked_again(n->q->o->again, id, l->done && !l->failed)) {
		note("boot %s is made again, as --again says", id);
		++*asked;
		return true;
	}
	if (!l->done)
		return false;
	b = &l->run.boots[0];
	/* What it had found before it had found. */
	if (!run_was_host(b->outcome) || b->rec.n_findings)
		return false;
	note("boot %s is made again: its outcome was %s, caused by the host and not by the kernel",
	     id, b->outcome);
	return true;
}

static enum turn_state stock_of(struct nightly *n, const json_t *t, size_t *asked)
{
	const char *id = json_text(t, "id");
	enum turn_state state = TURN_PLANNED;
	struct night_look l;

	night_look(&n->place, id, &l);
	if (is_owed(n, id, &l, asked)) {
		n->owed += night_expected(n, t);
		json_object_del(json_object_get(n->clock, "turns"), id);
	} else {
		/* A boot that was cut off is none; but what it had found it had found. */
		state = l.done ? TURN_RAN : l.failed ? TURN_LEFT : TURN_PLANNED;
		if (l.done || l.failed)
			night_note_rows(n, night_cell_of(n, t), &l.run);
		if (l.done && !l.failed)
			night_prune(n, id);
	}
	run_free(&l.run);
	return state;
}

/* What earlier sessions have done, and what of it has to be done again. */
static int take_stock(struct nightly *n)
{
	const json_t *turns = json_object_get(n->plan, "turns"), *t;
	size_t i, done = 0, asked = 0;
	int ret;

	forget_unbegun(n);
	n->state = xcalloc(json_array_size(turns), sizeof(*n->state));
	json_array_foreach(turns, i, t) {
		n->state[i] = stock_of(n, t, &asked);
		done += n->state[i] == TURN_RAN;
	}
	/* A boot that the disk did not give is not one that is missing. */
	if (place_trouble(&n->place))
		return PINLAB_BROKE;
	if (n->q->o->again && !asked) {
		t = json_array_get(turns, 0);
		err("--again %s: no boot of the night %s that is there%s%s", n->q->o->again,
		    n->name, t ? "; they are named like " : "", t ? json_text(t, "id") : "");
		return PINLAB_USAGE;
	}
	/* Before its files go: who is killed in between has not lost what the clock counts on. */
	ret = night_save(n, "clock.json", n->clock);
	/* It lists what goes now. */
	if (n->owed > 0)
		place_remove(&n->place, "manifest.json");
	json_array_foreach(turns, i, t)
		if (!ret && n->state[i] == TURN_PLANNED)
			place_remove(&n->place, json_text(t, "id"));
	note("continuing the night %s: %zu boots are there, %.0f s of the budget are used",
	     n->name, done, n->before);
	return ret;
}

static int continue_old(struct nightly *n, json_t *mine)
{
	const json_t *sessions;
	int ret = check_same(n, mine);

	n->last = plan_side_file(&n->place, "last.json");
	n->clock = plan_side_file(&n->place, "clock.json");
	if (ret)
		return ret;
	if (n->q->o->against && strcmp(n->q->o->against, json_text(n->plan, "against"))) {
		err("the run %s is compared with %s; use another --run name", n->name,
		    n->last ? json_text(n->plan, "against") : "no night");
		return PINLAB_USAGE;
	}
	if (!n->clock)
		n->clock = json_pack("{s:i, s:[], s:[], s:{}}", "format", 1, "sessions", "builds",
				     "turns");
	close_session(n);
	sessions = json_object_get(n->clock, "sessions");
	for (size_t i = 0; i < json_array_size(sessions); i++)
		n->before += json_number_value(json_object_get(json_array_get(sessions, i),
							       "seconds"));
	return take_stock(n);
}

int night_open(struct nightly *n)
{
	json_t *mine;
	char *stamp;
	int ret = run_hold(n->dir, n->name, &n->place, &n->lock);

	if (ret)
		return ret;
	mine = new_plan(n);
	if (place_has(&n->place, PLAN_FILE)) {
		n->plan = plan_load(&n->place);
		ret = n->plan ? continue_old(n, mine) :
		      place_failed(&n->place) ? PINLAB_BROKE : PINLAB_USAGE;
		json_decref(mine);
	} else if (place_trouble(&n->place)) {
		json_decref(mine);
		ret = PINLAB_BROKE;
	} else {
		n->plan = mine;
		ret = start_new(n);
	}
	if (ret) {
		place_unlock(&n->place, n->lock);
		n->lock = -1;
		/* Only where nothing has come into it. */
		rmdir(n->dir);
		return ret;
	}
	stamp = time_stamp(time(NULL));
	json_array_append_new(json_object_get(n->clock, "sessions"),
			      json_pack("{s:s, s:I, s:f, s:s}", "started", stamp, "epoch",
					(json_int_t)time(NULL), "seconds", 0.0, "end", ""));
	free(stamp);
	return night_tick(n, "");
}
