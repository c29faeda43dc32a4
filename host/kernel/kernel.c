// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/kernel.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/kernel/bugs.h"
#include "host/kernel/build/build.h"
#include "host/kernel/build/compiler.h"
#include "host/kernel/build/driver.h"
#include "host/kernel/cache.h"
#include "host/kernel/kconfig.h"
#include "host/kernel/offers.h"
#include "host/kernel/source/series.h"

static void set_string(char **slot, const char *value)
{
	free(*slot);
	*slot = value ? xstrdup(value) : NULL;
}

/* All that decides what comes out, one a line; series "" is the base itself. */
static void make_key(const struct build *b, const char *series_sha, char key[SHA_HEX])
{
	const struct kernel *k = b->k;
	char hex[SHA_HEX], *all;

	sha_string(b->fragments, strlen(b->fragments), hex);
	all = xasprintf("recipe %s\nbase %s\narch %s\nflavor %s %s\ncompiler %s\nseries %s\n",
			BUILD_RECIPE, k->base_version, k->arch, k->flavor, hex, k->compiler,
			series_sha);
	sha_string(all, strlen(all), key);
	free(all);
}

/* From a name to its keys. Fetches the base if there is no telling its version. */
static int identify(struct build *b)
{
	struct kernel *k = b->k;
	char sha[SHA_HEX] = "", series[SHA_HEX] = "", key[SHA_HEX];
	int ret = source_find(k, &b->s);

	if (ret)
		return ret;
	b->arch = arch_find(k->arch);
	b->fragments = flavor_text(k->flavor, k->arch, k->branch);
	set_string(&k->base_version, b->s->version);
	free(k->compiler);
	k->compiler = build_compiler(b->arch);
	if (interrupted)
		return PINLAB_INTERRUPTED;
	if (!b->fragments || !k->compiler)
		return PINLAB_BROKE;
	if (*k->variant && (series_sha(k->series, NULL, series) ||
			    series_sha(k->series, k->bug, sha)))
		return PINLAB_BROKE;
	set_string(&k->series_sha, sha);
	make_key(b, sha, k->key);
	make_key(b, "", key);
	b->base_key = xstrdup(key);
	make_key(b, series, key);
	b->series_key = xstrdup(key);
	b->series_sha = xstrdup(series);
	return PINLAB_OK;
}

static char *entry_path(const struct kernel *k)
{
	return xasprintf("%s/kernels/%s", cache_dir(), k->key);
}

/* Is there a whole entry of this key? Then take from it what only a build can tell. */
static bool load_entry(struct kernel *k)
{
	char *dir = entry_path(k), *path = xasprintf("%s/build.json", dir);
	json_t *j = json_load_file(path, 0, NULL);
	const char *release = json_string_value(json_object_get(j, "release"));
	const char *config = json_string_value(json_object_get(j, "config_sha256"));
	bool whole = release && config && cache_use(dir);

	if (whole) {
		set_string(&k->release, release);
		set_string(&k->config_sha, config);
		set_string(&k->dir, dir);
	}
	json_decref(j);
	free(path);
	free(dir);
	return whole;
}

static int write_build_json(const struct kernel *k, const char *dir, double seconds)
{
	char *path = xasprintf("%s/build.json", dir), *text;
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:f}",
			      "name", k->name, "arch", k->arch, "base", k->base, "base_version",
			      k->base_version, "variant", k->variant, "flavor", k->flavor, "key",
			      k->key, "release", k->release, "compiler", k->compiler,
			      "series_sha256", k->series_sha, "config_sha256", k->config_sha,
			      "seconds", seconds);
	int ret;

	json_object_set_new(j, "recipe", json_string(BUILD_RECIPE));
	text = json_dumps(j, JSON_INDENT(2) | JSON_REAL_PRECISION(4));
	ret = write_file(path, text, strlen(text));
	json_decref(j);
	free(text);
	free(path);
	return ret;
}

/* An empty folder of this source in the cache; the lock makes it ours alone. */
static char *tmp_folder(const struct build *b, const char *kind)
{
	char *tmp = xasprintf("%s/%s/.%s.tmp", cache_dir(), kind, b->s->id);
	int ret = remove_tree(tmp);

	if (!ret)
		ret = make_dirs(tmp);
	if (!ret)
		return tmp;
	err("making %s: %s; PINLAB_CACHE sets another cache folder", tmp, strerror(-ret));
	free(tmp);
	return NULL;
}

static int build_entry(struct build *b)
{
	char *dir = entry_path(b->k), *tmp = tmp_folder(b, "kernels"), took[32];
	double start = now_seconds();
	int ret, e;

	if (b->batch)
		b->batch->start = start;
	ret = tmp ? cache_room(b->k->name, BUILD_BYTES) : PINLAB_BROKE;
	if (!ret)
		ret = build_kernel(b, tmp);
	if (!ret) {
		e = write_build_json(b->k, tmp, now_seconds() - start);
		if (!e)
			e = cache_put(tmp, dir);
		if (e) {
			err("storing the kernel %s in %s: %s", b->k->name, dir, strerror(-e));
			ret = PINLAB_BROKE;
		}
	}
	if (!ret && !load_entry(b->k))
		ret = PINLAB_BROKE;
	if (!ret && !b->batch)
		note("built %s in %s", b->k->name,
		     human_seconds(now_seconds() - start, took, sizeof(took)));
	if (tmp)
		remove_tree(tmp);
	free(tmp);
	free(dir);
	return ret;
}

static int ensure_entry(struct build *b);

static int ensure_driver(struct build *b, bool only_look);

/*
 * The kernel that b's is one step on from: its series without the bug, or its
 * base. The caller frees it with parent_free().
 */
static void parent_of(const struct build *b, struct build *parent, struct kernel *k)
{
	bool bug = b->k->bug;

	*k = *b->k;
	k->name = xasprintf("%s%s", k->base, bug ? "+" BUG_SERIES : "");
	k->variant = bug ? BUG_SERIES : "";
	k->series = bug ? k->series : NULL;
	k->series_sha = bug ? b->series_sha : "";
	memcpy(k->key, bug ? b->series_key : b->base_key, SHA_HEX);
	k->bug = NULL;
	k->dir = NULL;
	k->driver = NULL;
	k->release = NULL;
	k->config_sha = NULL;
	*parent = *b;
	parent->k = k;
	parent->batch = NULL;
}

static void parent_free(struct kernel *k)
{
	free(k->name);
	free(k->dir);
	free(k->driver);
	free(k->release);
	free(k->config_sha);
}

/* A variant is built from its base's objects, and a bug may use the driver of its series. */
static int ensure_parent(const struct build *b)
{
	struct build parent;
	struct kernel k;
	int ret;

	parent_of(b, &parent, &k);
	ret = ensure_entry(&parent);
	if (!ret && b->k->bug)
		ret = ensure_driver(&parent, false);
	parent_free(&k);
	return ret;
}

static int ensure_entry(struct build *b)
{
	int ret;

	if (load_entry(b->k))
		return PINLAB_OK;
	ret = *b->k->variant ? ensure_parent(b) : PINLAB_OK;
	if (!ret)
		ret = source_lock(b->s, b->k);
	if (!ret) {
		/* Another may have built it while we waited. */
		if (!load_entry(b->k))
			ret = build_entry(b);
		source_unlock(b->s);
	}
	return ret;
}

/* Compile in one folder, keep the module alone in another, put that in place. */
static int build_module(struct build *b, const char *from, const struct strlist *files,
			const char *dir)
{
	char *tmp = tmp_folder(b, "drivers"), *built;
	char *whole = xasprintf("%s/whole", tmp ? tmp : "");
	char *kept = xasprintf("%s/pinlab.ko", whole);
	char *offers = xasprintf("%s/driver/" OFFERS_FILE, tmp ? tmp : "");
	char *kept_offers = xasprintf("%s/" OFFERS_FILE, whole);
	int ret = PINLAB_BROKE, e;

	built = xasprintf("%s/driver/pinlab.ko", tmp ? tmp : "");
	if (tmp)
		ret = build_driver(b, from, files, tmp);
	if (!ret) {
		e = make_dirs(whole);
		if (!e)
			e = copy_file(built, kept);
		if (!e)
			e = copy_file(offers, kept_offers);
		if (!e)
			e = cache_put(whole, dir);
		if (e) {
			err("storing the driver of %s in %s: %s", b->k->name, dir, strerror(-e));
			ret = PINLAB_BROKE;
		}
	}
	if (tmp)
		remove_tree(tmp);
	free(tmp);
	free(built);
	free(whole);
	free(kept);
	free(offers);
	free(kept_offers);
	return ret;
}

/* A bug that modules cannot see has nothing to build one against: see build_kernel(). */
static bool has_own_driver(const struct kernel *k)
{
	char *devel = xasprintf("%s/devel", k->dir);
	bool own = !k->bug || file_exists(devel);

	free(devel);
	return own;
}

/* Where this kernel's driver is or will be; NULL after saying why it cannot be told. */
static char *driver_folder(const struct build *b, const char *from, struct strlist *files)
{
	char key[SHA_HEX];

	driver_files(from, "driver", files);
	driver_files(from, "include", files);
	if (!driver_key(has_own_driver(b->k) ? b->k->key : b->series_key, from, files, key))
		return xasprintf("%s/drivers/%s", cache_dir(), key);
	err("reading the driver's sources in %s: %s", from, strerror(errno));
	return NULL;
}

static int ensure_module(struct build *b, const char *from, const struct strlist *files,
			 const char *dir)
{
	int ret = source_lock(b->s, b->k);

	/* Another may have built it while we waited. */
	if (!ret && !cache_use(dir))
		ret = build_module(b, from, files, dir);
	source_unlock(b->s);
	return ret;
}

static int ensure_driver(struct build *b, bool only_look)
{
	const char *from = repo_dir();
	struct strlist files = { 0 };
	char *dir = driver_folder(b, from, &files);
	char *ko = xasprintf("%s/pinlab.ko", dir ? dir : "");
	int ret = dir ? PINLAB_OK : PINLAB_BROKE;

	if (!ret && !cache_use(dir)) {
		if (only_look)
			ret = PINLAB_BROKE;
		else if (!has_own_driver(b->k))
			ret = ensure_parent(b);
		else
			ret = ensure_module(b, from, &files, dir);
	}
	if (!ret)
		set_string(&b->k->driver, ko);
	strlist_free(&files);
	free(dir);
	free(ko);
	return ret;
}

static void build_free(struct build *b)
{
	free(b->fragments);
	free(b->base_key);
	free(b->series_key);
	free(b->series_sha);
}

static bool in_cache(struct build *b)
{
	bool all = load_entry(b->k) && !ensure_driver(b, true);

	if (!all)
		set_string(&b->k->dir, NULL);
	return all;
}

static int get_one(struct build *b, struct batch *batch)
{
	double took;
	int ret;

	batch->start = now_seconds();
	ret = ensure_entry(b);
	if (!ret)
		ret = ensure_driver(b, false);
	if (ret)
		set_string(&b->k->dir, NULL);
	if (b->batch) {
		took = now_seconds() - batch->start;
		batch->each = batch->done ? (2 * batch->each + took) / 3 : took;
		batch->done++;
		batch->built += !ret;
	}
	return ret;
}

/* In their order; the worst result. */
static int get_all(struct build *b, size_t n, struct batch *batch)
{
	int ret = PINLAB_OK, e;

	for (size_t i = 0; i < n; i++) {
		e = interrupted ? PINLAB_INTERRUPTED : get_one(&b[i], batch);
		if (e)
			ret = e;
		if (e && !b[i].own_fault)
			break;
	}
	return ret;
}

/* A series that does not fit is told now, and not when its base has been built. */
static int try_series(struct build *b)
{
	struct series sr = { 0 };
	int ret = source_lock(b->s, b->k);

	if (ret)
		return ret;
	ret = series_load(&sr, b->k->series, NULL, b->s);
	series_free(&sr);
	source_unlock(b->s);
	return ret;
}

int kernels_get(struct kernel *k, size_t n)
{
	struct build *b = xcalloc(n, sizeof(*b));
	struct batch batch = { .what = "seeded bugs built" };
	double start = now_seconds();
	int ret = PINLAB_OK;
	char took[32];

	for (size_t i = 0; i < n && !ret; i++) {
		b[i].k = &k[i];
		ret = identify(&b[i]);
		/* A base takes minutes, and has the line for itself. */
		if (ret || in_cache(&b[i]) || !*k[i].variant)
			continue;
		b[i].batch = &batch;
		batch.total++;
		if (k[i].bug)
			continue;
		batch.what = "kernels built";
		ret = try_series(&b[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (batch.total < 2)
			b[i].batch = NULL;
	if (!ret)
		ret = get_all(b, n, &batch);
	progress_end();
	if (batch.total > 1)
		note("%s: %ld of %ld in %s", batch.what, batch.built, batch.total,
		     human_seconds(now_seconds() - start, took, sizeof(took)));
	for (size_t i = 0; i < n; i++)
		build_free(&b[i]);
	free(b);
	return ret;
}

int kernel_get(struct kernel *k)
{
	return kernels_get(k, 1);
}

bool kernel_cached(struct kernel *k)
{
	struct build b = { .k = k };
	char *version = k->tree ? xstrdup("") : source_cached(k->base);
	bool all = version && !identify(&b) && in_cache(&b);

	free(version);
	build_free(&b);
	return all;
}

int kernel_source(const struct kernel *k, char **dir)
{
	struct source *s;
	int ret = source_find(k, &s);

	*dir = NULL;
	if (!ret)
		ret = source_lock(s, k);
	if (ret)
		return ret;
	*dir = xstrdup(s->linux_dir);
	source_unlock(s);
	return PINLAB_OK;
}
