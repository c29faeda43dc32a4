// SPDX-License-Identifier: GPL-2.0
/*
 * An exclusive pin is given back and the page marked dirty; between two of its instructions somebody
 * else pins, unpins, looks.
 *
 * Oracle: the outcome is that of the two one after the other, in either order, and
 * fits the contract.
 * Varies: the other operation, the state before, kind of memory, where it is stopped.
 */
#include "guest/torture/order/order.h"

static int run(struct row *r)
{
	return order_run(r, PINLAB_UNPIN_EXC_DIRTY);
}

PINLAB_SCENARIO = {
	.summary	= "unpin-exclusive-dirty, stopped everywhere, against each other operation",
	.needs		= NEEDS_EXCLUSIVE | NEEDS_SMP,
	.run		= run,
};
