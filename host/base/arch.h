/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that the host knows of an architecture, in one table: how a kernel is
 * built for it, what machine it boots on, and how the guest speaks from there. One
 * more is an entry in arch.c, Kconfig fragments kernels/flavors/FLAVOR.<name>.config,
 * and in the guest what is below #if defined(__x86_64__).
 */
#ifndef PINLAB_HOST_BASE_ARCH_H
#define PINLAB_HOST_BASE_ARCH_H

#include "host/base/util.h"

/* The machine around the CPU. */
struct board {
	const char *const *machine;	/* NULL terminated arguments of QEMU */
	const char *cmdline;		/* the kernel's: its console, and how it reboots */
	const char *records;		/* WIRE_ARG_RECORDS */
	const char *files;		/* WIRE_ARG_FILES, and the device that takes them */
	const char *files_device;
	const char *disk_device;	/* for the disk of tools, and what tells the kernel of it */
	const char *disk_words;
	const char *share_device;	/* for a folder of the host's; NULL: none */
};

/* What an engine needs to know of the CPU; see struct engine. */
struct arch_engine {
	const char *engine;		/* its name; NULL at the end of an array */
	const char *cpu;		/* -cpu */
	const char *(*cpu_more)(void);	/* behind it, by what this machine has; NULL: nothing */
	const char *cmdline;		/* the kernel's; NULL: nothing */
	/* More of it, where the guest's clock is the host's; NULL: nothing. The caller frees. */
	char *(*clock_words)(void);
};

struct arch {
	const char *name;		/* as in kernel names, and as `uname -m` says it */

	/* Building: ARCH=, the folder below arch/, CROSS_COMPILE= on a host that is another. */
	const char *make;
	const char *srcarch;
	const char *cross;

	/* Running. */
	const char *qemu;		/* the program, and Debian's package with it */
	const char *qemu_package;
	const char *image;		/* the kernel's file in its cache entry */
	struct board small;		/* what boots soonest */
	struct board full;		/* with buses, an IOMMU and devices: for paths */
	const struct arch_engine *engines;
	int exit_done;			/* QEMU's exit status when the guest says "done" */

	/* What pinlab_mark() leaves in the code, for host/plugin/insnprof.c; in hex. */
	const char *mark_begin, *mark_end;

	int elf_machine;		/* EM_* */
};

/* "" and NULL are x86-64. NULL if there is none of that name. */
const struct arch *arch_find(const char *name);
void arch_names(struct strlist *out);
/* What the architecture says of an engine; NULL if it has none of that name. */
const struct arch_engine *arch_engine(const struct arch *a, const char *engine);

#endif
