/* SPDX-License-Identifier: GPL-2.0 */
/* The driver in the kernel that runs here: into it and out of it. */
#ifndef PINLAB_HOST_NATIVE_MODULE_H
#define PINLAB_HOST_NATIVE_MODULE_H

#include <stdbool.h>

/* Loads pinlab.ko. PINLAB_OK, or PINLAB_BROKE after saying why, and what to do. */
int module_load(const char *path);
/* Why this kernel takes no module of ours, and what to do; NULL: it may. The caller frees. */
char *module_obstacle(void);
bool module_is_loaded(void);
/*
 * Takes it out, and waits up to so many seconds for those who have it open. 0 or
 * -errno; 0 where it is not loaded.
 */
int module_unload(double seconds);

#endif
