// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "host/report/derive.h"
#include "host/run/folder.h"
#include "host/run/runs.h"
#include "host/run/verb.h"

/* The files of a run that is under way are its runner's to write. */
static int derive(const char *dir, const char *name)
{
	struct place p = { .fd = -1 };
	int lock, ret = run_hold(dir, name, &p, &lock);

	if (!ret) {
		ret = report_derive(dir);
		place_unlock(&p, lock);
		if (run_print_file(dir, "report.txt", NULL))
			ret = PINLAB_BROKE;
		note("report: %s/report.txt", dir);
	}
	place_close(&p);
	return ret;
}

static int run(const struct verb *v, struct options *o)
{
	char *dir = o->run ? runs_find(o->run) : runs_newest();
	int ret;

	(void)v;
	if (!dir)
		return PINLAB_USAGE;
	interrupts_quit(true);
	ret = derive(dir, o->run ? o->run : strrchr(dir, '/') + 1);
	free(dir);
	return ret;
}

static int list(const char *glob)
{
	struct strlist names = { 0 };
	size_t shown = 0;

	interrupts_quit(true);
	runs_list(&names);
	for (size_t i = 0; i < names.n; i++) {
		char *dir = glob && !glob_match(glob, names.v[i]) ? NULL : runs_find(names.v[i]);
		const struct verb *v;

		if (!dir)
			continue;
		v = verb_of_run(dir);
		if (v)
			v->print_run(names.v[i], dir);
		else
			printf("%-32s cannot be read\n", names.v[i]);
		shown++;
		free(dir);
	}
	if (!shown)
		note("no run%s%s in results/; ./pinlab bench makes one", glob ? " matches " : "",
		     glob ? glob : "");
	strlist_free(&names);
	return shown || !glob ? PINLAB_OK : PINLAB_USAGE;
}

PINLAB_VERB(report) = {
	.place		= 70,
	.name		= "report",
	.summary	= "derive every report of a run again, offline",
	.about		=
"Reads results/NAME/ only. report.txt, samples.tsv, verdicts.ktap and\n"
"manifest.json come out byte for byte as they were. If a file of a boot was\n"
"changed since, it is named and nothing is overwritten. A run that is under way\n"
"is left to the one who runs it.\n",
	.examples	=
"  ./pinlab report --run bench-20261123-054500\n",
	.options	= (const struct takes[]){
		{ "run", "a name below results/, or a path (default: the newest run)" },
		{ NULL }
	},
	.no_args	= "the run is named with --run",
	.run		= run,
	.lists		= (const struct verb_list[]){ { "runs", list }, { NULL } },
};
