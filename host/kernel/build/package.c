// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/build/package.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/base/process.h"
#include "host/kernel/build/compiler.h"
#include "host/kernel/build/sees.h"

static void last_line(const char *line, void *arg)
{
	char **last = arg;

	free(*last);
	*last = xstrdup(line);
}

int run_quiet(char *const argv[], const char *dir, const char *what)
{
	char *last = NULL;
	int ret = run_program(argv, dir, NULL, last_line, &last);

	if (ret && !interrupted)
		err("%s: %s", what, last ? last : argv[0]);
	free(last);
	if (interrupted)
		return PINLAB_INTERRUPTED;
	return ret ? PINLAB_BROKE : PINLAB_OK;
}

/* What modules are built against: everything of the objects' folder that is no object. */
static int package_devel(struct build *b, const char *out, const char *dir)
{
	char *generated = xasprintf("arch/%s/include", b->arch->srcarch);
	char *devel = xasprintf("%s/devel", dir);
	char *const argv[] = {
		"cp", "-a", "--parents", "Makefile", ".config", "Module.symvers", "include",
		"scripts", generated, "tools/objtool/objtool", devel, NULL,
	};
	int ret = make_dirs(devel) ? PINLAB_BROKE : PINLAB_OK;

	if (!ret)
		ret = run_quiet(argv, out, "keeping what modules are built against");
	free(generated);
	free(devel);
	return ret;
}

/* Patches as they were applied, and a `series` file that says in which order. */
static int package_series(const struct series *sr, const char *dir)
{
	char *series = xasprintf("%s/series", dir), *list = xasprintf("%s/series", series);
	char *lines = xstrdup("");
	int ret = make_dirs(series);

	for (size_t i = 0; sr && i < sr->patches.n && !ret; i++) {
		char *path = xasprintf("%s%s", series, strrchr(sr->patches.v[i], '/'));
		char *more = xasprintf("%s%s\n", lines, sr->listed.v[i]);

		ret = copy_file(sr->patches.v[i], path);
		free(lines);
		lines = more;
		free(path);
	}
	if (!ret && *lines)
		ret = write_file(list, lines, strlen(lines));
	if (ret)
		err("storing the series in %s: %s", series, strerror(-ret));
	free(lines);
	free(list);
	free(series);
	return ret ? PINLAB_BROKE : PINLAB_OK;
}

int package_file(const char *out, const char *from, const char *dir, const char *to)
{
	char *a = xasprintf("%s/%s", out, from), *z = xasprintf("%s/%s", dir, to);
	int ret = copy_file(a, z);

	if (ret)
		err("copying %s to %s: %s", a, z, strerror(-ret));
	free(a);
	free(z);
	return ret ? PINLAB_BROKE : PINLAB_OK;
}

static int read_results(struct kernel *k, const char *out)
{
	char *path = xasprintf("%s/include/config/kernel.release", out);
	char *config = xasprintf("%s/.config", out), hex[SHA_HEX];
	int ret = PINLAB_BROKE;

	k->release = read_file(path, NULL);
	if (k->release && !sha_file(config, hex)) {
		k->release[strcspn(k->release, "\n")] = '\0';
		k->config_sha = xstrdup(hex);
		ret = PINLAB_OK;
	} else {
		err("reading %s: %s", path, strerror(errno));
	}
	free(path);
	free(config);
	return ret;
}

/* Modules of the series are good for its bugs, unless one changes what modules see. */
static bool needs_devel(const struct kernel *k)
{
	struct strlist touched = { 0 };
	bool needed = !k->bug || series_touches(k->bug, &touched) || any_of(&touched, modules_see);

	strlist_free(&touched);
	return needed;
}

int package(struct build *b, const struct series *sr, const char *out, const char *dir)
{
	char *strip = xasprintf("%sstrip", cross_prefix(b->arch));
	char *image = xasprintf("%s/vmlinux", dir);
	int ret = run_quiet((char *[]){ strip, "-s", "-o", image, "vmlinux", NULL }, out,
			    "stripping vmlinux");

	if (!ret)
		ret = package_file(out, "System.map", dir, "System.map");
	if (!ret)
		ret = package_file(out, ".config", dir, "config");
	if (!ret)
		ret = package_series(sr, dir);
	if (!ret && needs_devel(b->k))
		ret = package_devel(b, out, dir);
	if (!ret)
		ret = read_results(b->k, out);
	free(strip);
	free(image);
	return ret;
}
