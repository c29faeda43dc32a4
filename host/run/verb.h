/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A verb is one file that ends in PINLAB_VERB(name) = { ... }: that is all there
 * is to register. main.c, --help, `list` and `report` go by what stands there.
 */
#ifndef PINLAB_HOST_RUN_VERB_H
#define PINLAB_HOST_RUN_VERB_H

#include "host/run/kind.h"

/* What `./pinlab list NAME [GLOB]` prints; glob is NULL for all. An exit status. */
struct verb_list {
	const char *name;		/* NULL at the end of an array */
	int (*print)(const char *glob);
};

/* An engine that makes no sense for a verb. */
struct refusal {
	const char *engine;		/* NULL at the end of an array */
	const char *why;		/* and what to take instead */
};

struct verb {
	int place;			/* in lists of verbs; none has that of another */
	const char *name;
	const char *summary;		/* a line for ./pinlab --help */
	/* Its --help: usage, about, the options, notes, examples; usage and notes may be NULL. */
	const char *usage;		/* what stands behind the name; NULL: [OPTIONS] */
	const char *about;
	const char *notes;
	const char *examples;

	const struct takes *options;	/* NULL: none */
	int max_args;			/* that are no options */
	const char *no_args;		/* said of one too many; NULL: that options are wanted */
	const char *engine, *flavor;	/* where no other is asked for */
	const struct refusal *refused;	/* NULL: none */

	/* An exit status. run_verb() does it for verbs that have a kind. */
	int (*run)(const struct verb *v, struct options *o);
	const struct run_kind *kind;	/* NULL: it boots nothing, or in its own way */

	/* Runs that it leaves: report_derive() of one, and its line in `list runs`. */
	int (*derive)(const char *dir);
	void (*print_run)(const char *name, const char *dir);

	const struct verb_list *lists;	/* NULL: none */
};

#define PINLAB_VERB(ident)						\
	static const struct verb verb_##ident;				\
	static const struct verb *const verb_ptr_##ident		\
		__attribute__((used, section("pinlab_verbs"), retain)) =	\
		&verb_##ident;						\
	static const struct verb verb_##ident

/* All of them, by place; NULL at the end. */
const struct verb *const *verbs_all(void);
/* NULL if there is none of that name. */
const struct verb *verb_find(const char *name);
/* The verb that a run folder is of, by its plan; NULL if that cannot be told. */
const struct verb *verb_of_run(const char *dir);

/* PINLAB_OK, or PINLAB_USAGE after saying why not: is the engine one for this verb? */
int verb_check_engine(const struct verb *v, const char *engine);

/* The run of a verb with a kind, from its options to its report. */
int run_verb(const struct verb *v, struct options *o);

#endif
