/* SPDX-License-Identifier: GPL-2.0 */
/* What of a build can come out different if a file of the tree is. */
#ifndef PINLAB_HOST_KERNEL_BUILD_SEES_H
#define PINLAB_HOST_KERNEL_BUILD_SEES_H

#include "host/base/util.h"

bool is_header(const char *path);
/* Can the .config be another one if this file is? */
bool kconfig_sees(const char *path);
/* Can a module come out different if this file is? */
bool modules_see(const char *path);
bool any_of(const struct strlist *paths, bool (*sees)(const char *path));

#endif
