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
/* Exclusive pins are one thing; a kernel may offer them without these: */
#define NEEDS_SHARE	(0x80 | NEEDS_EXCLUSIVE)	/* unexc_user_page(), reexc_user_page() */
#define NEEDS_EXC_DIRTY	(0x100 | NEEDS_EXCLUSIVE)	/* unpin_exc_pages_dirty_lock() */
#define NEEDS_QUERY	(0x200 | NEEDS_EXCLUSIVE)	/* folio_maybe_exclusive_pinned() */

/*
 * "exclusive pins (FOLL_EXCLUSIVE is not declared)": the first that is missing, in
 * one of field()'s buffers; NULL: nothing is.
 */
const char *needs_missing(unsigned int needs);
/* "exclusive,smp" as in lists of rows; "-". In one of field()'s buffers. */
const char *needs_words(unsigned int needs);

#endif
