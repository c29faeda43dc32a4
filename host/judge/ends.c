// SPDX-License-Identifier: GPL-2.0
#include "host/judge/ends.h"

#include <stdlib.h>
#include <string.h>

#include "host/judge/complaint.h"

const struct boot *ends_prevented(const struct run *run, size_t kernel, const char *row)
{
	long i = index_find(&run->kernels[kernel].unrun, "%s", row);

	return i < 0 ? NULL : &run->boots[i];
}

/* Fresh boots that went on for the same one of the plan, up to this one. */
static size_t fresh_boots(const struct run *run, const struct boot *b)
{
	size_t n = 0;

	for (size_t i = run->n_planned; i < run->n_boots && &run->boots[i] <= b; i++)
		n += run->boots[i].first == b->first;
	return n;
}

char *ends_why(const struct run *run, const struct boot *b)
{
	const char *row = boot_last_row(b);
	size_t fresh = fresh_boots(run, b);
	struct text why = { 0 };

	text_raw(&why, boot_crashed(run, b) ? "the kernel went down" : "the boot ended");
	if (row)
		text_raw(&why, " in %s", row);
	else if (!b->rec.n_rows)
		text_raw(&why, " before the first row");
	text_raw(&why, " (boot %s: %s)", b->id, b->outcome);
	if (fresh)
		text_raw(&why, ", after %zu fresh boot%s", fresh, fresh == 1 ? "" : "s");
	return why.s;
}

static bool has_run(const struct run *run, size_t kernel, const char *name)
{
	int row = run_row(run, name);

	return row >= 0 && row_next(run, kernel, row, NULL);
}

size_t ends_count(const struct run *run, size_t kernel)
{
	const char *row;
	json_t *first;
	size_t n = 0;

	json_object_foreach(run->kernels[kernel].unrun.names, row, first)
		n += !has_run(run, kernel, row);
	return n;
}

/* The one that went on for it; NULL if there is none. */
static const struct boot *next_of(const struct run *run, const struct boot *b)
{
	for (const struct boot *n = b + 1; n < run->boots + run->n_boots; n++)
		if (n->first == b->first)
			return n;
	return NULL;
}

void ends_text(const struct run *run, struct text *t)
{
	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i], *next = next_of(run, b);
		const char *row = boot_last_row(b);

		if ((b->ok && !next) || kernel_is_bug(&run->kernels[b->kernel]))
			continue;
		text_wrap(t, 6, "  boot %s: %s%s%s%s%s%s%s", b->id, b->outcome, row ? " in " : "",
			  row ? row : "", *b->detail ? ": " : "", b->detail,
			  next ? "; what was left ran in boot " : "", next ? next->id : "");
	}
}

void ends_unrun(const struct run *run, struct text *t)
{
	bool head = false;

	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];
		struct text names = { 0 };
		char *why;

		if (!b->unrun.n || kernel_is_bug(&run->kernels[b->kernel]))
			continue;
		if (!head)
			text_line(t, "%s", ""), text_line(t, "Not run:");
		head = true;
		for (size_t k = 0; k < b->unrun.n; k++)
			text_raw(&names, "%s%s", k ? ", " : "", b->unrun.v[k]);
		why = ends_why(run, b);
		text_wrap(t, 6, "  %s, because %s: %s", run->kernels[b->kernel].name, why, names.s);
		free(why);
		text_free(&names);
	}
}
