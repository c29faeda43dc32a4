// SPDX-License-Identifier: GPL-2.0
/* From a list of kernels to a comparison: the main job. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/tsc.h"
#include "host/bench/derive.h"
#include "host/bench/list.h"
#include "host/run/catalog.h"
#include "host/run/expect.h"
#include "host/run/plan.h"
#include "host/run/prepare.h"
#include "host/run/verb.h"
#include "include/wire.h"

/* Rows that need much memory and time are run where they are asked for. */
#define MEMORY_ROWS "share_*"
#define ALL "*,!" MEMORY_ROWS
/* For rows that need "memory": two times a gibibyte, and what else there is. */
#define MEMORY_MB	3072
#define MEMORY_SILENCE	900
#define MEMORY_SECONDS	5400
/* Prime, so that the A/A boots' phases share no period with a tick. */
#define SKEW_STEP 100003ul

static bool needs_memory(const struct bench_row *row)
{
	struct strlist needs = { 0 };
	bool yes;

	strlist_split(&needs, row->needs, ",");
	yes = strlist_has(&needs, WIRE_NEEDS_MEMORY);
	strlist_free(&needs);
	return yes;
}

/* p->own: a bool, whether rows that need memory are among them. */
static int resolve(struct run_plan *p)
{
	const char *said = p->options->bench;
	struct strlist names = { 0 };
	struct bench_row *rows;
	size_t n = rows_load(&rows);
	bool *memory;

	if (!n)
		return PINLAB_BROKE;
	memory = xcalloc(1, sizeof(*memory));
	p->own = memory;
	for (size_t i = 0; i < n; i++)
		if (said || !needs_memory(&rows[i]))
			strlist_add(&names, rows[i].name);
	p->rows = names_resolve("bench", "benchmark", said ? said : "*", &names, &p->n_rows);
	strlist_free(&names);
	if (p->rows && !said) {
		free(p->rows);
		p->rows = xstrdup(ALL);
	}
	for (size_t i = 0; p->rows && i < n; i++)
		*memory |= needs_memory(&rows[i]) && glob_match(p->rows, rows[i].name);
	rows_free(rows, n);
	return p->rows ? PINLAB_OK : PINLAB_USAGE;
}

static void add_boot(struct run_plan *p, size_t kernel, const char *role, long index)
{
	struct run_boot *b = run_add_boot(p, kernel, role, index);

	/*
	 * Where figures are exact the A/A boot is put out of phase, or it
	 * would be the same simulation twice and prove nothing.
	 */
	if (p->engine->exact && !strcmp(role, "aa"))
		b->skew = SKEW_STEP * (index + 1);
}

/* Blocks in seeded random order, or one of each where it is exact. */
static void lay_out(struct run_plan *p)
{
	long blocks = p->options->boots ? p->options->boots : p->engine->boots;
	size_t n = p->n_kernels + 1, *order = xcalloc(n, sizeof(*order));
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	if (!p->engine->qemu)
		n = 1;		/* native: one kernel, once; runs are compared */
	gsl_rng_set(rng, p->options->seed);
	for (long block = 0; block < blocks; block++) {
		for (size_t i = 0; i < n; i++)
			order[i] = i;
		if (!p->engine->exact)
			gsl_ran_shuffle(rng, order, n, sizeof(*order));
		for (size_t i = 0; i < n; i++) {
			size_t k = order[i];

			/* 0: the baseline, 1: the baseline again, 2...: the others */
			add_boot(p, k < 2 ? 0 : k - 1, k == 0 ? "base" : k == 1 ? "aa" : "test",
				 block);
		}
	}
	/*
	 * Boots of their own: under the plugin one figure in hundreds differs
	 * from run to run, by a few instructions. Without it, none.
	 */
	for (size_t k = 0; p->engine->exact && !p->options->no_profile && k < p->n_kernels; k++)
		add_boot(p, k, "profile", 0);
	gsl_rng_free(rng);
	free(order);
}

static void describe(const struct run_plan *p, json_t *plan)
{
	json_object_set_new(plan, "bench", json_string(p->rows));
	json_object_set_new(plan, "delta_percent", json_real(p->options->delta));
	/* The guest says what it times by, and how well: guest/clock_find.c. */
	if (!p->engine->exact)
		json_object_set_new(plan, "clocks", json_true());
	expect_benchmarks(plan, p->engine->exact);
}

static char *job(const struct run_plan *p, const struct run_boot *b)
{
	const char *profile = strcmp(b->role, "profile") ? "" :
			      " " WIRE_ARG_PROFILE "1 " WIRE_ARG_REPEATS "1";
	char *skew = b->skew ? xasprintf(" " WIRE_ARG_SKEW "%lu", b->skew) : xstrdup("");
	char *words = xasprintf(WIRE_ARG_BENCH "%s%s%s", p->rows, profile, skew);

	free(skew);
	return words;
}

static void native(const struct run_plan *p, const struct run_boot *b, struct strlist *argv)
{
	(void)b;
	strlist_add(argv, "--bench");
	strlist_add(argv, p->rows);
	if (tsc_khz()) {
		strlist_add(argv, "--tsc-khz");
		strlist_take(argv, xasprintf("%ld", tsc_khz()));
	}
}

static void adjust(const struct run_plan *p, const struct run_boot *b, struct boot_needs *n)
{
	const bool *memory = p->own;

	(void)b;
	if (!*memory)
		return;
	n->memory_mb = MEMORY_MB;
	n->silence = MEMORY_SILENCE;
	n->limit = MEMORY_SECONDS;
}

static void release(struct run_plan *p)
{
	free(p->own);
}

static const struct run_kind kind = {
	.rows		= "rows",
	/* The longest row is far below that silence, on a loaded machine too. */
	.needs		= { .memory_mb = 512, .silence = 60, .limit = 900 },
	.resolve	= resolve,
	.lay_out	= lay_out,
	.describe	= describe,
	.job		= job,
	.native		= native,
	.adjust		= adjust,
	.release	= release,
};

PINLAB_VERB(bench) = {
	.place		= 10,
	.name		= "bench",
	.summary	= "measure what a series costs: kernels against each other",
	.about		=
"Builds the kernels (or takes them from the cache), boots each with the same\n"
"benchmarks, and writes results/NAME/report.txt: the first kernel is the\n"
"baseline, the others are compared with it. The baseline is booted twice: the\n"
"A/A column shows how much two boots of the baseline differ.\n",
	.examples	=
"  ./pinlab bench\n"
"  ./pinlab bench --series my-series.mbox --bench 'pin_*,getppid'\n"
"  ./pinlab bench --base ~/src/linux@v6.12 --kernels base,base+exclusive\n",
	.options	= (const struct takes[]){
		{ "kernels" },
		{ "series" },
		{ "base" },
		{ "bench" },
		{ "engine", "icount  instructions, exact to the digit (default)\n"
			    "mttcg   QEMU with several CPUs, wall-clock time\n"
			    "kvm     the real CPU, wall-clock time\n"
			    "native  the running kernel: rows that need no driver\n"
			    "auto    kvm if a guest really boots under it, else icount" },
		{ "module" },
		{ "quiet-machine" },
		{ "run" },
		{ "again" },
		{ "boots", "boots of each kernel (default: 1 for icount, else 10)" },
		{ "delta" },
		{ "seed", "order of boots and resampling (default 1)" },
		{ "jobs" },
		{ "timeout", "seconds for one boot (default 900)" },
		{ "silence", "seconds for which a guest may be silent (default 60)" },
		{ "no-profile" },
		{ "flavor", "Kconfig set of the kernels (default: lean)" },
		{ NULL }
	},
	/* The same digits on every machine: so exact, not the fastest that there is. */
	.engine		= "icount",
	.flavor		= "lean",
	.run		= run_verb,
	.kind		= &kind,
	.derive		= bench_derive,
	.print_run	= bench_print_run,
	.lists		= (const struct verb_list[]){ { "benchmarks", bench_print_list },
						      { NULL } },
};
