/* SPDX-License-Identifier: GPL-2.0 */
/* Taking transparent huge pages apart, and putting them together. */
#ifndef PINLAB_GUEST_MACHINE_THP_H
#define PINLAB_GUEST_MACHINE_THP_H

#include "guest/row.h"

#define THP_SPLIT_KNOB	"/sys/kernel/debug/split_huge_pages"

/*
 * Split those that this memory is made of: 0, -EAGAIN or -EBUSY where some are
 * held by somebody and stay whole, or -errno.
 */
int thp_split(const struct mem *m);
/* MADV_COLLAPSE: 0 or -errno; there are many reasons for it not to be done. */
int thp_collapse(const struct mem *m);

#endif
