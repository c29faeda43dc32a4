// SPDX-License-Identifier: GPL-2.0
/* From records and consoles to verdicts. */
#include "host/torture/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/judge/complaint.h"
#include "host/judge/ends.h"
#include "host/torture/torture.h"

bool torture_is_bug(const char *kernel)
{
	return strstr(kernel, "+busted:");
}

size_t torture_count(const struct run *run, bool bugs)
{
	size_t n = 0;

	for (size_t k = 0; k < run->n_kernels; k++)
		n += torture_is_bug(run->kernels[k].name) == bugs;
	return n;
}

void torture_cell_of(const struct run *run, size_t kernel, size_t row, struct torture_cell *c)
{
	const struct row_in *x = NULL;

	*c = (struct torture_cell){ .why = "" };
	while ((x = row_next(run, kernel, row, x))) {
		const struct boot *b = x->boot;
		const struct rec_row *r = &b->rec.rows[x->at];
		enum verdict v;
		bool crash;

		if (b->role == ROLE_OTHERS)
			continue;
		crash = r->verdict == VERDICT_NONE && boot_crashed(run, b);
		v = crash ? VERDICT_FAIL : r->verdict == VERDICT_NONE ? VERDICT_BROKEN :
		    r->verdict;
		c->boots++;
		c->failed += v == VERDICT_FAIL;
		/* A pass outranks a skip: what ran in one boot was there. */
		if (v == VERDICT_SKIP ? c->verdict != VERDICT_NONE :
		    v <= c->verdict && c->verdict != VERDICT_SKIP)
			continue;
		c->verdict = v;
		c->boot = b;
		c->crash = crash;
		c->why = crash ? b->detail : r->reason;
	}
	if (c->verdict == VERDICT_NONE)
		c->prevented = ends_prevented(run, kernel, run->rows[row]);
}

static void first_finding(const struct boot *b, struct caught *c)
{
	const struct rec_finding *f = &b->rec.findings[0];

	*c = (struct caught){
		.caught = true, .boot = b, .row = b->rec.rows[f->row].name,
		.promise = f->promise, .uptime = (double)f->uptime / VALUE_ONE,
	};
	snprintf(c->text, sizeof(c->text), "%s", f->text);
}

/* A row may fail without a finding: killed, stuck. Its text is all there is. */
static bool failed_row(const struct boot *b, struct caught *c)
{
	for (size_t i = 0; i < b->rec.n_rows; i++) {
		const struct rec_row *r = &b->rec.rows[i];

		if (r->verdict != VERDICT_FAIL)
			continue;
		*c = (struct caught){ .caught = true, .boot = b, .row = r->name,
				      .promise = PROMISE_STUCK, .uptime = b->seconds };
		snprintf(c->text, sizeof(c->text), "%s", r->reason);
		return true;
	}
	return false;
}

/* The kernel went down, or stopped: its console has the words that came first. */
static bool crashed(const struct run *run, const struct boot *b, struct caught *c)
{
	const char *row = boot_last_row(b);
	const struct splat *s = b->complaint;

	if (!boot_crashed(run, b))
		return false;
	*c = (struct caught){ .caught = true, .boot = b, .row = row ? row : "boot",
			      .promise = "crash", .uptime = s ? s->uptime : 0 };
	snprintf(c->text, sizeof(c->text), "%s", s ? s->text : b->detail);
	if (c->uptime <= 0)
		c->uptime = b->seconds;
	return true;
}

/* What the guest did not see, or did not live to tell. */
static bool complained(const struct boot *b, struct caught *c)
{
	const struct splat *s = b->complaint;

	if (!s)
		return false;
	*c = (struct caught){ .caught = true, .boot = b, .row = *s->row ? s->row : "boot",
			      .promise = PROMISE_LOG, .uptime = s->uptime };
	snprintf(c->text, sizeof(c->text), "%s", s->text);
	return true;
}

void torture_caught(const struct run *run, size_t kernel, struct caught *best)
{
	bool is_bug = torture_is_bug(run->kernels[kernel].name);

	*best = (struct caught){ .row = "", .promise = "" };
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next) {
		struct caught c = { 0 };

		/* What others' programs say of a seeded bug is compared, see torture_others(). */
		if (b->role == ROLE_OTHERS && is_bug)
			continue;
		if (b->rec.n_findings)
			first_finding(b, &c);
		else if (!crashed(run, b, &c) && !complained(b, &c))
			failed_row(b, &c);
		if (c.caught && (!best->caught || c.uptime < best->uptime))
			*best = c;
	}
}

/* What this kernel's others boot says of one of their programs; NULL if it did not run. */
static const char *others_fact(const struct run *run, size_t kernel, const char *row,
			       const struct boot **boot)
{
	*boot = NULL;
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next) {
		if (b->role != ROLE_OTHERS)
			continue;
		*boot = b;
		for (size_t f = 0; f < b->rec.n_facts; f++)
			if (!strcmp(b->rec.facts[f].name, WIRE_FACT_VERDICT) &&
			    !strcmp(b->rec.rows[b->rec.facts[f].row].name, row))
				return b->rec.facts[f].text;
	}
	return NULL;
}

/* The unbroken kernel that a bug stands on; -1 if it is not in the run. */
static int parent_of(const struct run *run, size_t kernel)
{
	const char *name = run->kernels[kernel].name, *plus = strchr(name, '+');
	char *parent = xasprintf("%.*s+exclusive", (int)(plus - name), name);
	int k = run_kernel(run, parent);

	free(parent);
	return k;
}

enum others_verdict torture_others(const struct run *run, size_t kernel, const char *row)
{
	const struct boot *boot, *good_boot;
	const char *fact = others_fact(run, kernel, row, &boot), *good;
	int parent = parent_of(run, kernel);

	if (parent < 0 || !boot)
		return OTHERS_NOT_RUN;
	good = others_fact(run, parent, row, &good_boot);
	if (!good)
		return OTHERS_NOT_RUN;
	if (fact)
		return strcmp(fact, good) ? OTHERS_CAUGHT : OTHERS_MISSED;
	/* It went down with the kernel, or the kernel went down before its turn. */
	if (boot_crashed(run, boot) && boot_last_row(boot) && !strcmp(boot_last_row(boot), row))
		return OTHERS_CAUGHT;
	return OTHERS_NOT_RUN;
}

void torture_others_names(const struct run *run, struct strlist *names)
{
	for (size_t i = 0; i < run->n_rows; i++)
		if (!strncmp(run->rows[i], "others/", 7))
			strlist_add(names, run->rows[i]);
}

/* A boot that did not come to its end, but by the kernel's own doing: NULL if there is none. */
static const struct boot *bad_boot(const struct run *run, size_t kernel)
{
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next)
		if (!b->ok && !boot_crashed(run, b))
			return b;
	return NULL;
}

/* The first row of any boot that is BROKEN; NULL if there is none. */
static const struct rec_row *broken_row(const struct run *run, size_t kernel, size_t *n)
{
	const struct rec_row *first = NULL;

	*n = 0;
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next) {
		for (size_t r = 0; r < b->rec.n_rows; r++) {
			if (b->rec.rows[r].verdict != VERDICT_BROKEN)
				continue;
			first = first ? first : &b->rec.rows[r];
			++*n;
		}
	}
	return first;
}

static bool is_broken(const struct run *run, size_t kernel, struct torture_kernel *k)
{
	const struct boot *b = bad_boot(run, kernel);
	const struct rec_row *row;
	size_t n;

	k->verdict = VERDICT_BROKEN;
	if (b) {
		snprintf(k->why, sizeof(k->why), "boot %s: %s: %.200s", b->id, b->outcome,
			 b->detail);
		return true;
	}
	row = broken_row(run, kernel, &n);
	if (row)
		snprintf(k->why, sizeof(k->why), "%zu row%s broken, the first is %s: %.150s", n,
			 n == 1 ? " is" : "s are", row->name, row->reason);
	return row;
}

static void count_verdicts(const struct run *run, size_t kernel, size_t n[])
{
	struct torture_cell c;

	for (size_t i = 0; i < run->n_rows; i++) {
		torture_cell_of(run, kernel, i, &c);
		n[c.verdict]++;
	}
}

void torture_kernel_of(const struct run *run, size_t kernel, struct torture_kernel *k)
{
	bool bug = torture_is_bug(run->kernels[kernel].name);
	size_t n[] = { 0, 0, 0, 0, 0 };
	struct caught c;

	*k = (struct torture_kernel){ VERDICT_PASS, "", false };
	torture_caught(run, kernel, &c);
	/* What broke beside the bug, or because of it, takes nothing from that. */
	if (bug && c.caught && !bad_boot(run, kernel))
		return;
	if (is_broken(run, kernel, k))
		return;
	count_verdicts(run, kernel, n);
	if (bug || c.caught || n[VERDICT_FAIL]) {
		k->verdict = VERDICT_FAIL;
		k->found = n[VERDICT_FAIL] || strcmp(c.promise, PROMISE_LOG);
		snprintf(k->why, sizeof(k->why), "%.300s", bug ? "not caught" : c.text);
	} else if (n[VERDICT_BROKEN] || !(n[VERDICT_PASS] + n[VERDICT_SKIP])) {
		k->verdict = VERDICT_BROKEN;
		snprintf(k->why, sizeof(k->why), "no scenario finished");
	} else if (!n[VERDICT_PASS]) {
		k->verdict = VERDICT_SKIP;
		snprintf(k->why, sizeof(k->why), "every scenario was skipped");
	} else {
		k->verdict = VERDICT_PASS;
	}
}

int torture_status(const struct run *run)
{
	bool failed = false, any = false;

	if (run->faults.n)
		return PINLAB_BROKE;
	for (size_t k = 0; k < run->n_kernels; k++) {
		struct torture_kernel v;

		torture_kernel_of(run, k, &v);
		if (v.verdict == VERDICT_BROKEN)
			return PINLAB_BROKE;
		failed |= v.verdict == VERDICT_FAIL;
		any |= v.verdict != VERDICT_SKIP;
	}
	return !any ? PINLAB_BROKE : failed ? PINLAB_FAIL : PINLAB_OK;
}
