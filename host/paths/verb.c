// SPDX-License-Identifier: GPL-2.0
/* Kernels and paths: boot them and say which page was reached by what. */
#include <stdlib.h>
#include <string.h>

#include "host/paths/files.h"
#include "host/run/catalog.h"
#include "host/run/expect.h"
#include "host/run/plan.h"
#include "host/run/prepare.h"
#include "host/run/verb.h"
#include "include/wire.h"

#define CRASH_SECONDS	180

/* p->own */
struct lines {
	struct path_line *v;
	size_t n;
};

static bool crash_mode(const struct options *o)
{
	return o->mode && !strcmp(o->mode, "crash");
}

static int check(const struct options *o)
{
	if (!o->mode || crash_mode(o) || !strcmp(o->mode, "content"))
		return PINLAB_OK;
	err("--mode %s: there are content and crash; see ./pinlab paths --help", o->mode);
	return PINLAB_USAGE;
}

static int resolve(struct run_plan *p)
{
	const char *said = p->options->paths;
	struct lines *lines = xcalloc(1, sizeof(*lines));
	struct strlist names = { 0 };

	p->own = lines;
	lines->n = paths_load(&lines->v);
	if (!lines->n)
		return PINLAB_BROKE;
	for (size_t i = 0; i < lines->n; i++)
		if (crash_mode(p->options) || strcmp(lines->v[i].who, "attack"))
			strlist_add(&names, lines->v[i].name);
	p->rows = names_resolve("paths", "path", said ? said : "*", &names, &p->n_rows);
	strlist_free(&names);
	return p->rows ? PINLAB_OK : PINLAB_USAGE;
}

/* "pinned" stands for the best pin that the kernel has. */
static void add_crash_boots(struct run_plan *p, size_t kernel, const struct path_line *l)
{
	struct strlist cells = { 0 };
	const char *pin = *p->kernels[kernel].variant ? "exclusive" : "longterm";

	strlist_split(&cells, l->cells, ",");
	for (size_t i = 0; i < cells.n; i++) {
		const char *slash = strchr(cells.v[i], '/');
		struct run_boot *b = run_add_boot(p, kernel, "crash", 0);

		b->rows = xstrdup(l->name);
		b->cell = slash ? xasprintf("%s%s", pin, slash) : xstrdup(cells.v[i]);
	}
	strlist_free(&cells);
}

/* A boot of each kernel; where each may crash, one for each cell. */
static void lay_out(struct run_plan *p)
{
	const struct lines *lines = p->own;

	for (size_t k = 0; k < p->n_kernels; k++) {
		if (!crash_mode(p->options)) {
			run_add_boot(p, k, "test", 0);
			continue;
		}
		for (size_t i = 0; i < lines->n; i++)
			if (glob_match(p->rows, lines->v[i].name))
				add_crash_boots(p, k, &lines->v[i]);
	}
	if (crash_mode(p->options))
		p->n_rows = 1;
}

static void describe(const struct run_plan *p, json_t *plan)
{
	json_object_set_new(plan, "paths", json_string(p->rows));
	expect_paths(plan);
}

static char *job(const struct run_plan *p, const struct run_boot *b)
{
	if (!b->cell)
		return xasprintf(WIRE_ARG_PATHS "%s%s%s", p->rows,
				 *b->rest.after ? " " WIRE_ARG_AFTER : "", b->rest.after);
	return xasprintf(WIRE_ARG_PATHS "%s " WIRE_ARG_CELL "%s " WIRE_ARG_CRASH "1", b->rows,
			 b->cell);
}

static void adjust(const struct run_plan *p, const struct run_boot *b, struct boot_needs *n)
{
	(void)p;
	if (b->cell)
		n->limit = CRASH_SECONDS;
}

/* In crash mode a boot is for one cell. */
static bool goes_on(const struct run_plan *p, const struct run_boot *b)
{
	(void)p;
	return !b->cell;
}

static void release(struct run_plan *p)
{
	struct lines *lines = p->own;

	if (lines)
		paths_free(lines->v, lines->n);
	free(lines);
}

static int list(const char *glob)
{
	struct path_line *lines;
	size_t n = paths_load(&lines), shown = 0;

	for (size_t i = 0; i < n; i++) {
		if (glob && !glob_match(glob, lines[i].name))
			continue;
		printf("%-28s %-4s %-7s %s\n", lines[i].name, lines[i].way, lines[i].who,
		       lines[i].summary);
		shown++;
	}
	paths_free(lines, n);
	if (!n)
		return PINLAB_BROKE;
	if (!shown)
		err("no path matches %s; see ./pinlab list paths", glob);
	return shown ? PINLAB_OK : PINLAB_USAGE;
}

static const struct run_kind kind = {
	.rows		= "paths",
	/*
	 * Small guests, many of them side by side: who touches what does not depend
	 * on who waits for whom. It is no race either: one CPU gives one answer.
	 */
	.needs		= { .memory_mb = 1024, .cpus = 1, .silence = 60, .limit = 900,
			    .full_board = true, .share = true },
	.side_by_side	= true,
	.check		= check,
	.resolve	= resolve,
	.lay_out	= lay_out,
	.describe	= describe,
	.job		= job,
	.adjust		= adjust,
	.goes_on	= goes_on,
	.release	= release,
};

PINLAB_VERB(paths) = {
	.place		= 30,
	.name		= "paths",
	.summary	= "which ways into a page does an exclusive pin close?",
	.about		=
"Boots each kernel and tries every path, a way in which a process can make the\n"
"kernel touch a page, on pages held under each scheme: none, long-term pin,\n"
"exclusive pin, guest_memfd, memfd_secret. results/NAME/report.txt has the\n"
"matrix, the open paths first; paths.tsv has every cell.\n",
	.notes		=
"Exit status 1: a cell differs from what the contract or the scheme says.\n",
	.examples	=
"  ./pinlab paths --kernels 6.12,6.12+exclusive\n"
"  ./pinlab paths --mode crash --kernels 6.12+exclusive --paths 'attack/*'\n",
	.options	= (const struct takes[]){
		{ "kernels" },
		{ "series" },
		{ "base" },
		{ "paths" },
		{ "mode",
		  "content: what happened to the page, seen in the page itself: nothing "
		  "crashes, one boot for each kernel (default)\n"
		  "crash: the page is out of the kernel's linear map, as a hypervisor would "
		  "have it: one boot for each path, which may crash" },
		{ "flavor", "Kconfig set of the kernels (default: full)" },
		{ "engine", "mttcg (default), kvm, or auto: kvm if a guest boots under it" },
		{ "run" },
		{ "again" },
		{ "jobs", "guests at once (default: one per core)" },
		{ "timeout" },
		{ "silence" },
		{ NULL }
	},
	.engine		= "mttcg",
	.flavor		= "full",
	.refused	= (const struct refusal[]){
		{ "native",
		  "paths may crash the kernel on purpose, so they run in guests only; use "
		  "mttcg or kvm" },
		{ "icount",
		  "devices answer in real time, which icount does not have; use mttcg or kvm" },
		{ NULL }
	},
	.run		= run_verb,
	.kind		= &kind,
	.derive		= paths_derive,
	.print_run	= paths_print_run,
	.lists		= (const struct verb_list[]){ { "paths", list }, { NULL } },
};
