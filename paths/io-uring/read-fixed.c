// SPDX-License-Identifier: GPL-2.0
/*
 * The page is an io_uring fixed buffer, which is a long-term pin, and a read
 * goes to it through the linear map. The oracle is the page's content.
 */
#include "guest/paths/path.h"
#include "guest/paths/uring.h"

static int touch(struct path_cell *c)
{
	return path_uring_fixed(c, false);
}

PINLAB_PATH = {
	.summary = "read of a file to a registered buffer",
	.way = WAY_LONGTERM,
	.reach = ANSWER_WRITTEN,
	.touch = touch,
};
