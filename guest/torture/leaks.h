/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a scenario has left behind: pins that are counted as held, pages of the
 * hugetlb pool in use, memory that is not free and not given back for the asking.
 */
#ifndef PINLAB_GUEST_TORTURE_LEAKS_H
#define PINLAB_GUEST_TORTURE_LEAKS_H

#include "guest/torture/torture.h"

/* Note how things are. */
void leaks_begin(void);
/* Until they are so again, or for some seconds: RCU and workers free later. */
void leaks_wait(void);
/* A finding for what is not, and what has grown instead. */
void leaks_tell(struct row *r);
/*
 * The kernel's counters of pins acquired and released do not agree for what
 * this scenario does, which has looked by other means that none is left.
 */
void leaks_forgive_pins(struct row *r);

/* Pins acquired less released, from /proc/vmstat after stat_refresh. */
long torture_pins_balance(void);
/* Both of them, each since boot: acquired, released. */
void torture_pins_counters(long v[2]);

#endif
