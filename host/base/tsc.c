// SPDX-License-Identifier: GPL-2.0
#include "host/base/tsc.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/base/files.h"

#define SOURCES "/sys/devices/system/clocksource/clocksource0/available_clocksource"
#define CALIBRATE_NS 20000000
/* The kernel's own figure is taken where it is confirmed so well: it is the same each time. */
#define CONFIRMED 0.001
/* Where the kernel says nothing: so many measurements, that differ by no more. */
#define CALIBRATIONS 5
#define STEADY 0.002

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = text; (s = strstr(s, word)); s += n)
		if ((s == text || strchr(" \t\n", s[-1])) && (!s[n] || strchr(" \t\n", s[n])))
			return true;
	return false;
}

bool tsc_is_stable(const char *cpuinfo, const char *sources)
{
	return has_word(cpuinfo, "constant_tsc") && has_word(cpuinfo, "nonstop_tsc") &&
	       has_word(sources, "tsc");
}

#if defined(__x86_64__)
static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* Read between two readings of the other clock, the closest of some: we may lose the CPU. */
static int64_t both_now(uint64_t *tsc)
{
	int64_t best = INT64_MAX, at = 0;

	for (int i = 0; i < 32; i++) {
		int64_t before = now_ns(), after;
		uint64_t t = __builtin_ia32_rdtsc();

		after = now_ns();
		if (after - before < best) {
			best = after - before;
			at = before + best / 2;
			*tsc = t;
		}
	}
	return at;
}

static double measured(void)
{
	uint64_t t0 = 0, t1 = 0;
	int64_t from = both_now(&t0), to;

	do
		to = both_now(&t1);
	while (to - from < CALIBRATE_NS);
	return (double)(t1 - t0) * 1e6 / (to - from);
}
#else
static double measured(void)
{
	return 0;
}
#endif

/* The kernel's bogomips are twice the MHz. */
static double kernels_word(const char *cpuinfo)
{
	const char *at = strstr(cpuinfo, "bogomips");

	at = at ? strchr(at, ':') : NULL;
	return at ? strtod(at + 1, NULL) * 500 : 0;
}

static bool vouched(void)
{
	static int known = -1;
	char *info, *sources;

	if (known >= 0)
		return known;
	info = read_file("/proc/cpuinfo", NULL);
	sources = read_file(SOURCES, NULL);
	known = info && sources && tsc_is_stable(info, sources);
	free(info);
	free(sources);
	return known;
}

bool tsc_is_invariant(void)
{
	return vouched();
}

/* The mean of some measurements, if they agree; 0 if the counter's pace changes. */
static double calibrated(void)
{
	double least = 0, most = 0;

	for (int i = 0; i < CALIBRATIONS; i++) {
		double m = measured();

		least = !i || m < least ? m : least;
		most = m > most ? m : most;
	}
	return least > 0 && most / least - 1 < STEADY ? (least + most) / 2 : 0;
}

long tsc_khz(void)
{
	static long khz = -1;
	double m, word;
	char *info;

	if (khz >= 0)
		return khz;
	m = vouched() ? measured() : calibrated();
	info = read_file("/proc/cpuinfo", NULL);
	word = info ? kernels_word(info) : 0;
	khz = lround(m > 0 && fabs(word / m - 1) < CONFIRMED ? word : m);
	free(info);
	return khz;
}
