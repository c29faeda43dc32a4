/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_KERNEL_BUILD_ID_H
#define PINLAB_HOST_KERNEL_BUILD_ID_H

#include <stddef.h>

/* Room for it in hex: the linker's is a SHA-1. */
#define BUILD_ID_HEX 41

/*
 * The build id of vmlinux or of a module: what a running kernel shows of itself
 * in /sys/kernel/notes and below /sys/module. 0; -ENOENT if it has none, or -errno.
 */
int build_id(const char *path, char hex[BUILD_ID_HEX]);

#endif
