// SPDX-License-Identifier: GPL-2.0
/* The first sentence of a report of paths: the verdict. */
#include "host/paths/sentence.h"
#include "host/judge/complaint.h"
#include "host/judge/ends.h"

#include <string.h>

#include "host/paths/cells.h"
#include "host/paths/paths.h"
#include "include/wire.h"

static size_t count(const struct path_cells *c, bool crash, bool wrong)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->v[i].crash == crash && (!wrong || c->v[i].wrong) &&
		     strcmp(c->v[i].answer, WIRE_SKIP);
	return n;
}

static void say_down(const struct run *run, const struct path_cells *c, struct text *s)
{
	size_t down = 0, unrun = 0;

	for (size_t i = 0; i < run->n_kernels; i++) {
		struct paths_kernel k;

		paths_kernel_of(run, c, i, &k);
		down += k.down;
		unrun += ends_count(run, i);
	}
	if (down)
		text_raw(s, "The kernel WENT DOWN in %zu boot%s that only looked. ", down,
			 down == 1 ? "" : "s");
	if (unrun)
		text_raw(s, "%zu path%s could not be run (by name below). ", unrun,
			 unrun == 1 ? "" : "s");
}

static void say_wrong(const struct run *run, const struct path_cells *c, struct text *s)
{
	size_t broken = 0;

	for (size_t i = 0; i < run->n_kernels; i++) {
		struct paths_kernel k;

		paths_kernel_of(run, c, i, &k);
		broken += k.verdict == VERDICT_BROKEN;
		if (k.verdict == VERDICT_BROKEN && broken == 1)
			text_raw(s, "%s: %s. ", run->kernels[i].name, k.why);
	}
	for (size_t i = 0; i < run->faults.n; i++)
		text_raw(s, "%s. ", run->faults.v[i]);
	if (broken > 1)
		text_raw(s, "So are %zu more kernels. ", broken - 1);
}

void paths_sentence(const struct run *run, const struct path_cells *c, struct text *t)
{
	size_t content = count(c, false, false), crash = count(c, true, false);
	size_t wrong = count(c, false, true) + count(c, true, true), found = 0;
	int status = paths_status(run, c);
	struct text s = { 0 };

	for (size_t i = 0; i < run->n_boots; i++)
		found += run->boots[i].rec.n_findings;

	if (status == PINLAB_BROKE)
		text_raw(&s, "This run is incomplete, so it gives no verdict. ");
	say_wrong(run, c, &s);
	say_down(run, c, &s);
	if (content)
		text_raw(&s, "%zu answers from %zu kernel%s. ", content, run->n_kernels,
			 run->n_kernels == 1 ? "" : "s");
	if (crash)
		text_raw(&s, "%zu boots with the page really out of the linear map, on %zu kernel%s. ",
			 crash, run->n_kernels, run->n_kernels == 1 ? "" : "s");
	if (wrong)
		text_raw(&s, "%zu differ from what was expected: they are marked with '!'.", wrong);
	else if (status == PINLAB_OK)
		text_raw(&s, "None differs from what was expected.");
	else if (status == PINLAB_FAIL)
		text_raw(&s, "A path FAILED: see below.");
	if (found)
		text_raw(&s, " There are also findings, %zu in all: broken promises, or complaints of the kernel.",
			 found);
	text_wrap(t, 0, "%s", s.s);
	complaint_text(run, t);
	text_free(&s);
}
