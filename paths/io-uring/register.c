// SPDX-License-Identifier: GPL-2.0
/* The page becomes an io_uring fixed buffer, and nothing is done with it: a long-term pin. */
#include "guest/paths/path.h"
#include "guest/paths/uring.h"

static int touch(struct path_cell *c)
{
	struct io_uring ring;

	return path_uring_open(c, &ring) || path_uring_register(c, &ring);
}

PINLAB_PATH = {
	.summary = "IORING_REGISTER_BUFFERS, without any request",
	.way = WAY_LONGTERM,
	.reach = ANSWER_REFERENCED,
	.touch = touch,
};
