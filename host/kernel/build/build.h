/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a locked source to a kernel: objects, image, module.
 *
 *   builds/<source id>/<flavor>.<arch>/        objects of the base, kept
 *   builds/<source id>/<flavor>.<arch>.stage/  objects of the variant that was
 *                                              built last, kept: the next one
 *                                              compiles what differs
 *   builds/<source id>/<flavor>.<arch>.base/   only there while a variant is
 *                                              built: the base's objects
 */
#ifndef PINLAB_HOST_KERNEL_BUILD_BUILD_H
#define PINLAB_HOST_KERNEL_BUILD_BUILD_H

#include "host/base/arch.h"
#include "host/kernel/source/source.h"

/* Goes into each key: has to change with anything that makes another image of the same input. */
#define BUILD_RECIPE "1"

/* Several variants that are built by one command: one progress line over all of them. */
struct batch {
	const char *what;	/* "seeded bugs built" */
	long total, done, built;	/* those that failed are done as well */
	double each;		/* seconds that one takes, the last ones before all */
	double start;		/* of the one that is being built */
};

struct build {
	struct kernel *k;
	struct source *s;	/* locked */
	const struct arch *arch;
	struct batch *batch;	/* NULL: this kernel's progress is shown alone */
	char *fragments;	/* the flavor's */
	char *base_key;		/* of the same kernel without its series */
	char *series_key;	/* of the same kernel without its bug */
	char *series_sha;	/* likewise */
	bool own_fault;		/* filled: its patches do not apply or do not compile */
};

/*
 * Build k and put the entry into `dir`, an empty folder: vmlinux, System.map,
 * config, series/, and devel/, against which modules are built. There is no
 * devel/ for a bug that modules cannot see: those of its series fit. Fills k's
 * release and config_sha. PINLAB_OK, PINLAB_BROKE, PINLAB_INTERRUPTED.
 */
int build_kernel(struct build *b, const char *dir);

#endif
