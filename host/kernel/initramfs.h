/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_KERNEL_INITRAMFS_H
#define PINLAB_HOST_KERNEL_INITRAMFS_H

#include "host/kernel/kernel.h"

/*
 * The initramfs of a kernel: init, the driver, the disk image. From the
 * cache, keyed by what is in it. The caller frees; NULL after saying why.
 */
char *initramfs_get(const struct kernel *k);

#endif
