/* SPDX-License-Identifier: GPL-2.0 */
/* Which pairs of operations there are, from which states, on which memory: each has a number. */
#ifndef PINLAB_GUEST_TORTURE_ORDER_PLAN_H
#define PINLAB_GUEST_TORTURE_ORDER_PLAN_H

#include "guest/torture/order/arena.h"
#include "guest/torture/order/ops.h"
#include "guest/torture/order/own.h"

struct order_case {
	const struct order_kind *kind;
	const struct order_op *a;
	const struct order_op *b;	/* NULL: it is */
	const struct order_own *own;
	unsigned int pages;
	uint32_t state[PINLAB_ORDER_PAGES];
	unsigned int b_from, b_pages;	/* which of them B is about */
	bool core;			/* of the part that every run has */
};

/*
 * The case of this number, of those with `a` as A. 0; 1: there is no such case, as it
 * would be a bug in the caller, or cannot be on this kernel; -1: nor a higher one.
 */
int order_case(unsigned int n, const struct order_op *a, struct order_case *c);

/* "retake (A) and pin-fast (B) on anon, from one-pin". In a buffer of its own. */
const char *order_title(const struct order_case *c);

/* "munmap" */
const char *order_b_name(const struct order_case *c);

#endif
