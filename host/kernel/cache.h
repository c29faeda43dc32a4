/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the cache holds: folders (a kernel, a driver) and files (an image), each
 * with the sums of what it was when it was made. A machine that went down in
 * between, or a full disk, may have left less than that.
 */
#ifndef PINLAB_HOST_KERNEL_CACHE_H
#define PINLAB_HOST_KERNEL_CACHE_H

#include "host/base/util.h"

/*
 * What is at `made`, a folder or a file, becomes the entry at `path`: written to
 * the disk, with its sums, then renamed. 0 or -errno.
 */
int cache_put(const char *made, const char *path);

/*
 * Is the entry there, and what it was when it was made? Then it is held against
 * prune.h until this process ends, and counts as used now. A file is read
 * once for as long as it stays the same one (its inode, time and size), so that
 * this costs next to nothing. What is torn is named, and is to be made anew.
 */
bool cache_use(const char *path);

/*
 * An entry that is a file, made by `make` where it is not there or is torn: by one
 * process at a time, so that nobody finds it gone while another puts it there again.
 * `make` returns 0 once it has called cache_put(), and says itself what went wrong.
 * True if the entry can be used.
 */
bool cache_get(const char *path, int (*make)(const char *path, void *arg), void *arg);

/* Room for a build of so many bytes: PINLAB_OK, or PINLAB_BROKE after saying what to do. */
int cache_room(const char *what, long long bytes);

/* Beside an entry that is a file, in one that is a folder; its time is when it was used. */
#define CACHE_SUMS "sums"
/* The path of that; the caller frees. */
char *cache_sums(const char *entry, bool folder);

#endif
