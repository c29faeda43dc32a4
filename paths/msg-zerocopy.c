// SPDX-License-Identifier: GPL-2.0
/*
 * The page is sent with MSG_ZEROCOPY over loopback: the socket buffer refers to
 * it, and loopback copies it (skb_copy_ubufs()). The oracle is what arrives.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	int one = 1;
	ssize_t n;

	if (setsockopt(c->priv[6], SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
		return cell_skip(c, "SO_ZEROCOPY: errno %d", errno);
	n = send(c->priv[6], c->addr, PAGE_BYTES, MSG_ZEROCOPY);
	if (n < 0)
		return cell_refused(c, "send", errno);
	n = read(c->priv[7], buf, PAGE_BYTES);
	return n < 0 ? cell_refused(c, "read", errno) : cell_saw(c, buf, n);
}

PINLAB_PATH = {
	.summary = "send() with MSG_ZEROCOPY over loopback",
	.closes = "zerocopy_fill_skb_from_iter() pinning what it sends",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.setup = cell_tcp,
	.touch = touch,
};
