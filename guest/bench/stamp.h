/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Proof that data arrived: the first and the last word of every sector carry
 * the sector's number and a generation, which is another one each repeat, so
 * that what an earlier repeat left behind does not pass.
 */
#ifndef PINLAB_GUEST_BENCH_STAMP_H
#define PINLAB_GUEST_BENCH_STAMP_H

#include <stddef.h>
#include <stdint.h>

#define SECTOR_BYTES 512ul

void stamp(void *buf, size_t bytes, uint32_t generation);
/* Number of the first sector that is not of this generation, or -1. */
long stamp_differs(const void *buf, size_t bytes, uint32_t generation);

#endif
