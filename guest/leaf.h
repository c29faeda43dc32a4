/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A leaf is one file in bench/, torture/ or paths/ that ends in one descriptor,
 * PINLAB_BENCH, PINLAB_SCENARIO or PINLAB_PATH = { ... }. There is no other
 * place to register it, and none to name it: its name is its path there without
 * ".c", which make passes (PINLAB_NAME). So a copy has a name of its own, and no
 * two have the same.
 */
#ifndef PINLAB_GUEST_LEAF_H
#define PINLAB_GUEST_LEAF_H

#include <stdbool.h>
#include <stddef.h>

struct leaf {
	const char *name;	/* "race/fork"; stable */
	/* A test of the suite itself, test/...: never listed, run only by such a name. */
	bool hidden;
	const void *is;		/* struct bench, struct scenario or struct path */
};

/* Sections hold pointers: how far apart structs are put is the compiler's to say. */
#define PINLAB_LEAF(kind)							\
	static const struct kind pinlab_descriptor;				\
	static const struct leaf pinlab_leaf = {				\
		PINLAB_NAME, PINLAB_HIDDEN, &pinlab_descriptor			\
	};									\
	static const struct leaf *const pinlab_leaf_entry			\
		__attribute__((used, section("pinlab_" #kind), retain)) = &pinlab_leaf; \
	static const struct kind pinlab_descriptor

struct leaves {
	const struct leaf *const *v;	/* in the order of their files' names */
	size_t n;
};

struct leaves leaf_benches(void);
struct leaves leaf_scenarios(void);
struct leaves leaf_paths(void);

/*
 * Is a row of the leaf asked for: does its name match one of the comma separated
 * globs, and none that begins with '!'?
 */
bool leaf_wanted(const struct leaf *l, const char *globs, const char *row);

#endif
