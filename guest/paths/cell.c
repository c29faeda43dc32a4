// SPDX-License-Identifier: GPL-2.0
/* What paths call: say what came of it, and have what many of them need. */
#include "guest/paths/cell.h"
#include "guest/device.h"
#include "guest/paths/path.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static void say(struct path_cell *c, enum answer a, const char *fmt, va_list ap)
{
	/* The first is the cause. */
	if (c->said->answer)
		return;
	c->said->answer = a;
	vsnprintf(c->said->text, sizeof(c->said->text), fmt, ap);
	/* '|' ends a part of the fact that this becomes. */
	for (char *s = c->said->text; *s; s++)
		if (*s == '|')
			*s = '/';
}

int cell_skip(struct path_cell *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, ANSWER_SKIP, fmt, ap);
	va_end(ap);
	return 1;
}

static int refuse(struct path_cell *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static int refuse(struct path_cell *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, ANSWER_REFUSED, fmt, ap);
	va_end(ap);
	return -1;
}

int cell_refused(struct path_cell *c, const char *call, int err)
{
	const char *name = strerrorname_np(err);

	return refuse(c, "%s %s", call, name ? name : "short");
}

int cell_saw(struct path_cell *c, const void *bytes, size_t n)
{
	if (n >= 8 && memmem(bytes, n, c->said->canary, 8))
		c->said->saw = true;
	return 0;
}

int cell_look_held(struct path_cell *c)
{
	struct pinlab_owned q = { .fd = -1 };

	if (!cell_owned(c, PINLAB_OWNED_LOOK, &q) &&
	    (q.refcount > c->said->refs || q.pincount > c->said->pins))
		c->said->held = true;
	return 0;
}

int cell_proved(struct path_cell *c)
{
	c->said->saw = true;
	return 0;
}

void cell_wrote(struct path_cell *c)
{
	memcpy(c->said->canary, c->addr, PAGE_BYTES);
}

int cell_owners_fd(struct path_cell *c)
{
	int pidfd = syscall(SYS_pidfd_open, c->owner, 0), fd;

	fd = pidfd < 0 ? -1 : syscall(SYS_pidfd_getfd, pidfd, c->said->fd, 0);
	if (fd < 0)
		cell_refused(c, "pidfd_getfd", errno);
	return fd;
}

int cell_file(struct path_cell *c, size_t bytes)
{
	char *buf = cell_buffer(bytes);
	int fd = memfd_create("pattern", MFD_CLOEXEC);

	if (buf)
		cell_pattern(buf, bytes);
	if (!buf || fd < 0 || write(fd, buf, bytes) != (ssize_t)bytes) {
		cell_skip(c, "a file: %s", strerror(errno));
		return -1;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

int cell_tcp(struct path_cell *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), to;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	socklen_t n = sizeof(a);

	if (l < 0 || s < 0)
		return cell_skip(c, "a socket: %s", strerror(errno));
	ioctl(s, SIOCSIFFLAGS, &up);
	if (bind(l, (void *)&a, n) || getsockname(l, (void *)&a, &n) || listen(l, 1) ||
	    connect(s, (void *)&a, n))
		return cell_skip(c, "TCP over loopback: %s", strerror(errno));
	to = accept4(l, NULL, NULL, SOCK_CLOEXEC);
	close(l);
	if (to < 0)
		return cell_skip(c, "accept: %s", strerror(errno));
	c->priv[6] = s;
	c->priv[7] = to;
	return 0;
}

int cell_vmsplice(struct path_cell *c, int p[2])
{
	struct iovec v = { c->addr, PAGE_BYTES };

	if (pipe(p) || vmsplice(p[1], &v, 1, 0) < 0)
		return cell_refused(c, "vmsplice", errno);
	return 0;
}

void cell_pattern(void *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((unsigned char *)to)[i] = "pinlab writes "[i % 14] ^ 0x80;
}

void *cell_buffer(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int cell_open(struct path_cell *c, const char *file, int flags)
{
	int fd = open(file, flags | O_CLOEXEC);

	if (fd < 0)
		cell_skip(c, "%s: %s", file, strerror(errno));
	return fd;
}

void cell_nap(unsigned int ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000l };

	nanosleep(&t, NULL);
}

bool cell_wait(bool (*fn)(struct path_cell *c), struct path_cell *c)
{
	for (int i = 0; i < 400; i++) {
		if (fn(c))
			return true;
		cell_nap(5);
	}
	return false;
}

uint64_t cell_pfn(struct path_cell *c)
{
	struct pinlab_owned q = { .fd = -1 };

	return cell_owned(c, PINLAB_OWNED_LOOK, &q) ? 0 : q.pfn;
}

int cell_owned(const struct path_cell *c, enum pinlab_owned_what what, struct pinlab_owned *q)
{
	struct pinlab_owned none = { .fd = -1 };

	q = q ? q : &none;
	q->what = what;
	return dev_owned(c->drv, q);
}
