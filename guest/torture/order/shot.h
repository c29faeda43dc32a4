/* SPDX-License-Identifier: GPL-2.0 */
/* One run of A and B: in one order, in the other, or B between two instructions of A. */
#ifndef PINLAB_GUEST_TORTURE_ORDER_SHOT_H
#define PINLAB_GUEST_TORTURE_ORDER_SHOT_H

#include "guest/torture/order/plan.h"
#include "guest/torture/torture.h"

/* B's thread, on a CPU of its own; A is whoever calls, on another. */
struct order_range {
	struct row *r;
	struct order_arena arena;	/* of the last shot; at NULL: there is none */
	const struct order_own *own;	/* what B's thread is to do by itself */
	struct pinlab_order shot;	/* how the last one came out */
};

/* 0, or -1 after row_fail(). There is one in a process, and it ends with that. */
int order_range_begin(struct order_range *g, struct row *r);

/*
 * Fills in g->shot. stop: before which instruction, for PINLAB_ORDER_STOP. 0; 1: there
 * is no such memory on this kernel, *why; -1 after row_fail() or torture_finding().
 */
int order_shot(struct order_range *g, const struct order_case *c, uint32_t mode, uint32_t stop,
	       const char **why);
/* A alone: how many instructions it has, 0 to room are noted. -1, 1 as above. */
int order_trace(struct order_range *g, const struct order_case *c,
		struct pinlab_order_point *points, uint32_t room, const char **why);

/* The next shot gets new memory: what this one has left is not to be relied on. */
void order_spoiled(struct order_range *g);

#endif
