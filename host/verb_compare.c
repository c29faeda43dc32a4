// SPDX-License-Identifier: GPL-2.0
/* Two runs against each other: the same rules as inside of one. */
#include <stdlib.h>
#include <string.h>

#include "host/report/detail.h"
#include "host/judge/load.h"
#include "host/report/report.h"
#include "host/report/table.h"
#include "host/report/text.h"
#include "host/run/runs.h"
#include "host/run/verb.h"

/* Rows that one side has lost, by name. */
#define LOST_SHOWN 20

struct pair {
	struct run a, b;
	struct comparison *cmp;
	char **labels;			/* two for each comparison */
	size_t n;
};

static bool run_incomplete(const struct run *run)
{
	if (run->faults.n)
		return true;
	for (size_t i = 0; i < run->n_boots; i++)
		if (!run->boots[i].ok)
			return true;
	return false;
}

static void add_pair(struct pair *p, size_t ka, size_t kb)
{
	struct comparison *c;

	p->cmp = xrealloc(p->cmp, (p->n + 1) * sizeof(*p->cmp));
	p->labels = xrealloc(p->labels, 2 * (p->n + 1) * sizeof(*p->labels));
	p->labels[2 * p->n] = xasprintf("%s in A", p->a.kernels[ka].name);
	p->labels[2 * p->n + 1] = xasprintf("%s in B", p->b.kernels[kb].name);
	c = &p->cmp[p->n];
	*c = (struct comparison){
		.a = { &p->a, ka, ~(1u << ROLE_AA | 1u << ROLE_PROFILE), p->labels[2 * p->n] },
		.aa = { &p->a, ka, 1u << ROLE_AA, NULL },
		.b = { &p->b, kb, ~(1u << ROLE_AA | 1u << ROLE_PROFILE), p->labels[2 * p->n + 1] },
		.exact = p->a.exact, .has_aa = true, .has_b = true,
		.delta = p->a.delta, .seed = p->a.seed,
	};
	p->n++;
	compare(c);
}

/* Each kernel that both have; or the only one of each. */
static int make_pairs(struct pair *p)
{
	for (size_t k = 0; k < p->a.n_kernels; k++) {
		int other = run_kernel(&p->b, p->a.kernels[k].name);

		if (other >= 0)
			add_pair(p, k, other);
	}
	if (!p->n && p->a.n_kernels == 1 && p->b.n_kernels == 1)
		add_pair(p, 0, 0);
	if (p->n)
		return PINLAB_OK;
	err("%s and %s have no kernel in common, and more than one kernel in a run; compare runs of the same kernel, or of one kernel each",
	    p->a.name, p->b.name);
	return PINLAB_USAGE;
}

static int check_engines(const struct pair *p)
{
	const char *a = plan_text(&p->a, "engine"), *b = plan_text(&p->b, "engine");

	if (!strcmp(a, b))
		return PINLAB_OK;
	err("%s was run under %s, %s under %s: instructions and times, or times of different machines, cannot be compared",
	    p->a.name, a, p->b.name, b);
	return PINLAB_USAGE;
}

static bool differs(struct text *t, const char *what, const char *a, const char *b)
{
	if (!strcmp(a, b))
		return false;
	text_wrap(t, 4, "  %s differs: %s in A, %s in B", what, *a ? a : "none", *b ? b : "none");
	return true;
}

/* What else is not the same: a change may come from there. */
static void say_differences(const struct pair *p, struct text *t)
{
	const json_t *ha = json_object_get(p->a.plan, "host"), *hb = json_object_get(p->b.plan,
										     "host");
	bool any = differs(t, "suite version", plan_text(&p->a, "suite"),
			   plan_text(&p->b, "suite"));

	any |= differs(t, "QEMU", plan_text(&p->a, "qemu"), plan_text(&p->b, "qemu"));
	any |= differs(t, "guest program (sha256)", plan_text(&p->a, "guest_sha256"),
		       plan_text(&p->b, "guest_sha256"));
	if (!p->a.exact)
		any |= differs(t, "CPU", json_text(ha, "cpu"), json_text(hb, "cpu"));
	for (size_t i = 0; i < p->n; i++) {
		const struct comparison *c = &p->cmp[i];
		const json_t *ka = p->a.kernels[c->a.kernel].json;
		const json_t *kb = p->b.kernels[c->b.kernel].json;
		static const char *const keys[][2] = {
			{ "release", "release" }, { "base_version", "base version" },
			{ "compiler", "compiler" }, { "config_sha256", "config (sha256)" },
			{ "series_sha256", "series (sha256)" },
			{ "vmlinux_sha256", "vmlinux (sha256)" },
		};

		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			any |= differs(t, keys[k][1], json_text(ka, keys[k][0]),
				       json_text(kb, keys[k][0]));
	}
	if (!any)
		text_line(t, "  Suite, QEMU, guest program, compiler, config, series: the same.");
}

static void say_run(const char *letter, const struct run *run, struct text *t)
{
	text_wrap(t, 6, "  %s  %s, started %s, %s%s", letter, run->name,
		  plan_text(run, "started"), plan_text(run, "engine"),
		  run_incomplete(run) ? ", INCOMPLETE" : "");
}

static void one_side_kernels(const struct run *run, const struct run *other, const char *letter,
			     const struct pair *p, struct text *t)
{
	for (size_t k = 0; k < run->n_kernels; k++)
		if (run_kernel(other, run->kernels[k].name) < 0 &&
		    !(p->a.n_kernels == 1 && p->b.n_kernels == 1))
			text_wrap(t, 6, "  Only in %s: kernel %s", letter, run->kernels[k].name);
}

/* Was this row to be run there? Of a plan that lists its rows, by that list. */
static bool was_planned(const struct run *run, const char *row)
{
	const json_t *expect = json_object_get(run->plan, "expect");
	const char *globs = plan_text(run, "bench");

	if (expect)
		return json_object_get(json_object_get(expect, "rows"), row);
	return !*globs || globs_pick(globs, row);
}

/* What keeps this from being a verdict, by name. */
struct losses {
	struct strlist lost;		/* rows that one side owes and has not */
	size_t broken, failed;		/* rows, of both sides */
};

static void side_losses(const struct side *s, const struct side *other, const char *letter,
			struct losses *l)
{
	/* Also what its A/A boot and its profile say: a run is whole, or it is not. */
	struct side all = { .run = s->run, .kernel = s->kernel, .roles = ~0u };
	char why[WHY_MAX];

	for (size_t i = 0; i < other->run->n_rows; i++)
		if (side_row(s, other->run->rows[i], why) == VERDICT_NONE &&
		    side_row(other, other->run->rows[i], why) != VERDICT_NONE &&
		    was_planned(s->run, other->run->rows[i]))
			strlist_take(&l->lost, xasprintf("%s of %s (%s)", other->run->rows[i],
							 letter, side_name(s)));
	for (size_t i = 0; i < s->run->n_rows; i++) {
		enum verdict v = side_row(&all, s->run->rows[i], why);

		l->broken += v == VERDICT_BROKEN;
		l->failed += v == VERDICT_FAIL;
	}
}

static struct losses find_losses(const struct pair *p)
{
	struct losses l = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		side_losses(&p->cmp[i].a, &p->cmp[i].b, "A", &l);
		side_losses(&p->cmp[i].b, &p->cmp[i].a, "B", &l);
	}
	return l;
}

static size_t count_compared(const struct pair *p, enum change change)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->cmp[i].count[change];
	return n;
}

static size_t count_lines(const struct pair *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->cmp[i].n;
	return n;
}

static bool is_whole(const struct pair *p, const struct losses *l)
{
	return count_compared(p, CHANGE_NONE) < count_lines(p) && !l->lost.n && !l->broken &&
	       !run_incomplete(&p->a) && !run_incomplete(&p->b);
}

/* The one verdict: the sentence begins with it, and it is the exit status. */
static int compare_status(const struct pair *p, const struct losses *l)
{
	if (count_compared(p, CHANGE_NONE) == count_lines(p))
		err("%s and %s have no figure in common: nothing was compared", p->a.name,
		    p->b.name);
	if (!is_whole(p, l))
		return PINLAB_BROKE;
	return count_compared(p, CHANGE_SLOWER) || l->failed ? PINLAB_FAIL : PINLAB_OK;
}

static void say_loss(struct text *s, size_t n, const char *what)
{
	if (n)
		text_raw(s, "%s%zu row%s %s", s->n ? ", " : "", n, n == 1 ? "" : "s", what);
}

static void sentence(const struct pair *p, const struct losses *l, struct text *t)
{
	bool whole = is_whole(p, l);
	struct text s = { 0 }, wrong = { 0 };

	if (run_incomplete(&p->a) || run_incomplete(&p->b))
		text_raw(&wrong, "run %s is incomplete", run_incomplete(&p->a) ?
			 run_incomplete(&p->b) ? "A and run B" : "A" : "B");
	say_loss(&wrong, l->broken, "BROKEN");
	say_loss(&wrong, l->lost.n, "LOST on one side");
	say_loss(&wrong, l->failed, "FAILED");
	if (wrong.n)
		text_raw(&s, "%s%s. ", whole ? "" : "NO VERDICT: ", wrong.s);
	for (size_t i = 0; i < p->n; i++) {
		text_raw(&s, "%s", i ? "; " : "");
		report_pair(&p->cmp[i], whole && !l->failed, &s);
	}
	text_wrap(t, 0, "%s.", s.s);
	text_free(&s);
	text_free(&wrong);
}

static void compare_text(const struct pair *p, const struct losses *l, struct text *t)
{
	sentence(p, l, t);
	text_line(t, "%s", "");
	say_run("A", &p->a, t);
	say_run("B", &p->b, t);
	say_differences(p, t);
	one_side_kernels(&p->a, &p->b, "A", p, t);
	one_side_kernels(&p->b, &p->a, "B", p, t);
	for (size_t i = 0; i < l->lost.n && i < LOST_SHOWN; i++)
		text_wrap(t, 6, "  LOST: %s", l->lost.v[i]);
	if (l->lost.n > LOST_SHOWN)
		text_line(t, "  LOST: %zu more rows", l->lost.n - LOST_SHOWN);
	text_line(t, "%s", "");
	for (size_t i = 0; i < p->n; i++)
		report_summary(&p->cmp[i], t);
	report_legend(&p->cmp[0], t);
	report_limits(&p->a, true, t);
	for (size_t i = 0; i < p->n; i++)
		report_lines(&p->cmp[i], t);
}

static int compare_runs(struct pair *p)
{
	struct losses l = { 0 };
	struct text t = { 0 };
	int ret = check_engines(p);

	if (!ret)
		ret = make_pairs(p);
	if (!ret) {
		l = find_losses(p);
		compare_text(p, &l, &t);
		fputs(t.s, stdout);
		ret = compare_status(p, &l);
	}
	text_free(&t);
	strlist_free(&l.lost);
	for (size_t i = 0; i < p->n; i++) {
		comparison_free(&p->cmp[i]);
		free(p->labels[2 * i]);
		free(p->labels[2 * i + 1]);
	}
	free(p->cmp);
	free(p->labels);
	return ret;
}

static int run(const struct verb *v, struct options *o)
{
	struct pair p = { 0 };
	char *a, *b = NULL;
	int ret = PINLAB_USAGE;

	(void)v;
	if (o->args.n != 2) {
		err("compare takes two runs; see ./pinlab compare --help");
		return PINLAB_USAGE;
	}
	interrupts_quit(true);
	a = runs_find(o->args.v[0]);
	if (a)
		b = runs_find(o->args.v[1]);
	if (b) {
		ret = PINLAB_BROKE;
		if (!run_load(a, &p.a) && !run_load(b, &p.b))
			ret = compare_runs(&p);
		run_free(&p.a);
		run_free(&p.b);
	}
	free(a);
	free(b);
	return ret;
}

PINLAB_VERB(compare) = {
	.place		= 80,
	.name		= "compare",
	.summary	= "two runs against each other",
	.usage		= "RUN_A RUN_B",
	.about		=
"Each is a name below results/ or a path. Exact runs are compared digit for\n"
"digit, wall-clock runs with intervals. Exit status 1 if a row is slower.\n",
	.examples	=
"  ./pinlab compare results/reference/6.12 bench-20261123-054500\n",
	.max_args	= 2,
	.no_args	= "two runs are compared, no more",
	.run		= run,
};
