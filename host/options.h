/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_OPTIONS_H
#define PINLAB_HOST_OPTIONS_H

#include "host/base/util.h"

/* What can be said on the command line; each verb takes a part of it. */
struct options {
	const char *kernels;		/* comma separated; NULL: the verb's default */
	const char *bench;		/* globs of row names; NULL: all */
	const char *scenarios;		/* globs; NULL: all */
	const char *paths;		/* globs; NULL: all */
	const char *mode;		/* paths: content or crash; NULL: content */
	const char *engine;		/* auto, icount, mttcg, kvm, native */
	const char *flavor;		/* lean */
	const char *flavors;		/* nightly: comma separated; NULL: its default */
	const char *budget;		/* nightly: a time, "1h30m" */
	const char *against;		/* nightly: the night to compare with; NULL: the last */
	const char *base;		/* a base's name, a tree, or tree@ref */
	const char *run;		/* a name below results/, or a path */
	const char *module;		/* native: pinlab.ko that may be loaded here */
	struct strlist series;		/* --series FILE, repeatable */
	struct strlist args;		/* what is not an option */
	long boots;			/* boots a kernel, wall-clock engines; 0: default */
	double delta;			/* practical threshold of a change, in percent */
	long jobs;			/* guests at once; 0: one a core */
	long timeout;			/* seconds for one boot; 0: default */
	long silence;			/* seconds without a sign of a guest; 0: default */
	unsigned long seed;		/* order of boots, bootstrap */
	bool seed_said;			/* it is not the default */
	long duration;			/* torture: seconds of each boot; 0: default */
	bool stop;			/* torture: a boot ends at the first failure */
	bool host_kernel;		/* torture this machine's own kernel */
	bool source;			/* kernel: fetch the sources, build nothing */
	bool profile;			/* count instructions by function */
	int argc;			/* the whole command, for the record */
	char **argv;
};

/* 0, or PINLAB_USAGE after saying why. */
int options_parse(struct options *o, const char *verb, int argc, char **argv);
void options_free(struct options *o);

#endif
