// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/uffd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRIES	1000

int uffd_open(struct row *r, uint64_t features, const char *what, int *fd)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };

	*fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0)
		return row_skip(r, "needs userfaultfd (CONFIG_USERFAULTFD): %s", strerror(errno));
	if (!ioctl(*fd, UFFDIO_API, &api))
		return 0;
	close(*fd);
	*fd = -1;
	return row_skip(r, "needs %s", what);
}

int uffd_register(int fd, void *addr, size_t bytes, bool wp)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)addr, bytes },
		.mode = UFFDIO_REGISTER_MODE_MISSING | (wp ? UFFDIO_REGISTER_MODE_WP : 0),
	};

	return ioctl(fd, UFFDIO_REGISTER, &reg) ? -errno : 0;
}

static int try(int fd, unsigned long request, void *arg)
{
	for (int i = 0; i < TRIES; i++)
		if (!ioctl(fd, request, arg))
			return 0;
		else if (errno != EAGAIN)
			break;
	return -errno;
}

int uffd_copy(int fd, void *to, const void *from, size_t bytes)
{
	struct uffdio_copy copy = { .dst = (uintptr_t)to, .src = (uintptr_t)from, .len = bytes };

	return try(fd, UFFDIO_COPY, &copy);
}

int uffd_move(int fd, void *to, void *from, size_t bytes)
{
	struct uffdio_move move = { .dst = (uintptr_t)to, .src = (uintptr_t)from, .len = bytes };

	return try(fd, UFFDIO_MOVE, &move);
}

int uffd_protect(int fd, void *addr, size_t bytes, bool on)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)addr, bytes },
		.mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};

	return try(fd, UFFDIO_WRITEPROTECT, &wp);
}
