// SPDX-License-Identifier: GPL-2.0
#include "guest/paths/uring.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "guest/paths/cell.h"

int path_uring_open(struct path_cell *c, struct io_uring *ring)
{
	int ret = io_uring_queue_init(4, ring, 0);

	return ret ? cell_skip(c, "io_uring: %s", strerror(-ret)) : 0;
}

int path_uring_register(struct path_cell *c, struct io_uring *ring)
{
	struct iovec v = { c->addr, PAGE_BYTES };
	int ret = io_uring_register_buffers(ring, &v, 1);

	return ret ? cell_refused(c, "IORING_REGISTER_BUFFERS", -ret) : 0;
}

int path_uring_wait(struct path_cell *c, struct io_uring *ring)
{
	struct __kernel_timespec limit = { .tv_sec = 5 };
	struct io_uring_cqe *cqe;
	int ret = io_uring_submit(ring);

	(void)c;
	if (ret >= 0)
		ret = io_uring_wait_cqe_timeout(ring, &cqe, &limit);
	if (ret < 0)
		return ret;
	ret = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return ret;
}

int path_uring_fixed(struct path_cell *c, bool write)
{
	int file = cell_file(c, PAGE_BYTES), ret;
	char *buf = cell_buffer(PAGE_BYTES);
	struct io_uring ring;

	if (file < 0 || path_uring_open(c, &ring))
		return 1;
	ret = path_uring_register(c, &ring);
	if (ret)
		return ret;
	if (write)
		io_uring_prep_write_fixed(io_uring_get_sqe(&ring), file, c->addr, PAGE_BYTES, 0, 0);
	else
		io_uring_prep_read_fixed(io_uring_get_sqe(&ring), file, c->addr, PAGE_BYTES, 0, 0);
	ret = path_uring_wait(c, &ring);
	if (ret < 0)
		return cell_refused(c, write ? "IORING_OP_WRITE_FIXED" : "IORING_OP_READ_FIXED",
				    -ret);
	if (write && pread(file, buf, PAGE_BYTES, 0) == PAGE_BYTES)
		cell_saw(c, buf, PAGE_BYTES);
	return 0;
}
