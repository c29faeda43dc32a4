// SPDX-License-Identifier: GPL-2.0
/* Direct I/O on ext4 from the page: iomap and bio_iov_iter_get_pages(). */
#include "guest/paths/path.h"
#include "guest/paths/disk.h"

PINLAB_PATH = {
	.summary = "pwrite() with O_DIRECT on ext4",
	.way = WAY_PIN,
	.way_before = WAY_GET,
	.way_since = KERNEL(6, 5),
	.reach = ANSWER_READ,
	.setup = path_disk_ext4,
	.touch = path_disk_write,
};
