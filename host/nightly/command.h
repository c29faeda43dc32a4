/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_COMMAND_H
#define PINLAB_HOST_NIGHTLY_COMMAND_H

#include "host/nightly/nightly.h"

/* The ./pinlab torture command of a turn, or of one scenario alone; as report_command(). */
void night_command(const struct night_turn *t, const char *scenario, struct text *out);

#endif
