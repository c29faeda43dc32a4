/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_FILES_H
#define PINLAB_HOST_NIGHTLY_FILES_H

#include "host/nightly/nightly.h"

void night_ktap(const struct night *n, struct text *t);
/* How to see again what failed in a turn. */
void night_reproduce(const struct night *n, const struct night_turn *t, struct text *out);
/* 0, or -ESTALE after saying which file of a turn is not the one that manifest.json lists. */
int night_manifest_check(const struct night *n);
char *night_manifest(const struct night *n);
/* A line for `list runs`. */
void night_print_run(const char *name, const char *dir);
/* As report_derive(). */
int night_derive(const char *dir);

#endif
