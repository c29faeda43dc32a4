// SPDX-License-Identifier: GPL-2.0
/* From a list of kernels to a report: the main job. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "boots.h"
#include "report.h"
#include "rows.h"
#include "verbs.h"

/* The digits must be the same on every machine: so exact, not the fastest that there is. */
#define DEFAULT_ENGINE "icount"
/* What the kernel's command line holds, less what else stands on it. */
#define ROWS_MAX 1024

static void row_prefixes(const struct bench_row *rows, size_t n, struct strlist *out)
{
	for (size_t i = 0; i < n; i++) {
		char *name = xstrdup(rows[i].name), *slash;

		do {
			slash = strrchr(name, '/');
			if (!strlist_has(out, name))
				strlist_add(out, name);
			if (slash)
				*slash = '\0';
		} while (slash);
		free(name);
	}
}

/*
 * "pin_fast" means pin_fast and all below it. Each part of the list must
 * name something. Returns the globs that the guest takes; NULL after saying why.
 */
static char *resolve_rows(const char *said, const struct bench_row *rows, size_t n, long *count)
{
	struct strlist parts = { 0 }, names = { 0 };
	char *out = xstrdup("");

	*count = 0;
	strlist_split(&parts, said, ",");
	for (size_t p = 0; p < parts.n && out; p++) {
		char *both = xasprintf("%s%s,%s/*", *out ? "," : "", parts.v[p], parts.v[p]);
		char *more = xasprintf("%s%s", out, both);
		long hits = 0;

		for (size_t i = 0; i < n; i++)
			hits += glob_match(*both == ',' ? both + 1 : both, rows[i].name);
		free(both);
		free(out);
		out = more;
		/* The suite's own tests are rows too, which no list shows. */
		if (hits || !strncmp(parts.v[p], "test/", 5))
			continue;
		row_prefixes(rows, n, &names);
		both = near_names(parts.v[p], &names);
		err("no benchmark is called %s%s%s; see ./pinlab list benchmarks", parts.v[p],
		    both ? "; near it: " : "", both ? both : "");
		free(both);
		free(out);
		out = NULL;
	}
	for (size_t i = 0; out && i < n; i++)
		*count += glob_match(out, rows[i].name);
	if (out && (strlen(out) > ROWS_MAX || strpbrk(out, " \"\t\n"))) {
		err("--bench %s: at most %d characters and no blanks, please; take globs", said,
		    ROWS_MAX);
		free(out);
		out = NULL;
	}
	strlist_free(&parts);
	strlist_free(&names);
	return out;
}

static int find_engine(struct run_plan *p, const char *name, const struct kernel *first)
{
	static char why[200];
	struct strlist names = { 0 };
	char *near;

	p->engine_why = "asked for";
	if (!strcmp(name, "auto")) {
		char detail[160];

		p->engine = engine_find("kvm");
		if (access("/dev/kvm", R_OK | W_OK)) {
			snprintf(why, sizeof(why), "auto: /dev/kvm: %s", strerror(errno));
		} else {
			if (boots_probe(p->engine, first, detail, sizeof(detail))) {
				p->engine_why = "auto: a probe guest came up under kvm";
				return 0;
			}
			snprintf(why, sizeof(why), "auto: kvm probe guest: %s", detail);
		}
		p->engine_why = why;
		p->engine = engine_find("icount");
		return 0;
	}
	p->engine = engine_find(name);
	if (p->engine)
		return 0;
	engine_names(&names);
	near = near_names(name, &names);
	err("no engine is called %s%s%s; there are auto, icount, mttcg, kvm and native", name,
	    near ? "; near it: " : "", near ? near : "");
	free(near);
	strlist_free(&names);
	return PINLAB_USAGE;
}

static bool in_path(const char *program)
{
	struct strlist dirs = { 0 };
	const char *path = getenv("PATH");
	bool hit = false;

	strlist_split(&dirs, path ? path : "", ":");
	for (size_t i = 0; i < dirs.n && !hit; i++) {
		char *p = xasprintf("%s/%s", dirs.v[i], program);

		hit = !access(p, X_OK);
		free(p);
	}
	strlist_free(&dirs);
	return hit;
}

static int check_qemu(const struct kernel *kernels, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *qemu = arch_find(kernels[i].arch)->qemu;

		if (in_path(qemu))
			continue;
		err("%s is not installed; run scripts/packages run, or apt-get install "
		    "qemu-system-x86", qemu);
		return PINLAB_BROKE;
	}
	return PINLAB_OK;
}

/* The kernel that is running now, as an entry of the plan. */
static void native_kernel(struct run_plan *p)
{
	static struct utsname u;
	struct kernel *k = xcalloc(1, sizeof(*k));

	uname(&u);
	k->name = "native";
	k->base = "native";
	k->base_version = u.version;
	k->variant = "";
	k->flavor = "";
	k->release = u.release;
	p->kernels = k;
	p->n_kernels = 1;
}

static int load_module(const char *path)
{
	int ret = run_program((char *[]){ "insmod", (char *)path, NULL }, NULL, NULL, NULL, NULL);

	if (!ret)
		return PINLAB_OK;
	err("insmod %s failed (status %d): it must be built for this kernel, and you be root; "
	    "without --module the rows that need the driver are skipped", path, ret);
	return PINLAB_BROKE;
}

static int get_kernels(struct run_plan *p, struct options *o)
{
	int ret = kernels_parse(o->kernels, o->base, &o->series, o->flavor, &p->kernels,
				&p->n_kernels);

	if (!ret)
		ret = check_qemu(p->kernels, p->n_kernels);
	for (size_t i = 0; i < p->n_kernels && !ret; i++)
		ret = interrupted ? PINLAB_INTERRUPTED : kernel_get(&p->kernels[i]);
	return ret;
}

/* The first screen of the report: what it is all for. */
static void show_report(const struct run_plan *p)
{
	char *path = xasprintf("%s/report.txt", p->dir);
	char *text = read_file(path, NULL), *details = text ? strstr(text, "\nDetails") : NULL;

	if (details)
		details[1] = '\0';
	if (text)
		fputs(text, stdout);
	printf("report: %s\n", path);
	free(text);
	free(path);
}

static int measure(struct run_plan *p, struct options *o)
{
	int ret, verdict;

	p->name = o->run ? xstrdup(o->run) : run_new_name("bench");
	p->dir = run_path(p->name);
	run_lay_out(p, o->boots ? o->boots : p->engine->boots, o->seed);
	ret = run_open(p);
	if (ret)
		return ret;
	note("run %s: %zu boots of %ld rows under %s (%s)", p->name, p->n_boots, p->n_rows,
	     p->engine->name, p->engine_why);
	ret = boots_run(p);
	if (ret == PINLAB_INTERRUPTED)
		err("interrupted; what was measured is kept, continue with --run %s", p->name);
	verdict = report_derive(p->dir);
	show_report(p);
	return ret ? ret : verdict;
}

int verb_bench(struct options *o)
{
	const char *engine = o->engine ? o->engine : DEFAULT_ENGINE;
	struct run_plan p = { .options = o };
	struct bench_row *rows;
	size_t n;
	char *globs;
	int ret;

	if (o->args.n) {
		err("bench %s: options only, please; see ./pinlab bench --help", o->args.v[0]);
		return PINLAB_USAGE;
	}
	/* Every mistake that can be seen now is told before anything is built. */
	if (strcmp(engine, "auto") && find_engine(&p, engine, NULL))
		return PINLAB_USAGE;
	n = rows_load(&rows);
	if (!n)
		return PINLAB_BROKE;
	globs = resolve_rows(o->bench ? o->bench : "*", rows, n, &p.n_rows);
	rows_free(rows, n);
	if (!globs)
		return PINLAB_USAGE;
	p.rows = globs;
	if (p.engine && !p.engine->qemu) {
		native_kernel(&p);
		ret = o->module ? load_module(o->module) : PINLAB_OK;
	} else {
		ret = get_kernels(&p, o);
	}
	if (!ret && !p.engine)
		ret = find_engine(&p, engine, p.kernels);
	if (!ret)
		ret = measure(&p, o);
	run_plan_free(&p);
	free(globs);
	return ret;
}
