/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_GUEST_KEEP_H
#define PINLAB_HOST_GUEST_KEEP_H

#include "host/base/place.h"

/*
 * Take apart what guest/keep.c of a guest has sent: each file goes to
 * files/NAME, and the stream is removed. The guest is not trusted: names
 * are plain, sizes and numbers are bounded, and what comes after the first
 * thing that is wrong is left out. Returns how many files there were, or
 * -errno; a stream that is not there is 0.
 */
int keep_take(const struct place *boot, const char *stream);

#endif
