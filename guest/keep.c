// SPDX-License-Identifier: GPL-2.0
#include "guest/keep.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <sys/io.h>
#endif

#include "include/wire.h"

static unsigned short port;

int keep_open(const char *to)
{
#if defined(__x86_64__)
	if (!to || strncmp(to, WIRE_PORT, strlen(WIRE_PORT)))
		return -ENODEV;
	port = strtoul(to + strlen(WIRE_PORT), NULL, 0);
	/* Inherited by the processes that scenarios run in. */
	return port && !ioperm(port, 1, 1) ? 0 : -EPERM;
#else
	(void)to;
	return -ENODEV;
#endif
}

static void send(const char *p, size_t n)
{
#if defined(__x86_64__)
	outsb(port, p, n);
#endif
}

/* "file NAME BYTES\n", then so many bytes. */
int keep_file(const char *path, const char *name)
{
	static char buf[1 << 16];
	char head[256], plain[128];
	struct stat st;
	size_t left, n = 0;
	int fd;

	if (!port)
		return -ENODEV;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	for (; *name && n + 1 < sizeof(plain); name++)
		plain[n++] = isalnum((unsigned char)*name) || strchr("._-+", *name) ? *name : '_';
	plain[n] = '\0';
	left = st.st_size > (off_t)WIRE_FILE_BYTES ? WIRE_FILE_BYTES : (size_t)st.st_size;
	n = snprintf(head, sizeof(head), WIRE_FILE "%s%s %zu\n", plain,
		     (off_t)left < st.st_size ? ".cut" : "", left);
	send(head, n);
	while (left) {
		ssize_t got = read(fd, buf, left < sizeof(buf) ? left : sizeof(buf));

		/* The size is promised: what cannot be read is sent as zeroes. */
		if (got <= 0) {
			memset(buf, 0, sizeof(buf));
			got = left < sizeof(buf) ? left : sizeof(buf);
		}
		send(buf, got);
		left -= got;
	}
	close(fd);
	return 0;
}
