// SPDX-License-Identifier: GPL-2.0
/*
 * The attack, class L (FOLL_PIN | FOLL_LONGTERM): an ordinary process brings the host down.
 *
 * c->addr is memory that this process has given to a protected guest: it is
 * pinned for that, and the hypervisor has taken it out of the kernel's linear
 * map. Nobody has to be privileged for what follows.
 *
 * It registers it with io_uring and has a file read into it: a write to the
 * linear map. Beside an exclusive pin the registration fails.
 */
#include <errno.h>
#include <liburing.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	int file = cell_file(c, PAGE_BYTES), ret;
	struct iovec page = { c->addr, PAGE_BYTES };
	struct io_uring_cqe *cqe;
	struct io_uring ring;

	if (file < 0 || io_uring_queue_init(4, &ring, 0))
		return cell_skip(c, "io_uring");
	ret = io_uring_register_buffers(&ring, &page, 1);
	if (ret)
		return cell_refused(c, "IORING_REGISTER_BUFFERS", -ret);
	io_uring_prep_read_fixed(io_uring_get_sqe(&ring), file, c->addr, PAGE_BYTES, 0, 0);
	io_uring_submit_and_wait(&ring, 1);
	if (io_uring_peek_cqe(&ring, &cqe) || cqe->res < 0)
		return cell_refused(c, "IORING_OP_READ_FIXED", EFAULT);
	return 0;
}

PINLAB_PATH = {
	.summary = "a read into protected memory by an io_uring fixed buffer",
	.way = WAY_LONGTERM,
	.reach = ANSWER_WRITTEN,
	.attack = true,
	.touch = touch,
};
