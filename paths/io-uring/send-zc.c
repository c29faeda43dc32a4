// SPDX-License-Identifier: GPL-2.0
/*
 * The page is sent by IORING_OP_SEND_ZC over loopback: the socket buffer refers
 * to it, and loopback copies it (skb_copy_ubufs()). The oracle is what arrives.
 */
#include <errno.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"
#include "guest/paths/uring.h"

static int touch(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	struct io_uring_sqe *sqe;
	struct io_uring ring;
	int ret;

	if (path_uring_open(c, &ring))
		return 1;
	sqe = io_uring_get_sqe(&ring);
	io_uring_prep_send_zc(sqe, c->priv[6], c->addr, PAGE_BYTES, 0, 0);
	ret = path_uring_wait(c, &ring);
	if (ret < 0)
		return cell_refused(c, "IORING_OP_SEND_ZC", -ret);
	ret = read(c->priv[7], buf, PAGE_BYTES);
	return ret < 0 ? cell_refused(c, "read", errno) : cell_saw(c, buf, ret);
}

PINLAB_PATH = {
	.summary = "zero-copy send of the page over loopback",
	.closes = "zerocopy_fill_skb_from_iter() pinning what it sends",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.setup = cell_tcp,
	.touch = touch,
};
