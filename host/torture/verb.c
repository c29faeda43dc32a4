// SPDX-License-Identifier: GPL-2.0
/* Kernels, scenarios, seeds: boot them and say what broke. */
#include <stdlib.h>
#include <string.h>

#include "host/kernel/names.h"
#include "host/run/catalog.h"
#include "host/run/expect.h"
#include "host/run/plan.h"
#include "host/run/prepare.h"
#include "host/run/verb.h"
#include "host/torture/files.h"
#include "include/wire.h"

#define DEFAULT_SECONDS 120
#define SILENCE_SECONDS	300
#define LIMIT_SECONDS	900

/* Programs of others find out about pinlab, not about the kernel: they run beside seeded bugs. */
#define OTHERS "others/*"
#define ALL "*,!" OTHERS
/* The series that seeded bugs stand on. */
#define BUG_PARENT "exclusive"
/*
 * Scenarios that need what would disturb others, and so a machine of their own:
 * a huge page of 1 GiB, for which this much memory is needed, and memory that no
 * long-term pin may keep.
 */
#define BIG		"big/*"
#define BIG_MB		5120
#define BIG_WORDS	"hugepagesz=1G hugepages=1 movablecore=512M"

/* p->own: what is booted, as globs of scenarios; NULL: no such boots. */
struct torture_boots {
	char *test;		/* each kernel, once for each seed */
	bool big;		/* each kernel, once */
	bool others;		/* seeded bugs and their unbroken parents, once */
	char *kernels;		/* o->kernels points here */
};

static bool hits(const char *globs, const struct scenario_line *lines, size_t n, const char *needs)
{
	for (size_t i = 0; i < n; i++)
		if (glob_match(globs, lines[i].name) && !strcmp(lines[i].needs, needs))
			return true;
	return false;
}

/* Which boots are needed for the scenarios that p->rows stands for. */
static void choose_boots(const struct run_plan *p, const struct scenario_line *lines, size_t n)
{
	struct torture_boots *boots = p->own;
	bool test = false;

	for (size_t i = 0; i < n; i++) {
		if (!glob_match(p->rows, lines[i].name))
			continue;
		if (glob_match(BIG, lines[i].name))
			boots->big = true;
		else
			test = true;
	}
	/* Tests of the suite itself are in no list. */
	if (!boots->big)
		boots->test = xstrdup(p->rows);
	else if (test)
		boots->test = xasprintf("%s,!%s", p->rows, BIG);
	boots->others = !p->options->scenarios;
}

static int resolve(struct run_plan *p)
{
	const char *said = p->options->scenarios;
	struct scenario_line *lines;
	struct strlist names = { 0 };
	size_t n = scenarios_load(&lines);

	if (!n)
		return PINLAB_BROKE;
	p->own = xcalloc(1, sizeof(struct torture_boots));
	for (size_t i = 0; i < n; i++)
		if (said || !glob_match(OTHERS, lines[i].name))
			strlist_add(&names, lines[i].name);
	p->rows = names_resolve("scenarios", "scenario", said ? said : "*", &names, &p->n_rows);
	if (p->rows)
		p->tools = hits(p->rows, lines, n, WIRE_NEEDS_TOOLS);
	if (p->rows && !said) {
		free(p->rows);
		p->rows = xstrdup(ALL);
	}
	if (p->rows)
		choose_boots(p, lines, n);
	scenarios_free(lines, n);
	strlist_free(&names);
	return p->rows ? PINLAB_OK : PINLAB_USAGE;
}

/*
 * A seeded bug is compared with its unbroken parent, which must pass where the
 * bug fails: it is added to the kernels where it is not among them.
 */
static int with_parents(struct run_plan *p, struct options *o)
{
	struct torture_boots *boots = p->own;
	struct strlist names = { 0 };
	struct kernel *k;
	char *all;
	size_t n;

	if (kernels_parse(o->kernels, o->base, &o->series, o->flavor, &k, &n))
		return PINLAB_USAGE;
	all = xstrdup(o->kernels ? o->kernels : "");
	for (size_t i = 0; i < n; i++)
		strlist_add(&names, k[i].name);
	for (size_t i = 0; i < n; i++) {
		char *parent = xasprintf("%s+" BUG_PARENT, k[i].base), *more;

		if (k[i].bug && !strlist_has(&names, parent)) {
			strlist_add(&names, parent);
			more = xasprintf("%s,%s", parent, all);
			free(all);
			all = more;
		}
		free(parent);
	}
	strlist_free(&names);
	kernels_free(k, n);
	boots->kernels = all;
	o->kernels = *all ? all : NULL;
	return PINLAB_OK;
}

static int check(const struct options *o)
{
	bool native = o->engine && !strcmp(o->engine, "native");

	if (native && !o->host_kernel) {
		err("torture --engine native would torture the kernel that this machine runs, and may crash it; add --on-the-running-kernel if you want that");
		return PINLAB_USAGE;
	}
	if (!native && o->host_kernel) {
		err("torture --on-the-running-kernel goes with --engine native only");
		return PINLAB_USAGE;
	}
	return PINLAB_OK;
}

/* Does the plan have a seeded bug on this kernel? */
static bool is_parent(const struct run_plan *p, const struct kernel *k)
{
	for (size_t i = 0; i < p->n_kernels; i++)
		if (p->kernels[i].bug && !strcmp(p->kernels[i].base, k->base) &&
		    !strcmp(k->variant, BUG_PARENT))
			return true;
	return false;
}

static struct run_boot *add_boot(struct run_plan *p, size_t kernel, const char *role, long index,
				 unsigned long seed, const char *rows)
{
	struct run_boot *b = run_add_boot(p, kernel, role, index);

	b->seed = seed;
	b->rows = xstrdup(rows);
	return b;
}

static void lay_out(struct run_plan *p)
{
	const struct torture_boots *boots = p->own;
	long seeds = p->options->boots ? p->options->boots : 1;
	unsigned long seed = p->options->seed;

	for (long i = 0; i < seeds && boots->test; i++)
		for (size_t k = 0; k < p->n_kernels; k++)
			add_boot(p, k, "test", i, seed + i, boots->test);
	/* These draw nothing from a seed: once. */
	for (size_t k = 0; k < p->n_kernels && boots->big; k++)
		add_boot(p, k, "big", 0, seed, BIG)->big = true;
	for (size_t k = 0; k < p->n_kernels && boots->others; k++)
		if (p->kernels[k].bug || is_parent(p, &p->kernels[k]))
			add_boot(p, k, "others", 0, seed, OTHERS);
}

static long seconds(const struct run_plan *p)
{
	return p->options->duration ? p->options->duration : DEFAULT_SECONDS;
}

static void describe(const struct run_plan *p, json_t *plan)
{
	json_object_set_new(plan, "scenarios", json_string(p->rows));
	json_object_set_new(plan, "seconds", json_integer(seconds(p)));
	json_object_set_new(plan, "stop", json_boolean(p->options->stop));
	expect_scenarios(plan);
}

/* It ends at its first failure. */
static bool stops(const struct run_plan *p, const struct run_boot *b)
{
	return strcmp(b->role, "others") && (p->options->stop || p->kernels[b->kernel].bug);
}

static char *job(const struct run_plan *p, const struct run_boot *b)
{
	const char *after = b->rest.after;

	return xasprintf(WIRE_ARG_TORTURE "%s " WIRE_ARG_SEED "%lu " WIRE_ARG_SECONDS "%ld "
			 WIRE_ARG_STOP "%d%s%s", b->rows, b->seed, seconds(p), stops(p, b),
			 *after ? " " WIRE_ARG_AFTER : "", after);
}

/* A boot that ends at its first failure has had it when its kernel went down. */
static bool goes_on(const struct run_plan *p, const struct run_boot *b)
{
	return !stops(p, b);
}

static void native(const struct run_plan *p, const struct run_boot *b, struct strlist *argv)
{
	strlist_add(argv, "--torture");
	strlist_add(argv, p->rows);
	strlist_add(argv, "--seed");
	strlist_take(argv, xasprintf("%lu", b->seed));
	strlist_add(argv, "--seconds");
	strlist_take(argv, xasprintf("%ld", seconds(p)));
	if (p->options->stop)
		strlist_add(argv, "--stop");
}

static void adjust(const struct run_plan *p, const struct run_boot *b, struct boot_needs *n)
{
	n->silence = SILENCE_SECONDS + seconds(p);
	n->limit = LIMIT_SECONDS + 2 * seconds(p);
	if (b->big) {
		n->memory_mb = BIG_MB;
		n->words = BIG_WORDS;
	}
}

static void release(struct run_plan *p)
{
	struct torture_boots *boots = p->own;

	if (boots) {
		free(boots->test);
		free(boots->kernels);
	}
	free(boots);
}

static int list(const char *glob)
{
	struct scenario_line *lines;
	size_t n = scenarios_load(&lines), shown = 0;

	for (size_t i = 0; i < n; i++) {
		if (glob && !glob_match(glob, lines[i].name))
			continue;
		printf("%-28s %s%s\n", lines[i].name, lines[i].summary,
		       strcmp(lines[i].timed, "fixed") ? "" : " (runs until it is done)");
		shown++;
	}
	scenarios_free(lines, n);
	if (!n)
		return PINLAB_BROKE;
	if (!shown)
		err("no scenario matches %s; see ./pinlab list scenarios", glob);
	return shown ? PINLAB_OK : PINLAB_USAGE;
}

static const struct run_kind kind = {
	.rows		= "scenarios",
	/*
	 * It splits huge pages, swaps, and forks while it holds what it has. A row
	 * says nothing while it runs, and some end by themselves.
	 */
	.needs		= { .memory_mb = 1024, .files = true },
	.check		= check,
	.resolve	= resolve,
	.add_kernels	= with_parents,
	.lay_out	= lay_out,
	.describe	= describe,
	.job		= job,
	.native		= native,
	.adjust		= adjust,
	.goes_on	= goes_on,
	.release	= release,
};

PINLAB_VERB(torture) = {
	.place		= 20,
	.name		= "torture",
	.summary	= "try to break exclusive pins: races, limits, abuse",
	.about		=
"Boots each kernel once for each seed, with several CPUs, and runs scenarios\n"
"that race, exhaust and abuse pins. results/NAME/report.txt says which promise\n"
"was broken, by whom, and how to see it again. Never on this machine's own\n"
"kernel, unless you say so.\n",
	.examples	=
"  ./pinlab torture --kernels 6.12+exclusive --scenarios 'race/*' --seed 7\n"
"  ./pinlab torture --kernels busted\n",
	.options	= (const struct takes[]){
		{ "kernels",
		  "BASE, BASE+VARIANT (6.12,6.12+exclusive); `busted`: all seeded bugs, which "
		  "have to be caught, or 6.12+busted:NAME, where NAME may be a glob" },
		{ "series" },
		{ "base" },
		{ "scenarios" },
		{ "duration", "seconds of each boot that scenarios share (default 120)" },
		{ "seed", "seed of the first boot of each kernel (default 1)" },
		{ "boots", "boots a kernel, each with the next seed (default 1)" },
		{ "stop", "a boot ends at its first failure (always so for bugs)" },
		{ "flavor", "torture (default), debug (KASAN, lockdep, slower), lean" },
		{ "engine", "mttcg (default), kvm, or auto: kvm if a guest boots under it" },
		{ "run" },
		{ "again" },
		{ "jobs", "guests at once (default 1)" },
		{ "timeout" },
		{ "silence" },
		{ "on-the-running-kernel",
		  "with --engine native: torture the kernel of this very machine, which may "
		  "crash" },
		{ "module", "native: load this pinlab.ko first" },
		{ NULL }
	},
	.engine		= "mttcg",
	.flavor		= "torture",
	/* Races need several CPUs and a clock that runs: one emulated CPU shows nothing. */
	.refused	= (const struct refusal[]){
		{ "icount", "icount has one CPU and no real time; use mttcg or kvm" },
		{ NULL }
	},
	.run		= run_verb,
	.kind		= &kind,
	.derive		= torture_derive,
	.print_run	= torture_print_run,
	.lists		= (const struct verb_list[]){ { "scenarios", list }, { NULL } },
};
