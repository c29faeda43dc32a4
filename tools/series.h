/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Series of patches: a folder (with a `series` file, or in the order of their
 * names), one patch, or an mbox as it comes from a list.
 */
#ifndef PINLAB_SERIES_H
#define PINLAB_SERIES_H

#include "source.h"

struct series {
	struct strlist patches;	/* absolute paths, in order */
	struct strlist touched;	/* files of the tree that they name */
	char *scratch;		/* where an mbox was split and the patches were tried */
};

/* Hash of what the series says. 0, or -errno after saying why. */
int series_sha(const char *path, char hex[SHA_HEX]);

/*
 * Try the series on copies of the files it touches, then put the result into
 * the source tree. Says which patch, which file and which hunk does not fit;
 * the tree is as before then. PINLAB_OK, PINLAB_BROKE, PINLAB_INTERRUPTED.
 */
int series_push(struct series *sr, const char *path, struct source *s);

/* Take out whatever series is in the tree, also half of one. 0 or -errno. */
int series_pop(struct source *s);
void series_free(struct series *sr);

#endif
