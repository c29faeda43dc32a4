// SPDX-License-Identifier: GPL-2.0
/* report.txt of a torture run: the verdict, the tables, the findings. */
#include "host/torture/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/report/report.h"
#include "host/report/text.h"
#include "host/torture/again.h"
#include "host/torture/limits.h"
#include "host/torture/sentence.h"
#include "host/torture/torture.h"
#include "host/torture/verdict.h"

#define COLUMNS_MAX 4		/* kernels side by side */

#define LINES_SHOWN 60		/* of one finding; findings.txt has all */
#define SHOWN_FINDINGS 12

static void subject(const struct run *run, struct text *t)
{
	char *qemu = xstrdup(plan_text(run, "qemu"));
	const char *compiler = json_text(run->kernels[0].json, "compiler");
	const json_t *host = json_object_get(run->plan, "host");

	for (size_t k = 0; k < run->n_kernels; k++) {
		const json_t *j = run->kernels[k].json;

		if (torture_is_bug(run->kernels[k].name))
			continue;
		text_wrap(t, 12, "  kernel    %s: Linux %s (%s)%s%s, %zu patches%s%.16s",
			  run->kernels[k].name, json_text(j, "release"),
			  json_text(j, "base_version"), *json_text(j, "flavor") ? ", flavor " : "",
			  json_text(j, "flavor"),
			  json_array_size(json_object_get(j, "patches")),
			  *json_text(j, "series_sha256") ? ", series " : "",
			  json_text(j, "series_sha256"));
	}
	if (torture_count(run, true))
		text_wrap(t, 12, "  bugs      %zu kernels with a seeded bug each, on %s+exclusive",
			  torture_count(run, true),
			  json_text(run->kernels[run->n_kernels - 1].json, "base"));
	/* The kernel that runs: who built it, and how, nobody here knows. */
	if (*compiler)
		text_wrap(t, 12, "  compiler  %s", compiler);
	text_wrap(t, 12, "  engine    %s%s%s", plan_text(run, "engine"), *qemu ? "; " : "", qemu);
	text_wrap(t, 12, "  machine   %s, %lld cores, %s", json_text(host, "cpu"),
		  (long long)json_integer_value(json_object_get(host, "cores")),
		  json_text(host, "os"));
	text_wrap(t, 12, "  time      %lld s for the timed scenarios of each boot, %zu boots, seeds from %lld on",
		  (long long)json_integer_value(json_object_get(run->plan, "seconds")),
		  run->n_boots, (long long)json_integer_value(json_object_get(run->plan, "seed")));
	text_wrap(t, 12, "  run       %s, started %s, pinlab %s", run->name,
		  plan_text(run, "started"), plan_text(run, "suite"));
	free(qemu);
}

static void cell_text(const struct torture_cell *c, char *out, size_t len)
{
	switch (c->verdict) {
	case VERDICT_NONE:
		snprintf(out, len, "-");
		break;
	case VERDICT_FAIL:
		if (c->boots > 1)
			snprintf(out, len, "%s %zu/%zu", c->crash ? "CRASH" : "FAIL", c->failed,
				 c->boots);
		else
			snprintf(out, len, "%s", c->crash ? "CRASH" : "FAIL");
		break;
	default:
		snprintf(out, len, "%s", c->verdict == VERDICT_PASS ? "ok" :
			 verdict_name(c->verdict));
	}
}

/* The kernels from number `from` on that are no bugs, as many as stand side by side. */
static size_t columns(const struct run *run, size_t *from, size_t out[COLUMNS_MAX])
{
	size_t n = 0;

	for (; *from < run->n_kernels && n < COLUMNS_MAX; ++*from)
		if (!torture_is_bug(run->kernels[*from].name))
			out[n++] = *from;
	return n;
}

static void put_row(struct table *tab, const char *first, const char *const *cells, size_t n)
{
	table_row(tab, "%s\t%s\t%s\t%s\t%s", first, n > 0 ? cells[0] : "", n > 1 ? cells[1] : "",
		  n > 2 ? cells[2] : "", n > 3 ? cells[3] : "");
}

static void scenario_table(const struct run *run, struct text *t)
{
	size_t from = 0, cols[COLUMNS_MAX], n;

	while ((n = columns(run, &from, cols))) {
		struct table tab = { .align = "lllll" };
		char words[COLUMNS_MAX][64];
		const char *cells[COLUMNS_MAX];

		for (size_t i = 0; i < n; i++)
			cells[i] = run->kernels[cols[i]].name;
		text_line(t, "%s", "");
		put_row(&tab, "scenario", cells, n);
		for (size_t r = 0; r < run->n_rows; r++) {
			bool any = false;

			for (size_t i = 0; i < n; i++) {
				struct torture_cell c;

				torture_cell_of(run, cols[i], r, &c);
				cell_text(&c, words[i], sizeof(words[i]));
				cells[i] = words[i];
				any |= c.verdict != VERDICT_NONE;
			}
			if (any)
				put_row(&tab, run->rows[r], cells, n);
		}
		table_end(&tab, t);
	}
}

static void bug_table(const struct run *run, struct text *t)
{
	struct table tab = { .align = "lrll" };
	struct caught c;

	if (!torture_count(run, true))
		return;
	text_line(t, "%s", "");
	table_row(&tab, "seeded bug\tcaught\tby\tpromise");
	for (size_t k = 0; k < run->n_kernels; k++) {
		const char *name = strstr(run->kernels[k].name, "+busted:");

		if (!name)
			continue;
		torture_caught(run, k, &c);
		if (c.caught)
			table_row(&tab, "%s\t%.1f s\t%s\t%s", name + strlen("+busted:"),
				  c.uptime, c.row, c.promise);
		else
			table_row(&tab, "%s\tNO\t-\t-", name + strlen("+busted:"));
	}
	table_end(&tab, t);
	text_wrap(t, 0, "Seconds are of guest time since its kernel started, so they include booting. Messages are in bugs.tsv.");
}

static void others_row(const struct run *run, size_t kernel, const struct strlist *names,
		       size_t *caught, struct table *tab)
{
	static const char *const words[] = {
		[OTHERS_NOT_RUN] = "?", [OTHERS_MISSED] = "-", [OTHERS_CAUGHT] = "caught",
	};
	const char *cells[COLUMNS_MAX] = { "", "", "", "" };

	for (size_t i = 0; i < names->n && i < COLUMNS_MAX; i++) {
		enum others_verdict v = torture_others(run, kernel, names->v[i]);

		cells[i] = words[v];
		caught[i] += v == OTHERS_CAUGHT;
	}
	put_row(tab, strstr(run->kernels[kernel].name, "+busted:") + strlen("+busted:"), cells,
		names->n);
}

/* Who else catches the same bugs. */
static void others_table(const struct run *run, struct text *t)
{
	struct table tab = { .align = "lllll" };
	const char *cells[COLUMNS_MAX] = { "", "", "", "" };
	size_t caught[COLUMNS_MAX] = { 0 };
	struct strlist names = { 0 };

	torture_others_names(run, &names);
	if (names.n && torture_count(run, true)) {
		text_line(t, "%s", "");
		text_wrap(t, 0, "The same bugs under the kernel's own selftests and stress-ng: caught if the program gives another result than on the kernel without the bug, or the kernel goes down while it runs; ? if the kernel went down before its turn.");
		for (size_t i = 0; i < names.n && i < COLUMNS_MAX; i++)
			cells[i] = names.v[i] + strlen("others/");
		put_row(&tab, "seeded bug", cells, names.n);
		for (size_t k = 0; k < run->n_kernels; k++)
			if (torture_is_bug(run->kernels[k].name))
				others_row(run, k, &names, caught, &tab);
		table_end(&tab, t);
		for (size_t i = 0; i < names.n && i < COLUMNS_MAX; i++)
			text_line(t, "%s: %zu of %zu", names.v[i] + strlen("others/"), caught[i],
				  torture_count(run, true));
	}
	strlist_free(&names);
}

/* What a kernel's first boot found out; the next kernel's that found the same thing out. */
struct answer {
	size_t kernel;
	const char *text;
	struct answer *next;
};

/* A thing to find out: the name of a fact in a row. */
struct question {
	const char *row, *name;
	struct answer *first, *last;
};

struct questions {
	struct index index;
	struct question *v;
	size_t n;
};

static struct question *need_question(struct questions *q, const struct boot *b,
				      const struct rec_fact *f)
{
	const char *row = b->rec.rows[f->row].name;
	size_t i = index_need(&q->index, q->n, "%s\t%s", row, f->name);

	if (i == q->n) {
		q->v = xgrow(q->v, i, sizeof(*q->v));
		q->v[q->n++] = (struct question){ .row = row, .name = f->name };
	}
	return &q->v[i];
}

static void add_answer(struct question *q, size_t kernel, const char *text)
{
	struct answer *a;

	if (q->last && q->last->kernel == kernel)
		return;
	a = xcalloc(1, sizeof(*a));
	*a = (struct answer){ kernel, text, NULL };
	*(q->last ? &q->last->next : &q->first) = a;
	q->last = a;
}

/* Each once, in the order they came; the answers in the order of the kernels. */
static void read_facts(const struct run *run, struct questions *q)
{
	for (size_t i = 0; i < run->n_boots; i++)
		for (size_t f = 0; f < run->boots[i].rec.n_facts; f++)
			if (!torture_is_bug(run->kernels[run->boots[i].kernel].name))
				need_question(q, &run->boots[i], &run->boots[i].rec.facts[f]);
	for (size_t k = 0; k < run->n_kernels; k++) {
		if (torture_is_bug(run->kernels[k].name))
			continue;
		for (const struct boot *b = run->kernels[k].boots; b; b = b->next)
			for (size_t f = 0; f < b->rec.n_facts; f++)
				add_answer(need_question(q, b, &b->rec.facts[f]), k,
					   b->rec.facts[f].text);
	}
}

static void fact_lines(const struct run *run, struct text *t)
{
	struct questions q = { .n = 0 };

	read_facts(run, &q);
	for (size_t i = 0; i < q.n; i++) {
		if (!i || strcmp(q.v[i].row, q.v[i - 1].row))
			text_line(t, "%s", ""), text_line(t, "%s", q.v[i].row);
		text_wrap(t, 4, "  %s", q.v[i].name);
		for (struct answer *a = q.v[i].first, *next; a; a = next) {
			text_wrap(t, 24, "    %-18s  %s", run->kernels[a->kernel].name, a->text);
			next = a->next;
			free(a);
		}
	}
	index_free(&q.index);
	free(q.v);
}

/* As it came, cut to the width of a mail. */
static void finding(const struct run *run, const struct boot *b, const struct rec_finding *f,
		    size_t lines, struct text *t)
{
	text_line(t, "%s", "");
	text_wrap(t, 4, "%s, %s, after %.2f s (boot %s): %s: %s", run->kernels[b->kernel].name,
		  b->rec.rows[f->row].name, (double)f->after / VALUE_ONE, b->id, f->promise,
		  f->text);
	for (size_t i = 0; i < f->n_details && i < lines; i++)
		text_line(t, "    %s", b->rec.details[f->details + i]);
	if (f->n_details > lines)
		text_line(t, "    ... %zu more lines in findings.txt", f->n_details - lines);
	torture_again(run, b, b->rec.rows[f->row].name, t);
}

static void crash(const struct run *run, size_t kernel, struct text *t)
{
	struct caught c;

	torture_caught(run, kernel, &c);
	if (!c.caught || strcmp(c.promise, "crash"))
		return;
	text_line(t, "%s", "");
	text_wrap(t, 4, "%s, %s, at %.2f s (boot %s): the kernel went down: %s",
		  run->kernels[kernel].name, c.row, c.uptime, c.boot->id, c.text);
	torture_again(run, c.boot, c.row, t);
}

static void shown_findings(const struct run *run, struct text *t)
{
	size_t n = 0, more = 0;

	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		if (torture_is_bug(run->kernels[b->kernel].name))
			continue;
		for (size_t f = 0; f < b->rec.n_findings; f++)
			if (n++ < SHOWN_FINDINGS)
				finding(run, b, &b->rec.findings[f], LINES_SHOWN, t);
			else
				more++;
	}
	for (size_t k = 0; k < run->n_kernels; k++)
		if (!torture_is_bug(run->kernels[k].name))
			crash(run, k, t);
	if (more)
		text_line(t, "%zu more findings are in findings.txt.", more);
}

static void skipped(const struct run *run, struct text *t)
{
	bool head = false;

	for (size_t k = 0; k < run->n_kernels; k++) {
		for (size_t i = 0; i < run->n_rows; i++) {
			struct torture_cell c;

			torture_cell_of(run, k, i, &c);
			if (c.verdict != VERDICT_SKIP || torture_is_bug(run->kernels[k].name))
				continue;
			if (!head)
				text_line(t, "%s", ""), text_line(t, "Skipped:");
			head = true;
			text_wrap(t, 6, "  %s, %s: %s", run->kernels[k].name, run->rows[i], c.why);
		}
	}
}

static void boots(const struct run *run, struct text *t)
{
	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		if (!b->ok && !torture_is_bug(run->kernels[b->kernel].name))
			text_wrap(t, 6, "  boot %s: %s: %s", b->id, b->outcome, b->detail);
	}
}

void torture_text(const struct run *run, struct text *t)
{
	torture_sentence(run, t);
	text_line(t, "%s", "");
	subject(run, t);
	if (torture_count(run, false))
		scenario_table(run, t);
	torture_limits(run, t);
	bug_table(run, t);
	others_table(run, t);
	text_line(t, "%s", "");
	text_wrap(t, 0, "What it does not show: that there is no bug. A scenario that passes has not seen one in this time, with these seeds, on %s. Pins that no scenario of ours took are not witnessed.",
		  report_cpus(plan_text(run, "engine")));
	text_line(t, "%s", "");
	text_line(t, "To reproduce, with pinlab %s:", plan_text(run, "suite"));
	report_command(run, t);
	report_again(run->name, t);
	text_line(t, "%s", "");
	text_line(t, "Details");
	text_line(t, "-------");
	boots(run, t);
	shown_findings(run, t);
	fact_lines(run, t);
	skipped(run, t);
}

void torture_findings(const struct run *run, struct text *t)
{
	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		for (size_t f = 0; f < b->rec.n_findings; f++) {
			const struct rec_finding *r = &b->rec.findings[f];

			text_raw(t, "%s\t%s\t%s\t%s\t%s\n", run->kernels[b->kernel].name, b->id,
				 b->rec.rows[r->row].name, r->promise, r->text);
			for (size_t d = 0; d < r->n_details; d++)
				text_raw(t, "\t%s\n", b->rec.details[r->details + d]);
		}
	}
}
