/* SPDX-License-Identifier: GPL-2.0 */
/* Which files of a tree a patch names. */
#ifndef PINLAB_HOST_MAIL_TOUCHED_H
#define PINLAB_HOST_MAIL_TOUCHED_H

#include "host/base/util.h"

/* More is not one series of patches. */
#define MAX_TOUCHED 20000

/*
 * Adds the names in the headers of a diff that is applied with -p<strip>, and
 * what looks like one of them. 0, or -E2BIG.
 */
int touched_add(struct strlist *touched, const char *diff, size_t len, int strip);

/* "mm/gup.c, hunk 2": of that file, the one that begins at this line of the old one. */
char *hunk_shown(const char *diff, size_t len, int strip, const char *file, long line);

#endif
