// SPDX-License-Identifier: GPL-2.0
/* The first screen of report.txt: the verdict, what was compared, what it does not show. */
#include "host/report/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/quote.h"
#include "host/judge/complaint.h"
#include "host/report/conditions.h"
#include "host/report/detail.h"
#include "host/report/headline.h"
#include "host/report/parts.h"
#include "host/report/report.h"
#include "host/report/table.h"

#define UNITS_SHOWN 4

/* "+2.00 .. +3.00 insn/page, +4.00 insn/call" of the lines that changed in one way */
static char *change_ranges(const struct comparison *c, enum change kind)
{
	const char *units[UNITS_SHOWN] = { 0 };
	int64_t min[UNITS_SHOWN], max[UNITS_SHOWN];
	char lo[VALUE_TEXT], hi[VALUE_TEXT];
	struct text t = { 0 };
	size_t n = 0, u;

	for (size_t i = 0; i < c->n; i++) {
		const struct line *l = &c->lines[i];

		if (l->change.change != kind)
			continue;
		for (u = 0; u < n && strcmp(units[u], l->unit);)
			u++;
		if (u == UNITS_SHOWN)
			continue;
		if (u == n) {
			units[n++] = l->unit;
			min[u] = l->change.exact;
			max[u] = l->change.exact;
		}
		min[u] = l->change.exact < min[u] ? l->change.exact : min[u];
		max[u] = l->change.exact > max[u] ? l->change.exact : max[u];
	}
	for (u = 0; u < n; u++) {
		change_text(min[u], lo);
		change_text(max[u], hi);
		text_raw(&t, "%s%s%s%s %s", u ? ", " : "", lo, strcmp(lo, hi) ? " .. " : "",
			 strcmp(lo, hi) ? hi : "", units[u]);
	}
	return t.s;
}

static void exact_sentence(const struct comparison *c, bool whole, struct text *t)
{
	size_t more = c->count[CHANGE_SLOWER], less = c->count[CHANGE_FASTER];
	size_t all = more + less + c->count[CHANGE_SAME] + c->count[CHANGE_NOT_EXACT];
	char *range;

	if (whole && !more && !less && !c->count[CHANGE_NOT_EXACT]) {
		text_raw(t, "%s costs the same as %s, to the instruction, in all %zu figure%s",
			 side_name(&c->b), side_name(&c->a), all, all == 1 ? "" : "s");
		return;
	}
	text_raw(t, "%s costs more than %s in %zu of %zu figure%s", side_name(&c->b),
		 side_name(&c->a), more, all, all == 1 ? "" : "s");
	range = change_ranges(c, CHANGE_SLOWER);
	if (range)
		text_raw(t, " (%s)", range);
	free(range);
	text_raw(t, ", less in %zu", less);
	range = change_ranges(c, CHANGE_FASTER);
	if (range)
		text_raw(t, " (%s)", range);
	free(range);
	text_raw(t, ", the same in %zu", c->count[CHANGE_SAME]);
	if (c->count[CHANGE_NOT_EXACT])
		text_raw(t, ", and cannot be told in %zu", c->count[CHANGE_NOT_EXACT]);
}

static void wall_sentence(const struct comparison *c, struct text *t)
{
	size_t all = c->count[CHANGE_SLOWER] + c->count[CHANGE_FASTER] +
		     c->count[CHANGE_EQUIVALENT] + c->count[CHANGE_INCONCLUSIVE];

	text_raw(t, "%s against %s in %zu figure%s: %zu slower, %zu faster, %zu equivalent within +-%g %%, %zu inconclusive",
		 side_name(&c->b), side_name(&c->a), all, all == 1 ? "" : "s",
		 c->count[CHANGE_SLOWER], c->count[CHANGE_FASTER], c->count[CHANGE_EQUIVALENT],
		 c->delta * 100, c->count[CHANGE_INCONCLUSIVE]);
}

void report_pair(const struct comparison *c, bool whole, struct text *t)
{
	if (!c->has_b)
		text_raw(t, "%s alone, compared with no other kernel: %zu figure%s",
			 side_name(&c->a), c->n, c->n == 1 ? "" : "s");
	else if (c->count[CHANGE_NONE] == c->n)
		text_raw(t, "%s and %s have no figure in common", side_name(&c->b),
			 side_name(&c->a));
	else if (c->exact)
		exact_sentence(c, whole, t);
	else
		wall_sentence(c, t);
}

static const struct boot *first_bad(const struct run *run)
{
	for (size_t i = 0; i < run->n_boots; i++)
		if (!run->boots[i].ok)
			return &run->boots[i];
	return NULL;
}

static void say_count(struct text *t, size_t n, const char *what, const char *of)
{
	if (n)
		text_raw(t, "%s%s %zu %s%s", t->n ? ", " : "", what, n, of, n == 1 ? "" : "s");
}

static size_t all_inexact(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->cmp[i].inexact;
	return n;
}

/* What is wrong with the run as such, or with kernels; nothing is said of a good one. */
static void say_wrong(const struct report *r, struct text *s)
{
	const struct boot *b = first_bad(&r->run);
	size_t complained = 0;

	if (b)
		text_raw(s, "INCOMPLETE, %zu of %zu boots finished (%s: %s)",
			 r->boots_ok, r->run.n_boots, b->id, b->outcome);
	for (size_t i = 0; i < r->run.faults.n; i++)
		text_raw(s, "%s%s", s->n ? ", " : "", r->run.faults.v[i]);
	if (r->aa_lost)
		text_raw(s, "%sno figure of a second boot of the baseline", s->n ? ", " : "");
	for (size_t k = 0; k < r->run.n_kernels; k++)
		complained += !!complaint_first(&r->run, k);
	say_count(s, complained, "COMPLAINTS in the log of", "kernel");
	say_count(s, r->fail, "FAILED", "row");
	say_count(s, r->broken, "BROKEN", "row");
	say_count(s, r->cmp[0].noisy, "A/A DIFFERS in", "figure");
	say_count(s, all_inexact(r), "NOT EXACT in", "figure");
}

static bool is_native(const struct run *run)
{
	return !strcmp(plan_text(run, "engine"), "native");
}

void report_sentence(const struct report *r, struct text *t)
{
	int status = report_status(r);
	bool broke = status == PINLAB_BROKE;
	struct text s = { 0 }, wrong = { 0 };

	say_wrong(r, &wrong);
	if (wrong.n)
		text_raw(&s, "%s%s", broke ? "NO VERDICT: " : "", wrong.s);
	if (!r->pass && r->skip && !r->fail && !r->broken) {
		text_raw(&s, "%sNOTHING was measured: all rows were skipped.", s.n ? ": " : "");
	} else if (!r->pass) {
		text_raw(&s, "%sNOTHING was measured: no row passed.", s.n ? ": " : "");
	} else {
		text_raw(&s, "%s", !s.n ? "" : broke ? ". Of what was measured: " : ": ");
		for (size_t i = 0; i < r->n; i++) {
			text_raw(&s, "%s", i ? "; " : "");
			report_pair(&r->cmp[i], status == PINLAB_OK, &s);
		}
		text_raw(&s, ".");
	}
	/* Guests have all that rows need, or their kernel's column shows what it lacks. */
	if (r->pass && r->skip && is_native(&r->run))
		text_raw(&s, " %zu row%s skipped, by name below.", r->skip,
			 r->skip == 1 ? " was" : "s were");
	text_wrap(t, 0, "%s", s.s);
	complaint_text(&r->run, t);
	text_free(&s);
	text_free(&wrong);
}

static const char *engine_text(const struct run *run)
{
	const char *e = plan_text(run, "engine");

	if (run->exact)
		return "icount (exact: guest time is retired instructions)";
	if (!strcmp(e, "mttcg"))
		return "mttcg (QEMU TCG on several CPUs, wall time)";
	if (!strcmp(e, "kvm"))
		return "kvm (wall time)";
	return "native (the kernel that was running, wall time)";
}

static void kernel_subject(const struct run_kernel *k, const char *what, struct text *t)
{
	const json_t *patches = json_object_get(k->json, "patches");
	const char *hash = json_text(k->json, "series_sha256");
	const char *version = json_text(k->json, "base_version");
	char *linux_text = xasprintf(*version ? "Linux %s (%s)" : "Linux %s",
				     json_text(k->json, "release"), version);

	if (json_array_size(patches) || *hash)
		text_wrap(t, 12, "  %-9s %s: %s, %zu patch%s, series %.16s", what, k->name,
			  linux_text, json_array_size(patches),
			  json_array_size(patches) == 1 ? "" : "es", *hash ? hash : "not hashed");
	else
		text_wrap(t, 12, "  %-9s %s: %s, no patches", what, k->name, linux_text);
	free(linux_text);
}

static void config_subject(const struct comparison *c, struct text *t)
{
	const char *hash = json_text(c->b.run->kernels[c->b.kernel].json, "config_sha256");
	struct strlist diff = { 0 };
	struct text list = { 0 };

	if (config_diff(&c->a, &c->b, &diff))
		text_raw(&list, "is not known to differ: a config file is missing");
	else if (!diff.n)
		text_raw(&list, "no option differs");
	else
		text_raw(&list, "it differs in ");
	for (size_t i = 0; i < diff.n && i < 3; i++)
		text_raw(&list, "%s%s", i ? ", " : "", diff.v[i]);
	if (diff.n > 3)
		text_raw(&list, " and %zu more, see below", diff.n - 3);
	text_wrap(t, 12, "  config    %.16s for %s; against %s %s", *hash ? hash : "not hashed",
		  side_name(&c->b), side_name(&c->a), list.s);
	text_free(&list);
	strlist_free(&diff);
}

static void compiler_subject(const struct run *run, struct text *t)
{
	const char *first = json_text(run->kernels[0].json, "compiler");

	/* Of the kernel that runs nobody here knows who built it. */
	if (*first)
		text_wrap(t, 12, "  compiler  %s", first);
	for (size_t i = 1; i < run->n_kernels; i++) {
		const char *other = json_text(run->kernels[i].json, "compiler");

		if (strcmp(first, other))
			text_wrap(t, 12, "  COMPILER  of %s differs: %s", run->kernels[i].name,
				  other);
	}
}

const char *report_cpus(const char *engine)
{
	if (strcmp(engine, "mttcg"))
		return "this machine's CPUs: others order memory less strongly";
	return "emulated CPUs, whose memory is ordered more strongly than that of some real ones";
}

void report_subject(const struct report *r, struct text *t)
{
	const struct run *run = &r->run;
	const json_t *host = json_object_get(run->plan, "host");
	const struct comparison *c = r->cmp;
	const char *config = json_text(run->kernels[c->a.kernel].json, "config_sha256");

	kernel_subject(&run->kernels[c->a.kernel], "baseline", t);
	for (size_t i = 0; i < r->n && c->has_b; i++)
		kernel_subject(&run->kernels[c[i].b.kernel], "kernel", t);
	if (!c->has_b && *config)
		text_wrap(t, 12, "  config    %.16s", config);
	for (size_t i = 0; i < r->n && c->has_b; i++)
		config_subject(&c[i], t);
	compiler_subject(run, t);
	text_wrap(t, 12, "  engine    %s%s%s", engine_text(run),
		  *plan_text(run, "engine_why") ? "; " : "", plan_text(run, "engine_why"));
	if (*plan_text(run, "qemu"))
		text_wrap(t, 12, "            %s", plan_text(run, "qemu"));
	text_wrap(t, 12, "  machine   %s, %d core%s, %s, Linux %s", json_text(host, "cpu"),
		  (int)json_integer_value(json_object_get(host, "cores")),
		  json_integer_value(json_object_get(host, "cores")) == 1 ? "" : "s",
		  json_text(host, "os"), json_text(host, "kernel"));
	report_conditions(run, t);
	text_wrap(t, 12, "  run       %s, started %s, pinlab %s", run->name,
		  plan_text(run, "started"), plan_text(run, "suite"));
}

void report_limits(const struct run *run, bool compared, struct text *t)
{
	if (run->exact)
		text_wrap(t, 0, "What it does not show: icount counts instructions on one emulated CPU. Caches, TLBs, branch prediction, contention between CPUs and the price of a locked instruction cost nothing here; the timer tick is left out.");
	else if (!strcmp(plan_text(run, "engine"), "mttcg"))
		text_wrap(t, 0, "What it does not show: mttcg is an emulated machine, its times are of the emulator. It shows races and contention, not the speed of hardware.");
	else if (!compared)
		text_wrap(t, 0, "What it does not show: one kernel on one machine is no comparison. Put two such runs side by side with ./pinlab compare.");
	else
		text_wrap(t, 0, "What it does not show: other machines. Times hold for this CPU and this layout of the kernel; an interval covers the boots that were made, no others.");
}

void report_command(const struct run *run, struct text *t)
{
	const json_t *command = json_object_get(run->plan, "command");
	struct strlist words = { 0 };

	for (size_t i = 0; i < json_array_size(command); i++) {
		const char *s = json_string_value(json_array_get(command, i));

		strlist_add(&words, s ? s : "");
	}
	text_command(t, &words);
	strlist_free(&words);
}

void report_again(const char *run, struct text *t)
{
	struct strlist words = { 0 };

	strlist_split(&words, "./pinlab report --run", " ");
	strlist_add(&words, run);
	text_line(t, "To derive these files again, offline, from the run folder:");
	text_command(t, &words);
	strlist_free(&words);
}

void report_text(const struct report *r, struct text *t)
{
	const struct run *run = &r->run;

	report_sentence(r, t);
	text_line(t, "%s", "");
	report_subject(r, t);
	text_line(t, "%s", "");
	for (size_t i = 0; i < r->n; i++) {
		report_headline(&r->cmp[i], t);
		report_summary(&r->cmp[i], t);
	}
	if (r->pass)
		report_legend(&r->cmp[0], t);
	report_limits(run, r->cmp[0].has_b, t);
	text_line(t, "%s", "");
	text_line(t, "To reproduce, with pinlab %s:", plan_text(run, "suite"));
	report_command(run, t);
	report_again(run->name, t);
	report_boots(r, t);
	report_machine(run, t);
	report_rows(r, VERDICT_FAIL, "Failed rows", t);
	report_rows(r, VERDICT_BROKEN, "Broken rows", t);
	report_rows(r, VERDICT_SKIP, "Skipped rows", t);
	for (size_t i = 0; i < r->n; i++)
		report_lines(&r->cmp[i], t);
}
