// SPDX-License-Identifier: GPL-2.0
/*
 * The memfd's page becomes a dma-buf for devices: before 6.12 by the page cache
 * alone, since then by memfd_pin_folios().
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>

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

	fcntl(c->fd, F_ADD_SEALS, F_SEAL_SHRINK);
	if (ioctl(c->priv[0], UDMABUF_CREATE, &u) < 0)
		return cell_refused(c, "UDMABUF_CREATE", errno);
	return 0;
}

static const struct expect except[] = {
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_REFUSED, .why = "it takes no other file" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "UDMABUF_CREATE from the memory's file",
	.closes = "memfd_pin_folios(), as since 6.12",
	.way = WAY_LONGTERM,
	.way_before = WAY_WALK,
	.way_since = KERNEL(6, 11),
	.reach = ANSWER_REFERENCED,
	.kinds = KINDS_FD,
	.except = except,
	.takes_fd = true,
	.setup = setup,
	.touch = touch,
};
