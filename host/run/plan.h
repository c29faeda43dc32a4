/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run's folder: its plan, and what each boot leaves in it. The plan is
 * written once, before the first boot; a boot is done when its outcome.json
 * is there, so a run that was cut off is continued by doing the rest.
 */
#ifndef PINLAB_HOST_RUN_PLAN_H
#define PINLAB_HOST_RUN_PLAN_H

#include <jansson.h>

#include "host/base/place.h"
#include "host/guest/guest.h"
#include "host/kernel/kernel.h"
#include "host/run/kind.h"
#include "host/run/rest.h"

struct run_boot {
	char *id;		/* 02-6.12+exclusive: the folder's name */
	size_t kernel;		/* index in the plan's kernels */
	const char *role;	/* base, aa, test, profile, others */
	char *rows;		/* globs of its own; NULL: the plan's */
	char *cell;		/* paths, crash: the one that is tried; NULL: all */
	bool big;		/* torture: on the big machine, see boots.c */
	long index;		/* of this kernel and role, from 0 */
	unsigned long skew;
	unsigned long seed;	/* torture: of this boot */
	bool done;
	struct rest rest;	/* where the kind goes on after its guest went down */
	/* Else: the row in which it stopped once, without a word. */
	char hung[RECORDS_NAME_MAX + 1];
	int tries;		/* that QEMU has spoilt */
	/* Percent of all CPUs while it ran: taken by a hypervisor, and by others than QEMU. */
	double stolen, others;
};

struct run_plan {
	char *dir, *name;
	struct place place;	/* dir, from run_open() on */
	int lock;		/* on it; 0: not yet */
	const char *verb;	/* its name */
	const struct run_kind *kind;
	void *own;		/* the kind's */
	const struct engine *engine;
	const char *engine_why;
	const struct options *options;
	char *rows;		/* globs */
	char *words;		/* the flavor's, for the kernel's command line */
	bool tools;		/* with the disk of others' programs */
	json_t *quiet;		/* what --quiet-machine has changed; NULL: not asked for */
	long n_rows;		/* of one boot */
	struct kernel *kernels;
	size_t n_kernels;
	struct run_boot *boots;
	size_t n_boots;
};

/* results/NAME, or NAME where it has a slash. The caller frees. */
char *run_path(const char *name);
/* A name that is not taken: verb and the time. */
char *run_new_name(const char *verb);

/* One more boot, to be filled in; valid until the next one is added. */
struct run_boot *run_add_boot(struct run_plan *p, size_t kernel, const char *role, long index);

/*
 * Write plan.json and the folders of all boots; or, where the folder has a
 * plan already, check that it is this one and mark what is done. PINLAB_OK,
 * PINLAB_USAGE if the folder holds another run, PINLAB_BROKE.
 */
int run_open(struct run_plan *p);
/* The folder of this boot's next guest, with what it is made of: config, series. 0 or -errno. */
int run_boot_folder(const struct run_plan *p, const struct run_boot *b);
/* Write outcome.json into the guest's place: how it ended. 0 or -errno. */
int run_boot_done(const struct run_plan *p, const struct run_boot *b, const struct guest *g);
/* Is what is left of this boot run in a fresh one, see rest.h? */
bool run_goes_on(const struct run_plan *p, const struct run_boot *b);
/* What this boot's guest is given. */
struct boot_needs run_needs(const struct run_plan *p, const struct run_boot *b);
/* Seconds that it may take. */
double run_limit(const struct run_plan *p, const struct run_boot *b);
void run_plan_free(struct run_plan *p);

#endif
