/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every order of two operations, not a sample: A is stopped before each of its
 * instructions in turn, B runs to its end on another CPU, A goes on. What comes of
 * it has to be what comes of A before B, or of B before A, on the same kernel; and
 * those two what the contract says.
 *
 * Places to stop that differ by registers and A's own stack alone are one place, of
 * which one is tried; some of the others too, so that it is seen that they are.
 */
#ifndef PINLAB_GUEST_TORTURE_ORDER_ORDER_H
#define PINLAB_GUEST_TORTURE_ORDER_ORDER_H

#include "guest/torture/torture.h"

/*
 * With this operation as A (enum pinlab_op, or PINLAB_ORDER_QUERY), all others as
 * B, from every state, on every kind of memory. First, in every run, the core: the
 * main operations, where A touches what the kernel keeps of the folio. Then, as long
 * as the row's share of the time lasts, wherever A touches memory at all. What a
 * scenario's run() returns.
 */
int order_run(struct row *r, uint32_t a);

#endif
