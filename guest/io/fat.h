/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A FAT file system on the second RAM disk. Its direct I/O is that of
 * fs/direct-io.c, which pins each page again for every bio that it is put into;
 * others have left that for iomap.
 */
#ifndef PINLAB_GUEST_IO_FAT_H
#define PINLAB_GUEST_IO_FAT_H

#include <stddef.h>

#include "guest/row.h"

#define FAT_DIR	"/tmp/fat"

/* Made anew and mounted at FAT_DIR. 0, 1 after row_skip(), -1 after row_fail(). */
int fat_mount(struct row *r);
void fat_umount(void);
/*
 * A file of so many bytes there, all allocated, opened for direct I/O. Its
 * descriptor, or -errno.
 */
int fat_file(const char *name, size_t bytes);

#endif
