/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Single calls of GUP's functions (include/functions.h), for the rules that hold
 * on every route. What is taken lies in slot 0 of the row's own file.
 */
#ifndef PINLAB_GUEST_TORTURE_RULE_CALLS_H
#define PINLAB_GUEST_TORTURE_RULE_CALLS_H

#include "guest/torture/torture.h"
#include "include/functions.h"

/* This kernel, or the function itself, does not have that. */
#define CALL_CANNOT	(-10000)

const char *fn_name(enum pinlab_fn fn);
enum pinlab_fn_kind fn_kind(enum pinlab_fn fn);
bool fn_takes(enum pinlab_fn fn);
/* "FOLL_WRITE|FOLL_LONGTERM"; in one of field()'s buffers. */
const char *call_flags_text(unsigned int flags);

/* What the function has returned, CALL_CANNOT, or -9999 after row_fail(). */
int call_do(struct row *r, struct pinlab_call *c);
int call_take(struct row *r, enum pinlab_fn fn, unsigned int flags, const void *addr,
	      unsigned int pages);
/* Slot pages [at, at + pages), back by this function; likewise. */
int call_give(struct row *r, enum pinlab_fn fn, unsigned int at, unsigned int pages);
#define CALL_BROKE	(-9999)

/* The n-th way to give back what was taken with these flags; n wraps around. */
enum pinlab_fn call_way_back(enum pinlab_fn taken, unsigned int flags, unsigned int n);
/* Give all back that the slot still has, in any way that fits. */
void call_give_rest(struct row *r, enum pinlab_fn taken, unsigned int flags, unsigned int pages);

#endif
