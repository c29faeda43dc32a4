/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of one failure of a night, and how to see it again. */
#ifndef PINLAB_HOST_NIGHTLY_FAILURE_H
#define PINLAB_HOST_NIGHTLY_FAILURE_H

#include "host/nightly/nightly.h"

/* The failure that a result is due to; NULL if there is none. */
const struct night_failure *night_failure_of(const struct night *n, size_t cell, size_t scenario);
/* How many lines a guest sent with it (none for a crash), and one of them, from 0 on. */
size_t night_details(const struct night *n, const struct night_failure *f);
const char *night_detail(const struct night *n, const struct night_failure *f, size_t line);

/* The ./pinlab torture command of a turn, or of one scenario alone; as report_command(). */
void night_command(const struct night_turn *t, const char *scenario, struct text *out);

#endif
