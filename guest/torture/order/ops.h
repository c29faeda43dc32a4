/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The operations of the contract, the states that they begin with, and what the
 * contract says of one after the other.
 */
#ifndef PINLAB_GUEST_TORTURE_ORDER_OPS_H
#define PINLAB_GUEST_TORTURE_ORDER_OPS_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/mem.h"
#include "include/pinlab_uapi.h"

struct order_op {
	const char *name;
	uint32_t op;		/* enum pinlab_op, PINLAB_ORDER_QUERY */
	bool exclusive;		/* where the kernel has exclusive pins only */
	bool core;		/* of those that have their like, the one for all */
};

/* Does it ask for pages, pins among them, exclusive ones? Does it give pins back? */
bool order_op_takes(const struct order_op *op);
bool order_op_pins(const struct order_op *op);
bool order_op_owns(const struct order_op *op);
bool order_op_gives(const struct order_op *op);

/* Kinds of memory that this operation works on, KIND() of each. */
unsigned int order_op_kinds(const struct order_op *op);

extern const struct order_op order_ops[];
extern const unsigned int order_nr_ops;
/* By enum pinlab_op; never NULL for those of the table. */
const struct order_op *order_op(uint32_t op);

const char *order_state_name(uint32_t state);

/* A folio as the contract sees it. */
struct order_held {
	unsigned int pins;
	bool exclusive;
	/* More references than a pin counts for: whether it is pinned cannot be told. */
	bool many;
};

struct order_held order_held(uint32_t state);
/*
 * One operation on the next n folios: 0, what it has to return goes to *ret; 1: the
 * contract does not say what; -1: it would be a bug in the caller.
 */
int order_apply(const struct order_op *op, struct order_held *h, unsigned int n, int *ret);

#endif
