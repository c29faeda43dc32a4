// SPDX-License-Identifier: GPL-2.0
#include "guest/clock_find.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "guest/clock.h"
#include "guest/record.h"
#include "include/wire.h"

#define READINGS	4000	/* for the resolution */
#define WAIT_NS		400e6	/* for a clock to move often enough */
#define MOVES_LEAST	20
#define ROUNDS		200	/* over all CPUs, for one that goes back */
#define SPAN_FINE_NS	20e6	/* to calibrate against a clock of nanoseconds */
#define SPAN_TICKS_NS	300e6	/* against one of ticks */
/* A tick is lost where the host is busy; what is wrong by more is another frequency. */
#define APART_FINE	0.005
#define APART_TICKS	0.15
/* Coarser than this, no row has a sample in any time that one would wait. */
#define USELESS_NS	100e3

static double resolution_of_raw;
static int64_t began;

static int64_t raw_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int64_t common(int64_t a, int64_t b)
{
	while (b) {
		int64_t c = a % b;

		a = b;
		b = c;
	}
	return a;
}

/* In ticks, of guest_clock.source: the least step that is seen, and what all are multiples of. */
static bool measure(double *resolution, double *step)
{
	int64_t least = INT64_MAX, all = 0, begin = raw_now();
	int moves = 0;

	/* A clock that stands for long is read until it has moved some times, or time is up. */
	for (long i = 0; i < READINGS || moves < MOVES_LEAST; i++) {
		int64_t d = clock_now();

		d = clock_now() - d;
		if (d < 0)
			return false;
		if (d > 0) {
			moves++;
			all = common(all, d);
			least = d < least ? d : least;
		}
		if (i >= READINGS && raw_now() - begin > WAIT_NS)
			break;
	}
	*resolution = moves ? least : 0;
	*step = all;
	return moves;
}

/* Does the counter go back when this process moves to another CPU? By so many ticks. */
static int64_t goes_back(void)
{
	cpu_set_t own, one;
	int64_t last = clock_now(), worst = 0;

	if (sched_getaffinity(0, sizeof(own), &own))
		return 0;
	for (int round = 0; round < ROUNDS; round++) {
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			int64_t t;

			if (!CPU_ISSET(cpu, &own))
				continue;
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			if (sched_setaffinity(0, sizeof(one), &one))
				continue;
			t = clock_now();
			if (last - t > worst)
				worst = last - t;
			last = t;
		}
	}
	sched_setaffinity(0, sizeof(own), &own);
	return worst;
}

/* kHz of the counter by the kernel's clock, from one step of that to a later one; 0: it stands. */
static double calibrated(double span)
{
	int64_t deadline = clock_now(), raw = raw_now(), from, t0, now;
	double give_up = 1e10;	/* ticks: seconds, on any machine */

	while ((from = raw_now()) == raw)
		if (clock_now() - deadline > give_up)
			return 0;
	t0 = clock_now();
	while ((raw = raw_now()) - from < span)
		if (clock_now() - t0 > give_up)
			return 0;
	now = clock_now();
	return (now - t0) * 1e6 / (raw - from);
}

#if defined(__x86_64__)
static double khz_of_cpuid(const char **from)
{
	unsigned int a, b, c, d;

	__cpuid(1, a, b, c, d);
	if (c & 1u << 31) {
		__cpuid(0x40000000, a, b, c, d);
		if (a >= 0x40000010 && a < 0x40010000) {
			__cpuid(0x40000010, a, b, c, d);
			*from = "CPUID 0x40000010";
			if (a)
				return a;
		}
	}
	*from = "CPUID 0x15";
	if (__get_cpuid(0x15, &a, &b, &c, &d) && a && b && c)
		return (double)c * b / a / 1000;
	return 0;
}
#else
static double khz_of_cpuid(const char **from)
{
	(void)from;
	return 0;
}
#endif

/* kHz, and where it is from; 0 with why there is none. */
static double find_tsc(const char *host_khz, const char **from, const char **why)
{
	double khz, check, span, apart;
	bool fine = resolution_of_raw > 0 && resolution_of_raw < 2000;
	int64_t back;

#if !defined(__x86_64__)
	*why = "this CPU has no time stamp counter that pinlab can read";
	return 0;
#endif
	/* What the host knows of its counter is true of a guest's, which has no other. */
	if (!host_khz) {
		*why = "the host does not vouch for the time stamp counter";
		return 0;
	}
	khz = khz_of_cpuid(from);
	if (!khz) {
		khz = strtod(host_khz, NULL);
		*from = "the host's word";
	}
	span = fine ? SPAN_FINE_NS : SPAN_TICKS_NS;
	apart = fine ? APART_FINE : APART_TICKS;
	guest_clock.source = CLOCK_TSC;
	check = resolution_of_raw > 0 ? calibrated(span) : 0;
	if (khz <= 0) {
		khz = 0;
		*why = "nothing tells the frequency of the time stamp counter";
	} else if (check && (check > khz * (1 + apart) || check < khz * (1 - apart))) {
		*why = field("the time stamp counter runs at %.1f MHz by %s and at %.1f MHz by the kernel's clock",
			     khz / 1000, *from, check / 1000);
		khz = 0;
	}
	back = khz ? goes_back() : 0;
	if (back > 0) {
		*why = field("the time stamp counter goes back by %lld between two CPUs",
			     (long long)back);
		khz = 0;
	}
	guest_clock.source = CLOCK_RAW;
	return khz;
}

static void use_raw(const char *why_no_tsc)
{
	char name[64] = "kernel's clock";
	FILE *f = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");

	if (f && fgets(name, sizeof(name), f))
		name[strcspn(name, "\n")] = '\0';
	if (f)
		fclose(f);
	guest_clock.resolution = resolution_of_raw;
	record(WIRE_CAP, WIRE_CAP_CLOCK, field("%s (%s)", name, why_no_tsc));
}

void clock_find(const char *host_khz)
{
	const char *from = "", *why = "it cannot be read";
	double khz;

	measure(&resolution_of_raw, &guest_clock.step);
	khz = find_tsc(host_khz, &from, &why);
	if (khz) {
		guest_clock.source = CLOCK_TSC;
		guest_clock.ns = 1e6 / khz;
		measure(&guest_clock.resolution, &guest_clock.step);
		guest_clock.resolution *= guest_clock.ns;
		guest_clock.step *= guest_clock.ns;
		record(WIRE_CAP, WIRE_CAP_CLOCK, field("tsc, %.3f MHz by %s", khz / 1000, from));
	} else {
		use_raw(why);
	}
	if (guest_clock.resolution <= 0)
		guest_clock.fault = "the only clock does not move";
	else if (guest_clock.resolution > USELESS_NS)
		guest_clock.fault = field("the only clock moves in steps of %.0f ns: %s",
					  guest_clock.resolution, why);
	if (guest_clock.fault)
		guest_clock.fault = strdup(guest_clock.fault);
	record(WIRE_CAP, WIRE_CAP_CLOCK_NS, field("%.4f", guest_clock.resolution));
	record(WIRE_CAP, WIRE_CAP_CLOCK_STEP, field("%.4f", guest_clock.step));
	record(WIRE_CAP, WIRE_CAP_CLOCK_COST, field("%.1f", clock_cost() * guest_clock.ns));
	if (guest_clock.fault)
		record(WIRE_CAP, WIRE_CAP_CLOCK_FAULT, guest_clock.fault);
	began = clock_now();
}

void clock_tell_span(void)
{
	record(WIRE_CAP, WIRE_CAP_CLOCK_SPAN,
	       field("%.3f", (clock_now() - began) * guest_clock.ns / 1e9));
}
