// SPDX-License-Identifier: GPL-2.0
/* A SCSI read by SG_IO, with the page as its data: bio_map_user_iov(). */
#include "guest/paths/path.h"
#include "guest/paths/scsi.h"

static int touch(struct path_cell *c)
{
	return path_scsi_move(c, false);
}

PINLAB_PATH = {
	.summary = "SG_IO with a SCSI read on a disk of scsi_debug",
	.way = WAY_PIN,
	.way_before = WAY_GET,
	.way_since = KERNEL(6, 5),
	.reach = ANSWER_WRITTEN,
	.setup = path_scsi_setup,
	.touch = touch,
};
