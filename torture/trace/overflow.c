// SPDX-License-Identifier: GPL-2.0
/*
 * How does a page's reference count come to where this kernel first refuses to
 * pin it, and what does the refusal do to it? perf record watches it on its way.
 *
 * Oracle: pinned to its limit a second time, a page gets there with as many
 * pins; the last count that perf has seen is the one that the page has.
 * Varies: nothing. Of some millions of events those are recorded with which it
 * begins, those at powers of two, and the last ones.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/machine/others_disk.h"
#include "guest/machine/perf.h"
#include "guest/torture/limits.h"

/* A kernel that refuses nothing is not driven on to where its count wraps to 0. */
#define MANY		((1l << 21) + (1l << 10))
#define A_PIN		1024l		/* GUP_PIN_COUNTING_BIAS */
#define FIRST		(4 * A_PIN)	/* counts up to here are recorded one by one */
#define LAST		(8 * A_PIN)	/* and those so near to the last */
#define FIRST_SHOWN	6u
#define LAST_SHOWN	12u

struct limit {
	long pins;		/* that were given */
	int err;		/* what the next one got; 0: it was given too */
	int count;		/* references after that */
	unsigned int warnings;
};

static int drive_up(struct mass *m, struct limit *l)
{
	l->pins = mass_take(m, PINLAB_PIN_FAST, MANY, 1);
	l->err = m->err;
	l->count = m->info.refcount;
	l->warnings = torture_take_warnings(m->r);
	return l->pins < 0 ? -1 : 0;
}

/* Counts beyond 2^31 are negative for the kernel, and for its filters. */
static const char *worth_recording(const struct limit *l)
{
	static char text[2000];
	long near = (uint32_t)l->count - LAST;
	size_t n;

	if (near > INT32_MAX)
		near = INT32_MAX - LAST;
	n = snprintf(text, sizeof(text), "count < %ld || count > %ld", FIRST, near);
	for (int bit = 12; bit < 31; bit++)
		n += snprintf(text + n, sizeof(text) - n, " || (count >= %ld && count < %ld)",
			      1l << bit, (1l << bit) + A_PIN);
	return text;
}

static int watched(struct mass *m, struct limit *l, const char *only)
{
	struct perf_watch w;
	int err = perf_watch_page(&w, m->start.pfn, only), end;

	if (err)
		return row_fail(m->r, "perf record: %s", strerror(-err));
	err = drive_up(m, l);
	end = perf_watch_end(&w);
	if (end)
		row_fail(m->r, "perf script: %s", strerror(-end));
	return err || end ? -1 : 0;
}

static void limit_facts(struct row *r, const struct limit *l)
{
	torture_figure(r, "pins", "pins", l->pins);
	if (!l->err)
		torture_fact(r, "pins", "%s given, no refusal yet", count_text(l->pins));
	else
		torture_fact(r, "pins", "%s given, the next %s%s; the reference count is %#x then",
			     count_text(l->pins), answer_text(l->err),
			     l->warnings ? ", with a warning" : "", l->count);
}

/* "+2 us +1 to 0x403 (mod_unless), ...", times from `zero` on. */
static void events_fact(struct row *r, const char *name, const struct page_event *e, size_t n,
			double zero, bool named)
{
	char text[690] = "";
	size_t at = 0;

	for (size_t i = 0; i < n && at < sizeof(text); i++) {
		at += snprintf(text + at, sizeof(text) - at, "%s%+.0f us %+d to %#x", i ? ", " : "",
			       (e[i].seconds - zero) * 1e6, e[i].val, e[i].count);
		if (named && at < sizeof(text))
			at += snprintf(text + at, sizeof(text) - at, " (%s)", e[i].name);
	}
	torture_fact(r, name, "%s", text);
}

/* When the count came by each power of two. */
static void powers_fact(struct row *r, const struct page_event *e, size_t n)
{
	char text[690] = "";
	size_t at = 0;
	int bit = 12;

	for (size_t i = 0; i < n && bit < 31; i++) {
		if (e[i].count < 1l << bit)
			continue;
		at += snprintf(text + at, sizeof(text) - at, "%s2^%d %.1f", at ? ", " : "ms: ", bit,
			       (e[i].seconds - e[0].seconds) * 1e3);
		bit++;
	}
	torture_fact(r, "powers-of-two", "%s", text);
}

/* The last pin that was given leaves the count where the refusal finds it. */
static size_t refusal_at(const struct page_event *e, size_t n, const struct limit *l)
{
	for (size_t i = 0; i < n; i++)
		if (e[i].count == l->count)
			return i + 1;
	return n;
}

static int trajectory(struct row *r, const struct limit *l)
{
	struct page_event *e;
	size_t n = perf_events(&e), refusal = refusal_at(e, n, l), from;
	int ret = 0;

	if (!n)
		return row_fail(r, "perf has recorded nothing");
	from = refusal > LAST_SHOWN ? refusal - LAST_SHOWN : 0;
	events_fact(r, "first-events", e, n < FIRST_SHOWN ? n : FIRST_SHOWN, e[0].seconds,
		    true);
	powers_fact(r, e, refusal);
	events_fact(r, "last-events", e + from, refusal - from, e[refusal - 1].seconds,
		    false);
	if (l->err && refusal == n)
		torture_fact(r, "refusal", "none: it comes before the count is touched");
	else if (l->err)
		events_fact(r, "refusal", e + refusal, n - refusal, e[refusal - 1].seconds,
			    true);
	if (e[n - 1].count != l->count)
		ret = torture_finding(r, PROMISE_TRACE,
				      "the last change of the page's references was to %#x, and it has %#x",
				      e[n - 1].count, l->count);
	free(e);
	unlink(PERF_SCRIPT);
	return ret;
}

/* Once to see where the limit is, and once to see how it is reached. */
static int twice(struct row *r)
{
	struct limit first = { 0 }, second = { 0 };
	struct mass m;
	int ret;

	if (mass_begin(r, &m, r->mem.addr, -1) || drive_up(&m, &first) || mass_end(&m) ||
	    mass_begin(r, &m, r->mem.addr, -1))
		return -1;
	ret = watched(&m, &second, worth_recording(&first));
	if (mass_end(&m) || ret)
		return -1;
	limit_facts(r, &second);
	torture_keep(r, PERF_DATA, "perf.data");
	torture_keep(r, PERF_SCRIPT, "txt");
	unlink(PERF_DATA);
	if (first.pins != second.pins || first.err != second.err)
		ret = torture_finding(r, PROMISE_COUNT,
				      "a page was given %ld pins before the kernel refused (%d), and %ld the next time (%d)",
				      first.pins, first.err, second.pins, second.err);
	return trajectory(r, &second) || ret ? -1 : 0;
}

static int run(struct row *r)
{
	const char *why = "";
	int err = tools_mount(&why);

	if (!err)
		err = mem_alloc(&r->mem, MEM_ANON, PAGE_BYTES, &why);
	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	/* What is forked here waits for perf, and is to have no part in the page. */
	madvise(r->mem.addr, PAGE_BYTES, MADV_DONTFORK);
	err = perf_one_cpu();
	if (err)
		row_fail(r, "to trace on one CPU: %s", strerror(-err));
	else
		err = twice(r);
	perf_all_cpus();
	return err ? -1 : 0;
}

PINLAB_SCENARIO = {
	.summary	= "how a reference count grows until pins are refused, seen by perf",
	.fixed		= true,
	.needs		= NEEDS_TOOLS,
	.run		= run,
};
