/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_COMPARE_H
#define PINLAB_HOST_NIGHTLY_COMPARE_H

#include "host/nightly/nightly.h"

/* A text as JSON; "?" where it is no UTF-8. */
json_t *night_string(const char *s);
/* What the next night has to know of this one, for its last.json. */
json_t *night_export(const struct night *n);
void night_compare(const struct night *n, struct night_changes *c);
/* Had the last night a result where this one has that failure? */
bool night_ran_before(const struct night *n, const struct night_failure *f);
void night_changes_free(struct night_changes *c);
/*
 * Operations a second of a cell over the scenarios that both nights have timed:
 * false if there is none. Without a last night: of this one alone, *then 0.
 */
bool night_rate(const struct night *n, size_t cell, double *now, double *then);

#endif
