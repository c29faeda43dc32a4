/* SPDX-License-Identifier: GPL-2.0 */
/* The bases that pinlab knows by name, and how any tree is told to be like one of them. */
#ifndef PINLAB_HOST_KERNEL_SOURCE_BASES_H
#define PINLAB_HOST_KERNEL_SOURCE_BASES_H

#include "host/base/util.h"

/* What kernels/bases/NAME says. */
struct base {
	char *package, *suite;
	struct strlist files;		/* "lean 815" */
};

/* The names in kernels/bases, oldest first. */
void bases_list(struct strlist *names);

/* PINLAB_OK, PINLAB_BROKE after saying what is missing; base_free() either way. */
int base_load(const char *name, struct base *b);
void base_free(struct base *b);

/* How many files a first build of this flavor compiles, about; 0: nobody has counted. */
long base_files(const char *branch, const char *flavor);

/* "6.12" of a tree, from its Makefile's text; NULL if it is none. */
char *branch_of(const char *makefile);

#endif
