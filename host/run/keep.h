/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_RUN_KEEP_H
#define PINLAB_HOST_RUN_KEEP_H

/*
 * Take apart what guest/keep.c of a guest has sent: each file goes to
 * dir/files/NAME, and the stream is removed. The guest is not trusted: names
 * are plain, sizes and numbers are bounded, and what comes after the first
 * thing that is wrong is left out. Returns how many files there were, or
 * -errno; a stream that is not there is 0.
 */
int keep_take(const char *stream, const char *dir);

#endif
