// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/kernel/source/git.h"
#include "host/kernel/source/bases.h"
#include "host/kernel/source/fetch.h"
#include "host/kernel/ready.h"
#include "host/kernel/source/series.h"

static char *commit_of(const char *tree, const char *ref)
{
	char *id = git_commit(tree, ref), *commit = id ? xasprintf("commit %s", id) : NULL;

	free(id);
	return commit;
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

static struct source *source_new(const struct kernel *k)
{
	struct source *s = xcalloc(1, sizeof(*s));
	char hex[SHA_HEX], *full;

	s->lock = -1;
	if (k->tree) {
		full = realpath(k->tree, NULL);
		sha_string(full ? full : k->tree, strlen(full ? full : k->tree), hex);
		s->id = xasprintf("%s-%.12s", k->ref ? "git" : "tree", hex);
		free(full);
	} else {
		s->id = xstrdup(k->base);
	}
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
	char *why = ready_cache();
	int ret = PINLAB_BROKE;

	if (why)
		err("%s cannot be built: %s", k->name, why);
	else
		ret = wait_for_lock(s, k);
	free(why);
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
