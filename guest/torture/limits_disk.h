/* SPDX-License-Identifier: GPL-2.0 */
/* A disk that takes its time: null_blk, where the kernel has it. */
#ifndef PINLAB_GUEST_TORTURE_LIMITS_DISK_H
#define PINLAB_GUEST_TORTURE_LIMITS_DISK_H

#include "guest/torture/torture.h"

struct slow_disk {
	char path[64];		/* of its device, which everybody may read */
	char item[128];		/* in configfs */
};

/*
 * A disk that answers each request after so many milliseconds, and works on
 * `depth` of them at a time. 0, 1 after row_skip(), -1 after row_fail().
 */
int slow_disk_make(struct row *r, struct slow_disk *d, unsigned int ms, unsigned int depth);
void slow_disk_end(struct slow_disk *d);

#endif
