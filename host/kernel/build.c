// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/build.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"
#include "host/kernel/bugs.h"
#include "host/kernel/kconfig.h"
#include "host/kernel/series.h"

/* Compiler lines shown when a build fails; the log has all. */
#define MAX_SHOWN 24
/* Links and generated files that each build goes through once more. */
#define LINK_STEPS 10

static const char *cross_prefix(const struct arch *a)
{
	static struct utsname u;

	uname(&u);
	return strcmp(u.machine, a->name) ? a->cross : "";
}

char *build_compiler(const struct arch *a)
{
	char *gcc = xasprintf("%sgcc", cross_prefix(a)), *ld = xasprintf("%sld", cross_prefix(a));
	char *gcc_is = program_line((char *[]){ gcc, "--version", NULL });
	char *ld_is = program_line((char *[]){ ld, "--version", NULL });
	char *both = NULL;

	if (gcc_is && ld_is)
		both = xasprintf("%s; %s", gcc_is, ld_is);
	else if (!interrupted)
		err("%s does not run; install the packages that scripts/packages build names",
		    gcc_is ? ld : gcc);
	free(gcc);
	free(ld);
	free(gcc_is);
	free(ld_is);
	return both;
}

/* One make: its log, its progress, and what to show when it fails. */
struct make {
	FILE *log;
	char *log_path;
	const struct batch *batch;
	const char *what;	/* NULL: too short for progress */
	long done, expected;
	double start;
	struct strlist said;	/* all lines but progress, the first few */
	char *stop;		/* make's own first "*** ..." line */
	bool disk_full;
	bool own_fault;		/* after all: make has ended, and not for want of room */
};

/* "  CC      mm/gup.o": kbuild's short form of a command that ran. */
static bool is_step(const char *line)
{
	return line[0] == ' ' && line[1] == ' ' && line[2] >= 'A' && line[2] <= 'Z';
}

static bool is_compile(const char *line)
{
	static const char *const steps[] = { "  CC ", "  AS ", "  HOSTCC ", "  LD " };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (!strncmp(line, steps[i], strlen(steps[i])))
			return true;
	return false;
}

/* Where the batch is, and how long it will take if the rest is like those before. */
static void show_batch(const struct batch *b, const char *now)
{
	double left = b->each * (b->total - b->done) - (now_seconds() - b->start);
	char took[32], detail[128];

	if (left > 0)
		snprintf(detail, sizeof(detail), "%s left; %s",
			 human_seconds(left, took, sizeof(took)), now);
	else
		snprintf(detail, sizeof(detail), "%s", now);
	progress(b->what, b->done, b->total, detail);
}

static void show_progress(struct make *m, const char *line)
{
	double passed = now_seconds() - m->start;
	char left[32], detail[96];

	if (m->done > m->expected)
		m->expected = m->done;
	if (m->batch) {
		snprintf(detail, sizeof(detail), "%.60s %ld/%ld", m->what, m->done, m->expected);
		show_batch(m->batch, detail);
		return;
	}
	if (!m->done || (m->done < 20 && m->expected > 40))
		*detail = '\0';
	else if (m->done < m->expected)
		snprintf(detail, sizeof(detail), "%s left",
			 human_seconds(passed / m->done * (m->expected - m->done), left,
				       sizeof(left)));
	else
		snprintf(detail, sizeof(detail), "%.40s", line + 2);
	progress(m->what, m->done, m->expected, *detail ? detail : NULL);
}

static void make_line(const char *line, void *arg)
{
	struct make *m = arg;

	if (m->log)
		fprintf(m->log, "%s\n", line);
	if (strstr(line, "No space left on device"))
		m->disk_full = true;
	if (!m->stop && !strncmp(line, "make", 4) && strstr(line, ": *** "))
		m->stop = xstrdup(line);
	if (is_step(line)) {
		m->done += is_compile(line);
		if (m->what)
			show_progress(m, line);
	} else if (*line && strncmp(line, "make", 4) && m->said.n < MAX_SHOWN) {
		strlist_add(&m->said, line);
	}
}

/* The compiler's lines, with paths as they stand in the tree and its patches. */
static void explain(const struct make *m, int status, const char *tree, const char *what)
{
	size_t len = strlen(tree);
	char *why;

	for (size_t i = 0; i < m->said.n; i++) {
		const char *l = m->said.v[i];

		fprintf(stderr, "  %s\n", strncmp(l, tree, len) ? l : l + len + 1);
	}
	if (m->disk_full)
		why = xstrdup("the disk is full");
	else if (status < 0)
		why = xasprintf("make does not start: %s", strerror(-status));
	else if (status > 128)
		why = xasprintf("make was ended by a signal (%s)", strsignal(status - 128));
	else if (m->said.n)
		why = xstrdup("see the lines above");
	else
		why = xstrdup(m->stop ? m->stop : "no reason given");
	err("%s failed: %s; the whole log is %s", what, why, m->log_path);
	free(why);
}

/*
 * make in the source tree. A bare environment: nothing of the user's, nor of
 * the make that may have started us, is to reach the result; and fixed stamps,
 * so that the same input gives the same bytes anywhere.
 */
static int run_make(struct build *b, const char *out, struct make *m, const char *failure,
		    const char *const *goals)
{
	static const char *const stamps[] = {
		"LC_ALL=C", "KBUILD_BUILD_TIMESTAMP=2024-01-01 00:00:00 +0000",
		"KBUILD_BUILD_USER=pinlab", "KBUILD_BUILD_HOST=pinlab", "KBUILD_BUILD_VERSION=1",
	};
	struct strlist argv = { 0 };
	const char *home = getenv("HOME"), *tmp = getenv("TMPDIR");
	int ret;

	strlist_split(&argv, "env -i", " ");
	strlist_take(&argv, xasprintf("PATH=%s", getenv("PATH")));
	if (home)
		strlist_take(&argv, xasprintf("HOME=%s", home));
	if (tmp)
		strlist_take(&argv, xasprintf("TMPDIR=%s", tmp));
	for (size_t i = 0; i < ARRAY_SIZE(stamps); i++)
		strlist_add(&argv, stamps[i]);
	strlist_split(&argv, "make -Otarget -C", " ");
	strlist_add(&argv, b->s->linux_dir);
	strlist_take(&argv, xasprintf("-j%ld", sysconf(_SC_NPROCESSORS_ONLN)));
	strlist_take(&argv, xasprintf("O=%s", out));
	strlist_take(&argv, xasprintf("ARCH=%s", b->arch->make));
	strlist_take(&argv, xasprintf("CROSS_COMPILE=%s", cross_prefix(b->arch)));
	for (; *goals; goals++)
		strlist_add(&argv, *goals);
	strlist_take(&argv, NULL);
	/* One a variant: the others are built after one that fails. */
	m->log_path = xasprintf("%s/builds/%s/log%s%s", cache_dir(), b->s->id,
				*b->k->variant ? "." : "", b->k->variant);
	m->log = fopen(m->log_path, "we");
	m->batch = b->batch;
	m->start = now_seconds();
	ret = run_program(argv.v, NULL, NULL, make_line, m);
	if (m->log)
		fclose(m->log);
	if (ret || !m->batch)
		progress_end();
	if (ret && !interrupted)
		explain(m, ret, b->s->linux_dir, failure);
	m->own_fault = ret > 0 && ret < 127 && !m->disk_full && !interrupted;
	strlist_free(&argv);
	strlist_free(&m->said);
	free(m->stop);
	free(m->log_path);
	if (interrupted)
		return PINLAB_INTERRUPTED;
	return ret ? PINLAB_BROKE : PINLAB_OK;
}

static bool has_suffix(const char *path, const char *const *suffix, size_t n)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < n; i++) {
		size_t m = strlen(suffix[i]);

		if (len > m && !strcmp(path + len - m, suffix[i]))
			return true;
	}
	return false;
}

static bool is_header(const char *path)
{
	static const char *const suffix[] = { ".h" };

	return has_suffix(path, suffix, ARRAY_SIZE(suffix));
}

/* C, assembler and text, in contrast to what says how to build. */
static bool is_plain(const char *path)
{
	static const char *const suffix[] = { ".c", ".h", ".S", ".rst", ".txt" };

	return has_suffix(path, suffix, ARRAY_SIZE(suffix)) || !strcmp(path, "MAINTAINERS");
}

/* Can the .config be another one if this file is? */
static bool kconfig_sees(const char *path)
{
	return !is_plain(path) || !strncmp(path, "scripts/", 8);
}

/* Can a module come out different if this file is? */
static bool modules_see(const char *path)
{
	return kconfig_sees(path) || !strncmp(path, "include/", 8) ||
	       strstr(path, "/include/") || !strncmp(path, "tools/", 6);
}

static bool any_of(const struct strlist *paths, bool (*sees)(const char *path))
{
	for (size_t i = 0; i < paths->n; i++)
		if (sees(paths->v[i]))
			return true;
	return false;
}

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
		ret = make_image(b, out, &done, stored_count(count, b->s->files));
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

static void last_line(const char *line, void *arg)
{
	char **last = arg;

	free(*last);
	*last = xstrdup(line);
}

/* A command that only its last line speaks for. */
static int run_quiet(char *const argv[], const char *dir, const char *what)
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

static int package_file(const char *out, const char *from, const char *dir, const char *to)
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

static int package(struct build *b, const struct series *sr, const char *out, const char *dir)
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

/*
 * Variants are built in the stage, at the path of the base's objects, which
 * step aside meanwhile: objtool remembers the path it was built in, and all
 * objects depend on objtool. The stage is begun as a copy of them, and has a
 * stamp with their key as they have; but not while something is built in it, so
 * that what a kill has left is thrown away.
 */
struct stage {
	char *out;		/* where make works */
	char *aside;		/* the base's objects meanwhile */
	char *dir;		/* the stage when nothing is built in it */
	char *files;		/* source files as they were when it was last built */
	bool fresh;		/* nothing but the base was built in it */
};

static void stage_names(struct stage *st, const char *out)
{
	*st = (struct stage){
		.out = xstrdup(out), .aside = xasprintf("%s.base", out),
		.dir = xasprintf("%s.stage", out), .files = xasprintf("%s.stage/pinlab.files", out),
	};
}

static void stage_free(struct stage *st)
{
	free(st->out);
	free(st->aside);
	free(st->dir);
	free(st->files);
}

/* Begin it anew. */
static int stage_copy(const struct stage *st)
{
	char *copy = xasprintf("%s.copy", st->out), *stamp = xasprintf("%s/pinlab.key", copy);
	char *const argv[] = { "cp", "-a", "--reflink=auto", st->out, copy, NULL };
	int ret, e = remove_tree(st->dir);

	if (!e)
		e = remove_tree(copy);
	ret = e ? PINLAB_OK : run_quiet(argv, NULL, "copying the base's objects");
	if (!e && !ret && (unlink(stamp) || rename(copy, st->dir)))
		e = -errno;
	if (e)
		err("making room for objects in %s: %s", st->dir, strerror(-e));
	if (ret)
		remove_tree(copy);
	free(stamp);
	free(copy);
	return e ? PINLAB_BROKE : ret;
}

/* Whole, of this base, and without its stamp. */
static int stage_ready(const struct build *b, struct stage *st)
{
	char *stamp = xasprintf("%s/pinlab.key", st->dir), *have = read_file(stamp, NULL);
	int ret = PINLAB_OK;

	st->fresh = !have || strcmp(have, b->base_key) || unlink(stamp);
	if (st->fresh)
		ret = stage_copy(st);
	free(have);
	free(stamp);
	return ret;
}

static int stage_enter(const struct stage *st)
{
	if (!rename(st->out, st->aside) && !rename(st->dir, st->out))
		return PINLAB_OK;
	err("moving %s: %s", st->out, strerror(errno));
	return PINLAB_BROKE;
}

/* Also after a build that was killed; nothing to do where none stepped aside. 0 or -errno. */
static int stage_leave(const struct stage *st)
{
	int ret = 0;

	if (!file_exists(st->aside))
		return 0;
	if (file_exists(st->dir))
		ret = remove_tree(st->out);
	else if (rename(st->out, st->dir) && errno != ENOENT)
		ret = -errno;
	if (!ret && rename(st->aside, st->out))
		ret = -errno;
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
