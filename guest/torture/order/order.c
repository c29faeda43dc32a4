// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/order/order.h"

#include <stdio.h>
#include <stdlib.h>

#include "guest/torture/order/insn.h"
#include "guest/torture/order/judge.h"
#include "guest/torture/order/shot.h"

#define MAX_POINTS	8192
#define MAX_FINDINGS	8	/* of a row; then it is at its end */
#define DRIFTS		3	/* tries for a point at which A was not where it should be */
#define SHOWN		12	/* further points of a case that has a finding */
/* The core ends here too, on a machine that is as busy as that. */
#define CORE_SECONDS	20

static struct {
	struct order_range g;
	struct row *r;
	struct rng rng;
	struct pinlab_order_point *points;	/* of A of this case, alone */
	unsigned char touch[MAX_POINTS];	/* enum insn_touch */
	unsigned int n;
	unsigned int findings;
	const char *why;			/* a case could not be run */
	/* Sums of the row. */
	unsigned int cases, core, core_done, whole, not_run;
	unsigned long tried, places, blocked, unknown, missed, checked, left_out;
} sweep;

/* 0, 1, -1 as order_shot(). */
static int run_serial(const struct order_case *c, struct order_serial *s)
{
	int err = order_shot(&sweep.g, c, PINLAB_ORDER_AB, 0, &sweep.why);

	if (err)
		return err;
	s->ab = sweep.g.shot;
	err = order_shot(&sweep.g, c, PINLAB_ORDER_BA, 0, &sweep.why);
	if (err)
		return err;
	s->ba = sweep.g.shot;
	return 0;
}

static bool is_there(const struct pinlab_order *o, unsigned int stop)
{
	return o->fate != PINLAB_ORDER_NOT_REACHED && o->ip == sweep.points[stop - 1].ip;
}

/* Stops A before its instruction number `stop`, where it was when it ran alone. */
static int shoot(const struct order_case *c, unsigned int stop)
{
	int err = 0;

	for (int i = 0; i < DRIFTS && !err; i++) {
		err = order_shot(&sweep.g, c, PINLAB_ORDER_STOP, stop, &sweep.why);
		if (!err && is_there(&sweep.g.shot, stop))
			break;
	}
	return err;
}

static void count(const struct pinlab_order *o, unsigned int stop)
{
	sweep.tried++;
	if (!is_there(o, stop))
		sweep.missed++;
	else if (o->fate == PINLAB_ORDER_UNKNOWN)
		sweep.unknown++;
	else if (o->fate != PINLAB_ORDER_DONE)
		sweep.blocked++;
}

/* Once more, all of it, on new memory: what was in this machine's way does not come again. */
static int again(const struct order_case *c, struct order_serial *s, unsigned int stop)
{
	int err;

	order_spoiled(&sweep.g);
	err = run_serial(c, s);
	return err ? err : shoot(c, stop);
}

/* One place. *wrong goes up where what came fits neither order, twice. As order_shot(). */
static int try_point(const struct order_case *c, struct order_serial *s, unsigned int stop,
		     unsigned int *wrong)
{
	int err = shoot(c, stop);

	if (err)
		return err;
	count(&sweep.g.shot, stop);
	if (order_fits(c, s, &sweep.g.shot))
		return 0;
	err = again(c, s, stop);
	if (err || order_fits(c, s, &sweep.g.shot))
		return err;
	if (!(*wrong)++) {
		sweep.findings++;
		order_tell(sweep.r, c, s, &sweep.g.shot, sweep.n);
	} else if (*wrong <= SHOWN) {
		torture_detail(sweep.r, "the same two, A stopped before %s: %s",
			       sweep.g.shot.where, order_outcome(&sweep.g.shot));
	}
	order_spoiled(&sweep.g);
	return 0;
}

/*
 * A place that is left out, and the next one that is not: they have to come out
 * alike, or leaving out is wrong.
 */
static int check_left_out(const struct order_case *c)
{
	unsigned int stop = 1 + rng_below(&sweep.rng, sweep.n), next = stop;
	struct pinlab_order o;
	int err;

	while (next < sweep.n && sweep.touch[next - 1] == INSN_NOTHING)
		next++;
	if (next == stop || sweep.touch[next - 1] == INSN_NOTHING)
		return 0;
	err = shoot(c, stop);
	o = sweep.g.shot;
	if (!err)
		err = shoot(c, next);
	if (err)
		return err;
	sweep.checked++;
	if (o.fate != sweep.g.shot.fate || order_same(&o, &sweep.g.shot))
		return 0;
	sweep.findings++;
	torture_finding(sweep.r, PROMISE_RESULT,
			"the suite's own: %s comes out otherwise if A is stopped before its instruction %u than before %u, and only registers and its stack lie between",
			order_title(c), stop, next);
	torture_detail(sweep.r, "%u, %s: %s", stop, o.where, order_outcome(&o));
	torture_detail(sweep.r, "%u, %s: %s", next, sweep.g.shot.where,
		       order_outcome(&sweep.g.shot));
	return 0;
}

static int trace(const struct order_case *c)
{
	int err = order_trace(&sweep.g, c, sweep.points, MAX_POINTS, &sweep.why);

	if (err)
		return err;
	sweep.n = sweep.g.shot.steps < MAX_POINTS ? sweep.g.shot.steps : MAX_POINTS;
	for (unsigned int i = 0; i < sweep.n; i++)
		sweep.touch[i] = insn_touch(&sweep.points[i], &sweep.g.shot);
	return 0;
}

static bool is_over(bool core)
{
	return core ? torture_seconds(sweep.r) > CORE_SECONDS : !torture_goes_on(sweep.r);
}

/* The places of one case. core: those at the folio; else the others. As order_shot(). */
static int run_points(const struct order_case *c, struct order_serial *s, bool core)
{
	unsigned int wrong = 0;
	int err = 0;

	for (unsigned int i = 1; i <= sweep.n && !err && !is_over(core); i++) {
		bool of_folio = sweep.touch[i - 1] == INSN_FOLIO;

		if (sweep.touch[i - 1] == INSN_NOTHING) {
			sweep.left_out++;
			continue;
		}
		/* What the core has tried is not tried again. */
		if (c->core && core != of_folio)
			continue;
		sweep.places++;
		err = try_point(c, s, i, &wrong);
	}
	if (wrong)
		torture_detail(sweep.r, "in all, %u places to stop A at came out so", wrong);
	return err;
}

static int run_case(const struct order_case *c, bool core)
{
	struct order_serial s;
	int err = trace(c);

	if (!err)
		err = run_serial(c, &s);
	if (err)
		return err;
	if (order_check_serial(sweep.r, c, &s.ab, true) ||
	    order_check_serial(sweep.r, c, &s.ba, false)) {
		sweep.findings++;
		order_spoiled(&sweep.g);
		return 0;
	}
	err = run_points(c, &s, core);
	return err || core || is_over(core) ? err : check_left_out(c);
}

/* One pass over all cases of the row; core: over those alone. */
static void run_pass(const struct order_op *a, bool core)
{
	struct order_case c;
	int is, err;

	for (unsigned int i = 0; (is = order_case(i, a, &c)) >= 0; i++) {
		if (is || (core && !c.core))
			continue;
		sweep.core += core;
		sweep.cases += !core;
		if (is_over(core) || sweep.findings >= MAX_FINDINGS)
			continue;
		err = run_case(&c, core);
		if (err < 0)
			return;
		if (err > 0) {
			sweep.not_run++;
			torture_fact(sweep.r, "not-run", "%s: needs %s", order_title(&c),
				     sweep.why);
		} else if (!is_over(core)) {
			sweep.core_done += core;
			sweep.whole += !core;
		}
	}
}

static void report(struct row *r)
{
	const char *less = "";

	if (sweep.not_run)
		less = " (some are not to be had here)";
	torture_fact(r, "covered", "core: %u of %u cases; all: %u of %u cases%s; %lu places, B blocked at %lu, not told at %lu, not reached %lu; left out %lu, of which checked %lu",
		     sweep.core_done, sweep.core, sweep.whole, sweep.cases,
		     less, sweep.tried,
		     sweep.blocked, sweep.unknown, sweep.missed, sweep.left_out, sweep.checked);
	torture_figure(r, "core-cases", "cases", sweep.core);
	torture_figure(r, "core-covered", "cases", sweep.core_done);
	torture_figure(r, "cases", "cases", sweep.cases);
	torture_figure(r, "covered", "cases", sweep.whole);
	torture_figure(r, "places", "places", sweep.tried);
	torture_figure(r, "blocked", "places", sweep.blocked);
	torture_figure(r, "not-told", "places", sweep.unknown);
	torture_figure(r, "not-reached", "places", sweep.missed);
}

int order_run(struct row *r, uint32_t a)
{
	sweep.r = r;
	sweep.rng.state = torture_seed(r);
	sweep.points = calloc(MAX_POINTS, sizeof(*sweep.points));
	if (!sweep.points)
		return row_fail(r, "memory for the instructions of one call");
	if (order_range_begin(&sweep.g, r))
		return -1;
	run_pass(order_op(a), true);
	torture_figure(r, "core-time", "s", torture_seconds(r));
	run_pass(order_op(a), false);
	report(r);
	order_spoiled(&sweep.g);
	return sweep.findings ? -1 : 0;
}
