// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/build/driver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/kernel/build/make.h"
#include "host/kernel/build/package.h"
#include "host/kernel/offers.h"
#include "host/kernel/source/series.h"

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && !strcmp(name + n - m, end);
}

/* What offers.sh makes is made anew for each kernel. */
static bool is_source(const char *name)
{
	return !strcmp(name, "Kbuild") || (ends_in(name, ".h") && strcmp(name, OFFERS_FILE)) ||
	       ends_in(name, ".sh") || (ends_in(name, ".c") && !strstr(name, ".mod."));
}

void driver_files(const char *from, const char *folder, struct strlist *files)
{
	char *dir = xasprintf("%s/%s", from, folder);
	struct strlist all = { 0 };

	list_dir(dir, &all);
	for (size_t i = 0; i < all.n; i++)
		if (is_source(all.v[i]))
			strlist_take(files, xasprintf("%s/%s", folder, all.v[i]));
	strlist_free(&all);
	free(dir);
}

int driver_key(const char *kernel_key, const char *from, const struct strlist *files,
	       char key[SHA_HEX])
{
	char *all = xasprintf("%s\n", kernel_key), *more;
	int ret = 0;

	for (size_t i = 0; i < files->n && !ret; i++) {
		char *path = xasprintf("%s/%s", from, files->v[i]);

		ret = sha_file(path, key);
		more = xasprintf("%s%s %s\n", all, files->v[i], key);
		free(all);
		all = more;
		free(path);
	}
	sha_string(all, strlen(all), key);
	free(all);
	return ret;
}

static int make_driver(struct build *b, const char *dir)
{
	char *devel = xasprintf("%s/devel", b->k->dir), *m_dir = xasprintf("M=%s/driver", dir);
	/* The folder's name is another at each build, and must not be in the module. */
	char *flags = xasprintf("KCFLAGS=-fmacro-prefix-map=%s/=", dir);
	char *what = xasprintf("building the driver for %s", b->k->name);
	struct make m = { 0 };
	int ret;

	if (b->batch)
		show_batch(b->batch, what);
	else
		progress(what, 0, 0, NULL);
	ret = run_make(b, devel, &m, what, (const char *[]){ m_dir, flags, "modules", NULL });
	/* Where the series has a driver that compiles, it is the bug that does not let it. */
	b->own_fault = m.own_fault && b->k->bug;
	free(devel);
	free(m_dir);
	free(flags);
	free(what);
	return ret;
}

int build_driver(struct build *b, const char *from, const struct strlist *files, const char *dir)
{
	char *builds = xasprintf("%s/builds/%s", cache_dir(), b->s->id);
	char *series = xasprintf("%s/series", b->k->dir);
	char *sources = xasprintf("%s/driver", dir), *headers = xasprintf("%s/include", dir);
	struct series sr = { 0 };
	int ret = make_dirs(builds);

	ret = ret ? ret : make_dirs(sources);
	ret = ret ? ret : make_dirs(headers);
	for (size_t i = 0; i < files->n && !ret; i++)
		ret = package_file(from, files->v[i], dir, files->v[i]);
	ret = ret ? PINLAB_BROKE : PINLAB_OK;
	/* The patches of the entry: the user's own may have changed since. */
	if (!ret && *b->k->variant)
		ret = series_load(&sr, series, NULL, b->s);
	if (!ret && *b->k->variant)
		ret = series_push(&sr, b->s, NULL);
	if (!ret)
		ret = make_driver(b, dir);
	if (*b->k->variant && series_pop(b->s))
		note("the series is still in %s; the next build takes it out", b->s->dir);
	series_free(&sr);
	free(sources);
	free(headers);
	free(builds);
	free(series);
	return ret;
}
