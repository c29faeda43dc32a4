/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command line: one table of all options, in options.c. A verb names those
 * that it takes; its --help is made from both.
 */
#ifndef PINLAB_HOST_BASE_OPTIONS_H
#define PINLAB_HOST_BASE_OPTIONS_H

#include "host/base/util.h"

/* What can be said on the command line; each verb takes a part of it. */
struct options {
	const char *kernels;		/* comma separated; NULL: the verb's default */
	const char *bench;		/* globs of row names; NULL: all */
	const char *scenarios;		/* globs; NULL: all */
	const char *paths;		/* globs; NULL: all */
	const char *mode;		/* paths: content or crash; NULL: content */
	const char *engine;		/* auto, icount, mttcg, kvm, native; NULL: the verb's */
	const char *flavor;		/* NULL: the verb's */
	const char *flavors;		/* nightly: comma separated; NULL: its default */
	const char *against;		/* nightly: the night to compare with; NULL: the last */
	const char *base;		/* a base's name, a tree, or tree@ref */
	const char *run;		/* a name below results/, or a path */
	const char *module;		/* native: pinlab.ko that may be loaded here */
	struct strlist series;		/* --series FILE, repeatable */
	struct strlist args;		/* what is not an option */
	long budget;			/* nightly: seconds; 0: not said */
	long boots;			/* boots a kernel, wall-clock engines; 0: default */
	double delta;			/* practical threshold of a change, in percent */
	long days;			/* prune: what was used later stays */
	bool days_said;
	const char *again;		/* globs of boots that are made again; NULL: none */
	long jobs;			/* guests at once; 0: one a core */
	long timeout;			/* seconds for one boot; 0: default */
	long silence;			/* seconds without a sign of a guest; 0: default */
	long seed;			/* order of boots, bootstrap */
	bool seed_said;			/* it is not the default */
	long duration;			/* torture: seconds of each boot; 0: default */
	bool stop;			/* torture: a boot ends at the first failure */
	bool host_kernel;		/* torture this machine's own kernel */
	bool gdb, dry_run;		/* boot */
	bool source;			/* kernel: fetch the sources, build nothing */
	bool quiet_machine;		/* wall clock: see host/run/quiet.h */
	bool no_profile;		/* do not count instructions by function */
	int argc;			/* the whole command, for the record */
	char **argv;
};

/* An option that a verb takes; NULL name at the end of an array. */
struct takes {
	const char *option;		/* its name in the table, without the dashes */
	const char *help;		/* NULL: the table's; what \n separates is kept so */
};

/*
 * argv[1] is the verb, `verb`, and `takes` what it takes. 0, or PINLAB_USAGE
 * after saying why. options_free() in any case.
 */
int options_parse(struct options *o, const char *verb, const struct takes *takes, int argc,
		  char **argv);
void options_free(struct options *o);

/* A paragraph for each option, for --help. */
void options_help(const struct takes *takes, FILE *f);

/* Seconds of "1h30m", "90m", "5400s", "5400"; -1 if it is no time of up to 30 days. */
long parse_time(const char *text);

#endif
