// SPDX-License-Identifier: GPL-2.0
/* From options to a night: what there is to run, on which kernels. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/kernel/names.h"
#include "host/nightly/files.h"
#include "host/nightly/nightly.h"
#include "host/nightly/run.h"
#include "host/run/prepare.h"
#include "host/run/catalog.h"
#include "host/run/verb.h"
#include "host/kernel/source/bases.h"
#include "host/kernel/source/source.h"

#define DEFAULT_FLAVORS "torture,debug"
#define VARIANT "+exclusive"
#define NIGHT_ENGINES \
	"use mttcg or kvm: it needs several CPUs, and never tortures this machine's own kernel"
/* Programs of others find out about pinlab, not about the kernel: by name only. */
#define OTHERS "others/*"

/* Each base that has the series, without and with it. */
static char *default_kernels(void)
{
	struct strlist names = { 0 };
	char *all = xstrdup("");

	kernels_list(&names);
	for (size_t i = 0; i < names.n; i++) {
		size_t len = strcspn(names.v[i], "+");
		char *more;

		if (strcmp(names.v[i] + len, VARIANT))
			continue;
		more = xasprintf("%s%s%.*s,%s", all, *all ? "," : "", (int)len, names.v[i],
				 names.v[i]);
		free(all);
		all = more;
	}
	strlist_free(&names);
	return all;
}

static int scenarios(struct night_request *q)
{
	const char *said = q->o->scenarios;
	struct strlist names = { 0 };
	struct scenario_line *lines;
	size_t n = scenarios_load(&lines);
	char *globs;
	long count = 0;

	if (!n)
		return PINLAB_BROKE;
	q->wanted = xcalloc(n, sizeof(*q->wanted));
	q->timed = xcalloc(n, sizeof(*q->timed));
	for (size_t i = 0; i < n; i++)
		if (said || !glob_match(OTHERS, lines[i].name))
			strlist_add(&names, lines[i].name);
	globs = names_resolve("scenarios", "scenario", said ? said : "*", &names, &count);
	for (size_t i = 0; i < n && globs; i++) {
		strlist_add(&q->scenarios, lines[i].name);
		q->wanted[i] = strlist_has(&names, lines[i].name) &&
			       glob_match(globs, lines[i].name);
		q->timed[i] = !strcmp(lines[i].timed, "timed");
	}
	if (globs && !count)
		err("nightly --scenarios %s: the suite's own tests have to fail; run them by ./pinlab torture",
		    said);
	scenarios_free(lines, n);
	strlist_free(&names);
	free(globs);
	return globs && count ? PINLAB_OK : PINLAB_USAGE;
}

/* A folder, or one with a commit behind it, and no base of ours. */
static bool is_tree(const char *base)
{
	char *dir = xasprintf("%.*s", (int)(strrchr(base, '@') ? strrchr(base, '@') - base :
					    (long)strlen(base)), base);
	struct strlist names = { 0 };
	bool tree;

	bases_list(&names);
	tree = !strlist_has(&names, base) && (file_exists(base) || file_exists(dir));
	strlist_free(&names);
	free(dir);
	return tree;
}

/* Turns are named from the folder of ./pinlab; what else was named goes along. */
static int move_home(struct options *o, struct strlist *owned)
{
	const char **paths[] = { &o->run, &o->against, &o->base };
	char cwd[4096];

	if (!getcwd(cwd, sizeof(cwd))) {
		err("the current folder: %s", strerror(errno));
		return PINLAB_BROKE;
	}
	cache_dir();
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const char *s = *paths[i];

		if (!s || *s == '/' || !(paths[i] == &o->base ? is_tree(s) : !!strchr(s, '/')))
			continue;
		strlist_take(owned, xasprintf("%s/%s", cwd, s));
		*paths[i] = owned->v[owned->n - 1];
	}
	for (size_t i = 0; i < o->series.n; i++) {
		char *full = realpath(o->series.v[i], NULL);

		if (!full) {
			err("--series %s: %s; give an mbox, a patch or a folder of patches",
			    o->series.v[i], strerror(errno));
			return PINLAB_USAGE;
		}
		free(o->series.v[i]);
		o->series.v[i] = full;
	}
	if (!chdir(repo_dir()))
		return PINLAB_OK;
	err("%s: %s", repo_dir(), strerror(errno));
	return PINLAB_BROKE;
}

static void split_flavors(const char *said, struct strlist *flavors)
{
	struct strlist names = { 0 };

	strlist_split(&names, said, ", ");
	for (size_t i = 0; i < names.n; i++)
		if (!strlist_has(flavors, names.v[i]))
			strlist_add(flavors, names.v[i]);
	strlist_free(&names);
}

static int run(const struct verb *v, struct options *o)
{
	struct night_request q = { .o = o, .budget = o->budget };
	struct strlist owned = { 0 };
	int ret = o->engine ? verb_check_engine(v, o->engine) : PINLAB_OK;

	if (ret)
		return ret;
	if (!q.budget) {
		err("nightly --budget is missing: give a time: 90m, 2h, 1h30m, 5400s, or 5400 (seconds)");
		return PINLAB_USAGE;
	}
	if (o->engine && !engine_find(o->engine))
		return engine_choose(&(struct run_plan){ 0 }, o->engine, NULL, NULL);
	split_flavors(o->flavors ? o->flavors : DEFAULT_FLAVORS, &q.flavors);
	if (!ret && !q.flavors.n) {
		err("nightly --flavors '%s': no name in it", o->flavors);
		ret = PINLAB_USAGE;
	}
	if (!ret)
		ret = move_home(o, &owned);
	if (!ret)
		ret = scenarios(&q);
	if (!ret) {
		q.kernels = o->kernels ? xstrdup(o->kernels) :
			    o->base || o->series.n ? NULL : default_kernels();
		ret = night_run(&q);
	}
	free(q.kernels);
	free(q.wanted);
	free(q.timed);
	strlist_free(&q.flavors);
	strlist_free(&q.scenarios);
	strlist_free(&owned);
	return ret;
}

PINLAB_VERB(nightly) = {
	.place		= 40,
	.name		= "nightly",
	.summary	= "torture for a given time, compared with the last night",
	.usage		= "--budget TIME [OPTIONS]",
	.about		=
"Divides the time between kernels, flavors, scenarios and seeds. Keeps all files\n"
"of what failed, with a file `reproduce`. Writes results/NAME/report.txt, which\n"
"compares this night with the last one, verdicts.ktap, junit.xml and kcidb.json.\n"
"What failed last night is run again first; all other seeds are new each night.\n"
"What did not get its turn is listed as not run. A night that was cut off is\n"
"continued by the same command with --run NAME; then what the host did to a boot\n"
"(QEMU killed, an I/O error) is made again too. ./pinlab report --run NAME shows\n"
"what is there, when the night is over. The time includes builds.\n",
	.notes		=
"Exit status 0 nothing failed, 1 something did, 3 a build or the night itself\n"
"broke, 130 interrupted.\n",
	.examples	=
"  ./pinlab nightly --budget 2h\n"
"  ./pinlab nightly --budget 30m --kernels 6.12+exclusive --flavors torture\n"
"Each night at one o'clock, by one line in crontab -e (make installs packages):\n"
"  0 1 * * * cd pinlab && make -s nightly BUDGET=5h 2>results/nightly.log\n"
"or from a systemd timer with OnCalendar=01:00, whose service has\n"
"  WorkingDirectory=%h/pinlab\n"
"  ExecStart=make -s nightly BUDGET=5h\n",
	.options	= (const struct takes[]){
		{ "budget" },
		{ "kernels",
		  "BASE, BASE+VARIANT (default: each base that has the series `exclusive`, "
		  "without and with it)" },
		{ "flavors", "default: torture,debug; debug gets a quarter of the time" },
		{ "scenarios" },
		{ "series" },
		{ "base", "6.12, a kernel tree, or TREE@REF" },
		{ "seed", "the first seed (default: after the last night's, or from the date)" },
		{ "against" },
		{ "engine" },
		{ "run", "name of the night; one that was cut off is continued" },
		{ "again",
		  "with --run: make these boots again, by globs of their ids, or `failed`: all in "
		  "which something did; they get their time beyond the budget" },
		{ NULL }
	},
	.engine		= "mttcg",
	.refused	= (const struct refusal[]){
		{ "auto", NIGHT_ENGINES },
		{ "icount", NIGHT_ENGINES },
		{ "native", NIGHT_ENGINES },
		{ NULL }
	},
	.run		= run,
	.derive		= night_derive,
	.print_run	= night_print_run,
};
