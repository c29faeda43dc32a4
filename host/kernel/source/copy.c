// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/source/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/files.h"

int make_parent(const char *path)
{
	char *dir = xstrdup(path);
	int ret;

	*strrchr(dir, '/') = '\0';
	ret = make_dirs(dir);
	free(dir);
	return ret;
}

int copy_with_mode(const char *from, const char *to, bool times)
{
	struct stat st;
	int ret;

	if (lstat(from, &st))
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (!S_ISREG(st.st_mode))
		return -EISDIR;
	ret = make_parent(to);
	if (!ret)
		ret = copy_file(from, to);
	if (!ret && chmod(to, st.st_mode & 07777))
		ret = -errno;
	if (!ret && times &&
	    utimensat(AT_FDCWD, to, (struct timespec[]){ st.st_atim, st.st_mtim }, 0))
		ret = -errno;
	return ret;
}

bool same_content(const char *a, const char *b)
{
	size_t n = 0, m = 0;
	char *x = read_file(a, &n), *y = x ? read_file(b, &m) : NULL;
	bool same = y && n == m && !memcmp(x, y, n) && !access(a, X_OK) == !access(b, X_OK);

	free(x);
	free(y);
	return same;
}

bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}
