/* SPDX-License-Identifier: GPL-2.0 */
/* Where variants are built, beside the objects of their base. */
#ifndef PINLAB_HOST_KERNEL_BUILD_STAGE_H
#define PINLAB_HOST_KERNEL_BUILD_STAGE_H

#include "host/kernel/build/build.h"

/*
 * Variants are built in the stage, at the path of the base's objects, which
 * step aside meanwhile: objtool remembers the path it was built in, and all
 * objects depend on objtool. The stage is begun as a copy of them, and has a
 * stamp with their key as they have; but not while something is built in it, so
 * that what a kill has left is thrown away.
 */
struct stage {
	char *out;		/* where make works */
	char *aside;		/* the base's objects meanwhile */
	char *dir;		/* the stage when nothing is built in it */
	char *files;		/* source files as they were when it was last built */
	bool fresh;		/* nothing but the base was built in it */
};

void stage_names(struct stage *st, const char *out);
void stage_free(struct stage *st);
/* Make it whole, of this base, and without its stamp. PINLAB_OK, PINLAB_BROKE, ... */
int stage_ready(const struct build *b, struct stage *st);
int stage_enter(const struct stage *st);
/* Also after a build that was killed; nothing to do where none stepped aside. 0 or -errno. */
int stage_leave(const struct stage *st);

#endif
