/* SPDX-License-Identifier: GPL-2.0 */
/* What came of A and B: is it that of one of the two orders, and what the contract says? */
#ifndef PINLAB_GUEST_TORTURE_ORDER_JUDGE_H
#define PINLAB_GUEST_TORTURE_ORDER_JUDGE_H

#include "guest/torture/order/plan.h"
#include "guest/torture/torture.h"

/* A before B, and B before A, on this kernel. */
struct order_serial {
	struct pinlab_order ab, ba;
};

/* The same for everybody who looks? */
bool order_same(const struct pinlab_order *x, const struct pinlab_order *y);
/*
 * As one of the two orders; of several pages each as one of them, since GUP promises
 * no more. And the kernel's counters have moved by what was given.
 */
bool order_fits(const struct order_case *c, const struct order_serial *s,
		const struct pinlab_order *o);
/* Does a serial order agree with the contract? -1 after torture_finding(). */
int order_check_serial(struct row *r, const struct order_case *c, const struct pinlab_order *o,
		       bool a_first);

/* The finding, for what does not fit; `steps`: instructions of A when it runs alone. */
void order_tell(struct row *r, const struct order_case *c, const struct order_serial *s,
		const struct pinlab_order *o, unsigned int steps);
/* "A 0, B -EBUSY, references +1025, …" In a buffer of its own. */
const char *order_outcome(const struct pinlab_order *o);

#endif
