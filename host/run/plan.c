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
#include "host/kernel/build_id.h"
#include "host/kernel/offers.h"
#include "host/run/folder.h"
#include "host/run/plan_file.h"

/* Whether a kernel has exclusive pins is said by its own configuration. */

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

/* What the guest is asked to prove, see host/judge/judge.c. */
static void set_identity(json_t *j, const struct kernel *k, const char *image)
{
	json_t *offers = k->driver ? offers_of(k->driver) : NULL;
	char hex[BUILD_ID_HEX];

	if (!build_id(image, hex))
		set_text(j, "build_id", hex);
	if (k->driver && !build_id(k->driver, hex))
		set_text(j, "driver_build_id", hex);
	if (offers) {
		json_object_set_new(j, "exclusive", json_boolean(offers_exclusive(offers)));
		json_object_set_new(j, "offers", offers);
	}
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
	if (k->dir)
		set_identity(j, k, image);
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
	/* The guest says which warnings were asked for: complaint.c. */
	json_object_set_new(j, "console", json_integer(1));
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

/* What must be the same for a run to be continued: all that a figure depends on. */
static const char *const identity[] = {
	"verb", "engine", "seed", "guest_sha256", "image_ext2_sha256", "qemu", "kernels", "boots",
};

static bool check_key(const struct run_plan *p, const char *key, json_t *mine, json_t *theirs)
{
	if (json_equal(json_object_get(mine, key), json_object_get(theirs, key)))
		return true;
	err("the run %s was started with another `%s`, so it cannot be continued; %s", p->name,
	    key, "use another --run name");
	return false;
}

static int check_same(const struct run_plan *p, json_t *mine)
{
	json_t *theirs = plan_load(&p->place), *own, *value;
	bool same = true;
	const char *key;

	if (!theirs)
		return place_failed(&p->place) ? PINLAB_BROKE : PINLAB_USAGE;
	own = json_object();
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
	char *series = xasprintf("boots/%s/series", b->id);
	char *from = xasprintf("%s/config", k->dir ? k->dir : "");
	char *to = xasprintf("boots/%s/config", b->id);
	char *patches = xasprintf("%s/series", k->dir ? k->dir : "");
	struct strlist list = { 0 };
	int ret = place_dirs(&p->place, series);

	if (!ret && file_exists(from))
		ret = place_copy(&p->place, from, to);
	list_dir(patches, &list);
	for (size_t i = 0; i < list.n && !ret; i++) {
		char *a = xasprintf("%s/%s", patches, list.v[i]);
		char *z = xasprintf("%s/%s", series, list.v[i]);

		ret = place_copy(&p->place, a, z);
		free(a);
		free(z);
	}
	strlist_free(&list);
	free(series);
	free(from);
	free(to);
	free(patches);
	return ret;
}

static bool boot_is_done(const struct run_plan *p, const struct run_boot *b, size_t *asked,
			 size_t *failed)
{
	char *path = xasprintf("boots/%s/outcome.json", b->id);
	json_error_t e;
	json_t *j = place_json(&p->place, path, &e);
	const char *o = json_string_value(json_object_get(j, "outcome"));
	bool again = o && run_asked_again(p->options->again, b->id, !strcmp(o, "ok"));
	/* What was the host's doing, ours too, has told nothing of the kernel. */
	bool host = o && run_was_host(o);
	bool done = o && !host && !again;

	*asked += again;
	if (host && strcmp(o, "interrupted"))
		note("boot %s is made again: its outcome was %s, caused by the host and not by the kernel",
		     b->id, o);
	else if (again)
		note("boot %s is made again, as --again says; its outcome was %s", b->id, o);
	/* It lists what goes now. */
	if (host || again)
		place_remove(&p->place, "manifest.json");
	if (done && strcmp(o, "ok"))
		++*failed;
	json_decref(j);
	free(path);
	return done;
}

static int start_new(struct run_plan *p, json_t *j)
{
	char *wrong = plan_wrong(j);
	int ret = 0;

	if (wrong) {
		err("the run %s cannot be started: writing plan.json: %s", p->name, wrong);
		free(wrong);
		return PINLAB_USAGE;
	}
	for (size_t i = 0; i < p->n_boots && !ret; i++)
		ret = make_boot_dir(p, &p->boots[i]);
	if (!ret)
		ret = place_put_json(&p->place, PLAN_FILE, j, JSON_INDENT(1));
	if (!ret)
		return PINLAB_OK;
	err("cannot write the run folder %s: %s; make room and start again", p->dir,
	    place_error(ret));
	return PINLAB_BROKE;
}

int run_open(struct run_plan *p)
{
	json_t *j = plan_json(p);
	size_t done = 0, asked = 0, failed = 0;
	int ret = PINLAB_INTERRUPTED;

	/* What was asked of programs on the way may be missing then. */
	if (!interrupted)
		ret = run_hold(p->dir, p->name, &p->place, &p->lock);
	if (ret)
		goto out;
	if (!place_has(&p->place, PLAN_FILE)) {
		ret = place_trouble(&p->place) ? PINLAB_BROKE : start_new(p, j);
		goto out;
	}
	ret = check_same(p, j);
	for (size_t i = 0; i < p->n_boots && !ret; i++) {
		p->boots[i].done = boot_is_done(p, &p->boots[i], &asked, &failed);
		done += p->boots[i].done;
	}
	/* A boot whose outcome the disk did not give is not one that has none. */
	if (!ret && place_trouble(&p->place))
		ret = PINLAB_BROKE;
	if (!ret && p->options->again && !asked) {
		err("--again %s: no boot of the run %s that is there; they are named like %s",
		    p->options->again, p->name, p->boots[0].id);
		ret = PINLAB_USAGE;
	}
	if (!ret)
		note("continuing the run %s: %zu of %zu boots are there%s", p->name, done,
		     p->n_boots,
		     failed ? "; --again failed repeats those that did not end well" : "");
out:
	json_decref(j);
	return ret;
}

int run_boot_done(const struct run_plan *p, const struct run_boot *b, const struct guest *g)
{
	char *path = xasprintf("boots/%s/outcome.json", b->id);
	json_t *j = json_pack("{s:s, s:s, s:f, s:f, s:i, s:I}",
			      "outcome", outcome_name(g->outcome), "detail", g->detail,
			      "seconds", g->seconds, "first_record_seconds", g->first_record,
			      "qemu_exit", g->status, "records", (json_int_t)g->rec.line);
	int ret;

	if (*b->hung)
		json_object_set_new(j, "hung_before", json_string(b->hung));
	ret = j ? place_put_json(&p->place, path, j, JSON_INDENT(1)) : -ENOMEM;

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
	if (p->lock > 0)
		place_unlock(&p->place, p->lock);
	if (p->place.path)
		place_close(&p->place);
	free(p->dir);
	free(p->name);
}
