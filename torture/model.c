// SPDX-License-Identifier: GPL-2.0
/*
 * Does the kernel do what the contract says, whatever was done before? Random
 * sequences of all operations of several processes on all kinds of memory,
 * one operation after the other, with what else moves, copies, splits and
 * frees pages in between.
 *
 * Oracle: a reference model of the contract's table (guest/model/) predicts
 * each result, the pins, flags and references of each folio after it, where
 * pinned pages are and what is in them, and the counters of /proc/vmstat.
 * Varies: everything that can be drawn from the seed. A sequence that fails is
 * made as short as it gets and printed as a C program.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/machine/kmsg.h"
#include "guest/model/exec/probe.h"
#include "guest/model/exec/run.h"
#include "guest/model/gen.h"
#include "guest/model/model.h"
#include "guest/model/print.h"
#include "guest/model/shrink.h"
#include "guest/model/text.h"
#include "guest/torture/leaks.h"
#include "guest/torture/torture.h"

#define SHRINK_SECONDS	5
#define MAX_FINDINGS	3
#define COUNT_EVERY	8	/* sequences */

static struct {
	struct row *r;
	struct model_caps caps;
	struct complaint log;		/* of the last run */
	long balance;			/* of pins */
	double deadline;		/* of shrinking */
	unsigned long runs, ops, pinned, refused, unconfirmed, skipped;
	unsigned int findings;
} s;

static void set_fail(struct model_outcome *out, enum model_check check, const char *promise,
		     const char *text)
{
	out->fail = (struct model_fail){ .check = check };
	snprintf(out->fail.promise, sizeof(out->fail.promise), "%s", promise);
	snprintf(out->fail.text, sizeof(out->fail.text), "%s", text);
}

/* A warning belongs to a caller's bug, and only to that. */
static void check_log(const struct model_seq *seq, struct model_outcome *out)
{
	kmsg_read(&s.log);
	/* Also so that the next one shows. */
	if (s.log.warnings || s.log.others)
		kmsg_rearm();
	if (out->bugs && !s.log.others)
		torture_expect(s.r, &s.log);
	if (out->fail.check != MC_NONE)
		return;
	if (s.log.others || (s.log.warnings && !out->bugs))
		set_fail(out, MC_LOG, PROMISE_LOG, s.log.text);
	else if (out->bugs && !s.log.warnings)
		set_fail(out, MC_WARNING, PROMISE_RESULT,
			 "no warning of a caller's bug, and the contract asks for one");
	out->fail.op = seq->n;
}

static void run_once(const struct model_seq *seq, unsigned int flags,
		     struct model_outcome *out)
{
	model_run(seq, &s.caps, flags, s.balance, out);
	check_log(seq, out);
	if (out->fail.check != MC_NONE)
		s.balance = torture_pins_balance();
}

static unsigned int flags_for(const struct model_fail *f)
{
	return (f->soft ? MODEL_STRICT : 0) | (f->check == MC_COUNTERS ? MODEL_COUNT : 0);
}

/*
 * The counters are compared now and then. Where they are wrong it is this
 * sequence, or one of those before it.
 */
static void find_counted(struct model_seq *seq, struct model_outcome *out)
{
	static struct model_outcome again;
	uint64_t number = seq->number;

	for (unsigned int i = 0; i <= COUNT_EVERY && i <= number; i++) {
		model_generate(seq, &s.caps, seq->seed, number - i);
		run_once(seq, MODEL_COUNT, &again);
		if (again.fail.check == MC_COUNTERS) {
			*out = again;
			return;
		}
	}
	model_generate(seq, &s.caps, seq->seed, number);
}

/* Warnings are where counters are easily forgotten. */
static unsigned int first_flags(const struct model_seq *seq)
{
	if (seq->number % COUNT_EVERY == COUNT_EVERY - 1)
		return MODEL_COUNT;
	for (unsigned int i = 0; i < seq->n; i++)
		if (seq->op[i].what == MW_BUG)
			return MODEL_COUNT;
	return 0;
}

/*
 * References are taken for a moment by others too: what shows in them counts
 * only if it shows again with the LRU batches emptied around each operation.
 */
static void run_confirmed(struct model_seq *seq, struct model_outcome *out)
{
	run_once(seq, first_flags(seq), out);
	if (out->fail.check == MC_COUNTERS)
		find_counted(seq, out);
	if (out->fail.check == MC_NONE || !out->fail.soft)
		return;
	run_once(seq, MODEL_STRICT, out);
	if (out->fail.check == MC_NONE)
		s.unconfirmed++;
}

static bool go_on(void *arg)
{
	(void)arg;
	return torture_seconds(s.r) < s.deadline;
}

/* Shrinking: the same promise, seen in the same way. */
static bool fails_as(const struct model_seq *seq, void *arg)
{
	const struct model_outcome *first = arg;
	static struct model_outcome out;

	run_once(seq, flags_for(&first->fail), &out);
	return out.fail.check == first->fail.check &&
	       !strcmp(out.fail.promise, first->fail.promise);
}

/* A record has no tabs. */
static void detail_line(const char *line, size_t n)
{
	char text[400] = "";
	size_t at = 0;

	for (size_t i = 0; i < n && at < sizeof(text) - 9; i++) {
		if (line[i] == '\t')
			at += sprintf(text + at, "%*s", 8 - (int)(at % 8), "");
		else
			text[at++] = line[i];
	}
	text[at] = '\0';
	torture_detail(s.r, "%s", text);
}

static void detail_lines(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		detail_line(text, n);
		text += n + (text[n] == '\n');
	}
}

static void detail_program(const struct model_seq *seq, const struct model_outcome *out)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	model_print(f, seq, out);
	fclose(f);
	detail_lines(text);
	free(text);
}

static void report(const struct model_seq *whole, const struct model_outcome *first)
{
	static struct model_outcome again;
	struct model_seq seq = *whole;
	struct model_outcome out = *first;
	unsigned int runs = 0;

	s.deadline = torture_seconds(s.r) + SHRINK_SECONDS;
	if (first->fail.check != MC_STUCK)
		runs = model_shrink(&seq, fails_as, go_on, &out);
	/* As it is now; of the whole again, where that was seen once and never since. */
	run_once(&seq, flags_for(&first->fail), &again);
	if (again.fail.check == first->fail.check)
		out = again;
	torture_finding(s.r, out.fail.promise, "%s; sequence %llu of seed %llu", out.fail.text,
			(unsigned long long)whole->number, (unsigned long long)whole->seed);
	torture_detail(s.r, "%u of %u operations left after %u runs%s", seq.n, whole->n, runs,
		       again.fail.check == first->fail.check ? "" :
		       ", in the last of which it was not seen");
	detail_program(&seq, &out);
	s.findings++;
}

static void one(uint64_t number)
{
	static struct model_outcome out;
	static struct model_seq seq;

	model_generate(&seq, &s.caps, torture_seed(s.r), number);
	run_confirmed(&seq, &out);
	s.runs++;
	s.ops += out.ran;
	s.skipped += seq.n - out.ran;
	s.pinned += out.pinned;
	s.refused += out.refused;
	if (out.fail.check == MC_SETUP)
		row_fail(s.r, "%s; sequence %llu of seed %llu", out.fail.text,
			 (unsigned long long)number, (unsigned long long)seq.seed);
	else if (out.fail.check != MC_NONE)
		report(&seq, &out);
}

static void figures(void)
{
	double seconds = torture_seconds(s.r);

	torture_figure(s.r, "sequences", "sequences", s.runs);
	torture_figure(s.r, "rate", "sequences/s", seconds > 0 ? s.runs / seconds : 0);
	torture_figure(s.r, "operations", "operations", s.ops);
	torture_figure(s.r, "passed-over", "operations", s.skipped);
	torture_figure(s.r, "taken", "requests", s.pinned);
	torture_figure(s.r, "refused", "requests", s.refused);
	torture_figure(s.r, "unconfirmed", "sequences", s.unconfirmed);
	/* What this kernel does not give is not covered: it is told. */
	for (int k = 0; k < MK_NR; k++) {
		char name[40];

		snprintf(name, sizeof(name), "without-%s", model_kind_name(k));
		if (!(s.caps.kinds & 1u << k))
			torture_figure(s.r, name, "kinds", 1);
	}
}

static int run(struct row *r)
{
	int err;

	s.r = r;
	err = model_probe(&s.caps);
	if (err)
		return row_fail(r, "looking at what the kernel gives: %s", strerror(-err));
	s.balance = torture_pins_balance();
	for (uint64_t i = 0; torture_goes_on(r) && s.findings < MAX_FINDINGS; i++)
		one(i);
	model_mthp(false);
	figures();
	return s.findings ? -1 : 0;
}

PINLAB_SCENARIO = {
	.summary	= "does every operation do what the contract says, in any order?",
	.shares		= 3,
	.needs		= NEEDS_DRIVER,
	.run		= run,
};
