/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tables of what depends on the architecture and on the engine. A new
 * architecture is one more entry in arches[], and an outb() of its own in
 * guest/record.c.
 */
#ifndef PINLAB_HOST_RUN_MACHINE_H
#define PINLAB_HOST_RUN_MACHINE_H

#include "host/base/util.h"

struct engine {
	const char *name;
	const char *summary;
	bool exact;		/* guest time is retired instructions */
	const char *clock;	/* WIRE_CLOCK_* */
	int cpus;		/* of one guest; 0: as many as the host has, 2 at least */
	long boots;		/* a kernel, by default */
	const char *const *qemu;	/* NULL terminated; NULL: no guest at all */
	const char *cmdline;
	bool host_tsc;		/* the guest's TSC is the host's, and it cannot tell how fast */
};

/* NULL if there is none of that name. */
const struct engine *engine_find(const char *name);
void engine_names(struct strlist *out);

/* The machine around the CPU. */
struct board {
	const char *const *machine;	/* NULL terminated arguments */
	const char *cmdline;
	const char *records;		/* WIRE_ARG_RECORDS */
	const char *files;		/* WIRE_ARG_FILES, and the device that takes them */
	const char *files_device;
	const char *disk_device;	/* for the disk of tools, and what tells the kernel of it */
	const char *disk_words;
};

struct arch {
	const char *name;		/* as in kernel names; x86-64 is "x86_64" */
	const char *qemu;		/* the program */
	const char *image;		/* the kernel's file in its cache entry */
	struct board small;		/* what boots soonest */
	struct board full;		/* with buses, an IOMMU and devices: for paths */
	int exit_done;			/* QEMU's exit status when the guest says "done" */
};

/* "" is x86-64. NULL if there is none of that name. */
const struct arch *arch_find(const char *name);

/* One guest to be. Paths are absolute. */
struct boot_spec {
	const struct arch *arch;
	const struct engine *engine;
	const struct board *board;	/* of the arch */
	int cpus;			/* 0: the engine's */
	const char *kernel;		/* image */
	const char *initrd;
	const char *console;		/* files that QEMU writes */
	const char *records;
	const char *files;		/* of guest/keep.h, or NULL */
	const char *plugin;		/* host/plugin/insnprof.so, or NULL */
	const char *profile;		/* what the plugin writes */
	const char *tools;		/* disk of host/kernel/others_disk.c, or NULL */
	const char *share;		/* folder to mount, on the full board; or NULL */
	const char *words;		/* of the flavor, for the kernel's command line; or NULL */
	const char *job;		/* pinlab.NAME=VALUE words: what the guest is to do */
	long memory_mb;
	unsigned long seed;
};

/* The whole command line, ready for exec except for the NULL at its end. */
void machine_argv(const struct boot_spec *b, struct strlist *argv);

#endif
