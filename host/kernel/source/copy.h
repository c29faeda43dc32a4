/* SPDX-License-Identifier: GPL-2.0 */
/* Files of a source tree to and fro. */
#ifndef PINLAB_HOST_KERNEL_SOURCE_COPY_H
#define PINLAB_HOST_KERNEL_SOURCE_COPY_H

#include "host/base/util.h"

/* The folders above a file. 0 or -errno. */
int make_parent(const char *path);
/*
 * A copy of a plain file with its mode, and its times if wanted. Not by running
 * cp: it has to work after Ctrl-C as well. -ENOENT if there is no such file,
 * -EISDIR for what is none, -ELOOP for a symbolic link.
 */
int copy_with_mode(const char *from, const char *to, bool times);
/* The same bytes, and both programs or neither. */
bool same_content(const char *a, const char *b);
bool is_folder(const char *path);

#endif
