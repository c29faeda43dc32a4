/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_NIGHTLY_OPEN_H
#define PINLAB_HOST_NIGHTLY_OPEN_H

#include "host/nightly/run.h"

/*
 * The folder: made, or taken up where it was left, with a new session on its
 * clock. PINLAB_OK, PINLAB_USAGE where it holds another night or is held by
 * another pinlab, PINLAB_BROKE.
 */
int night_open(struct nightly *n);
/* A turn in which nothing failed: what reports are made from stays. */
void night_prune(const struct nightly *n, const char *turn);
/* The seconds of this session, and how it ended, onto the clock. As night_save(). */
int night_tick(struct nightly *n, const char *end);
/* Write the plan or the clock into the folder: PINLAB_OK, or PINLAB_BROKE after saying why. */
int night_save(const struct nightly *n, const char *file, json_t *j);

#endif
