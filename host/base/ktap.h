/* SPDX-License-Identifier: GPL-2.0 */
/* KTAP version 1 (Documentation/dev-tools/ktap.rst), for every verb. */
#ifndef PINLAB_HOST_BASE_KTAP_H
#define PINLAB_HOST_BASE_KTAP_H

#include <stdbool.h>

#include "host/base/text.h"

/* The head of n tests; depth 1: those below a test of depth 0. */
void ktap_begin(struct text *t, int depth, size_t n);

/*
 * A test's line. `why` follows its directive ("SKIP", "BROKEN"; NULL: none).
 * Names and reasons come from guests and from plans that were mailed: what
 * would begin another line, or a directive, is a space.
 */
void ktap_test(struct text *t, int depth, size_t number, bool ok, const char *name,
	       const char *directive, const char *why);

/* A diagnostic. */
void ktap_note(struct text *t, int depth, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
