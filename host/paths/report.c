// SPDX-License-Identifier: GPL-2.0
/* report.txt of a run of paths: the open ones first, then the whole matrix. */
#include "host/paths/report.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/judge/kinds.h"
#include "host/paths/cells.h"
#include "host/paths/crash.h"
#include "host/paths/paths.h"
#include "host/paths/sentence.h"
#include "host/judge/ends.h"
#include "host/report/report.h"
#include "host/report/text.h"

static const char *const pinned[] = { "none", "longterm", "exclusive" };

/* A word for a column of eight; '!' where it is not what was expected. */
static const char *word(const struct path_cell *c)
{
	static const struct {
		const char *answer, *word, *wrong;
	} words[] = {
		{ WIRE_READ, "READ", "READ!" },
		{ WIRE_WRITTEN, "WRITTEN", "WRITTEN!" },
		{ WIRE_REFERENCED, "held", "held!" },
		{ WIRE_REFUSED, "refused", "refused!" },
		{ WIRE_NOT_REACHED, "no", "no!" },
		{ WIRE_USER_KILLED, "killed", "killed!" },
		{ WIRE_STUCK, "stuck", "stuck!" },
		{ WIRE_SKIP, "skip", "skip!" },
		{ WIRE_KERNEL_DOWN, "DOWN", "DOWN!" },
	};

	for (size_t i = 0; c && i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].answer, c->answer))
			return c->wrong ? words[i].wrong : words[i].word;
	return "-";
}

static bool has_scheme(const struct path_cells *c, size_t kernel, const char *scheme, bool crash)
{
	for (const struct path_cell *x = c->of_kernel[kernel]; x; x = x->after_it)
		if (x->crash == crash && !strncmp(x->name, scheme, strlen(scheme)))
			return true;
	return false;
}

static void subject(const struct run *run, struct text *t)
{
	char *qemu = xstrdup(plan_text(run, "qemu"));
	const json_t *host = json_object_get(run->plan, "host");

	text_line(t, "%s", "");
	for (size_t k = 0; k < run->n_kernels; k++) {
		const json_t *j = run->kernels[k].json;

		text_wrap(t, 12, "  kernel    %s: Linux %s (%s), flavor %s, patches: %zu%s%.16s",
			  run->kernels[k].name, json_text(j, "release"),
			  json_text(j, "base_version"), json_text(j, "flavor"),
			  json_array_size(json_object_get(j, "patches")),
			  *json_text(j, "series_sha256") ? ", series " : "",
			  json_text(j, "series_sha256"));
	}
	text_wrap(t, 12, "  compiler  %s", json_text(run->kernels[0].json, "compiler"));
	text_wrap(t, 12, "  engine    %s, one CPU; %s", plan_text(run, "engine"), qemu);
	text_wrap(t, 12, "  machine   %s, %lld cores, %s", json_text(host, "cpu"),
		  (long long)json_integer_value(json_object_get(host, "cores")),
		  json_text(host, "os"));
	text_wrap(t, 12, "  run       %s, started %s, pinlab %s", run->name,
		  plan_text(run, "started"), plan_text(run, "suite"));
	free(qemu);
}

/* In how many of the scheme's cells of this path the page was reached; out of how many. */
static size_t reached(const struct path_cells *c, size_t kernel, size_t row, const char *scheme,
		      size_t *all, const struct path_cell **first)
{
	size_t n = 0;

	*all = 0;
	*first = NULL;
	for (const struct path_cell *x = paths_row(c, kernel, row); x; x = x->next) {
		if (x->crash || strncmp(x->name, scheme, strlen(scheme)) ||
		    !strcmp(x->answer, WIRE_SKIP))
			continue;
		++*all;
		if (paths_reached(x) && !n++)
			*first = x;
	}
	return n;
}

static const char *const schemes[] = {
	"none", "longterm", "exclusive", "guest_memfd", "memfd_secret",
};

/* Of the paths of one class: how many reach or hold the page in some cell of the scheme. */
static char *class_cell(const struct run *run, const struct path_cells *c, size_t kernel, char way,
			const char *scheme)
{
	size_t open = 0, all = 0;

	for (size_t r = 0; r < run->n_rows; r++) {
		bool tried = false, hit = false;
		struct path_info info;

		for (const struct path_cell *x = paths_row(c, kernel, r); x; x = x->next) {
			if (x->crash || strncmp(x->name, scheme, strlen(scheme)) ||
			    !strcmp(x->answer, WIRE_SKIP))
				continue;
			tried = true;
			hit |= paths_reached(x) || !strcmp(x->answer, "REFERENCED");
		}
		if (!tried)
			continue;
		paths_info(c, kernel, r, &info);
		all += info.way == way;
		open += info.way == way && hit;
	}
	return all ? xasprintf("%zu of %zu", open, all) : xstrdup("-");
}

/* The short matrix. */
static void class_block(const struct run *run, const struct path_cells *c, size_t kernel,
			struct text *t)
{
	static const struct {
		char way;
		const char *name;
	} classes[] = {
		{ 'P', "P  FOLL_PIN" }, { 'L', "L  + FOLL_LONGTERM" }, { 'G', "G  FOLL_GET" },
		{ 'W', "W  walk, no GUP" }, { 'N', "N  no reference" }, { 'U', "U  user mapping" },
	};

	if (!has_scheme(c, kernel, "none", false))
		return;
	text_line(t, "%s", "");
	text_line(t, "%s, paths that reach or hold the page, by class and scheme:",
		  run->kernels[kernel].name);
	text_line(t, "%-18s %-8s %-8s %-9s %-11s %s", "", schemes[0], schemes[1], schemes[2],
		  schemes[3], schemes[4]);
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		char *w[ARRAY_SIZE(schemes)];

		for (size_t s = 0; s < ARRAY_SIZE(schemes); s++)
			w[s] = class_cell(run, c, kernel, classes[i].way, schemes[s]);
		text_line(t, "%-18s %-8s %-8s %-9s %-11s %s", classes[i].name, w[0], w[1], w[2],
			  w[3], w[4]);
		for (size_t s = 0; s < ARRAY_SIZE(schemes); s++)
			free(w[s]);
	}
}

static void one_open(const struct run *run, const struct path_info *info, size_t row,
		     const struct path_cell *x, size_t n, size_t all, struct text *t)
{
	const char *through = !strncmp(x->where, "not ", 4) ? "" : "by ";
	const char *who = strcmp(info->who, "root") ? "" : ", as root";

	if (n == all)
		text_wrap(t, 6, "  %s: %s%s, %s.", run->rows[row], x->answer, who, info->summary);
	else
		text_wrap(t, 6, "  %s: %s%s in %zu of %zu kinds of memory (%s), %s.",
			  run->rows[row], x->answer, who, n, all, x->name, info->summary);
	text_wrap(t, 6, "    %s%s", through, x->where);
	text_wrap(t, 6, "    open by %s%s%s", paths_way_name(info->way),
		  *x->why ? "; " : "", x->why);
	if (*info->closes)
		text_wrap(t, 6, "    closed by %s", info->closes);
}

/* The open paths of one kernel's best protection by pins. */
static void open_paths(const struct run *run, const struct path_cells *c, size_t kernel,
		       struct text *t)
{
	const char *scheme = has_scheme(c, kernel, "exclusive", false) ? "exclusive" : "longterm";
	size_t open = 0, closed = 0, all, n;
	const struct path_cell *x;
	struct path_info info;
	struct text list = { 0 };

	for (size_t r = 0; r < run->n_rows; r++) {
		n = reached(c, kernel, r, scheme, &all, &x);
		open += n > 0;
		closed += !n && all;
		if (!n)
			continue;
		paths_info(c, kernel, r, &info);
		one_open(run, &info, r, x, n, all, &list);
	}
	if (!open && !closed)
		return;
	text_line(t, "%s", "");
	text_wrap(t, 0, "%s, beside %s pin: %zu of %zu paths reach the page.",
		  run->kernels[kernel].name,
		  *scheme == 'e' ? "an exclusive" : "a long-term", open, open + closed);
	/* Each in full only where exclusive pins are the question. */
	if (*scheme == 'e' && list.s)
		text_raw(t, "%s", list.s);
	text_free(&list);
}

/* Is any page of this kind in the run? Asked once for a matrix. */
static void find_kinds(const struct path_cells *c, bool there[MEM_NR_KINDS])
{
	memset(there, 0, MEM_NR_KINDS * sizeof(*there));
	for (size_t i = 0; i < c->n; i++) {
		const char *slash = strchr(c->v[i].name, '/');

		for (size_t k = 0; slash && !c->v[i].crash && k < MEM_NR_KINDS; k++)
			there[k] |= !strcmp(slash + 1, kinds_all()[k].name);
	}
}

/* A line of the matrix: a word for each kind behind `front`; nothing where none has one. */
static void kinds_line(const struct path_cells *c, const bool there[MEM_NR_KINDS],
		       const char *front, size_t kernel, const char *scheme, size_t row,
		       struct text *t)
{
	struct text line = { 0 };
	bool any = row == SIZE_MAX;

	text_raw(&line, "%s", front);
	for (size_t k = 0; k < MEM_NR_KINDS; k++) {
		const char *kind = kinds_all()[k].name;
		char *name = xasprintf("%s/%s", scheme, kind);
		const struct path_cell *x = row == SIZE_MAX ? NULL :
					    paths_cell(c, kernel, row, name, false);
		int width = strlen(kind) > 8 ? strlen(kind) : 8;

		if (there[k])
			text_raw(&line, " %-*s", width, row == SIZE_MAX ? kind : word(x));
		any |= !!x;
		free(name);
	}
	if (any)
		text_line(t, "%s", line.s);
	text_free(&line);
}

static void pinned_block(const struct run *run, const struct path_cells *c, size_t kernel,
			 const char *scheme, struct text *t)
{
	bool there[MEM_NR_KINDS];
	char front[32];

	if (!has_scheme(c, kernel, scheme, false))
		return;
	text_line(t, "%s", "");
	text_line(t, "%s, scheme %s:", run->kernels[kernel].name, scheme);
	find_kinds(c, there);
	snprintf(front, sizeof(front), "%-26s", "path");
	kinds_line(c, there, front, kernel, scheme, SIZE_MAX, t);
	for (size_t r = 0; r < run->n_rows; r++) {
		struct path_info info;

		paths_info(c, kernel, r, &info);
		snprintf(front, sizeof(front), "%-25.25s%c", run->rows[r], info.way);
		kinds_line(c, there, front, kernel, scheme, r, t);
	}
}

static void other_block(const struct run *run, const struct path_cells *c, size_t kernel,
			struct text *t)
{
	if (!has_scheme(c, kernel, "guest_memfd", false) &&
	    !has_scheme(c, kernel, "memfd_secret", false))
		return;
	text_line(t, "%s", "");
	text_line(t, "%s, schemes guest_memfd and memfd_secret:", run->kernels[kernel].name);
	text_line(t, "%-25s  %-12s %-12s", "path", "guest_memfd", "memfd_secret");
	for (size_t r = 0; r < run->n_rows; r++) {
		const struct path_cell *g = paths_cell(c, kernel, r, "guest_memfd", false);
		const struct path_cell *s = paths_cell(c, kernel, r, "memfd_secret", false);
		struct path_info info;

		if (!g && !s)
			continue;
		paths_info(c, kernel, r, &info);
		text_line(t, "%-25.25s%c %-12s %-12s", run->rows[r], info.way, word(g), word(s));
	}
}

/* Cells of one kernel that were skipped for the same thing, and paths among them. */
struct skip {
	const struct path_cell *first;
	size_t n, paths;
	uint32_t last;			/* row */
};

static size_t find_skips(const struct path_cells *c, struct skip **out)
{
	struct index index = { NULL };
	struct skip *v = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct path_cell *x = &c->v[i];
		size_t at;

		if (strcmp(x->answer, WIRE_SKIP))
			continue;
		at = index_need(&index, n, "%zu\t%s", x->boot->kernel, x->where);
		if (at == n) {
			v = xgrow(v, n, sizeof(*v));
			v[n++] = (struct skip){ .first = x, .last = UINT32_MAX };
		}
		v[at].n++;
		v[at].paths += v[at].last != x->row;
		v[at].last = x->row;
	}
	index_free(&index);
	*out = v;
	return n;
}

static void skipped(const struct run *run, const struct path_cells *c, struct text *t)
{
	struct skip *v;
	size_t n = find_skips(c, &v);

	if (n) {
		text_line(t, "%s", "");
		text_line(t, "Skipped, and no result:");
	}
	for (size_t i = 0; i < n; i++) {
		const struct path_cell *x = v[i].first;

		text_wrap(t, 6, "  %s: %s: %s%s, %zu page%s", run->kernels[x->boot->kernel].name,
			  x->where, run->rows[x->row], v[i].paths > 1 ? " and others" : "", v[i].n,
			  v[i].n == 1 ? "" : "s");
	}
	free(v);
}

static void differing(const struct run *run, const struct path_cells *c, struct text *t)
{
	bool first = true;

	for (size_t i = 0; i < c->n; i++) {
		const struct path_cell *x = &c->v[i];

		if (!x->wrong)
			continue;
		if (first) {
			text_line(t, "%s", "");
			text_line(t, "Not as expected:");
			first = false;
		}
		text_wrap(t, 6, "  %s, %s/%s%s: %s, expected %s (%s)%s%s",
			  run->kernels[x->boot->kernel].name, run->rows[x->row], x->name,
			  x->crash ? ", crash" : "", x->answer, x->expected, x->where,
			  *x->after ? "; afterwards " : "", x->after);
	}
}

/* The answer of the kernel's cell of this path in crash mode. */
static const char *attack_word(const struct path_cells *c, size_t kernel, size_t row)
{
	for (const struct path_cell *x = paths_row(c, kernel, row); x; x = x->next)
		if (x->crash)
			return word(x);
	return "-";
}

/* The demonstrations: a class a row, up to four kernels side by side. */
static void attack_block(const struct run *run, const struct path_cells *c, struct text *t)
{
	struct table tab = { .align = "lllll" };
	size_t shown = run->n_kernels < 4 ? run->n_kernels : 4;
	const char *w[4] = { "", "", "", "" };
	size_t n = 0;

	for (size_t k = 0; k < shown; k++)
		w[k] = run->kernels[k].name;
	table_row(&tab, "attack\t%s\t%s\t%s\t%s", w[0], w[1], w[2], w[3]);
	for (size_t r = 0; r < run->n_rows; r++) {
		struct path_info info;

		paths_info(c, 0, r, &info);
		if (strcmp(info.who, "attack"))
			continue;
		for (size_t k = 0; k < shown; k++)
			w[k] = attack_word(c, k, r);
		table_row(&tab, "%s\t%s\t%s\t%s\t%s", run->rows[r], w[0], w[1], w[2], w[3]);
		n++;
	}
	if (!n) {
		struct text none = { 0 };

		table_end(&tab, &none);
		text_free(&none);
		return;
	}
	text_line(t, "%s", "");
	table_end(&tab, t);
}

/* What torture would call findings: the witness's, and complaints of the kernel. */
static void findings(const struct run *run, struct text *t)
{
	bool first = true;

	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		for (size_t f = 0; f < b->rec.n_findings; f++) {
			const struct rec_finding *x = &b->rec.findings[f];

			if (first) {
				text_line(t, "%s", "");
				text_line(t, "Seen on the way, and not allowed:");
				first = false;
			}
			text_wrap(t, 6, "  %s, %s: %s: %s", run->kernels[b->kernel].name,
				  b->rec.rows[x->row].name, x->promise, x->text);
		}
	}
}

static void legend(struct text *t)
{
	text_line(t, "%s", "");
	text_wrap(t, 0, "READ, WRITTEN: the kernel or a device reached the page. held: it has a reference and did not touch the page. refused: a call failed. no: the path succeeded, and the page was not touched. killed: by a signal; the kernel keeps running. DOWN: the kernel went down. '!': not as expected. -: not tried on that memory.");
	text_wrap(t, 0, "The letter is how the kernel gets there: G FOLL_GET, P FOLL_PIN, L FOLL_PIN | FOLL_LONGTERM, W walk of page cache or page tables, N no reference, U the user's own mapping.");
	text_wrap(t, 0, "memfd_secret itself takes its pages out of the linear map. In content mode they are put back, so that nothing crashes: READ then means that nothing else stops the path; crash mode shows what happens when they stay out.");
	text_wrap(t, 0, "The page itself shows the outcome: its content, what was read from it, and a breakpoint on its first word in the linear map. The breakpoint does not see accesses through another mapping or by a device. All this was under an emulator, on one CPU: it shows what the code does, not how often or how fast.");
}

void paths_text(const struct run *run, const struct path_cells *c, struct text *t)
{
	paths_sentence(run, c, t);
	subject(run, t);
	paths_went_down(run, c, t);
	ends_unrun(run, t);
	differing(run, c, t);
	findings(run, t);
	for (size_t k = 0; k < run->n_kernels; k++)
		class_block(run, c, k, t);
	for (size_t k = 0; k < run->n_kernels; k++)
		open_paths(run, c, k, t);
	attack_block(run, c, t);
	for (size_t k = 0; k < run->n_kernels; k++)
		paths_crash_block(run, c, k, t);
	for (size_t k = 0; k < run->n_kernels; k++)
		paths_crash_traces(run, c, k, t);
	for (size_t k = 0; k < run->n_kernels; k++) {
		for (size_t s = 0; s < ARRAY_SIZE(pinned); s++)
			pinned_block(run, c, k, pinned[s], t);
		other_block(run, c, k, t);
	}
	skipped(run, c, t);
	legend(t);
	text_line(t, "%s", "");
	report_command(run, t);
}
