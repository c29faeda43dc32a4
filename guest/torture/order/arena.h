/* SPDX-License-Identifier: GPL-2.0 */
/* The memory that two operations meet on. */
#ifndef PINLAB_GUEST_TORTURE_ORDER_ARENA_H
#define PINLAB_GUEST_TORTURE_ORDER_ARENA_H

#include <stdbool.h>
#include <sys/types.h>

#include "guest/mem.h"

/* What it is made of, in the order of rows. */
struct order_kind {
	const char *name;
	enum mem_kind kind;
	bool split_table;	/* a huge page that is mapped page by page */
	bool core;		/* of the part that every run has */
};

extern const struct order_kind order_kinds[];
extern const unsigned int order_nr_kinds;

struct order_arena {
	const struct order_kind *kind;
	struct mem mem;
	char *at;		/* the page; of a large folio one of its tail pages */
	pid_t child;		/* own.c's */
	unsigned int pages;	/* 2: at is a folio's last, the first of another follows */
};

/* New memory, on which no cache of the LRU holds a reference. 0 or -errno; *why as mem_alloc(). */
int order_arena_new(struct order_arena *a, const struct order_kind *kind, unsigned int pages,
		    int drv, const char **why);
void order_arena_free(struct order_arena *a);

#endif
