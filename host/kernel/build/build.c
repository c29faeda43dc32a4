// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/build/build.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/kernel/source/bases.h"
#include "host/kernel/bugs.h"
#include "host/kernel/build/make.h"
#include "host/kernel/build/package.h"
#include "host/kernel/build/sees.h"
#include "host/kernel/build/stage.h"
#include "host/kernel/kconfig.h"
#include "host/kernel/source/series.h"

/* Links and generated files that each build goes through once more. */
#define LINK_STEPS 10

/* The flavor's .config into `out`, asserted. */
static int configure(struct build *b, const char *out, struct strlist *known)
{
	char *path = xasprintf("%s/flavor.config", out), *config = xasprintf("%s/.config", out);
	char *allconfig = xasprintf("KCONFIG_ALLCONFIG=%s", path), *text;
	struct make m = { 0 };
	int ret = kconfig_known(b->fragments, b->s->linux_dir, known);

	if (!ret)
		ret = make_dirs(out);
	if (!ret) {
		text = kconfig_allconfig(b->fragments, known);
		ret = write_file(path, text, strlen(text));
		free(text);
	}
	if (ret)
		err("writing %s: %s", path, strerror(-ret));
	/*
	 * tinyconfig is allnoconfig and a fragment that optimises for size: our
	 * fragment takes that one's place.
	 */
	ret = ret ? PINLAB_BROKE : run_make(b, out, &m, "Kconfig",
					    (const char *[]){ allconfig, "allnoconfig", NULL });
	if (!ret)
		ret = kconfig_check(b->fragments, known, config);
	free(path);
	free(config);
	free(allconfig);
	return ret;
}

/* How many objects depend on one of these words: make's own .cmd files tell. */
static struct {
	struct strlist words;
	long hits;
} depend;

static int count_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	size_t len = strlen(path);
	char *text;

	(void)st;
	if (interrupted)
		return -1;
	if (flag != FTW_F || path[ftw->base] != '.' || len < 6 || strcmp(path + len - 6, ".o.cmd"))
		return 0;
	text = read_file(path, NULL);
	for (size_t i = 0; text && i < depend.words.n; i++)
		if (strstr(text, depend.words.v[i])) {
			depend.hits++;
			break;
		}
	free(text);
	return 0;
}

static long count_dependents(const char *out, const struct series *sr, const struct strlist *known)
{
	/* Half a second that is saved where nothing but itself can depend on a file. */
	if (!known->n && !any_of(&sr->changed, is_header))
		return sr->changed.n + LINK_STEPS;
	for (size_t i = 0; i < sr->changed.n; i++)
		strlist_take(&depend.words, xasprintf("/%s", sr->changed.v[i]));
	for (size_t i = 0; i < known->n; i++)
		strlist_take(&depend.words, xasprintf("include/config/%s)", known->v[i]));
	depend.hits = 0;
	nftw(out, count_one, 32, FTW_PHYS);
	strlist_free(&depend.words);
	return depend.hits + LINK_STEPS;
}

/* How many files the last build of these objects compiled, from nothing. */
static long stored_count(const char *path, long otherwise)
{
	char *text = read_file(path, NULL);
	long n = text ? atol(text) : 0;

	free(text);
	return n > 0 ? n : otherwise;
}

static int make_image(struct build *b, const char *out, long *done, long expected)
{
	char *what = b->batch ? xstrdup(b->k->variant) :
		     xasprintf("compiling %s, files", b->k->name);
	struct make m = { .what = what, .expected = expected };
	char *failure = xasprintf("building %s%s%s", b->k->name, b->k->bug ? " with the bug " : "",
				  b->k->bug ? bug_shown(b->k->bug) : "");
	int ret = run_make(b, out, &m, failure, (const char *[]){ "vmlinux", "modules", NULL });

	*done = m.done;
	b->own_fault = m.own_fault && *b->k->variant;
	free(failure);
	free(what);
	return ret;
}

/* The objects of the base, up to date with its key. */
static int base_objects(struct build *b, const char *out)
{
	char *stamp = xasprintf("%s/pinlab.key", out), *count = xasprintf("%s.files", out);
	char *have = read_file(stamp, NULL);
	struct strlist known = { 0 };
	bool cold = !have;
	int ret = PINLAB_OK;
	long done = 0;

	if (have && !strcmp(have, b->base_key))
		goto out;
	unlink(stamp);
	ret = configure(b, out, &known);
	if (!ret)
		/* A tree compiles about as many files as the base of its version. */
		ret = make_image(b, out, &done, stored_count(count, base_files(b->k->branch,
									       b->k->flavor)));
	if (!ret && cold) {
		char *n = xasprintf("%ld\n", done);

		if (done > stored_count(count, 0))
			write_file(count, n, strlen(n));
		free(n);
	}
	if (!ret && write_file(stamp, b->base_key, strlen(b->base_key))) {
		err("writing %s: %s", stamp, strerror(errno));
		ret = PINLAB_BROKE;
	}
out:
	strlist_free(&known);
	free(have);
	free(stamp);
	free(count);
	return ret;
}

/* Build with the series in the tree and the stage in its place. */
static int variant_objects(struct build *b, const struct series *sr, const struct stage *st)
{
	char *stamp = xasprintf("%s/pinlab.key", st->out);
	struct strlist known = { 0 };
	int ret = PINLAB_OK;
	long done;

	if (b->batch)
		show_batch(b->batch, b->k->variant);
	if (st->fresh || any_of(&sr->changed, kconfig_sees))
		ret = configure(b, st->out, &known);
	if (!ret)
		ret = make_image(b, st->out, &done, count_dependents(st->out, sr, &known));
	if (!ret && write_file(stamp, b->base_key, strlen(b->base_key)))
		note("%s cannot be stamped (%s); it will be made anew", st->out, strerror(errno));
	strlist_free(&known);
	free(stamp);
	return ret;
}

static int build_variant(struct build *b, const char *out, const char *dir)
{
	struct series sr = { 0 };
	struct stage st;
	int ret = series_load(&sr, b->k->series, b->k->bug, b->s), e;

	b->own_fault = sr.misfit;
	stage_names(&st, out);
	if (!ret)
		ret = stage_ready(b, &st);
	if (!ret)
		ret = series_push(&sr, b->s, st.files);
	if (!ret)
		ret = stage_enter(&st);
	if (!ret)
		ret = variant_objects(b, &sr, &st);
	if (!ret)
		ret = package(b, &sr, out, dir);
	e = stage_leave(&st);
	if (!e)
		e = series_pop(b->s);
	if (e)
		note("%s is not as before (%s); the next build puts it right", b->s->dir,
		     strerror(-e));
	series_free(&sr);
	stage_free(&st);
	return ret;
}

int build_kernel(struct build *b, const char *dir)
{
	char *builds = xasprintf("%s/builds/%s", cache_dir(), b->s->id);
	char *base = xasprintf("%s/%s.%s", builds, b->k->flavor, b->arch->name);
	struct stage st;
	int ret = make_dirs(builds);

	stage_names(&st, base);
	if (!ret)
		ret = stage_leave(&st);
	if (ret)
		err("making %s ready: %s", builds, strerror(-ret));
	ret = ret ? PINLAB_BROKE : base_objects(b, base);
	if (!ret)
		ret = *b->k->variant ? build_variant(b, base, dir) : package(b, NULL, base, dir);
	stage_free(&st);
	free(builds);
	free(base);
	return ret;
}
