// SPDX-License-Identifier: GPL-2.0
#include "guest/io/uring.h"

#include <string.h>

int uring_open(struct row *r, struct io_uring *ring)
{
	/*
	 * The kernel takes completion entries for as many as there is room at a
	 * time: room for one makes each request the same.
	 */
	struct io_uring_params p = { .flags = IORING_SETUP_CQSIZE, .cq_entries = 1 };
	int err = io_uring_queue_init_params(1, ring, &p);

	return err ? row_skip(r, "needs io_uring: %s", strerror(-err)) : 0;
}
