// SPDX-License-Identifier: GPL-2.0
#include "host/run/plan.h"

#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"

/* Prime, so that the A/A boots' phases share no period with a tick. */
#define SKEW_STEP 100003ul
/* The series that seeded bugs stand on. */
#define BUG_PARENT "exclusive"

char *run_path(const char *name)
{
	if (strchr(name, '/'))
		return xstrdup(name);
	return xasprintf("%s/results/%s", repo_dir(), name);
}

char *run_new_name(const char *verb)
{
	time_t now = time(NULL);
	struct tm tm;
	char stamp[32];

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	for (int i = 0;; i++) {
		char *name = i ? xasprintf("%s-%s-%d", verb, stamp, i) :
				 xasprintf("%s-%s", verb, stamp);
		char *path = run_path(name);
		bool taken = file_exists(path);

		free(path);
		if (!taken)
			return name;
		free(name);
	}
}

static void add_boot(struct run_plan *p, size_t kernel, const char *role, long index)
{
	struct run_boot *b;
	char *s;

	p->boots = xrealloc(p->boots, (p->n_boots + 1) * sizeof(*p->boots));
	b = &p->boots[p->n_boots];
	*b = (struct run_boot){ .kernel = kernel, .role = role, .index = index };
	b->id = xasprintf("%02zu-%s%s%s", p->n_boots, p->kernels[kernel].name,
			  !strcmp(role, "base") || !strcmp(role, "test") ? "" : "-",
			  !strcmp(role, "base") || !strcmp(role, "test") ? "" : role);
	/* A colon would begin an option's value, or a drive, for some programs. */
	for (s = b->id; *s; s++)
		if (*s == '/' || *s == ':')
			*s = '_';
	/*
	 * Where figures are exact the A/A boot is put out of phase, or it
	 * would be the same simulation twice and prove nothing.
	 */
	if (p->engine->exact && !strcmp(role, "aa"))
		b->skew = SKEW_STEP * (index + 1);
	p->n_boots++;
}

void run_lay_out(struct run_plan *p, long boots_per_kernel, unsigned long seed)
{
	size_t n = p->n_kernels + 1, *order = xcalloc(n, sizeof(*order));
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	if (!p->engine->qemu)
		n = 1;		/* native: one kernel, once; runs are compared */
	gsl_rng_set(rng, seed);
	for (long block = 0; block < boots_per_kernel; block++) {
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
	for (size_t k = 0; p->engine->exact && p->options->profile && k < p->n_kernels; k++)
		add_boot(p, k, "profile", 0);
	gsl_rng_free(rng);
	free(order);
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

static struct run_boot *add_torture(struct run_plan *p, size_t kernel, const char *role, long index,
				    unsigned long seed, const char *rows)
{
	struct run_boot *b;

	add_boot(p, kernel, role, index);
	b = &p->boots[p->n_boots - 1];
	b->seed = seed;
	b->rows = xstrdup(rows);
	return b;
}

void run_lay_out_seeds(struct run_plan *p, long seeds, unsigned long seed,
		       const struct torture_boots *boots)
{
	for (long i = 0; i < seeds && boots->test; i++)
		for (size_t k = 0; k < p->n_kernels; k++)
			add_torture(p, k, "test", i, seed + i, boots->test);
	/* These draw nothing from a seed: once. */
	for (size_t k = 0; k < p->n_kernels && boots->big; k++)
		add_torture(p, k, "big", 0, seed, boots->big)->big = true;
	for (size_t k = 0; k < p->n_kernels && boots->others; k++)
		if (p->kernels[k].bug || is_parent(p, &p->kernels[k]))
			add_torture(p, k, "others", 0, seed, boots->others);
}

void run_lay_out_kernels(struct run_plan *p)
{
	for (size_t k = 0; k < p->n_kernels; k++)
		add_boot(p, k, "test", 0);
}

void run_add_crash(struct run_plan *p, size_t kernel, const char *path, const char *cell)
{
	struct run_boot *b;

	add_boot(p, kernel, "crash", 0);
	b = &p->boots[p->n_boots - 1];
	b->rows = xstrdup(path);
	b->cell = xstrdup(cell);
}

static json_t *host_json(void)
{
	char *info = read_file("/proc/cpuinfo", NULL), *cpu, *os;
	char *release = read_file("/etc/os-release", NULL);
	struct utsname u;
	json_t *j;

	uname(&u);
	cpu = info ? strstr(info, "model name") : NULL;
	cpu = cpu ? strchr(cpu, ':') : NULL;
	if (cpu)
		cpu[strcspn(cpu, "\n")] = '\0';
	os = release ? strstr(release, "PRETTY_NAME=\"") : NULL;
	if (os) {
		os += strlen("PRETTY_NAME=\"");
		os[strcspn(os, "\"\n")] = '\0';
	}
	j = json_pack("{s:s, s:I, s:s, s:s, s:I}", "cpu", cpu ? cpu + 2 : "unknown",
		      "cores", (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "kernel", u.release,
		      "os", os ? os : "unknown", "memory_mb",
		      (json_int_t)(sysconf(_SC_PHYS_PAGES) / 1024 * sysconf(_SC_PAGE_SIZE) / 1024));
	free(info);
	free(release);
	return j;
}

static void set_text(json_t *j, const char *key, const char *value)
{
	json_object_set_new(j, key, json_string(value ? value : ""));
}

static void set_hash(json_t *j, const char *key, const char *path)
{
	char hex[SHA_HEX] = "";

	if (path && sha_file(path, hex))
		*hex = '\0';
	set_text(j, key, hex);
}

static json_t *kernel_json(const struct kernel *k)
{
	char *series = xasprintf("%s/series", k->dir ? k->dir : "");
	char *image = xasprintf("%s/vmlinux", k->dir ? k->dir : "");
	struct strlist patches = { 0 };
	json_t *j = json_object(), *list = json_array();

	list_dir(series, &patches);
	for (size_t i = 0; i < patches.n; i++)
		if (strcmp(patches.v[i], "series"))
			json_array_append_new(list, json_string(patches.v[i]));
	set_text(j, "name", k->name);
	set_text(j, "base", k->base);
	set_text(j, "base_version", k->base_version);
	set_text(j, "variant", k->variant);
	set_text(j, "flavor", k->flavor);
	set_text(j, "key", k->key);
	set_text(j, "release", k->release);
	set_text(j, "compiler", k->compiler);
	set_text(j, "series_sha256", k->series_sha);
	set_text(j, "config_sha256", k->config_sha);
	set_hash(j, "driver_sha256", k->driver);
	set_hash(j, "vmlinux_sha256", image);
	json_object_set_new(j, "patches", list);
	strlist_free(&patches);
	free(series);
	free(image);
	return j;
}

static json_t *boots_json(const struct run_plan *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_boots; i++) {
		const struct run_boot *b = &p->boots[i];

		json_t *j = json_pack("{s:s, s:s, s:s, s:I, s:I}", "id", b->id, "kernel",
				      p->kernels[b->kernel].name, "role", b->role, "index",
				      (json_int_t)b->index, "skew", (json_int_t)b->skew);

		if (b->seed)
			json_object_set_new(j, "seed", json_integer(b->seed));
		if (b->rows)
			set_text(j, "rows", b->rows);
		if (b->cell)
			set_text(j, "cell", b->cell);
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *plan_json(const struct run_plan *p)
{
	char *guest = xasprintf("%s/build/guest/pinlab-guest", repo_dir());
	char *disk = xasprintf("%s/build/guest/disk.ext2", repo_dir());
	const char *qemu_program = arch_find(p->kernels[0].arch)->qemu;
	char *qemu = p->engine->qemu ?
		program_line((char *[]){ (char *)qemu_program, "--version", NULL }) : NULL;
	json_t *j = json_object(), *command = json_array(), *kernels = json_array();
	time_t now = time(NULL);
	struct tm tm;
	char stamp[32];

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	for (int i = 0; i < p->options->argc; i++)
		json_array_append_new(command, json_string(p->options->argv[i]));
	for (size_t i = 0; i < p->n_kernels; i++)
		json_array_append_new(kernels, kernel_json(&p->kernels[i]));
	json_object_set_new(j, "format", json_integer(1));
	set_text(j, "verb", p->verb);
	set_text(j, "run", p->name);
	set_text(j, "started", stamp);
	set_text(j, "suite", PINLAB_VERSION);
	json_object_set_new(j, "command", command);
	set_text(j, "engine", p->engine->name);
	set_text(j, "engine_why", p->engine_why);
	json_object_set_new(j, "seed", json_integer(p->options->seed));
	if (!strcmp(p->verb, "paths")) {
		set_text(j, "paths", p->rows);
	} else if (strcmp(p->verb, "torture")) {
		set_text(j, "bench", p->rows);
		json_object_set_new(j, "delta_percent", json_real(p->options->delta));
	} else {
		set_text(j, "scenarios", p->rows);
		json_object_set_new(j, "seconds", json_integer(p->seconds));
		json_object_set_new(j, "stop", json_boolean(p->stop));
	}
	json_object_set_new(j, "host", host_json());
	set_text(j, "qemu", qemu);
	set_hash(j, "guest_sha256", guest);
	set_hash(j, "image_ext2_sha256", disk);
	json_object_set_new(j, "kernels", kernels);
	json_object_set_new(j, "boots", boots_json(p));
	free(guest);
	free(disk);
	free(qemu);
	return j;
}

static int write_json(const char *path, json_t *j)
{
	char *text = json_dumps(j, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	int ret = text ? write_file(path, text, strlen(text)) : -ENOMEM;

	free(text);
	return ret;
}

/* What must be the same for a run to be continued: all that a figure depends on. */
static const char *const identity[] = {
	"verb", "engine", "bench", "scenarios", "paths", "seconds", "stop", "seed",
	"delta_percent", "guest_sha256",
	"image_ext2_sha256", "qemu", "kernels", "boots",
};

static int check_same(const struct run_plan *p, const char *path, json_t *mine)
{
	json_error_t e;
	json_t *theirs = json_load_file(path, 0, &e);

	if (!theirs) {
		err("%s: line %d: %s; remove the folder or take another --run name", path, e.line,
		    e.text);
		return PINLAB_USAGE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(identity); i++) {
		const json_t *a = json_object_get(mine, identity[i]);
		const json_t *b = json_object_get(theirs, identity[i]);

		/* Not every verb has each of them. */
		if ((!a && !b) || json_equal(a, b))
			continue;
		err("the run %s was started with another `%s`, so it cannot be continued; %s",
		    p->name, identity[i], "take another --run name");
		json_decref(theirs);
		return PINLAB_USAGE;
	}
	json_decref(theirs);
	return PINLAB_OK;
}

static int make_boot_dir(const struct run_plan *p, const struct run_boot *b)
{
	const struct kernel *k = &p->kernels[b->kernel];
	char *dir = xasprintf("%s/boots/%s", p->dir, b->id);
	char *series = xasprintf("%s/series", dir);
	char *from = xasprintf("%s/config", k->dir ? k->dir : "");
	char *to = xasprintf("%s/config", dir);
	char *patches = xasprintf("%s/series", k->dir ? k->dir : "");
	struct strlist list = { 0 };
	int ret = make_dirs(series);

	if (!ret && file_exists(from))
		ret = copy_file(from, to);
	list_dir(patches, &list);
	for (size_t i = 0; i < list.n && !ret; i++) {
		char *a = xasprintf("%s/%s", patches, list.v[i]);
		char *z = xasprintf("%s/%s", series, list.v[i]);

		ret = copy_file(a, z);
		free(a);
		free(z);
	}
	strlist_free(&list);
	free(dir);
	free(series);
	free(from);
	free(to);
	free(patches);
	return ret;
}

static bool boot_is_done(const struct run_plan *p, const struct run_boot *b)
{
	char *path = xasprintf("%s/boots/%s/outcome.json", p->dir, b->id);
	json_t *j = json_load_file(path, 0, NULL);
	const char *o = json_string_value(json_object_get(j, "outcome"));
	/* Interrupted is our own doing: such a boot has told nothing yet. */
	bool done = o && strcmp(o, "interrupted");

	json_decref(j);
	free(path);
	return done;
}

static int start_new(struct run_plan *p, const char *path, json_t *j)
{
	int ret = make_dirs(p->dir);

	for (size_t i = 0; i < p->n_boots && !ret; i++)
		ret = make_boot_dir(p, &p->boots[i]);
	if (!ret)
		ret = write_json(path, j);
	if (!ret)
		return PINLAB_OK;
	err("cannot write the run folder %s: %s; make room and start again", p->dir,
	    strerror(-ret));
	return PINLAB_BROKE;
}

int run_open(struct run_plan *p)
{
	char *path = xasprintf("%s/plan.json", p->dir);
	json_t *j = plan_json(p);
	size_t done = 0;
	int ret = PINLAB_INTERRUPTED;

	/* What was asked of programs on the way may be missing then. */
	if (interrupted)
		goto out;
	if (!file_exists(path)) {
		ret = start_new(p, path, j);
		goto out;
	}
	ret = check_same(p, path, j);
	for (size_t i = 0; i < p->n_boots && !ret; i++) {
		p->boots[i].done = boot_is_done(p, &p->boots[i]);
		done += p->boots[i].done;
	}
	if (!ret)
		note("continuing the run %s: %zu of %zu boots are there", p->name, done,
		     p->n_boots);
out:
	json_decref(j);
	free(path);
	return ret;
}

int run_boot_done(const struct run_plan *p, const struct run_boot *b, const struct guest *g)
{
	char *path = xasprintf("%s/boots/%s/outcome.json", p->dir, b->id);
	json_t *j = json_pack("{s:s, s:s, s:f, s:f, s:i, s:I}",
			      "outcome", outcome_name(g->outcome), "detail", g->detail,
			      "seconds", g->seconds, "first_record_seconds", g->first_record,
			      "qemu_exit", g->status, "records", (json_int_t)g->rec.line);
	int ret = j ? write_json(path, j) : -ENOMEM;

	json_decref(j);
	free(path);
	return ret;
}

void run_plan_free(struct run_plan *p)
{
	for (size_t i = 0; i < p->n_boots; i++) {
		free(p->boots[i].id);
		free(p->boots[i].rows);
		free(p->boots[i].cell);
	}
	free(p->boots);
	free(p->dir);
	free(p->name);
}
