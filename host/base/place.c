// SPDX-License-Identifier: GPL-2.0
#include "host/base/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "host/base/files.h"

#define LOCK_FILE	"lock"
#define DEPTH_MAX	32
#define WALK		(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

int place_open(struct place *p, const char *dir)
{
	*p = (struct place){ .fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC) };
	if (p->fd < 0)
		return -errno;
	p->trouble = xcalloc(1, sizeof(*p->trouble));
	p->below = xstrdup("");
	p->path = xstrdup(dir);
	return 0;
}

int place_make(struct place *p, const char *dir)
{
	int ret = make_dirs(dir);

	*p = (struct place){ .fd = -1 };
	return ret ? ret : place_open(p, dir);
}

void place_below(struct place *p, const struct place *of, const char *name)
{
	*p = (struct place){
		.fd = of->fd,
		.below = xasprintf("%s%s/", of->below, name),
		.path = xasprintf("%s/%s", of->path, name),
		.trouble = of->trouble,
	};
}

void place_close(struct place *p)
{
	/* What lies below another has its descriptor from there. */
	if (p->below && !*p->below && p->fd >= 0) {
		close(p->fd);
		free(p->trouble);
	}
	free(p->below);
	free(p->path);
	*p = (struct place){ .fd = -1 };
}

/* The next part of a name into `part`; what is behind it, or NULL: no such part. */
static const char *next_part(const char *name, char part[NAME_MAX + 1])
{
	size_t n = strcspn(name, "/");

	if (!n || n > NAME_MAX || (n <= 2 && !strncmp(name, "..", n)) ||
	    (name[n] && !name[n + 1]))
		return NULL;
	memcpy(part, name, n);
	part[n] = '\0';
	return name[n] ? name + n + 1 : name + n;
}

/*
 * The folder that a name lies in, opened, and the name's last part; with `make`
 * folders on the way are made.
 */
static int walk(const struct place *p, const char *name, bool make, char last[NAME_MAX + 1])
{
	char *whole = xasprintf("%s%s", p->below ? p->below : "", name);
	const char *rest = whole;
	int fd = p->fd < 0 ? -1 : fcntl(p->fd, F_DUPFD_CLOEXEC, 3), next, e;

	e = fd < 0 ? p->fd < 0 ? ENOENT : errno : 0;
	while (!e) {
		rest = next_part(rest, last);
		if (!rest || !*rest) {
			e = rest ? 0 : EXDEV;
			break;
		}
		if (make && mkdirat(fd, last, 0777) && errno != EEXIST) {
			e = errno;
			break;
		}
		next = openat(fd, last, WALK);
		/* A link is told apart from a file where a folder is wanted. */
		if (next < 0) {
			struct stat st;

			e = errno;
			if (e == ENOTDIR && !fstatat(fd, last, &st, AT_SYMLINK_NOFOLLOW) &&
			    S_ISLNK(st.st_mode))
				e = ELOOP;
			break;
		}
		close(fd);
		fd = next;
	}
	free(whole);
	if (!e)
		return fd;
	if (fd >= 0)
		close(fd);
	return -e;
}

/* A folder for reading its names and syncing; "" is the place itself. */
static int open_folder(const struct place *p, const char *name)
{
	char last[NAME_MAX + 1], *all;
	int dir, fd;

	/* A place below another: its own name, less the slash behind it. */
	if (!*name && p->below && *p->below) {
		struct place root = { .fd = p->fd, .below = "" };

		all = xstrdup(p->below);
		all[strlen(all) - 1] = '\0';
		fd = *all ? open_folder(&root, all) : -EXDEV;
		free(all);
		return fd;
	}
	if (!*name) {
		fd = openat(p->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	dir = walk(p, name, false, last);
	if (dir < 0)
		return dir;
	fd = openat(dir, last, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	close(dir);
	return fd;
}

int place_stat(const struct place *p, const char *name, struct stat *st)
{
	char last[NAME_MAX + 1];
	int dir = walk(p, name, false, last), ret;

	if (dir < 0)
		return place_note(p, name, dir);
	ret = fstatat(dir, last, st, AT_SYMLINK_NOFOLLOW) ? -errno : 0;
	close(dir);
	return place_note(p, name, ret);
}

bool place_has(const struct place *p, const char *name)
{
	struct stat st;

	return !place_stat(p, name, &st);
}

int place_fd(const struct place *p, const char *name)
{
	char last[NAME_MAX + 1];
	struct stat st;
	int dir = walk(p, name, false, last), fd, e;

	if (dir < 0)
		return place_note(p, name, dir);
	/* O_NONBLOCK: a FIFO without a writer. */
	fd = openat(dir, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	e = errno;
	close(dir);
	if (fd < 0)
		return place_note(p, name, e == ENXIO ? -ENOTPLAIN : -e);
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return -ENOTPLAIN;
}

/* As many bytes as there are, or max + 1 of them. */
static ssize_t read_all(int fd, size_t max, char **text)
{
	size_t n = 0, cap = 8192;
	char *buf = xrealloc(NULL, cap);
	ssize_t got;

	do {
		if (cap - n < 4097)
			buf = xrealloc(buf, cap *= 2);
		got = read(fd, buf + n, cap - n - 1);
		n += got > 0 ? got : 0;
	} while ((got > 0 && n <= max) || (got < 0 && errno == EINTR));
	if (got < 0) {
		got = -errno;
		free(buf);
		return got;
	}
	buf[n] = '\0';
	*text = buf;
	return n;
}

char *place_read(const struct place *p, const char *name, size_t max, size_t *len)
{
	int fd = place_fd(p, name);
	ssize_t n = fd;
	char *text = NULL;
	struct stat st;

	if (fd >= 0) {
		/* A sparse file of a terabyte is refused before it is read. */
		n = !fstat(fd, &st) && st.st_size > (off_t)max ? -EFBIG :
		    read_all(fd, max, &text);
		close(fd);
	}
	if (n >= 0 && (size_t)n > max) {
		free(text);
		n = -EFBIG;
	}
	if (n < 0) {
		errno = -place_note(p, name, n);
		return NULL;
	}
	if (len)
		*len = n;
	return text;
}

json_t *place_json(const struct place *p, const char *name, json_error_t *e)
{
	size_t len;
	char *text = place_read(p, name, PLACE_MAX, &len);
	json_t *j;

	*e = (json_error_t){ .line = 0 };
	if (!text) {
		snprintf(e->text, sizeof(e->text), "%s", place_error(errno));
		return NULL;
	}
	j = json_loadb(text, len, JSON_REJECT_DUPLICATES, e);
	free(text);
	return j;
}

int place_sha(const struct place *p, const char *name, char hex[SHA_HEX])
{
	int fd = place_fd(p, name), ret;
	struct stat st;

	if (fd < 0)
		return fd;
	if (!fstat(fd, &st) && st.st_size > (off_t)PLACE_MAX)
		ret = -EFBIG;
	else
		ret = sha_fd(fd, hex);
	close(fd);
	return place_note(p, name, ret);
}

int place_list(const struct place *p, const char *name, struct strlist *out)
{
	int fd = open_folder(p, name);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int ret;

	if (!d)
		return place_note(p, name, fd < 0 ? fd : -errno);
	errno = 0;
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			strlist_add(out, e->d_name);
	ret = -errno;
	closedir(d);
	strlist_sort(out);
	return place_note(p, name, ret);
}

static int write_all(int fd, const char *s, size_t len)
{
	while (len) {
		ssize_t n = write(fd, s, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		s += n > 0 ? n : 0;
		len -= n > 0 ? n : 0;
	}
	return fsync(fd) ? -errno : 0;
}

/* Was there before and is new: what has the old one open or linked keeps that. */
static int create_at(int dir, const char *last)
{
	int fd;

	if (unlinkat(dir, last, 0) && errno != ENOENT)
		return -errno;
	fd = openat(dir, last, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	return fd < 0 ? -errno : fd;
}

/* A rename is there after a power cut when its folder is written. */
static int sync_at(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;

	if (fd < 0 || (fsync(fd) && errno != EINVAL))
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

int place_write(const struct place *p, const char *name, const void *data, size_t len)
{
	char last[NAME_MAX + 1], tmp[NAME_MAX + 32];
	int dir = walk(p, name, false, last), fd, ret;

	if (dir < 0)
		return dir;
	snprintf(tmp, sizeof(tmp), ".%.200s.%d.tmp", last, getpid());
	fd = create_at(dir, tmp);
	ret = fd < 0 ? fd : write_all(fd, data, len);
	if (fd >= 0 && close(fd) && !ret)
		ret = -errno;
	if (!ret && renameat(dir, tmp, dir, last))
		ret = -errno;
	if (ret && fd >= 0)
		unlinkat(dir, tmp, 0);
	else if (!ret)
		ret = sync_at(dir);
	close(dir);
	return ret;
}

int place_put_json(const struct place *p, const char *name, const json_t *j, size_t flags)
{
	char *text = json_dumps(j, flags);
	int ret = text ? place_write(p, name, text, strlen(text)) : -ENOMEM;

	free(text);
	return ret;
}

int place_create(const struct place *p, const char *name)
{
	char last[NAME_MAX + 1];
	int dir = walk(p, name, false, last), fd;

	if (dir < 0)
		return dir;
	fd = create_at(dir, last);
	close(dir);
	return fd;
}

int place_copy(const struct place *p, const char *from, const char *name)
{
	size_t len;
	char *data = read_file(from, &len);
	int ret = data ? place_write(p, name, data, len) : -errno;

	free(data);
	return ret;
}

int place_dirs(const struct place *p, const char *name)
{
	char last[NAME_MAX + 1];
	struct stat st;
	int dir = walk(p, name, true, last), ret = 0;

	if (dir < 0)
		return dir;
	if (mkdirat(dir, last, 0777))
		ret = -errno;
	if (ret == -EEXIST && !fstatat(dir, last, &st, AT_SYMLINK_NOFOLLOW))
		ret = S_ISDIR(st.st_mode) ? 0 : S_ISLNK(st.st_mode) ? -ELOOP : -ENOTDIR;
	close(dir);
	return ret;
}

static int remove_at(int dir, const char *name, int depth)
{
	struct dirent *e;
	int fd, ret = 0;
	DIR *d;

	if (!unlinkat(dir, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	d = depth < DEPTH_MAX ? fdopendir(fd) : NULL;
	if (!d) {
		close(fd);
		return -ENAMETOOLONG;
	}
	for (errno = 0; !ret && (e = readdir(d)); errno = 0)
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			ret = remove_at(fd, e->d_name, depth + 1);
	ret = ret ? ret : -errno;
	closedir(d);
	if (!ret && unlinkat(dir, name, AT_REMOVEDIR))
		ret = -errno;
	return ret;
}

int place_remove(const struct place *p, const char *name)
{
	char last[NAME_MAX + 1];
	int dir = walk(p, name, false, last), ret;

	if (dir < 0)
		return dir == -ENOENT ? 0 : dir;
	ret = remove_at(dir, last, 0);
	close(dir);
	return ret;
}

static int lock_holder(int fd)
{
	char text[16] = "";

	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? atoi(text) : 0;
}

static int open_lock(int dir, const char *last)
{
	int fd = openat(dir, last, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
	struct stat st;

	if (fd < 0)
		return -errno;
	/* One that has another name too is somebody's file and not a lock. */
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_nlink <= 1)
		return fd;
	close(fd);
	return -ENOTPLAIN;
}

int place_lock(const struct place *p, int *pid)
{
	char last[NAME_MAX + 1], text[16];
	int dir = walk(p, LOCK_FILE, false, last), fd, ret = 0;
	struct stat mine, now;

	if (dir < 0)
		return dir;
	for (;;) {
		fd = open_lock(dir, last);
		if (fd < 0) {
			ret = fd;
			break;
		}
		if (flock(fd, LOCK_EX | LOCK_NB)) {
			ret = -errno;
			*pid = lock_holder(fd);
			break;
		}
		/* Whoever had it may have removed it before we had it. */
		if (!fstat(fd, &mine) && !fstatat(dir, last, &now, AT_SYMLINK_NOFOLLOW) &&
		    mine.st_ino == now.st_ino && mine.st_dev == now.st_dev)
			break;
		close(fd);
	}
	close(dir);
	if (ret && fd >= 0)
		close(fd);
	if (ret)
		return ret;
	snprintf(text, sizeof(text), "%d\n", getpid());
	/* Only for a message: a full disk does not keep anybody from a lock. */
	if (!ftruncate(fd, 0))
		(void)!pwrite(fd, text, strlen(text), 0);
	return fd;
}

void place_unlock(const struct place *p, int lock)
{
	if (lock < 0)
		return;
	place_remove(p, LOCK_FILE);
	close(lock);
}
