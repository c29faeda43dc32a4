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
 * retired instructions. Elsewhere it is what benchmarks are timed by as well,
 * where its frequency is known (guest/clock_find.h), else CLOCK_MONOTONIC_RAW.
 */
enum clock_source { CLOCK_RAW, CLOCK_TSC, CLOCK_INSN };

struct guest_clock {
	enum clock_source source;
	double ns;		/* of a tick; CLOCK_INSN: 1 */
	double resolution;	/* ns that two readings in a row differ by at least, if at all */
	double step;		/* ns that all differences are multiples of */
	const char *fault;	/* why nothing can be timed by it; NULL: it can */
};

extern struct guest_clock guest_clock;

/* Where it is the time stamp counter, reading it waits for what stands before and after. */
static inline int64_t clock_now(void)
{
	struct timespec ts;

#if defined(__x86_64__)
	if (guest_clock.source != CLOCK_RAW) {
		int64_t t;

		__builtin_ia32_lfence();
		t = __builtin_ia32_rdtsc();
		__builtin_ia32_lfence();
		return t;
	}
#endif
	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* What two readings with nothing between them differ by: the least of many, in ticks. */
int64_t clock_cost(void);

static inline bool clock_is_exact(void)
{
	return guest_clock.source == CLOCK_INSN;
}

/* The same clock, as the driver calls it. */
static inline enum pinlab_clock clock_of_driver(void)
{
	return guest_clock.source == CLOCK_RAW ? PINLAB_CLOCK_NS : PINLAB_CLOCK_CYCLES;
}

static inline const char *clock_unit(void)
{
	return clock_is_exact() ? WIRE_CLOCK_INSN : WIRE_CLOCK_NS;
}

#endif
