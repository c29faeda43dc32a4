// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/others_disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"
#include "host/kernel/cache.h"
#include "host/kernel/source/source.h"

static void keep_line(const char *line, void *arg)
{
	char **last = arg;

	free(*last);
	*last = xstrdup(line);
}

static void add_line(const char *line, void *arg)
{
	strlist_add(arg, line);
}

/* What scripts/packages says itself, not what apt says. */
static void show_line(const char *line, void *arg)
{
	static const char prefix[] = "pinlab: ";

	(void)arg;
	if (!strncmp(line, prefix, strlen(prefix)))
		note("%s", line + strlen(prefix));
}

static char *script_path(const char *name)
{
	return xasprintf("%s/scripts/%s", repo_dir(), name);
}

static int have_packages(void)
{
	char *script = script_path("packages");
	int ret = run_program((char *[]){ script, "tools", NULL }, NULL, NULL, show_line, NULL);

	free(script);
	return ret;
}

/* One of scripts/, with one or two arguments. Says what went wrong. */
static int run_script(const char *name, const char *a, const char *b)
{
	char *script = script_path(name), *said = NULL;
	int ret = run_program((char *[]){ script, (char *)a, (char *)b, NULL }, NULL, NULL,
			      keep_line, &said);

	if (ret && !interrupted)
		err("the image of tools: scripts/%s: %s", name,
		    said ? said : ret < 0 ? strerror(-ret) : "failed");
	free(said);
	free(script);
	return ret;
}

static int image_key(const struct kernel *k, char key[SHA_HEX])
{
	char *mktools = script_path("mktools"), *mkselftests = script_path("mkselftests"), *all;
	char t[SHA_HEX], s[SHA_HEX];
	struct strlist versions = { 0 };
	int ret = sha_file(mktools, t);

	if (!ret)
		ret = sha_file(mkselftests, s);
	if (!ret)
		ret = run_program((char *[]){ mktools, "--versions", NULL }, NULL, NULL, add_line,
				  &versions);
	if (ret && !interrupted)
		err("what would be in the image of tools (scripts/mktools --versions): %s",
		    ret < 0 ? strerror(-ret) : versions.n ? versions.v[versions.n - 1] : "failed");
	all = xasprintf("%s %s %s %s", ret ? "" : t, ret ? "" : s, k->base_version, k->compiler);
	for (size_t i = 0; i < versions.n; i++) {
		char *more = xasprintf("%s\n%s", all, versions.v[i]);

		free(all);
		all = more;
	}
	sha_string(all, strlen(all), key);
	free(all);
	strlist_free(&versions);
	free(mktools);
	free(mkselftests);
	return ret;
}

static int build_image(const char *linux_dir, const char *path)
{
	char *tmp = xasprintf("%s.%d.tmp", path, getpid());
	char *selftests = xasprintf("%s.%d.selftests", path, getpid());
	int ret = make_dirs(selftests);

	if (ret)
		err("the image of tools: %s: %s; PINLAB_CACHE sets another cache folder",
		    selftests, strerror(-ret));
	if (!ret)
		ret = run_script("mkselftests", linux_dir, selftests);
	if (!ret)
		ret = run_script("mktools", selftests, tmp);
	if (!ret) {
		ret = cache_put(tmp, path);
		if (ret)
			err("the image of tools: %s: %s", path, strerror(-ret));
	}
	unlink(tmp);
	remove_tree(selftests);
	free(tmp);
	free(selftests);
	return ret;
}

/* The source is held meanwhile, so that no series is in it. */
static int make_image(const struct kernel *k, const char *path)
{
	double start;
	char took[32];
	struct source *s;
	int ret = source_find(k, &s);

	if (!ret)
		ret = source_lock(s, k);
	if (ret)
		return ret;
	/* Another may have made it while we waited. */
	if (!cache_use(path)) {
		start = now_seconds();
		progress("making the image of tools", 0, 0, NULL);
		ret = build_image(s->linux_dir, path);
		progress_end();
		if (!ret)
			note("made the image of tools for %s in %s", k->base,
			     human_seconds(now_seconds() - start, took, sizeof(took)));
	}
	source_unlock(s);
	return ret;
}

char *tools_image_get(const struct kernel *k)
{
	char key[SHA_HEX], *path;

	if (have_packages()) {
		if (!interrupted)
			err("the image of tools: its packages are missing, see scripts/packages");
		return NULL;
	}
	if (image_key(k, key))
		return NULL;
	path = xasprintf("%s/images/tools-%.32s.ext2", cache_dir(), key);
	if (!cache_use(path) && (make_image(k, path) || !cache_use(path))) {
		free(path);
		path = NULL;
	}
	return path;
}
