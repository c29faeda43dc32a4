// SPDX-License-Identifier: GPL-2.0
/* Direct I/O on a block device from the page: bio_iov_iter_get_pages(). */
#include "guest/paths/path.h"
#include "guest/paths/disk.h"

PINLAB_PATH = {
	.summary = "pwrite() with O_DIRECT on a block device",
	.way = WAY_PIN,
	.way_before = WAY_GET,
	.way_since = KERNEL(6, 5),
	.reach = ANSWER_READ,
	.setup = path_disk_block,
	.touch = path_disk_write,
};
