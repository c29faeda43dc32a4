// SPDX-License-Identifier: GPL-2.0
#include "host/mail/patchfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "host/base/util.h"
#include "host/mail/bytes.h"

/* Name by name, so that no link leads out of the folder. -1 with errno. */
static int open_below(const char *dir, const char *name)
{
	struct strlist parts = { 0 };
	int at, fd, e;

	if (!dir)
		return open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	strlist_split(&parts, name, "/");
	if (*name == '/' || !parts.n || strlist_has(&parts, "..")) {
		strlist_free(&parts);
		errno = EXDEV;
		return -1;
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < parts.n && fd >= 0; i++) {
		at = fd;
		fd = openat(at, parts.v[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
		e = errno;
		close(at);
		errno = e;
	}
	strlist_free(&parts);
	return fd;
}

static const char *read_whole(int fd, struct bytes *out)
{
	char buf[65536];
	ssize_t n;

	do {
		n = read(fd, buf, sizeof(buf));
		if (n > 0)
			bytes_add(out, buf, n);
		if (out->n > MAX_PATCH_BYTES)
			return "is larger than 64 MiB";
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? strerror(errno) : NULL;
}

/* One or several gzip members, as `cat a.gz b.gz` makes them. */
static const char *unzip(struct bytes *zipped, struct bytes *out)
{
	z_stream z = { .next_in = (Bytef *)zipped->p, .avail_in = zipped->n };
	const char *why = NULL;
	char buf[65536];
	int ret = Z_OK;

	/* 16: gzip alone. */
	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		no_memory();
	while (!why && (ret != Z_STREAM_END || z.avail_in)) {
		if (ret == Z_STREAM_END)
			inflateReset(&z);
		z.next_out = (Bytef *)buf;
		z.avail_out = sizeof(buf);
		ret = inflate(&z, Z_NO_FLUSH);
		bytes_add(out, buf, sizeof(buf) - z.avail_out);
		if (out->n > MAX_PATCH_BYTES)
			why = "is larger than 64 MiB without gzip";
		else if (ret != Z_OK && ret != Z_STREAM_END)
			why = "is damaged or cut short: gzip cannot unpack it";
	}
	inflateEnd(&z);
	return why;
}

const char *patchfile_read(const char *dir, const char *name, char **text, size_t *len)
{
	int fd = open_below(dir, name);
	struct bytes all = { 0 }, plain = { 0 };
	const char *why = NULL;
	struct stat st;

	*text = NULL;
	if (fd < 0)
		return errno == EXDEV ? "is outside of its folder" :
		       errno == ELOOP ? "is a symbolic link, and none is followed" :
		       strerror(errno);
	if (fstat(fd, &st))
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "is not a regular file";
	if (!why)
		why = read_whole(fd, &all);
	close(fd);
	if (!why && all.n > 2 && !memcmp(all.p, "\x1f\x8b", 2)) {
		why = unzip(&all, &plain);
		bytes_free(&all);
		all = plain;
	}
	if (!why)
		bytes_add(&all, "", 0);
	if (why)
		bytes_free(&all);
	*text = all.p;
	*len = all.n;
	return why;
}
