/* SPDX-License-Identifier: GPL-2.0 */
/* What a row needs: one table, guest/needs.c. What is missing makes the row SKIP, by name. */
#ifndef PINLAB_GUEST_NEEDS_H
#define PINLAB_GUEST_NEEDS_H

#define NEEDS_DRIVER	0x01
#define NEEDS_EXCLUSIVE	(0x02 | NEEDS_DRIVER)
#define NEEDS_URING	0x04
#define NEEDS_RAMDISK	0x08
#define NEEDS_SMP	0x10	/* several CPUs, and a clock that sees them */
#define NEEDS_TOOLS	0x20	/* the disk with programs of others, guest/machine/others_disk.h */
#define NEEDS_MEMORY	0x40	/* 3 GiB, and time: only where asked for by name */

/* "exclusive pins (CONFIG_EXCLUSIVE_PIN)": the first that is missing; NULL: nothing is. */
const char *needs_missing(unsigned int needs);
/* "exclusive,smp" as in lists of rows; "-". In one of field()'s buffers. */
const char *needs_words(unsigned int needs);

#endif
