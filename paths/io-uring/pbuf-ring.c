// SPDX-License-Identifier: GPL-2.0
/*
 * The page is a ring of provided buffers, which the kernel pins and reads to
 * find a buffer. The oracle is whether it has found the one that is named there.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"
#include "guest/paths/uring.h"

static int touch(struct path_cell *c)
{
	struct io_uring_buf_reg reg = { .ring_addr = (uintptr_t)c->addr, .ring_entries = 1 };
	struct io_uring_buf_ring *br = (void *)c->addr;
	struct io_uring_sqe *sqe;
	struct io_uring ring;
	char *buf = cell_buffer(PAGE_BYTES), want[64];
	int fd = cell_file(c, PAGE_BYTES), ret;

	if (path_uring_open(c, &ring) || fd < 0)
		return 1;
	br->bufs[0] = (struct io_uring_buf){ .addr = (uintptr_t)buf, .len = 64, .bid = 0 };
	br->tail = 1;
	cell_wrote(c);
	ret = io_uring_register_buf_ring(&ring, &reg, 0);
	if (ret)
		return cell_refused(c, "IORING_REGISTER_PBUF_RING", -ret);
	sqe = io_uring_get_sqe(&ring);
	io_uring_prep_read(sqe, fd, NULL, 64, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	ret = path_uring_wait(c, &ring);
	if (ret < 0)
		return cell_refused(c, "IORING_OP_READ", -ret);
	cell_pattern(want, sizeof(want));
	return memcmp(buf, want, sizeof(want)) ? 0 : cell_proved(c);
}

PINLAB_PATH = {
	.summary = "a ring of provided buffers in the page, and a read that takes one",
	.way = WAY_LONGTERM,
	.reach = ANSWER_READ,
	.survives = true,
	.survives_since = KERNEL(6, 10),	/* through vmap(): a mapping that is left */
	.touch = touch,
};
