// SPDX-License-Identifier: GPL-2.0
/* Files, folders and their checksums. */
#include "host/base/files.h"
#include "host/base/util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void drop_last(char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	if (n > m && !strcmp(path + n - m, end))
		path[n - m] = '\0';
}

const char *repo_dir(void)
{
	static char dir[PATH_MAX];

	if (!*dir) {
		ssize_t n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
		char *slash;

		if (n < 0) {
			err("cannot tell where ./pinlab lies: %s; is /proc mounted?",
			    strerror(errno));
			exit(PINLAB_BROKE);
		}
		dir[n] = '\0';
		slash = strrchr(dir, '/');
		*(slash == dir ? slash + 1 : slash) = '\0';
		/* The programs lie in build/ and build/tests/, those of SAN=1 in build/san/. */
		drop_last(dir, "/tests");
		drop_last(dir, "/san");
		drop_last(dir, "/build");
	}
	return dir;
}

/* Relative or not, as the user wrote it; the caller frees. */
static char *cache_as_said(void)
{
	const char *s = getenv("PINLAB_CACHE");

	if (s && *s)
		return xstrdup(s);
	s = getenv("XDG_CACHE_HOME");
	if (s && *s)
		return xasprintf("%s/pinlab", s);
	s = getenv("HOME");
	return xasprintf("%s/.cache/pinlab", s && *s ? s : "/root");
}

const char *cache_dir(void)
{
	static char *dir;
	char *said, cwd[PATH_MAX];

	if (dir)
		return dir;
	said = cache_as_said();
	/* make and QEMU run in other folders than we do. */
	if (*said == '/' || !getcwd(cwd, sizeof(cwd)))
		return dir = said;
	dir = xasprintf("%s/%s", cwd, said);
	free(said);
	return dir;
}

int make_dirs(const char *path)
{
	char *p = xstrdup(path);
	int ret = 0;

	for (char *s = p + 1; !ret; s++) {
		if (*s != '/' && *s)
			continue;
		char c = *s;

		*s = '\0';
		if (mkdir(p, 0777) && errno != EEXIST)
			ret = -errno;
		*s = c;
		if (!c)
			break;
	}
	free(p);
	return ret;
}

bool file_exists(const char *path)
{
	return !access(path, F_OK);
}

char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	size_t n = 0, cap = 0, got;
	char *buf = NULL;

	if (!f)
		return NULL;
	do {
		if (cap - n < 4097) {
			cap = cap ? 2 * cap : 8192;
			buf = xrealloc(buf, cap);
		}
		got = fread(buf + n, 1, cap - n - 1, f);
		n += got;
	} while (got);
	if (ferror(f)) {
		int e = errno;

		fclose(f);
		free(buf);
		errno = e;
		return NULL;
	}
	fclose(f);
	buf[n] = '\0';
	if (len)
		*len = n;
	return buf;
}

int write_file(const char *path, const void *data, size_t len)
{
	char *tmp = xasprintf("%s.%d.tmp", path, getpid());
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	const char *p = data;
	int ret = 0;

	if (fd < 0) {
		ret = -errno;
		goto out;
	}
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			ret = -errno;
			break;
		}
		p += n;
		len -= n;
	}
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (ret)
		unlink(tmp);
out:
	free(tmp);
	return ret;
}

int copy_file(const char *from, const char *to)
{
	size_t len;
	char *data = read_file(from, &len);
	int ret;

	if (!data)
		return -errno;
	ret = write_file(to, data, len);
	free(data);
	return ret;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

int remove_tree(const char *path)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS))
		return errno == ENOENT ? 0 : -errno;
	return 0;
}

int list_dir(const char *path, struct strlist *out)
{
	DIR *d = opendir(path);
	struct dirent *e;

	if (!d)
		return -errno;
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			strlist_add(out, e->d_name);
	closedir(d);
	strlist_sort(out);
	return 0;
}

long long free_bytes(const char *path)
{
	struct statvfs v;

	if (statvfs(path, &v))
		return -errno;
	return (long long)v.f_bavail * v.f_frsize;
}

static void to_hex(const unsigned char *d, unsigned int n, char hex[SHA_HEX])
{
	for (unsigned int i = 0; i < n && i < 32; i++)
		sprintf(hex + 2 * i, "%02x", d[i]);
}

void sha_string(const char *s, size_t len, char hex[SHA_HEX])
{
	unsigned char d[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	if (!EVP_Digest(s, len, d, &n, EVP_sha256(), NULL))
		no_memory();
	to_hex(d, n, hex);
}

int sha_fd(int fd, char hex[SHA_HEX])
{
	unsigned char d[EVP_MAX_MD_SIZE], buf[65536];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int n = 0;
	ssize_t got;
	int ret = 0;

	if (!ctx || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL))
		no_memory();
	while ((got = read(fd, buf, sizeof(buf))) > 0 || (got < 0 && errno == EINTR))
		EVP_DigestUpdate(ctx, buf, got > 0 ? got : 0);
	if (got < 0)
		ret = -errno;
	EVP_DigestFinal_ex(ctx, d, &n);
	EVP_MD_CTX_free(ctx);
	to_hex(d, n, hex);
	return ret;
}

int sha_file(const char *path, char hex[SHA_HEX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = sha_fd(fd, hex);
	close(fd);
	return ret;
}
