// SPDX-License-Identifier: GPL-2.0
#include "host/paths/crash.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/judge/complaint.h"
#include "host/paths/cells.h"
#include "host/report/text.h"

/* "[    2.345678] RIP: 0010:memcpy+0x12/0x20" or " memcpy+0x12/0x20": the function's name. */
static bool function_name(const char *line, size_t n, char *to, size_t size)
{
	const char *plus = memmem(line, n, "+0x", 3), *at = plus;

	while (at && at > line && (isalnum((unsigned char)at[-1]) || at[-1] == '_' ||
				   at[-1] == '.'))
		at--;
	if (!plus || at == plus)
		return false;
	snprintf(to, size, "%.*s", (int)(plus - at), at);
	return true;
}

/* The handler's own frames, which come first. */
static bool is_handler(const char *name)
{
	return !strncmp(name, "__die", 5) || !strncmp(name, "page_fault", 10) ||
	       !strncmp(name, "exc_", 4) || !strncmp(name, "asm_", 4);
}

/* From where the console tells of it: the function it happened in, and who called that. */
static void callers(const char *s, struct text *t)
{
	bool trace = false;
	char name[64];
	int shown = 0;

	for (; *s && shown < 8; s += strcspn(s, "\n"), s += *s == '\n') {
		size_t n = strcspn(s, "\n");

		if (memmem(s, n, "RIP: 0010:", 10) && !shown && function_name(s, n, name, 64)) {
			text_raw(t, "; %s", name);
			shown++;
		} else if (memmem(s, n, "</TASK>", 7)) {
			break;
		} else if (memmem(s, n, "<TASK>", 6)) {
			trace = true;
		} else if (trace && !memmem(s, n, " ? ", 3) && function_name(s, n, name, 64) &&
			   !is_handler(name)) {
			text_raw(t, " < %s", name);
			shown++;
		}
	}
}

/* The console's words of a crash, cut to the point, and a short list of functions. */
static void trace_of(const struct boot *b, struct text *t)
{
	const struct splat *s = complaint_fatal(b);
	char *log = s ? place_read(&b->place, "console.log", PLACE_MAX, NULL) : NULL;
	const char *at = log;

	if (s)
		text_raw(t, "%s", s->text);
	for (unsigned long line = 1; s && at && line < s->first; line++) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	if (at)
		callers(at, t);
	free(log);
}

/* Cells of a path that took the machine down, which have no answer for it. */
static void no_answer(const struct run *run, const struct path_cells *c, size_t kernel,
		      size_t row, struct text *names)
{
	const json_t *rows = json_object_get(json_object_get(run->plan, "expect"), "rows");
	struct strlist cells = { 0 };

	strlist_split(&cells, json_text(json_object_get(rows, run->rows[row]), "cells"), ",");
	for (size_t i = 0; i < cells.n; i++)
		if (!paths_cell(c, kernel, row, cells.v[i], false))
			text_raw(names, "%s%s", names->n ? ", " : "", cells.v[i]);
	strlist_free(&cells);
}

void paths_went_down(const struct run *run, const struct path_cells *c, struct text *t)
{
	struct text lines = { 0 };

	for (size_t k = 0; k < run->n_kernels; k++) {
		for (size_t r = 0; r < run->n_rows; r++) {
			const struct boot *b = paths_down(run, k, run->rows[r]);
			struct text names = { 0 }, trace = { 0 };

			if (!b)
				continue;
			no_answer(run, c, k, r, &names);
			trace_of(b, &trace);
			text_wrap(&lines, 6, "  %s, %s: %s (boot %s)%s%s", run->kernels[k].name,
				  run->rows[r], trace.n ? trace.s : b->detail, b->id,
				  names.n ? "; no answer for " : "", names.n ? names.s : "");
			text_free(&names);
			text_free(&trace);
		}
	}
	if (!lines.n)
		return;
	text_line(t, "%s", "");
	text_line(t, "The kernel went down:");
	text_raw(t, "%s", lines.s);
	text_free(&lines);
}

void paths_crash_block(const struct run *run, const struct path_cells *c, size_t kernel,
		       struct text *t)
{
	size_t down = 0, up = 0;

	for (const struct path_cell *x = c->of_kernel[kernel]; x; x = x->after_it) {
		if (!x->crash || !strcmp(x->answer, WIRE_SKIP))
			continue;
		down += !strcmp(x->answer, "KERNEL DOWN");
		up += !!strcmp(x->answer, "KERNEL DOWN");
	}
	if (!down && !up)
		return;
	text_line(t, "%s", "");
	text_wrap(t, 0, "%s, the page out of the linear map: the kernel is down after %zu of %zu boots.",
		  run->kernels[kernel].name, down, down + up);
	text_line(t, "%-26s %-17s %-12s", "path", "page", "outcome");
	for (const struct path_cell *x = c->of_kernel[kernel]; x; x = x->after_it) {
		if (!x->crash)
			continue;
		text_line(t, "%-26.26s %-17s %s%s%s", run->rows[x->row], x->name,
			  strcmp(x->answer, "KERNEL DOWN") ? "up: " : x->answer,
			  strcmp(x->answer, "KERNEL DOWN") ? x->answer : "", x->wrong ? "!" : "");
	}
}

void paths_crash_traces(const struct run *run, const struct path_cells *c, size_t kernel,
			struct text *t)
{
	bool first = true;

	for (const struct path_cell *x = c->of_kernel[kernel]; x; x = x->after_it) {
		struct text trace = { 0 };

		if (!x->crash || strcmp(x->answer, "KERNEL DOWN"))
			continue;
		if (first) {
			text_line(t, "%s", "");
			text_line(t, "%s, what its console says last:", run->kernels[kernel].name);
			first = false;
		}
		trace_of(x->boot, &trace);
		text_wrap(t, 6, "  %s/%s: %s", run->rows[x->row], x->name,
			  trace.s ? trace.s : "nothing");
		text_free(&trace);
	}
}
