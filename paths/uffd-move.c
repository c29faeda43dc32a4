// SPDX-License-Identifier: GPL-2.0
/* UFFDIO_MOVE gives the page another address: page tables change, the page does not. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/machine/uffd.h"
#include "guest/paths/cell.h"
#include "guest/paths/path.h"

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

static int touch(struct path_cell *c)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_MOVE };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY), err;
	size_t n = cell_bytes(c);
	char *to = mmap(NULL, 2 * n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fd < 0 || to == MAP_FAILED)
		return cell_skip(c, "userfaultfd: errno %d", errno);
	if (ioctl(fd, UFFDIO_API, &api))
		return cell_skip(c, "UFFDIO_MOVE (6.8)");
	to = (char *)(((uintptr_t)to + n - 1) / n * n);
	err = uffd_register(fd, to, n, false);
	if (!err)
		err = uffd_move(fd, to, c->addr, n);
	return err ? cell_refused(c, "UFFDIO_MOVE", -err) : 0;
}

static const struct expect except[] = {
	{ .schemes = S_PINNED, .answer = ANSWER_REFUSED, .why = "it may be pinned" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "UFFDIO_MOVE of the owner's page within its memory",
	.way = WAY_WALK,
	.reach = ANSWER_NOT_REACHED,
	.kinds = KINDS_ANON,
	.schemes = S_KINDS,
	.except = except,
	.disturbs = true,
	.touch = touch,
};
