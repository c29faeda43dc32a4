/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_BOOT_HOST_FILES_H
#define PINLAB_HOST_BOOT_HOST_FILES_H

#include "host/base/util.h"

/* What a guest is given of a folder, and what not. */
struct host_files {
	long long bytes;		/* of files that are taken */
	size_t taken, left;		/* files and folders; left: for any reason */
	char *first_left;		/* the first of these, and why; NULL: none */
};

#define HOST_FILES_MAX (64ll << 20)

/*
 * The names of what is copied of `dir`, as "host/NAME", each ended by a NUL byte,
 * into the file `names`. Links are taken as links and not followed; what is no
 * file, folder or link, what cannot be read, and what comes after the first 64 MiB
 * is left out. 0 or -errno. The caller frees out->first_left.
 */
int host_files_list(const char *dir, const char *names, struct host_files *out);

#endif
