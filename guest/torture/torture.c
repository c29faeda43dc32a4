// SPDX-License-Identifier: GPL-2.0
/* What scenarios call: their share of the time, numbers, findings, facts. */
#include "guest/torture/torture.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/keep.h"
#include "guest/machine/kmsg.h"
#include "guest/record.h"
#include "guest/row.h"

static struct {
	double share;		/* seconds */
	struct timespec start;
	uint64_t seed;
} now;	/* of this row */

uint64_t rng_next(struct rng *g)
{
	uint64_t z = g->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

uint64_t rng_below(struct rng *g, uint64_t n)
{
	return n ? rng_next(g) % n : 0;
}

double torture_seconds(const struct row *r)
{
	struct timespec t;

	(void)r;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec - now.start.tv_sec + (t.tv_nsec - now.start.tv_nsec) / 1e9;
}

bool torture_goes_on(const struct row *r)
{
	return torture_seconds(r) < now.share;
}

uint64_t torture_seed(const struct row *r)
{
	(void)r;
	return now.seed;
}

void torture_turn(double share, uint64_t seed)
{
	now.share = share;
	now.seed = seed;
}

void torture_start(void)
{
	clock_gettime(CLOCK_MONOTONIC, &now.start);
}

/* Seconds since the kernel has started its clock. */
static double uptime(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int torture_finding(struct row *r, const char *promise, const char *fmt, ...)
{
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	record(WIRE_FINDING, r->name, promise, field("%.3f", torture_seconds(r)),
	       field("%.3f", uptime()), text);
	row_overrule(r);
	row_fail(r, "%s: %.360s", promise, text);
	return -1;
}

void torture_detail(struct row *r, const char *fmt, ...)
{
	char text[900];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* A tab would be the next field. */
	for (char *c = text; *c; c++)
		if (*c == '\t')
			*c = ' ';
	record(WIRE_DETAIL, r->name, text);
}

void torture_figure(struct row *r, const char *name, const char *unit, double value)
{
	record(WIRE_SAMPLE, r->name, name, unit, "0", field("%.4f", value), "1", "0");
}

void torture_fact(struct row *r, const char *name, const char *fmt, ...)
{
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	record(WIRE_FACT, r->name, name, text);
}

int torture_keep(struct row *r, const char *path, const char *name)
{
	int err = keep_file(path, field("%s.%s", r->name, name));

	if (err)
		torture_fact(r, "not-kept", "%s: %s", name, strerror(-err));
	return err;
}

static int look_at_witness(struct row *r)
{
	static struct pinlab_finding f;
	int fd = dev_open(), ret = 0;

	while (fd >= 0 && !dev_finding(fd, &f)) {
		f.promise[sizeof(f.promise) - 1] = '\0';
		f.text[sizeof(f.text) - 1] = '\0';
		ret = torture_finding(r, f.promise, "%s", f.text);
		for (unsigned int i = 0; i < f.n && i < PINLAB_FINDING_LINES; i++)
			torture_detail(r, "%.*s", PINLAB_FINDING_LINE, f.line[i]);
		if (f.missed)
			torture_detail(r, "%u more findings were not kept", f.missed);
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

static int complain(struct row *r, const struct complaint *c)
{
	int ret = torture_finding(r, PROMISE_LOG, "%s", c->text);

	for (unsigned int i = 0; i < c->n; i++)
		torture_detail(r, "%s", c->line[i]);
	return ret;
}

/* Where there is no console that has them all. */
static void tell_lost(struct row *r, const struct complaint *c)
{
	if (c->lost)
		torture_fact(r, WIRE_FACT_LOST, "the kernel's log overflowed before it was read");
}

void torture_expect(struct row *r, const struct complaint *c)
{
	for (unsigned int i = 0; i < c->n_kinds; i++)
		record(WIRE_EXPECT, r->name, field("%u", c->times[i]), c->kind[i]);
}

int torture_look(struct row *r)
{
	struct complaint c;
	int ret = look_at_witness(r);

	kmsg_read(&c);
	tell_lost(r, &c);
	if (c.warnings || c.others) {
		ret = complain(r, &c);
		kmsg_rearm();
	}
	return ret;
}

unsigned int torture_take_warnings(struct row *r)
{
	struct complaint c;

	kmsg_read(&c);
	kmsg_rearm();
	tell_lost(r, &c);
	if (c.others)
		complain(r, &c);
	else
		torture_expect(r, &c);
	return c.warnings;
}

void torture_drain_here(void)
{
	char *p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	if (p == MAP_FAILED)
		return;
	*(volatile char *)p = 1;
	/* Unmapping a page empties this CPU's batches of LRU moves. */
	munmap(p, PAGE_BYTES);
}

void torture_drain(void)
{
	cpu_set_t old, one;

	sched_getaffinity(0, sizeof(old), &old);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &old))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one))
			torture_drain_here();
	}
	sched_setaffinity(0, sizeof(old), &old);
}
