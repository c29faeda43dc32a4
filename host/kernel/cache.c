// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/files.h"

/*
 * A line of it: SHA-256, size, inode, time of its last change in nanoseconds,
 * name. The two in the middle are of the file whose sum was last seen to agree.
 */
#define SUMS		CACHE_SUMS

struct sum {
	char hex[SHA_HEX];
	long long size, inode, time;
	char *name;		/* "" for an entry that is a file */
};

struct sums {
	struct sum *v;
	size_t n;
};

static void sums_free(struct sums *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].name);
	free(s->v);
	*s = (struct sums){ NULL };
}

static bool is_folder(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode);
}

char *cache_sums(const char *entry, bool folder)
{
	return xasprintf("%s%s" SUMS, entry, folder ? "/" : ".");
}

static char *file_path(const char *entry, const char *name)
{
	return *name ? xasprintf("%s/%s", entry, name) : xstrdup(entry);
}

static void identity(struct sum *s, const struct stat *st)
{
	s->size = st->st_size;
	s->inode = st->st_ino;
	s->time = st->st_mtim.tv_sec * 1000000000ll + st->st_mtim.tv_nsec;
}

static int sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;

	if (fd < 0 || (fsync(fd) && errno != EINVAL))
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

static int sync_parent(const char *path)
{
	char *dir = xstrdup(path);
	int ret;

	*strrchr(dir, '/') = '\0';
	ret = sync_path(*dir ? dir : "/");
	free(dir);
	return ret;
}

static int add_sum(struct sums *s, const char *entry, const char *name)
{
	char *path = file_path(entry, name);
	struct sum one = { .name = xstrdup(name) };
	struct stat st;
	int ret = lstat(path, &st) ? -errno : 0;

	if (!ret)
		ret = sync_path(path);
	if (!ret)
		ret = sha_file(path, one.hex);
	if (!ret) {
		identity(&one, &st);
		s->v = xrealloc(s->v, (s->n + 1) * sizeof(*s->v));
		s->v[s->n++] = one;
	} else {
		free(one.name);
	}
	free(path);
	return ret;
}

/*
 * What boots and reports are made from: the files in the entry, and its series.
 * A torn devel/ stops a driver's build, which says so.
 */
static int add_folder(struct sums *s, const char *entry, const char *below)
{
	char *dir = file_path(entry, below);
	struct strlist names = { 0 };
	int ret = list_dir(dir, &names);

	for (size_t i = 0; i < names.n && !ret; i++) {
		char *name = xasprintf("%s%s%s", below, *below ? "/" : "", names.v[i]);
		char *path = file_path(entry, name);
		struct stat st;

		if (lstat(path, &st))
			ret = -errno;
		else if (S_ISREG(st.st_mode) && strcmp(name, SUMS))
			ret = add_sum(s, entry, name);
		else if (S_ISDIR(st.st_mode) && !strcmp(name, "series"))
			ret = add_folder(s, entry, name);
		free(name);
		free(path);
	}
	if (!ret)
		ret = sync_path(dir);
	strlist_free(&names);
	free(dir);
	return ret;
}

static int sums_write(const char *path, const struct sums *s)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int ret;

	if (!f)
		return -errno;
	for (size_t i = 0; i < s->n; i++)
		fprintf(f, "%s %lld %lld %lld %s\n", s->v[i].hex, s->v[i].size, s->v[i].inode,
			s->v[i].time, s->v[i].name);
	ret = fclose(f) ? -ENOMEM : write_file(path, text, len);
	free(text);
	return ret;
}

static bool read_sum(char *line, struct sum *s)
{
	int at = 0;

	*s = (struct sum){ .size = -1 };
	if (sscanf(line, "%64[0-9a-f] %lld %lld %lld%n", s->hex, &s->size, &s->inode, &s->time,
		   &at) != 4 || strlen(s->hex) != SHA_HEX - 1 || line[at] != ' ')
		return false;
	s->name = xstrdup(line + at + 1);
	return true;
}

/* False where there are none, or they are themselves torn. */
static bool sums_read(const char *path, struct sums *s)
{
	char *text = read_file(path, NULL), *rest = text, *line;
	bool good = text && *text && text[strlen(text) - 1] == '\n';

	*s = (struct sums){ NULL };
	while (good && (line = strsep(&rest, "\n")) && rest) {
		s->v = xrealloc(s->v, (s->n + 1) * sizeof(*s->v));
		good = read_sum(line, &s->v[s->n]);
		s->n += good;
	}
	free(text);
	return good && s->n;
}

int cache_put(const char *made, const char *path)
{
	bool folder = is_folder(made);
	char *sums = cache_sums(folder ? made : path, folder);
	struct sums s = { NULL };
	int ret = folder ? add_folder(&s, made, "") : add_sum(&s, made, "");

	/* A file that lies alone: without sums it is none until the rename. */
	if (!ret && !folder && unlink(path) && errno != ENOENT)
		ret = -errno;
	if (!ret && folder)
		ret = remove_tree(path);
	if (!ret)
		ret = sums_write(sums, &s);
	if (!ret && folder)
		ret = sync_path(made);
	if (!ret && rename(made, path))
		ret = -errno;
	if (!ret)
		ret = sync_parent(path);
	sums_free(&s);
	free(sums);
	return ret;
}

/* Does one file agree? *changed where its inode or time is another than when it last did. */
static const char *sum_wrong(const char *entry, struct sum *s, bool *changed)
{
	char *path = file_path(entry, s->name), hex[SHA_HEX];
	const char *wrong = NULL;
	struct sum now = { 0 };
	struct stat st;

	if (lstat(path, &st) || !S_ISREG(st.st_mode)) {
		wrong = "is gone";
	} else {
		identity(&now, &st);
		if (now.size != s->size)
			wrong = now.size < s->size ? "was cut short" : "has grown";
		else if (now.inode == s->inode && now.time == s->time)
			wrong = NULL;
		else if (sha_file(path, hex))
			wrong = "cannot be read";
		else if (strcmp(hex, s->hex))
			wrong = "has changed since it was made";
		else
			*changed = true;
		identity(s, &st);
	}
	free(path);
	return wrong;
}

/* Shared with everybody who uses it; never closed, so that it is held to our end. */
static bool hold(const char *path)
{
	struct stat mine, now;
	int fd;

	for (;;) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return false;
		if (flock(fd, LOCK_SH) || fstat(fd, &mine) || lstat(path, &now)) {
			close(fd);
			return false;
		}
		/* Whoever pruned it may have been first; another may have made it anew. */
		if (mine.st_ino == now.st_ino && mine.st_dev == now.st_dev)
			return true;
		close(fd);
	}
}

/*
 * An older version of pinlab made it, without sums: what is there now is what it
 * was. cache_put() leaves none without, so that nothing of ours comes here.
 */
static bool adopt(const char *entry, bool folder, const char *sums_at, struct sums *s)
{
	bool good = !(folder ? add_folder(s, entry, "") : add_sum(s, entry, ""));

	for (size_t i = 0; i < s->n; i++)
		good &= s->v[i].size > 0 || !strcmp(s->v[i].name, "series/series");
	return good && s->n && !sums_write(sums_at, s);
}

bool cache_use(const char *path)
{
	static struct strlist used;
	bool folder = is_folder(path), changed = false;
	char *sums_at = cache_sums(path, folder);
	const char *wrong = NULL, *what = "";
	struct sums s = { NULL };

	if (strlist_has(&used, path) && file_exists(path)) {
		free(sums_at);
		return true;
	}
	if (!file_exists(path) || !hold(path)) {
		free(sums_at);
		return false;
	}
	if (!file_exists(sums_at) ? !adopt(path, folder, sums_at, &s) : !sums_read(sums_at, &s))
		wrong = "has no checksums";
	for (size_t i = 0; i < s.n && !wrong; i++) {
		wrong = sum_wrong(path, &s.v[i], &changed);
		what = s.v[i].name;
	}
	if (wrong)
		note("the cache's %s%s%s %s: it is made anew", path, *what ? "/" : "", what, wrong);
	else
		strlist_add(&used, path);
	/* The time of the sums is when it was used; a cache that cannot be written is as good. */
	if (!wrong && changed)
		sums_write(sums_at, &s);
	else if (!wrong)
		utimensat(AT_FDCWD, sums_at, NULL, 0);
	sums_free(&s);
	free(sums_at);
	return !wrong;
}

/* -1 where there can be no lock: a cache that cannot be written is not written by others. */
static int claim(const char *path)
{
	char *dir = xasprintf("%s/locks", cache_dir());
	char *lock = xasprintf("%s/%s", dir, strrchr(path, '/') + 1);
	int fd = make_dirs(dir) ? -1 : open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	while (fd >= 0 && flock(fd, LOCK_EX) && errno == EINTR && !interrupted)
		;
	free(dir);
	free(lock);
	return fd;
}

bool cache_get(const char *path, int (*make)(const char *path, void *arg), void *arg)
{
	bool good = cache_use(path);
	int lock;

	if (good)
		return true;
	lock = claim(path);
	/* Another may have made it while we waited. */
	good = cache_use(path) || (!make(path, arg) && cache_use(path));
	if (lock >= 0)
		close(lock);
	return good;
}

int cache_room(const char *what, long long bytes)
{
	long long have = free_bytes(cache_dir());

	if (have < 0 || have >= bytes)
		return PINLAB_OK;
	err("%s: %lld MiB are free in %s, and it needs %lld; ./pinlab prune makes room, or PINLAB_CACHE sets another folder",
	    what, have >> 20, cache_dir(), bytes >> 20);
	return PINLAB_BROKE;
}
