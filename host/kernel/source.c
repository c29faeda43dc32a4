// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/source.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"
#include "host/kernel/git.h"
#include "host/kernel/series.h"

/* What kernels/bases/NAME says. */
struct base {
	char *package, *suite;
	long files;
};

/* "6.1" before "6.12": by number, not by letter. */
static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

void bases_list(struct strlist *names)
{
	char *dir = xasprintf("%s/kernels/bases", repo_dir());

	list_dir(dir, names);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_version);
	free(dir);
}

static int base_load(const char *name, struct base *b)
{
	char *path = xasprintf("%s/kernels/bases/%s", repo_dir(), name);
	char *text = read_file(path, NULL);
	struct strlist lines = { 0 };
	int ret = PINLAB_OK;

	*b = (struct base){ 0 };
	if (text)
		strlist_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.n; i++) {
		char *value = strchr(lines.v[i], ' ');

		if (lines.v[i][0] == '#' || !value)
			continue;
		*value++ = '\0';
		if (!strcmp(lines.v[i], "package"))
			b->package = xstrdup(value);
		else if (!strcmp(lines.v[i], "suite"))
			b->suite = xstrdup(value);
		else if (!strcmp(lines.v[i], "files"))
			b->files = atol(value);
	}
	if (!b->package) {
		err("%s names no package", path);
		ret = PINLAB_BROKE;
	}
	strlist_free(&lines);
	free(text);
	free(path);
	return ret;
}

static void base_free(struct base *b)
{
	free(b->package);
	free(b->suite);
}

/* The number that stands behind "NAME =" at the start of a line. */
static long makefile_number(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *l = text; l; l = strchr(l, '\n')) {
		l += *l == '\n';
		if (!strncmp(l, name, len) && !strncmp(l + len, " =", 2))
			return atol(l + len + 2);
	}
	return -1;
}

char *branch_of(const char *makefile)
{
	long version = makefile_number(makefile, "VERSION");
	long patchlevel = makefile_number(makefile, "PATCHLEVEL");

	if (version < 0 || patchlevel < 0)
		return NULL;
	return xasprintf("%ld.%ld", version, patchlevel);
}

/*
 * What a plain tree holds is told by names, sizes and times, as make tells
 * it: its 80,000 files are looked at by each invocation, and reading them all
 * takes ten times as long. What a build in the tree leaves there is no part.
 */
static struct {
	size_t skip;
	struct strlist lines;
} walk;

static bool is_product(const char *name)
{
	static const char *const suffix[] = {
		".o", ".a", ".ko", ".cmd", ".mod", ".mod.c", ".order",
	};
	size_t len = strlen(name);

	if (name[0] == '.' || !strncmp(name, "vmlinux", 7) || !strcmp(name, "System.map"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(suffix); i++)
		if (len > strlen(suffix[i]) && !strcmp(name + len - strlen(suffix[i]), suffix[i]))
			return true;
	return false;
}

static int walk_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	const char *name = path + ftw->base;

	if (interrupted)
		return -1;
	if (flag == FTW_D && ftw->level && (name[0] == '.' || !strcmp(name, "generated")))
		return FTW_SKIP_SUBTREE;
	if ((flag == FTW_F || flag == FTW_SL) && !is_product(name))
		strlist_take(&walk.lines, xasprintf("%s %lld %lld.%09ld", path + walk.skip,
						    (long long)st->st_size,
						    (long long)st->st_mtim.tv_sec,
						    st->st_mtim.tv_nsec));
	return FTW_CONTINUE;
}

/* "tree <hash>"; NULL if it cannot be read. */
static char *tree_state(const char *tree)
{
	char hex[SHA_HEX], *all, *at;
	size_t len = 1;
	bool ok;

	walk.skip = strlen(tree) + 1;
	ok = !nftw(tree, walk_one, 32, FTW_PHYS | FTW_ACTIONRETVAL);
	strlist_sort(&walk.lines);
	for (size_t i = 0; i < walk.lines.n; i++)
		len += strlen(walk.lines.v[i]) + 1;
	all = xcalloc(len, 1);
	at = all;
	for (size_t i = 0; i < walk.lines.n; i++)
		at += sprintf(at, "%s\n", walk.lines.v[i]);
	sha_string(all, at - all, hex);
	free(all);
	strlist_free(&walk.lines);
	if (!ok && !interrupted)
		err("reading the tree %s: %s", tree, strerror(errno));
	return ok ? xasprintf("tree %.16s", hex) : NULL;
}

static char *commit_of(const char *tree, const char *ref)
{
	char *id = git_commit(tree, ref), *commit = id ? xasprintf("commit %s", id) : NULL;

	free(id);
	return commit;
}

static char *source_file(const struct source *s, const char *name)
{
	return xasprintf("%s/%s", s->dir, name);
}

/* What the tree in the cache holds; NULL if it is not there or not whole. */
static char *content_of(const struct source *s)
{
	char *path = source_file(s, "content");
	char *text = read_file(path, NULL);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	free(path);
	return text;
}

char *source_cached(const char *base)
{
	char *path = xasprintf("%s/sources/%s/content", cache_dir(), base);
	char *text = read_file(path, NULL);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	free(path);
	return text;
}

static void show_line(const char *line, void *arg)
{
	char **last = arg;

	if (*line) {
		free(*last);
		*last = xstrdup(line);
	}
	if (!strncmp(line, "unpacking", 9) || !strncmp(line, "downloading", 11))
		progress(line, 0, 0, NULL);
}

static int enough_space(const char *dir)
{
	long long have = free_bytes(dir);

	if (have < 0 || have >= SOURCE_BYTES)
		return PINLAB_OK;
	err("%s: %lld MiB are free, a kernel source and its objects need %lld; "
	    "free some, or set PINLAB_CACHE to another folder", dir, have >> 20,
	    SOURCE_BYTES >> 20);
	return PINLAB_BROKE;
}

/* Debian's package into a new folder that is renamed into place when it is whole. */
static int fetch_package(struct source *s, const char *name)
{
	char *script = xasprintf("%s/scripts/fetch-source", repo_dir());
	char *tmp = source_file(s, "fetching"), *last = NULL, *version, *from, *content;
	struct base b;
	int ret = base_load(name, &b);

	if (ret)
		goto out;
	ret = PINLAB_BROKE;
	remove_tree(tmp);
	if (make_dirs(tmp) || enough_space(tmp))
		goto out_tmp;
	if (run_program((char *[]){ script, b.package, tmp, b.suite, NULL }, NULL, NULL,
			show_line, &last)) {
		if (interrupted)
			ret = PINLAB_INTERRUPTED;
		else
			err("getting the source of %s (package %s: not installed in /usr/src, "
			    "tried apt-get download%s%s): %s; is there a network, and did "
			    "apt-get update ever run?", name, b.package,
			    b.suite ? " from " : "", b.suite ? b.suite : "",
			    last ? last : "scripts/fetch-source failed");
		goto out_tmp;
	}
	from = xasprintf("%s/version", tmp);
	version = read_file(from, NULL);
	free(from);
	from = xasprintf("%s/linux", tmp);
	content = source_file(s, "content");
	/* A tree without `content` is not whole: what lay here is of no use. */
	if (version && !remove_tree(s->linux_dir) && !rename(from, s->linux_dir) &&
	    !write_file(content, version, strlen(version)))
		ret = PINLAB_OK;
	else
		err("storing the source of %s in %s: %s", name, s->dir, strerror(errno));
	free(version);
	free(from);
	free(content);
out_tmp:
	progress_end();
	remove_tree(tmp);
out:
	free(tmp);
	free(last);
	free(script);
	base_free(&b);
	return ret;
}

/*
 * A commit, written into the cache: neither the user's work tree nor his HEAD
 * or index is touched, and going from one commit to the next writes only what
 * differs.
 */
static int take_commit(struct source *s, const struct kernel *k, char **last)
{
	struct git_said said = { 0 };
	int ret = git_checkout(k->tree, strchr(s->version, ' ') + 1, s->dir, s->linux_dir, &said);

	if (ret && said.why)
		*last = xstrdup(said.why);
	git_said_free(&said);
	return ret;
}

/*
 * By content, and without the times of the user's files: a file that went back
 * to an older state has to be newer than the objects that were made meanwhile.
 */
static int take_files(struct source *s, const struct kernel *k, char **last)
{
	char *from = xasprintf("%s/", k->tree);
	char *const argv[] = {
		"rsync", "-rlpc", "--delete", "--delete-excluded", "--exclude=.*.cmd",
		"--exclude=*.o", "--exclude=*.a", "--exclude=*.ko", "--exclude=/.git",
		"--exclude=/.config*", "--exclude=/vmlinux*", "--exclude=/System.map",
		"--exclude=/include/config", "--exclude=/include/generated",
		"--exclude=/arch/*/include/generated", from, s->linux_dir, NULL,
	};
	int ret = run_program(argv, NULL, NULL, show_line, last);

	free(from);
	return ret;
}

static int fetch_tree(struct source *s, const struct kernel *k)
{
	char *content = source_file(s, "content"), *last = NULL, *now;
	int ret = PINLAB_BROKE;

	unlink(content);
	progress("copying the tree into the cache", 0, 0, k->tree);
	if (make_dirs(s->linux_dir) || enough_space(s->linux_dir))
		goto out;
	if (k->ref ? take_commit(s, k, &last) : take_files(s, k, &last)) {
		if (interrupted)
			ret = PINLAB_INTERRUPTED;
		else
			err("copying %s into %s: %s", k->tree, s->linux_dir,
			    last ? last : "git or rsync failed");
		goto out;
	}
	now = k->ref ? xstrdup(s->version) : tree_state(k->tree);
	if (now && strcmp(now, s->version))
		err("%s was changed while it was copied; start again", k->tree);
	else if (now && write_file(content, s->version, strlen(s->version)))
		err("writing %s: %s", content, strerror(errno));
	else if (now)
		ret = PINLAB_OK;
	free(now);
out:
	progress_end();
	free(content);
	free(last);
	return interrupted ? PINLAB_INTERRUPTED : ret;
}

static struct source *source_new(const struct kernel *k)
{
	struct source *s = xcalloc(1, sizeof(*s));
	struct strlist bases = { 0 };
	char hex[SHA_HEX], *full;
	struct base b;

	s->lock = -1;
	if (k->tree) {
		full = realpath(k->tree, NULL);
		sha_string(full ? full : k->tree, strlen(full ? full : k->tree), hex);
		s->id = xasprintf("%s-%.12s", k->ref ? "git" : "tree", hex);
		free(full);
	} else {
		s->id = xstrdup(k->base);
	}
	/* A tree compiles about as many files as the base of its version. */
	bases_list(&bases);
	if (strlist_has(&bases, k->branch) && !base_load(k->branch, &b)) {
		s->files = b.files;
		base_free(&b);
	}
	strlist_free(&bases);
	s->dir = xasprintf("%s/sources/%s", cache_dir(), s->id);
	s->linux_dir = xasprintf("%s/linux", s->dir);
	return s;
}

/* Those that were asked for; kept, so that all kernels of a run agree on a base. */
static struct {
	struct source **v;
	size_t n;
} known;

static void remember(struct source *s)
{
	known.v = xrealloc(known.v, (known.n + 1) * sizeof(*known.v));
	known.v[known.n++] = s;
}

static void source_free(struct source *s)
{
	free(s->id);
	free(s->dir);
	free(s->linux_dir);
	free(s->version);
	free(s);
}

/* Fetches a base of ours that was never fetched. */
static int find_version(struct source *s, const struct kernel *k)
{
	int ret = PINLAB_OK;

	if (k->tree)
		s->version = k->ref ? commit_of(k->tree, k->ref) : tree_state(k->tree);
	else
		s->version = content_of(s);
	if (!s->version && k->tree)
		return interrupted ? PINLAB_INTERRUPTED : PINLAB_BROKE;
	if (!s->version) {
		ret = source_lock(s, k);
		source_unlock(s);
	}
	return ret;
}

int source_find(const struct kernel *k, struct source **out)
{
	struct source *s = source_new(k);
	int ret;

	for (size_t i = 0; i < known.n; i++)
		if (!strcmp(known.v[i]->id, s->id)) {
			source_free(s);
			*out = known.v[i];
			return PINLAB_OK;
		}
	ret = find_version(s, k);
	if (ret) {
		source_free(s);
		return ret;
	}
	remember(s);
	*out = s;
	return PINLAB_OK;
}

static char *lock_path(const struct source *s)
{
	return xasprintf("%s/locks/%s", cache_dir(), s->id);
}

/* Who holds it wrote his name in; a child that outlived him did not. */
static void say_who(int fd, const struct source *s)
{
	char who[256];
	ssize_t n = pread(fd, who, sizeof(who) - 1, 0);

	who[n > 0 ? n : 0] = '\0';
	who[strcspn(who, "\n")] = '\0';
	note("%s is being built by %s; waiting for it", s->id, *who ? who : "another process");
}

static int wait_for_lock(struct source *s, const struct kernel *k)
{
	char *path = lock_path(s), *dir = xasprintf("%s/locks", cache_dir());
	bool said = false;
	char *who;
	int fd = -1, e = make_dirs(dir);

	/* Without O_CLOEXEC: our children are to hold it too. */
	if (!e)
		fd = open(path, O_RDWR | O_CREAT, 0666);
	if (fd < 0) {
		err("locking %s: %s; PINLAB_CACHE sets another cache folder", path,
		    strerror(e ? -e : errno));
		free(path);
		free(dir);
		return PINLAB_BROKE;
	}
	while (flock(fd, LOCK_EX | LOCK_NB) && !interrupted) {
		if (!said)
			say_who(fd, s);
		said = true;
		usleep(100000);
	}
	free(path);
	free(dir);
	if (interrupted) {
		close(fd);
		return PINLAB_INTERRUPTED;
	}
	who = xasprintf("process %d (%s)\n", getpid(), k->name);
	if (!ftruncate(fd, 0) && pwrite(fd, who, strlen(who), 0) < 0)
		note("the lock of %s does not say who holds it", s->id);
	free(who);
	s->lock = fd;
	return PINLAB_OK;
}

/* Whole, at the version that was promised, without a series. */
static int make_whole(struct source *s, const struct kernel *k)
{
	char *content = content_of(s);
	char *git = source_file(s, "git");
	/* A commit that was written without a repository of ours was never verified. */
	bool good = content && (!s->version || !strcmp(content, s->version)) &&
		    (!k->ref || file_exists(git));
	int ret = good ? series_pop(s) : 0;

	if (ret)
		err("taking a half-applied series out of %s: %s; remove that folder, it is "
		    "fetched again", s->dir, strerror(-ret));
	ret = ret ? PINLAB_BROKE : PINLAB_OK;
	if (!good) {
		char *saved = source_file(s, "saved");

		remove_tree(saved);
		free(saved);
		ret = k->tree ? fetch_tree(s, k) : fetch_package(s, k->base);
	}
	free(git);
	free(content);
	content = ret ? NULL : content_of(s);
	if (!ret && s->version && content && strcmp(content, s->version)) {
		err("the source of %s was %s and had to be fetched again: it is %s now; start "
		    "again", k->base, s->version, content);
		ret = PINLAB_BROKE;
	}
	if (!s->version && content)
		s->version = xstrdup(content);
	free(content);
	return ret;
}

int source_lock(struct source *s, const struct kernel *k)
{
	int ret = wait_for_lock(s, k);

	if (!ret)
		ret = make_whole(s, k);
	if (ret)
		source_unlock(s);
	return ret;
}

void source_unlock(struct source *s)
{
	if (s->lock >= 0)
		close(s->lock);
	s->lock = -1;
}
