/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_BASE_TSC_H
#define PINLAB_HOST_BASE_TSC_H

#include <stdbool.h>

/*
 * kHz of this machine's time stamp counter, found out once: the kernel's own figure
 * where measurement confirms it, else what was measured against CLOCK_MONOTONIC_RAW. 0
 * where there is none, or its pace changes and the kernel does not vouch for it.
 */
long tsc_khz(void);
/* Does the kernel vouch for it, in deep sleep and at every frequency? */
bool tsc_is_invariant(void);
/*
 * The same of these texts, /proc/cpuinfo and available_clocksource: constant_tsc,
 * nonstop_tsc, and `tsc` is listed, which is taken out once it was seen to be unstable.
 */
bool tsc_is_stable(const char *cpuinfo, const char *sources);

#endif
