// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/source/fetch.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/base/files.h"
#include "host/kernel/source/git.h"
#include "host/base/process.h"
#include "host/kernel/source/bases.h"

char *source_file(const struct source *s, const char *name)
{
	return xasprintf("%s/%s", s->dir, name);
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

char *tree_state(const char *tree)
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

int fetch_package(struct source *s, const char *name)
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

int fetch_tree(struct source *s, const struct kernel *k)
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
