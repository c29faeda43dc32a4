/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_CLOCK_FIND_H
#define PINLAB_GUEST_CLOCK_FIND_H

/*
 * Wall-clock engines: find out what benchmarks can be timed by, and how well.
 * The time stamp counter comes first, since a kernel of few options may have no
 * clock but its tick. Its frequency is from the hypervisor (CPUID 0x40000010, of
 * VMware, which KVM and QEMU have taken over), from CPUID 0x15, or from the host's
 * word; what the kernel's own clock contradicts is not taken, nor is a counter that
 * goes back from one CPU to another. Fills in guest_clock and tells it: caps
 * WIRE_CAP_CLOCK*. host_khz: WIRE_ARG_TSC's value, or NULL where the host does not
 * vouch for its counter: then the kernel's clock has to do.
 */
void clock_find(const char *host_khz);
/* Behind the last row: the time that has passed by this clock, for the host to compare. */
void clock_tell_span(void);

#endif
