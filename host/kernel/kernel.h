/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernels by name: "6.12", "6.12+exclusive", "6.12+busted:NAME" (a seeded bug,
 * see bugs.h), "x86_64/6.12". A name becomes a content key, the key a folder of
 * the cache; what is not there is built.
 */
#ifndef PINLAB_HOST_KERNEL_KERNEL_H
#define PINLAB_HOST_KERNEL_KERNEL_H

#include "host/base/util.h"

struct kernel {
	char *name;		/* as it was asked for; "6.12+exclusive" */
	const char *arch;	/* "x86_64" */
	char *base;		/* "6.12"; "base" for a tree that the user named */
	char *variant;		/* "exclusive", "busted:NAME"; "" without a series */
	char *flavor;		/* "lean" */
	char *series;		/* an mbox, a patch or a folder of them; NULL */
	char *bug;		/* the seeded bug, a patch on the series; NULL */
	char *tree, *ref;	/* --base TREE@REF; NULL for a base of kernels/bases */
	char *branch;		/* "6.12": what Kconfig fragments and series are chosen by */

	/* Filled by kernels_get(). */
	char key[SHA_HEX];
	char *dir;		/* cache entry: vmlinux, System.map, config, series/ */
	char *driver;		/* pinlab.ko for it; NULL if driver/ is empty */
	char *release;		/* uname -r */
	char *base_version;	/* "6.12.117-1~deb12u1", or a commit */
	char *compiler;
	char *series_sha, *config_sha;
};

/*
 * Take them from the cache, or fetch, patch and build them, with progress over
 * all. A series that does not apply is named before anything is built, and then
 * nothing is. A kernel whose own patches do not compile is named, keeps its dir
 * NULL, and does not keep the others from being built.
 * PINLAB_OK, PINLAB_BROKE after saying why, PINLAB_INTERRUPTED.
 */
int kernels_get(struct kernel *k, size_t n);
/* One kernel. */
int kernel_get(struct kernel *k);

/* As kernel_get(), but only if all of it is in the cache: fetches and builds nothing. */
bool kernel_cached(struct kernel *k);

/*
 * The folder with the source of k's base, fetched if need be, whole and without
 * any series; builds nothing. It stays without one only as long as nobody builds:
 * who reads what a series touches holds the base's lock, see source.h. *dir is
 * NULL after a failure; the caller frees. PINLAB_OK, PINLAB_BROKE after saying
 * why, PINLAB_INTERRUPTED.
 */
int kernel_source(const struct kernel *k, char **dir);
void kernels_free(struct kernel *k, size_t n);

#endif
