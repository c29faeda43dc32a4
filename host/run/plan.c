// SPDX-License-Identifier: GPL-2.0
#include "host/run/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"

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

struct run_boot *run_add_boot(struct run_plan *p, size_t kernel, const char *role, long index)
{
	bool plain = !strcmp(role, "base") || !strcmp(role, "test");
	struct run_boot *b;
	char *s;

	p->boots = xrealloc(p->boots, (p->n_boots + 1) * sizeof(*p->boots));
	b = &p->boots[p->n_boots];
	*b = (struct run_boot){ .kernel = kernel, .role = role, .index = index };
	b->id = xasprintf("%02zu-%s%s%s", p->n_boots, p->kernels[kernel].name, plain ? "" : "-",
			  plain ? "" : role);
	/* A colon would begin an option's value, or a drive, for some programs. */
	for (s = b->id; *s; s++)
		if (*s == '/' || *s == ':')
			*s = '_';
	p->n_boots++;
	return b;
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
	p->kind->describe(p, j);
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
	"verb", "engine", "seed", "guest_sha256", "image_ext2_sha256", "qemu", "kernels", "boots",
};

static bool check_key(const struct run_plan *p, const char *key, json_t *mine, json_t *theirs)
{
	if (json_equal(json_object_get(mine, key), json_object_get(theirs, key)))
		return true;
	err("the run %s was started with another `%s`, so it cannot be continued; %s", p->name,
	    key, "take another --run name");
	return false;
}

static int check_same(const struct run_plan *p, const char *path, json_t *mine)
{
	json_t *theirs, *own = json_object(), *value;
	bool same = true;
	json_error_t e;
	const char *key;

	theirs = json_load_file(path, 0, &e);
	if (!theirs) {
		err("%s: line %d: %s; remove the folder or take another --run name", path, e.line,
		    e.text);
		json_decref(own);
		return PINLAB_USAGE;
	}
	/* The verb first: another one's keys are others. */
	p->kind->describe(p, own);
	same = check_key(p, identity[0], mine, theirs);
	json_object_foreach(own, key, value)
		same = same && check_key(p, key, mine, theirs);
	for (size_t i = 1; i < ARRAY_SIZE(identity); i++)
		same = same && check_key(p, identity[i], mine, theirs);
	json_decref(own);
	json_decref(theirs);
	return same ? PINLAB_OK : PINLAB_USAGE;
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
	free(p->rows);
	free(p->words);
	free(p->dir);
	free(p->name);
}
