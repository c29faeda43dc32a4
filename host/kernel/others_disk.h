/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_KERNEL_OTHERS_DISK_H
#define PINLAB_HOST_KERNEL_OTHERS_DISK_H

#include "host/kernel/kernel.h"

/*
 * The disk with fio, perf, stress-ng and the base's own tests of GUP, for
 * guest/machine/others_disk.h, of a kernel that kernel_get() has filled: the same for all
 * kernels of one base. From the cache, or made, with progress; packages that
 * are missing are installed. The caller frees; NULL after saying why.
 */
char *tools_image_get(const struct kernel *k);

#endif
