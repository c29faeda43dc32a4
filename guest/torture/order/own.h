/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the memory's owner does, or the kernel with it, by system calls: as B alone,
 * because what comes of them is more than one call's.
 */
#ifndef PINLAB_GUEST_TORTURE_ORDER_OWN_H
#define PINLAB_GUEST_TORTURE_ORDER_OWN_H

#include "guest/torture/order/arena.h"

struct order_own {
	const char *name;
	unsigned int kinds;		/* KIND() of each that it is about */
	/* NULL, or what is missing on this kernel. */
	const char *(*missing)(void);
	/* In B's thread: what it returned, or -errno. */
	int (*run)(struct order_arena *a);
	/* Behind the shot; NULL: nothing to be done. */
	void (*end)(struct order_arena *a);
};

extern const struct order_own order_owns[];
extern const unsigned int order_nr_owns;

#endif
