/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_BASE_FILES_H
#define PINLAB_HOST_BASE_FILES_H

#include "host/base/util.h"

/* Folders. Both are found once and end without a slash. */
const char *repo_dir(void);	/* where ./pinlab lies */
const char *cache_dir(void);	/* ${PINLAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinlab} */
/* mkdir -p; 0 or -errno */
int make_dirs(const char *path);
bool file_exists(const char *path);
/* Whole file as a NUL terminated string; NULL and errno if it cannot be read. */
char *read_file(const char *path, size_t *len);
/* Write beside path, fsync, rename: the file is whole or not there. 0 or -errno. */
int write_file(const char *path, const void *data, size_t len);
int copy_file(const char *from, const char *to);
int remove_tree(const char *path);
/* Names in a folder without . and .., sorted; 0 or -errno. */
int list_dir(const char *path, struct strlist *out);
/* The one free space check: bytes available to us on path's file system. */
long long free_bytes(const char *path);
void sha_string(const char *s, size_t len, char hex[SHA_HEX]);
int sha_file(const char *path, char hex[SHA_HEX]);
/* From where it is read now to its end. */
int sha_fd(int fd, char hex[SHA_HEX]);

#endif
