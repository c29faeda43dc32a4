/* SPDX-License-Identifier: GPL-2.0 */
/* The table of engines, and QEMU's command line. */
#ifndef PINLAB_HOST_GUEST_MACHINE_H
#define PINLAB_HOST_GUEST_MACHINE_H

#include "host/base/arch.h"

struct engine {
	const char *name;
	const char *summary;
	bool exact;		/* guest time is retired instructions */
	const char *clock;	/* WIRE_CLOCK_* */
	int cpus;		/* of one guest; 0: as many as the host has, 2 at least */
	long boots;		/* a kernel, by default */
	const char *const *qemu;	/* NULL terminated; NULL: no guest at all */
	const char *cmdline;	/* the kernel's, on any architecture */
};

/* NULL if there is none of that name. */
const struct engine *engine_find(const char *name);
void engine_names(struct strlist *out);

/* One guest to be. Paths are absolute. */
struct boot_spec {
	const struct arch *arch;
	const struct engine *engine;
	const struct board *board;	/* of the arch */
	int cpus;			/* 0: the engine's */
	const char *kernel;		/* image */
	const char *initrd;
	const char *console;		/* files that QEMU writes; NULL: its standard output, */
	const char *records;		/* where the guest sends its records too */
	const char *files;		/* of guest/keep.h, or NULL */
	const char *plugin;		/* host/plugin/insnprof.so, or NULL */
	const char *profile;		/* what the plugin writes */
	const char *tools;		/* disk of host/kernel/others_disk.c, or NULL */
	const char *share;		/* folder to mount, on the full board; or NULL */
	bool share_readonly;
	const char *words;		/* of the flavor, for the kernel's command line; or NULL */
	const char *gdb;		/* socket to wait at for a debugger, or NULL */
	const char *job;		/* pinlab.NAME=VALUE words: what the guest is to do */
	long memory_mb;
	unsigned long seed;
};

/* The whole command line, ready for exec except for the NULL at its end. */
void machine_argv(const struct boot_spec *b, struct strlist *argv);

#endif
