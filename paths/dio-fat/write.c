// SPDX-License-Identifier: GPL-2.0
/* Direct I/O on FAT from the page: the old dio_refill_pages(). */
#include "guest/paths/path.h"
#include "guest/paths/disk.h"

PINLAB_PATH = {
	.summary = "pwrite() with O_DIRECT on FAT",
	.way = WAY_PIN,
	.way_before = WAY_GET,
	.way_since = KERNEL(6, 5),
	.reach = ANSWER_READ,
	.setup = path_disk_fat,
	.touch = path_disk_write,
};
