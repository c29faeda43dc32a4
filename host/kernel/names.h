/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_KERNEL_NAMES_H
#define PINLAB_HOST_KERNEL_NAMES_H

#include "host/kernel/kernel.h"

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
/* The variant that --series PATH makes: "mine" of dir/mine.mbox. The caller frees. */
char *series_name(const char *path);
void kernels_free(struct kernel *k, size_t n);
/* The names of all kernels that can be had without --base and --series; bugs come last. */
void kernels_list(struct strlist *names);

#endif
