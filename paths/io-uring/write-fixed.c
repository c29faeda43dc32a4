// SPDX-License-Identifier: GPL-2.0
/*
 * The page is an io_uring fixed buffer, which is a long-term pin, and a write
 * takes from it through the linear map. The oracle is the file.
 */
#include "guest/paths/path.h"
#include "guest/paths/uring.h"

static int touch(struct path_cell *c)
{
	return path_uring_fixed(c, true);
}

PINLAB_PATH = {
	.summary = "write of a file from a registered buffer",
	.way = WAY_LONGTERM,
	.reach = ANSWER_READ,
	.touch = touch,
};
