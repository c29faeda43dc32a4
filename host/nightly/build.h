/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_BUILD_H
#define PINLAB_HOST_NIGHTLY_BUILD_H

#include "host/nightly/run.h"

/* Build what is not in the cache. PINLAB_OK also where a kernel could not be built. */
int night_build(struct nightly *n);
/* What is running in so many seconds ends as if interrupted; 0: nothing does. */
void night_alarm(double seconds);
/* Was it that alarm, and not the user? Then both are forgotten. */
bool night_was_alarm(void);

#endif
