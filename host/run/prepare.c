// SPDX-License-Identifier: GPL-2.0
#include "host/run/prepare.h"
#include "host/run/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/kernel/names.h"
#include "host/kernel/ready.h"
#include "host/native/guard.h"
#include "host/run/boots.h"

/* What the kernel's command line holds, less what else stands on it. */
#define NAMES_MAX 1024

/* "a/b/c", "a/b" and "a": what may be said for it. */
static void add_prefixes(const struct strlist *names, struct strlist *out)
{
	for (size_t i = 0; i < names->n; i++) {
		char *name = xstrdup(names->v[i]), *slash;

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

static void unknown_name(const char *what, const char *said, const struct strlist *names)
{
	struct strlist all = { 0 };
	char *near;

	add_prefixes(names, &all);
	near = near_names(said, &all);
	err("no %s is called %s%s%s; see ./pinlab list %ss", what, said, near ? "; near it: " : "",
	    near ? near : "", what);
	free(near);
	strlist_free(&all);
}

char *names_resolve(const char *option, const char *what, const char *said,
		    const struct strlist *names, long *count)
{
	struct strlist parts = { 0 };
	char *out = xstrdup("");

	*count = 0;
	strlist_split(&parts, said, ",");
	if (!parts.n) {
		err("--%s '%s': no name in it", option, said);
		free(out);
		out = NULL;
	}
	for (size_t p = 0; p < parts.n && out; p++) {
		char *both = xasprintf("%s,%s/*", parts.v[p], parts.v[p]);
		char *more = xasprintf("%s%s%s", out, *out ? "," : "", both);
		long hits = 0;

		for (size_t i = 0; i < names->n; i++)
			hits += glob_match(both, names->v[i]);
		free(both);
		free(out);
		out = more;
		/* The suite's own tests have names too, which no list shows. */
		if (hits || !strncmp(parts.v[p], WIRE_TEST, strlen(WIRE_TEST)))
			continue;
		unknown_name(what, parts.v[p], names);
		free(out);
		out = NULL;
	}
	for (size_t i = 0; out && i < names->n; i++)
		*count += glob_match(out, names->v[i]);
	if (out && (strlen(out) > NAMES_MAX || strpbrk(out, " \"\t\n"))) {
		err("--%s %s: at most %d characters and no spaces; use globs", option,
		    said, NAMES_MAX);
		free(out);
		out = NULL;
	}
	strlist_free(&parts);
	return out;
}

int engine_choose(struct run_plan *p, const char *name, const struct kernel *first,
		  const char *otherwise)
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
				p->engine_why = "auto: a probe guest booted under kvm";
				return 0;
			}
			snprintf(why, sizeof(why), "auto: kvm probe guest: %s", detail);
		}
		p->engine_why = why;
		p->engine = engine_find(otherwise);
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

int check_qemu(const struct kernel *kernels, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct arch *a = arch_find(kernels[i].arch);

		if (in_path(a->qemu))
			continue;
		err("%s is not installed; run scripts/packages run, or apt-get install %s",
		    a->qemu, a->qemu_package);
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

int native_prepare(struct run_plan *p, const struct options *o)
{
	native_kernel(p);
	return guard_start(o->module);
}

int kernels_prepare(struct run_plan *p, struct options *o)
{
	char *dir = run_path(o->run ? o->run : "new");
	int ret = kernels_parse(o->kernels, o->base, &o->series, o->flavor, &p->kernels,
				&p->n_kernels);

	/* Before minutes of building, and not in make's words. */
	if (!ret)
		ret = ready_for_run(dir);
	free(dir);
	if (!ret)
		ret = check_qemu(p->kernels, p->n_kernels);
	if (!ret)
		ret = kernels_get(p->kernels, p->n_kernels);
	return ret;
}

int report_show(const struct run_plan *p)
{
	int ret = run_print_file(p->dir, "report.txt", "Details");

	printf("report: %s/report.txt\n", p->dir);
	return ret;
}
