/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel sources in the cache: one folder a base, which all builds of that
 * base share, so that its path is the same for all of them and objects can be
 * used again. A series is put into it in place and taken out again, with the
 * times of all files as they were.
 *
 *   sources/<id>/linux/    the tree
 *   sources/<id>/content   what is in it; only there while the tree is whole
 *   sources/<id>/saved/    only there while a series is (perhaps half) in it:
 *                          the originals of the files that it touches
 */
#ifndef PINLAB_HOST_KERNEL_SOURCE_SOURCE_H
#define PINLAB_HOST_KERNEL_SOURCE_SOURCE_H

#include "host/kernel/kernel.h"

/* Room that an unpacked source and the objects of one flavor need, with some to spare. */
#define SOURCE_BYTES (3LL << 30)
/* What a build leaves beside the source, and takes meanwhile: of the largest flavor. */
#define BUILD_BYTES (1LL << 30)

struct source {
	char *id;		/* "6.12", "tree-<hash>" */
	char *dir;		/* sources/<id> */
	char *linux_dir;	/* sources/<id>/linux */
	char *version;		/* "6.12.117-1~deb12u1", a commit, a hash of a tree's state */
	int lock;		/* -1: not held */
};

/*
 * The version of a base of ours that lies in the cache, "6.12.117-1~deb12u1";
 * NULL if it was never fetched. The caller frees.
 */
char *source_cached(const char *base);

/*
 * Which version of k's base there is; fetches it where there is none.
 * The same for the whole life of the program, also when a user's tree changes
 * meanwhile. PINLAB_OK, PINLAB_BROKE, PINLAB_INTERRUPTED; *out is not freed.
 */
int source_find(const struct kernel *k, struct source **out);

/*
 * Hold the base alone, and with its tree whole and without any series; waits
 * for others and says so. The programs that are run meanwhile hold it as well:
 * a build whose pinlab was killed keeps it until its last compiler is gone.
 */
int source_lock(struct source *s, const struct kernel *k);
void source_unlock(struct source *s);

#endif
