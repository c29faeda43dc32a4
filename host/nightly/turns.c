// SPDX-License-Identifier: GPL-2.0
/* From shares of the budget to turns: boots with their scenarios and seeds. */
#include "host/nightly/turns.h"

#include <stdlib.h>
#include <string.h>

#include "host/nightly/divide.h"
#include "host/nightly/nightly.h"
#include "host/nightly/open.h"
#include "host/nightly/run.h"

/* What host/run/prepare.c takes for the names of scenarios, less some to spare. */
#define GLOBS_MAX	1000
/* The frame's own work for each scenario. */
#define ROW_SECONDS	0.5
/* Until something is known of a kernel. */
#define BOOT_GUESS	5.0
#define FIXED_GUESS	20.0
/* KASAN, lockdep and the emulator together. */
#define DEBUG_SLOWER	3.0
/* The part of the time that what failed last night may take. */
#define AGAIN_PART	(1.0 / 3)
/* Seconds of a timed scenario that is run again alone, at least. */
#define AGAIN_SHARE	10

static size_t first_part(const char *name)
{
	return strcspn(name, "/");
}

/* Are all scenarios chosen that have this one's first part? Then that part names them. */
static bool whole_part(const struct strlist *all, const bool *chosen, size_t which)
{
	size_t len = first_part(all->v[which]);

	for (size_t i = 0; i < all->n; i++)
		if (first_part(all->v[i]) == len && !strncmp(all->v[i], all->v[which], len) &&
		    !chosen[i])
			return false;
	return true;
}

char *night_globs(const struct strlist *all, bool *chosen)
{
	struct strlist words = { 0 };
	char *globs = xstrdup("");
	/* "race" becomes "race,race/" and a star. */
	size_t len = 0;

	for (size_t i = 0; i < all->n; i++) {
		size_t n = strlen(all->v[i]);
		char *word, *more;

		if (!chosen[i])
			continue;
		n = whole_part(all, chosen, i) ? first_part(all->v[i]) : n;
		word = xasprintf("%.*s", (int)n, all->v[i]);
		if (!strlist_has(&words, word)) {
			len += 2 * n + 4;
			if (len > GLOBS_MAX) {
				chosen[i] = false;
				len -= 2 * n + 4;
			} else {
				strlist_add(&words, word);
				more = xasprintf("%s%s%s", globs, *globs ? "," : "", word);
				free(globs);
				globs = more;
			}
		}
		free(word);
	}
	strlist_free(&words);
	return globs;
}

size_t night_cell_of(const struct nightly *n, const json_t *turn)
{
	size_t i = 0;

	while (i + 1 < n->n && (strcmp(n->kernels[i]->name, json_text(turn, "kernel")) ||
				strcmp(n->kernels[i]->flavor, json_text(turn, "flavor"))))
		i++;
	return i;
}

static double slower(const char *flavor)
{
	return strcmp(flavor, "debug") ? 1 : DEBUG_SLOWER;
}

static size_t count(const struct night_request *q, const bool *chosen, bool timed)
{
	size_t n = 0;

	for (size_t i = 0; i < q->scenarios.n; i++)
		n += chosen[i] && q->timed[i] == timed;
	return n;
}

/* A mean of the last night over a flavor, or over one kernel in it; 0 if there is none. */
static double last_cost(const struct nightly *n, const char *kernel, const char *flavor,
			const char *what)
{
	const json_t *costs = json_object_get(n->last, "costs"), *j;
	double sum = 0;
	size_t i, k = 0;

	json_array_foreach(costs, i, j) {
		double v = json_number_value(json_object_get(j, what));

		if (strcmp(json_text(j, "flavor"), flavor) || v <= 0 ||
		    (kernel && strcmp(json_text(j, "kernel"), kernel)))
			continue;
		sum += v;
		k++;
	}
	return k ? sum / k : 0;
}

/* This night's own mean; 0 if there is none yet. */
static double own_cost(const struct nightly *n, size_t cell, bool fixed)
{
	const json_t *took = json_object_get(n->clock, "turns"), *t;
	double sum = 0, of = 0;
	size_t i;

	json_array_foreach(json_object_get(n->plan, "turns"), i, t) {
		double s = json_number_value(json_object_get(took, json_text(t, "id")));

		if (s <= 0 || night_cell_of(n, t) != cell ||
		    strcmp(json_text(t, "kind"), fixed ? "fixed" : "timed"))
			continue;
		sum += night_cost_of(t, s);
		of += fixed ? json_number_value(json_object_get(t, "n")) : 1;
	}
	return of > 0 ? sum / of : 0;
}

double night_cost_of(const json_t *turn, double seconds)
{
	double rows = ROW_SECONDS * slower(json_text(turn, "flavor")) *
		      json_number_value(json_object_get(turn, "n"));

	if (strcmp(json_text(turn, "kind"), "fixed"))
		rows += json_number_value(json_object_get(turn, "seconds"));
	return seconds - rows;
}

static double first_of(double a, double b, double c, double guess)
{
	return a > 0 ? a : b > 0 ? b : c > 0 ? c : guess;
}

/* Do the globs of a turn name it? "race" does all of race. */
static bool is_named(const char *globs, const char *scenario)
{
	char *part = xasprintf("%.*s", (int)first_part(scenario), scenario);
	struct strlist words = { 0 };
	bool hit;

	strlist_split(&words, globs, ",");
	hit = strlist_has(&words, scenario) || strlist_has(&words, part);
	strlist_free(&words);
	free(part);
	return hit;
}

static void note_row(struct nightly *n, size_t cell, const char *row)
{
	for (size_t s = 0; s < n->q->scenarios.n; s++)
		if (!strcmp(row, n->q->scenarios.v[s]))
			n->had[cell * n->q->scenarios.n + s] = true;
}

void night_note_rows(struct nightly *n, size_t cell, const struct run *run)
{
	for (size_t k = 0; k < run->n_boots; k++) {
		const struct boot *b = &run->boots[k];

		/* In the last one the kernel may have gone down: that is one too. */
		for (size_t i = 0; i < b->rec.n_rows; i++)
			if (b->there || b->rec.rows[i].verdict != VERDICT_NONE)
				note_row(n, cell, b->rec.rows[i].name);
	}
}

/* Has it come to a result in this cell, or is it planned to? */
static bool had_turn(const struct nightly *n, size_t cell, size_t scenario)
{
	const json_t *t;
	size_t i;

	json_array_foreach(json_object_get(n->plan, "turns"), i, t)
		if (n->state[i] == TURN_PLANNED && night_cell_of(n, t) == cell &&
		    strcmp(json_text(t, "kind"), "again") &&
		    is_named(json_text(t, "scenarios"), n->q->scenarios.v[scenario]))
			return true;
	return n->had[cell * n->q->scenarios.n + scenario];
}

static size_t count_left(const struct nightly *n, size_t cell, bool timed)
{
	size_t left = 0;

	for (size_t s = 0; s < n->q->scenarios.n; s++)
		left += n->q->wanted[s] && n->q->timed[s] == timed && !had_turn(n, cell, s);
	return left;
}

void night_cost(const struct nightly *n, size_t cell, struct divide_cell *c)
{
	const struct kernel *k = n->kernels[cell];
	bool debug = !strcmp(k->flavor, "debug");

	*c = (struct divide_cell){
		.flavor = k->flavor,
		/* Beside torture, debug has a quarter. */
		.weight = debug ? 1 : 3,
		.slow = debug ? 2 : 1,
		.boot = first_of(own_cost(n, cell, false),
				 last_cost(n, k->name, k->flavor, "boot"),
				 last_cost(n, NULL, k->flavor, "boot"),
				 BOOT_GUESS * slower(k->flavor)),
		.row = ROW_SECONDS * slower(k->flavor),
		.fixed = first_of(own_cost(n, cell, true),
				  last_cost(n, k->name, k->flavor, "fixed"),
				  last_cost(n, NULL, k->flavor, "fixed"),
				  FIXED_GUESS * slower(k->flavor)),
		.ready = k->driver,
	};
	/* Nothing boots in less, whatever a mean says that scenarios skipped their part of. */
	c->boot = c->boot < 2 ? 2 : c->boot;
}

double night_expected(const struct nightly *n, const json_t *turn)
{
	double timed = json_number_value(json_object_get(turn, "timed"));
	double all = json_number_value(json_object_get(turn, "n"));
	struct divide_cell c;

	night_cost(n, night_cell_of(n, turn), &c);
	return c.boot + c.row * all + c.fixed * (all - timed) +
	       (timed ? json_number_value(json_object_get(turn, "seconds")) : 0);
}

/* A turn of these scenarios behind those of the plan. */
static void add_turn(struct nightly *n, size_t cell, const char *kind, unsigned long seed,
		     long seconds, bool *chosen)
{
	json_int_t number = json_integer_value(json_object_get(n->plan, "next_turn"));
	char *globs = night_globs(&n->q->scenarios, chosen), *id;
	size_t timed = count(n->q, chosen, true), turns;
	json_t *t;

	id = xasprintf("%03lld-%s-%s-%s%s%lu", (long long)number, n->kernels[cell]->name,
		       n->kernels[cell]->flavor, !strcmp(kind, "timed") ? "" : kind,
		       !strcmp(kind, "timed") ? "" : "-", seed);
	for (char *s = id; *s; s++)
		if (*s == '/' || *s == ':')
			*s = '_';
	t = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:I, s:I}", "id", id, "kernel",
		      n->kernels[cell]->name, "flavor", n->kernels[cell]->flavor, "kind", kind,
		      "seed", (json_int_t)seed, "seconds", (json_int_t)seconds, "scenarios", globs,
		      "timed", (json_int_t)timed, "n",
		      (json_int_t)(timed + count(n->q, chosen, false)));
	json_object_set_new(t, "expected", json_real(night_expected(n, t)));
	json_array_append_new(json_object_get(n->plan, "turns"), t);
	json_object_set_new(n->plan, "next_turn", json_integer(number + 1));
	turns = json_array_size(json_object_get(n->plan, "turns"));
	n->state = xrealloc(n->state, turns * sizeof(*n->state));
	n->state[turns - 1] = TURN_PLANNED;
	free(globs);
	free(id);
}

unsigned long night_next_seed(const json_t *plan)
{
	unsigned long next = json_integer_value(json_object_get(plan, "seed"));
	const json_t *t;
	size_t i;

	json_array_foreach(json_object_get(plan, "turns"), i, t) {
		unsigned long seed = json_integer_value(json_object_get(t, "seed"));

		if (strcmp(json_text(t, "kind"), "again") && seed >= next)
			next = seed + 1;
	}
	return next;
}

/*
 * The scenarios of one slot. Where they are not all, those that had no turn;
 * and from another one on in each night, so that over nights all have one.
 */
static void choose(const struct nightly *n, const struct slot *s, size_t all, bool *chosen)
{
	const struct night_request *q = n->q;
	unsigned long seed = json_integer_value(json_object_get(n->plan, "seed"));
	size_t from = night_turn_of(seed, q->scenarios.n), taken = 0;

	for (size_t k = 0; k < q->scenarios.n; k++) {
		size_t i = (from + k) % q->scenarios.n;

		chosen[i] = taken < s->n && q->wanted[i] && q->timed[i] != s->fixed &&
			    (s->n == all || !had_turn(n, s->cell, i));
		taken += chosen[i];
	}
}

static bool same_boot(const json_t *a, const json_t *b)
{
	return !strcmp(json_text(a, "kernel"), json_text(b, "kernel")) &&
	       !strcmp(json_text(a, "flavor"), json_text(b, "flavor")) &&
	       json_equal(json_object_get(a, "seed"), json_object_get(b, "seed"));
}

/*
 * What the seed has had in that cell: all that its boots ran, because one
 * scenario may have failed of what another had left; or only what failed. The
 * seconds for it, 0 if there is nothing.
 */
static long choose_again(const struct nightly *n, const json_t *like, bool all, bool *chosen)
{
	const struct night_request *q = n->q;
	long seconds = 0, share = 0;
	size_t i, timed;
	const json_t *f;

	memset(chosen, 0, q->scenarios.n * sizeof(*chosen));
	json_array_foreach(json_object_get(n->last, "failures"), i, f) {
		const char *globs = json_text(f, all ? "scenarios" : "scenario");
		long its = json_integer_value(json_object_get(f, "seconds"));
		long part = json_integer_value(json_object_get(f, "share"));

		if (!same_boot(f, like))
			continue;
		for (size_t s = 0; s < q->scenarios.n; s++)
			chosen[s] |= q->wanted[s] && is_named(globs, q->scenarios.v[s]);
		seconds = its > seconds ? its : seconds;
		share = part > share ? part : share;
	}
	timed = count(q, chosen, true);
	if (!timed)
		return count(q, chosen, false) ? 1 : 0;
	if (!all)
		seconds = (share < AGAIN_SHARE ? AGAIN_SHARE : share) * timed;
	return seconds > 0 ? seconds : 1;
}

static bool is_planned(const struct nightly *n, size_t cell, unsigned long seed)
{
	const json_t *t;
	size_t i;

	json_array_foreach(json_object_get(n->plan, "turns"), i, t)
		if (!strcmp(json_text(t, "kind"), "again") && night_cell_of(n, t) == cell &&
		    (unsigned long)json_integer_value(json_object_get(t, "seed")) == seed)
			return true;
	return false;
}

/* Put it into the plan, if it fits into *left seconds. */
static bool add_again(struct nightly *n, size_t cell, unsigned long seed, long seconds,
		      bool *chosen, double *left)
{
	json_t *turns = json_object_get(n->plan, "turns");
	size_t at = json_array_size(turns);
	double cost;

	add_turn(n, cell, "again", seed, seconds, chosen);
	cost = night_expected(n, json_array_get(turns, at));
	if (cost <= *left) {
		*left -= cost;
		return true;
	}
	json_array_remove(turns, at);
	json_object_set_new(n->plan, "next_turn",
			    json_integer(json_integer_value(json_object_get(n->plan,
									    "next_turn")) - 1));
	return false;
}

static bool find_cell(const struct nightly *n, const json_t *like, size_t *cell)
{
	for (*cell = 0; *cell < n->n; ++*cell)
		if (!strcmp(n->kernels[*cell]->name, json_text(like, "kernel")) &&
		    !strcmp(n->kernels[*cell]->flavor, json_text(like, "flavor")))
			return n->kernels[*cell]->driver;
	return false;
}

/* What failed last night with the seed that it failed with, and what was cut off. */
static void plan_again(struct nightly *n)
{
	bool *chosen = xcalloc(n->q->scenarios.n, sizeof(*chosen));
	double left = night_left(n) * AGAIN_PART;
	const json_t *f;
	size_t i, cell;

	json_array_foreach(json_object_get(n->last, "failures"), i, f) {
		unsigned long seed = json_integer_value(json_object_get(f, "seed"));
		bool in = !find_cell(n, f, &cell) || is_planned(n, cell, seed);

		/* The boot as it was; where there is no time for that, what failed alone. */
		for (int all = 1; all >= 0 && !in; all--) {
			long seconds = choose_again(n, f, all, chosen);

			in = seconds && add_again(n, cell, seed, seconds, chosen, &left);
		}
	}
	json_array_foreach(json_object_get(n->last, "cut"), i, f) {
		unsigned long seed = json_integer_value(json_object_get(f, "seed"));
		long seconds = json_integer_value(json_object_get(f, "seconds"));

		if (!find_cell(n, f, &cell) || is_planned(n, cell, seed))
			continue;
		for (size_t s = 0; s < n->q->scenarios.n; s++)
			chosen[s] = n->q->wanted[s] && is_named(json_text(f, "scenarios"),
								n->q->scenarios.v[s]);
		if (count(n->q, chosen, true) || count(n->q, chosen, false))
			add_again(n, cell, seed, seconds, chosen, &left);
	}
	free(chosen);
}

/* The seconds of planned turns that are not run yet. */
static double planned(const struct nightly *n)
{
	const json_t *t;
	double sum = 0;
	size_t i;

	json_array_foreach(json_object_get(n->plan, "turns"), i, t)
		if (n->state[i] == TURN_PLANNED)
			sum += night_expected(n, t);
	return sum;
}

size_t night_plan_turns(struct nightly *n, bool first)
{
	struct divide_cell *cells = xcalloc(n->n, sizeof(*cells));
	bool *chosen = xcalloc(n->q->scenarios.n, sizeof(*chosen));
	size_t *nth = xcalloc(n->n, sizeof(*nth)), before, n_slots;
	struct divide d = { .cells = cells, .n_cells = n->n,
			    .n_timed = count(n->q, n->q->wanted, true) };
	struct slot *slots = NULL;

	before = json_array_size(json_object_get(n->plan, "turns"));
	if (first)
		plan_again(n);
	for (size_t i = 0; i < n->n; i++) {
		night_cost(n, i, &cells[i]);
		cells[i].timed_left = count_left(n, i, true);
		cells[i].fixed_left = count_left(n, i, false);
	}
	d.seconds = night_left(n) - planned(n);
	d.seed = night_next_seed(n->plan);
	n_slots = d.seconds > 0 ? night_divide(&d, &slots) : 0;
	for (size_t i = 0; i < n_slots; i++) {
		const struct slot *s = &slots[i];

		choose(n, s, count(n->q, n->q->wanted, !s->fixed), chosen);
		add_turn(n, s->cell, s->fixed ? "fixed" : "timed",
			 d.seed + (s->fixed ? 0 : nth[s->cell]), s->seconds, chosen);
		nth[s->cell] += !s->fixed;
	}
	free(slots);
	free(nth);
	free(chosen);
	free(cells);
	return json_array_size(json_object_get(n->plan, "turns")) - before;
}
