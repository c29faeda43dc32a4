/* SPDX-License-Identifier: GPL-2.0 */
/* Paths through SG_IO, on the disk that scsi_debug makes. */
#ifndef PINLAB_GUEST_PATHS_SCSI_H
#define PINLAB_GUEST_PATHS_SCSI_H

#include "guest/paths/path.h"

int path_scsi_setup(struct path_cell *c);
/* The disk's first sectors into the page, or the page to the disk, which is then looked at. */
int path_scsi_move(struct path_cell *c, bool write);

#endif
