// SPDX-License-Identifier: GPL-2.0
/* As create.c, and the dma-buf is mapped and read: by whoever is given it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int setup(struct path_cell *c)
{
	c->priv[0] = cell_open(c, "/dev/udmabuf", O_RDWR);
	return c->priv[0] < 0;
}

static int touch(struct path_cell *c)
{
	struct udmabuf_create u = { .memfd = c->fd, .size = cell_bytes(c) };
	int buf;
	char *p;

	fcntl(c->fd, F_ADD_SEALS, F_SEAL_SHRINK);
	buf = ioctl(c->priv[0], UDMABUF_CREATE, &u);
	if (buf < 0)
		return cell_refused(c, "UDMABUF_CREATE", errno);
	p = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, buf, 0);
	if (p == MAP_FAILED)
		return cell_refused(c, "mmap", errno);
	return cell_saw(c, p, PAGE_BYTES);
}

static const struct expect except[] = {
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_REFUSED, .why = "it takes no other file" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "mmap() of a dma-buf made by UDMABUF_CREATE, and a read there",
	.closes = "memfd_pin_folios(), as since 6.12",
	.way = WAY_LONGTERM,
	.way_before = WAY_WALK,
	.way_since = KERNEL(6, 11),
	.reach = ANSWER_READ,
	.kinds = KINDS_FD,
	.elsewhere = true,
	.except = except,
	.takes_fd = true,
	.setup = setup,
	.touch = touch,
};
