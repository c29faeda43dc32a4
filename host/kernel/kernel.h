/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernels by name: "6.12", "6.12+exclusive", "6.12+busted:NAME" (a seeded bug,
 * see bugs.h), "x86_64/6.12". A name becomes a content key, the key a folder of
 * the cache; what is not there is built.
 */
#ifndef PINLAB_KERNEL_H
#define PINLAB_KERNEL_H

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
 * From names (comma separated; NULL: the base and its series `exclusive`),
 * --base (a base's name, TREE or TREE@REF, or NULL), --series and --flavor
 * (NULL: lean) to kernels. The base that --base names is also called "base".
 * The NAME of a seeded bug may be a glob; "6.12+busted" is all of that base,
 * "busted" all of the default one.
 * PINLAB_OK, or PINLAB_USAGE after saying what is wrong.
 */
int kernels_parse(const char *names, const char *base_opt, const struct strlist *series_opts,
		  const char *flavor, struct kernel **out, size_t *n);
void kernels_free(struct kernel *k, size_t n);

/*
 * Take them from the cache, or fetch, patch and build them, with progress over
 * all. One whose own patches do not apply or do not compile is named, keeps its
 * dir NULL, and does not keep the others from being built.
 * PINLAB_OK, PINLAB_BROKE after saying why, PINLAB_INTERRUPTED.
 */
int kernels_get(struct kernel *k, size_t n);
/* One kernel. */
int kernel_get(struct kernel *k);

/* As kernel_get(), but only if all of it is in the cache: fetches and builds nothing. */
bool kernel_cached(struct kernel *k);

/*
 * The folder with the source of one of our bases, fetched if need be; the
 * caller frees. For reading what is not touched by any series, like
 * scripts/checkpatch.pl.
 */
int kernel_source(const char *base, char **dir);

/* The names of all kernels that can be had without --base and --series; bugs come last. */
void kernels_list(struct strlist *names);

#endif
