// SPDX-License-Identifier: GPL-2.0
/* Direct I/O on 9p over virtio from the page: p9_get_mapped_pages() or, since 6.8, netfs. */
#include "guest/paths/path.h"
#include "guest/paths/disk.h"

PINLAB_PATH = {
	.summary = "pwrite() with O_DIRECT on 9p over virtio",
	.way = WAY_PIN,
	.way_before = WAY_GET,
	.way_since = KERNEL(6, 8),
	.reach = ANSWER_READ,
	.elsewhere = true,	/* the host copies: to the guest it is a device */
	.setup = path_disk_9p,
	.touch = path_disk_write,
};
