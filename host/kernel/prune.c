// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/prune.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/kernel/cache.h"

/* What others have left half made is nobody's after this. */
#define STALE_DAYS	1
#define DAY		86400.0

static bool is_folder(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode);
}

static long long tree_bytes;

static int add_bytes(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)path;
	(void)flag;
	(void)ftw;
	tree_bytes += st->st_blocks * 512ll;
	return 0;
}

static long long bytes_of(const char *path)
{
	tree_bytes = 0;
	nftw(path, add_bytes, 32, FTW_PHYS);
	return tree_bytes;
}

static double days_since(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 1e9 : (time(NULL) - st.st_mtime) / DAY;
}

static char *build_name(const char *path)
{
	char *file = xasprintf("%s/build.json", path), *s;
	json_t *j = json_load_file(file, 0, NULL);
	const char *name = json_string_value(json_object_get(j, "name"));
	const char *flavor = json_string_value(json_object_get(j, "flavor"));

	s = name && flavor ? xasprintf("%s %s", name, flavor) : xstrdup("");
	json_decref(j);
	free(file);
	return s;
}

/* Where an entry is locked, and when it was used last: the sources have a file for both. */
static char *lock_of(const char *kind, const char *name)
{
	if (!strcmp(kind, "sources") || !strcmp(kind, "builds"))
		return xasprintf("%s/locks/%s", cache_dir(), name);
	return xasprintf("%s/%s/%s", cache_dir(), kind, name);
}

/* The lock, alone: -1 where somebody has it; -2 where there is nothing to lock. */
static int lock_alone(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -2;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	close(fd);
	return -1;
}

static bool is_half_made(const char *name)
{
	return *name == '.' || strstr(name, ".tmp") || strstr(name, ".selftests");
}

static bool is_sums(const char *name)
{
	size_t n = strlen(name);

	return n > sizeof("." CACHE_SUMS) &&
	       !strcmp(name + n - strlen("." CACHE_SUMS), "." CACHE_SUMS);
}

static void add_entry(const char *kind, const char *name, struct cache_entry **list, size_t *n)
{
	char *path = xasprintf("%s/%s/%s", cache_dir(), kind, name);
	char *lock = lock_of(kind, name), *sums = cache_sums(path, is_folder(path));
	int fd = lock_alone(lock);

	*list = xrealloc(*list, (*n + 1) * sizeof(**list));
	(*list)[(*n)++] = (struct cache_entry){
		.path = xasprintf("%s/%s", kind, name),
		.what = strcmp(kind, "kernels") ? xstrdup("") : build_name(path),
		.bytes = bytes_of(path),
		.days = days_since(strcmp(lock, path) ? file_exists(lock) ? lock : path :
				   file_exists(sums) ? sums : path),
		.busy = fd == -1,
	};
	if (fd >= 0)
		close(fd);
	free(path);
	free(lock);
	free(sums);
}

static int by_age(const void *a, const void *b)
{
	const struct cache_entry *x = a, *y = b;

	return (x->days < y->days) - (x->days > y->days);
}

size_t cache_list(struct cache_entry **out)
{
	static const char *const kinds[] = {
		"sources", "builds", "kernels", "drivers", "images", "boxes"
	};
	size_t n = 0;

	*out = NULL;
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		char *dir = xasprintf("%s/%s", cache_dir(), kinds[k]);
		struct strlist names = { 0 };

		list_dir(dir, &names);
		for (size_t i = 0; i < names.n; i++)
			if (!is_sums(names.v[i]))
				add_entry(kinds[k], names.v[i], out, &n);
		strlist_free(&names);
		free(dir);
	}
	qsort(*out, n, sizeof(**out), by_age);
	return n;
}

void cache_list_free(struct cache_entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(e[i].path);
		free(e[i].what);
	}
	free(e);
}

/* With its lock held: nobody comes to use it meanwhile. */
static int remove_entry(const char *path)
{
	/* Out of the way in one step: what is half removed would be a torn entry. */
	char *gone = xasprintf("%s.%d.tmp", path, getpid()), *sums = cache_sums(path, false);
	int ret = rename(path, gone) ? -errno : remove_tree(gone);

	unlink(sums);
	free(gone);
	free(sums);
	return ret;
}

static long long prune_one(const struct cache_entry *e)
{
	char *path = xasprintf("%s/%s", cache_dir(), e->path);
	char *kind = xstrdup(e->path), *name = strchr(kind, '/'), *lock;
	long long freed = 0;
	int fd, ret;

	*name++ = '\0';
	lock = lock_of(kind, name);
	fd = lock_alone(lock);
	if (fd != -1) {
		ret = remove_entry(path);
		freed = ret ? ret : e->bytes;
		if (ret)
			err("%s: cannot be removed: %s", path, strerror(-ret));
	}
	if (fd >= 0)
		close(fd);
	free(lock);
	free(kind);
	free(path);
	return freed;
}

long long cache_prune(double days, size_t *removed)
{
	struct cache_entry *all;
	size_t n = cache_list(&all);
	long long sum = 0;

	*removed = 0;
	for (size_t i = 0; i < n && sum >= 0 && !interrupted; i++) {
		bool half = is_half_made(strchr(all[i].path, '/') + 1);
		long long freed;

		if (all[i].busy || all[i].days < (half ? STALE_DAYS : days))
			continue;
		freed = prune_one(&all[i]);
		*removed += freed > 0;
		sum = freed < 0 ? freed : sum + freed;
	}
	cache_list_free(all, n);
	return sum;
}
