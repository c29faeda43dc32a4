/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_BOOT_GDB_H
#define PINLAB_HOST_BOOT_GDB_H

/*
 * The functions of a System.map as an ELF file that gdb takes by `symbol-file`:
 * the vmlinux of the cache has no symbols. `machine` is its EM_*. 0 or -errno.
 */
int gdb_write_symbols(const char *map, int machine, const char *path);

#endif
