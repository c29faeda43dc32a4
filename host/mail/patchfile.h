/* SPDX-License-Identifier: GPL-2.0 */
/* Files that may come from strangers: regular ones only, of a size that a series has. */
#ifndef PINLAB_HOST_MAIL_PATCHFILE_H
#define PINLAB_HOST_MAIL_PATCHFILE_H

#include <stddef.h>

/* Of one file, also after gzip: all of the kernel's history in a year is less. */
#define MAX_PATCH_BYTES ((size_t)64 << 20)

/*
 * Reads dir/name, gunzipped where it is so; dir NULL: name is a whole path. In
 * a folder no symbolic link is followed, and nothing outside of it is read.
 * NULL, and *text with a NUL behind it, which the caller frees; or the reason.
 */
const char *patchfile_read(const char *dir, const char *name, char **text, size_t *len);

#endif
