/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A series of patches in a source tree and out again, and one patch more if a
 * seeded bug is to lie on top.
 */
#ifndef PINLAB_HOST_KERNEL_SOURCE_SERIES_H
#define PINLAB_HOST_KERNEL_SOURCE_SERIES_H

#include "host/kernel/source/source.h"

struct series {
	struct strlist patches;	/* absolute paths, in order */
	struct strlist listed;	/* lines for them of a file `series` */
	struct strlist touched;	/* files of the tree that they name */
	struct strlist changed;	/* by series_push(): those that make will see as changed */
	char *scratch;		/* where the patches were tried */
	bool misfit;		/* a patch does not apply: it is not this machine's fault */
};

/* Hash of what the series and the bug (or NULL) say. PINLAB_OK, PINLAB_BROKE after saying why. */
int series_sha(const char *path, const char *bug, char hex[SHA_HEX]);

/* Files of the tree that a patch names. 0, or not after saying why. */
int series_touches(const char *patch, struct strlist *touched);

/*
 * Try the series and the bug (or NULL) on copies of the files that they touch;
 * the source tree is only read. Says which patch, which file and which hunk
 * does not fit. PINLAB_OK, PINLAB_BROKE, PINLAB_INTERRUPTED.
 */
int series_load(struct series *sr, const char *path, const char *bug, struct source *s);

/*
 * Put what series_load() made into the source tree. Files get the time of now,
 * so that make sees them, unless there are objects that know better: `last` is
 * a folder with each file as it was when these were last built, or NULL. A file
 * with the same content as there gets the time that it had then; one that is
 * there and not of this series is the base's again, which may be a change as
 * well. `last` is brought up to date before the tree is.
 * PINLAB_OK, PINLAB_BROKE after saying why.
 */
int series_push(struct series *sr, struct source *s, const char *last);

/* Take out whatever series is in the tree, also half of one. 0 or -errno. */
int series_pop(struct source *s);
void series_free(struct series *sr);

#endif
