/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only client of /dev/pinlab. What each call does stands in
 * include/pinlab_uapi.h; dev is a file from dev_open(). All return 0, or -errno
 * of the call itself: whether it did what was asked stands in what the driver
 * has filled in.
 */
#ifndef PINLAB_GUEST_DEVICE_H
#define PINLAB_GUEST_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "include/pinlab_uapi.h"

/* A file of the driver's: what is taken by it goes when it is closed. Or -errno. */
int dev_open(void);

/* What the driver and its kernel have, asked once: all zero where there is no driver. */
const struct pinlab_caps *dev_caps(void);

static inline bool dev_is_there(void)
{
	return dev_caps()->abi == PINLAB_ABI;
}

/* Does this kernel have exclusive pins that can be given back, and memfd_pin_folios()? */
static inline bool dev_has_exclusive(void)
{
	return dev_caps()->exclusive;
}

/* Does it offer what this operation of enum pinlab_op calls? */
static inline bool dev_has_op(unsigned int op)
{
	return dev_caps()->ops >> op & 1;
}

static inline bool dev_has_memfd(void)
{
	return dev_caps()->memfd;
}

/* n steps, timed by the clock of guest/clock.h. */
int dev_run(int dev, struct pinlab_step *steps, unsigned int n);
/* One step of which the time is of no interest. */
int dev_step(int dev, struct pinlab_step *s);

/* State of the page behind addr, and of page `index` of a slot. */
int dev_page(int dev, const void *addr, struct pinlab_page_info *info);
int dev_held(int dev, unsigned int slot, unsigned int index, struct pinlab_page_info *info);

/* Interrupts and switches so far; 0 where there is no driver (dev < 0). */
uint64_t dev_noise(int dev);

int dev_weigh(int dev, struct pinlab_weigh *w);
int dev_race(int dev, struct pinlab_race *r);
int dev_finding(int dev, struct pinlab_finding *f);
int dev_audit(int dev, struct pinlab_audit *a);
int dev_delays(int dev, struct pinlab_delays *d);
int dev_mass(int dev, struct pinlab_mass *m);
int dev_contend(int dev, struct pinlab_contend *c);
int dev_owned(int dev, struct pinlab_owned *q);
int dev_order(int dev, struct pinlab_order *o);
int dev_order_b(int dev, struct pinlab_order_b *b);

#endif
