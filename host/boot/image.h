/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_BOOT_IMAGE_H
#define PINLAB_HOST_BOOT_IMAGE_H

#include <stdbool.h>

#include "host/kernel/kernel.h"

/*
 * The initramfs of a guest with a shell, in the folder `dir`: what every guest
 * gets, busybox, and the files of the folder `cwd`, unless `share`: the guest
 * mounts it. The script of standard input is in it where that is no terminal.
 * NULL after saying why; the caller frees.
 */
char *boot_image(const struct kernel *k, const char *dir, const char *cwd, bool share);

/* Is standard input a script? */
bool boot_is_script(void);

#endif
