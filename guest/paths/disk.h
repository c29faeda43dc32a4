/* SPDX-License-Identifier: GPL-2.0 */
/* Paths of direct I/O: a file, opened with O_DIRECT, and the page as the buffer. */
#ifndef PINLAB_GUEST_PATHS_DISK_H
#define PINLAB_GUEST_PATHS_DISK_H

#include "guest/paths/path.h"

/*
 * setup: c->priv[0] is the file, with cell_pattern() in its first page. On a
 * block device (the second RAM disk), ext4, FAT, 9p. 0 or 1 after cell_skip().
 */
int path_disk_block(struct path_cell *c);
int path_disk_ext4(struct path_cell *c);
int path_disk_fat(struct path_cell *c);
int path_disk_9p(struct path_cell *c);
/* touch: the file into the page, the page into the file. */
int path_disk_read(struct path_cell *c);
int path_disk_write(struct path_cell *c);

#endif
