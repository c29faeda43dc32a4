/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_CLOCK_H
#define PINLAB_GUEST_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "include/pinlab_uapi.h"
#include "include/wire.h"

/*
 * Under QEMU's icount with shift=0 the time stamp counter is the number of
 * retired instructions; everywhere else time is CLOCK_MONOTONIC_RAW.
 */
extern enum pinlab_clock clock_kind;

static inline int64_t clock_now(void)
{
	struct timespec ts;

#if defined(__x86_64__)
	if (clock_kind == PINLAB_CLOCK_CYCLES)
		return __builtin_ia32_rdtsc();
#endif
	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* What two readings with nothing between them differ by: the least of many. */
int64_t clock_cost(void);

static inline const char *clock_unit(void)
{
	return clock_kind == PINLAB_CLOCK_CYCLES ? WIRE_CLOCK_INSN : WIRE_CLOCK_NS;
}

#endif
