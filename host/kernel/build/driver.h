/* SPDX-License-Identifier: GPL-2.0 */
/* The driver for one kernel. */
#ifndef PINLAB_HOST_KERNEL_BUILD_DRIVER_H
#define PINLAB_HOST_KERNEL_BUILD_DRIVER_H

#include "host/kernel/build/build.h"

/*
 * The sources in one folder of the driver, as paths below `from`. Sources only: a
 * developer may have built the driver where it lies.
 */
void driver_files(const char *from, const char *folder, struct strlist *files);

/* By its own key, so that work on the driver does not build a kernel. 0 or -errno. */
int driver_key(const char *kernel_key, const char *from, const struct strlist *files,
	       char key[SHA_HEX]);

/* pinlab.ko from these files of `from`, for the entry k->dir, into the folder `dir`. */
int build_driver(struct build *b, const char *from, const struct strlist *files, const char *dir);

#endif
