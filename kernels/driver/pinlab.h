/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_DRIVER_H
#define PINLAB_DRIVER_H

#include <linux/mm.h>
#include <linux/mutex.h>

#include "pinlab_uapi.h"

/* How the pages of a slot were taken; a slot never mixes two kinds. */
enum pinlab_hold {
	HOLD_NOTHING,
	HOLD_GET,
	HOLD_PIN,
	HOLD_EXC,
};

/*
 * Pages in [head, tail) are held. Steps that take references add at the
 * tail, steps that give back take from the head; both ends return to 0 when
 * the slot is empty.
 */
struct pinlab_slot {
	struct page **pages;
	u32 head;
	u32 tail;
	enum pinlab_hold hold;
};

/* One open file. */
struct pinlab_file {
	struct mutex lock;	/* of the slots */
	struct pinlab_slot slot[PINLAB_SLOTS];
};

/* Interrupts that this CPU has taken and switches of current, in one number. */
u64 pinlab_noise(void);

/* Carry out one checked step; fills in its results. 0 or -errno for bad input. */
int pinlab_step(struct pinlab_file *pf, struct pinlab_step *s, u32 clock);
/* Release whatever the slot holds, the way it was taken. */
void pinlab_slot_release(struct pinlab_slot *slot);

int pinlab_page_info(struct pinlab_file *pf, struct pinlab_page_info *info);

#endif
