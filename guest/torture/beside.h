/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that is pinned beside what goes on: another process has some dozens of
 * MiB, of every kind that can be pinned for long, holds it exclusively where the
 * kernel has that and long-term else, and has written to each page of it.
 */
#ifndef PINLAB_GUEST_TORTURE_BESIDE_H
#define PINLAB_GUEST_TORTURE_BESIDE_H

#include "guest/torture/torture.h"

struct beside;

/* Until beside_end(), or this process's end. NULL after row_fail() or row_skip(). */
struct beside *beside_start(struct row *r);
/* "exclusively" or "long-term"; and how much. */
const char *beside_how(const struct beside *b);
unsigned long beside_mib(const struct beside *b);
/*
 * Is every page still pinned, where it was, and with what was written to it?
 * NULL, or what is not: *promise is then the word for torture_finding().
 */
const char *beside_check(struct beside *b, const char **promise);
/* As beside_check(); then all is given back, and has to have its content still. */
const char *beside_end(struct beside *b, const char **promise);

#endif
