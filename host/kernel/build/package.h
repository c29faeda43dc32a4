/* SPDX-License-Identifier: GPL-2.0 */
/* What of a build is kept: the entry of a kernel in the cache. */
#ifndef PINLAB_HOST_KERNEL_BUILD_PACKAGE_H
#define PINLAB_HOST_KERNEL_BUILD_PACKAGE_H

#include "host/kernel/build/build.h"
#include "host/kernel/source/series.h"

/* The kernel built in `out`, with its series (or NULL), into `dir`. PINLAB_OK, PINLAB_BROKE, ... */
int package(struct build *b, const struct series *sr, const char *out, const char *dir);
/* A copy of out/from as dir/to. PINLAB_OK, PINLAB_BROKE after saying why. */
int package_file(const char *out, const char *from, const char *dir, const char *to);
/* A command that only its last line speaks for: "what: line". */
int run_quiet(char *const argv[], const char *dir, const char *what);

#endif
