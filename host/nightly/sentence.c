// SPDX-License-Identifier: GPL-2.0
/* The first sentence of a night's report: the verdict, and what is new. */
#include "host/nightly/sentence.h"

#include <string.h>

#include "host/nightly/load.h"
#include "host/nightly/nightly.h"

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static size_t count_kernels(const struct night *n)
{
	struct strlist names = { 0 };
	size_t count;

	for (size_t i = 0; i < n->n_cells; i++)
		if (n->cells[i].boots && !strlist_has(&names, n->cells[i].kernel))
			strlist_add(&names, n->cells[i].kernel);
	count = names.n;
	strlist_free(&names);
	return count;
}

static size_t count_boots(const struct night *n)
{
	size_t boots = 0;

	for (size_t i = 0; i < n->n_cells; i++)
		boots += n->cells[i].boots;
	return boots;
}

static size_t count_unbuilt(const struct night *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->n_cells; i++) {
		const char *why = night_unbuilt(n, i);

		count += why && strstr(why, "failed");
	}
	return count;
}

static void what_failed(const struct night *n, const struct night_changes *c, struct text *s)
{
	const char *last = json_text(n->last, "run");

	if (!n->n_failures && night_status(n) == PINLAB_BROKE)
		text_raw(s, "No failure was seen");
	else if (!n->n_failures)
		text_raw(s, "Nothing failed");
	else if (!n->last)
		text_raw(s, "%zu failure%s", n->n_failures, plural(n->n_failures));
	else
		text_raw(s, "%zu new failure%s, %zu still there", c->n_fresh, plural(c->n_fresh),
			 c->n_still);
	if (n->last)
		text_raw(s, ", %zu gone since %s", c->n_gone, last);
	if (c->n_unknown)
		text_raw(s, " (%zu not run again)", c->n_unknown);
}

void night_sentence(const struct night *n, const struct night_changes *c, struct text *t)
{
	size_t boots = count_boots(n), kernels = count_kernels(n);
	size_t unbuilt = count_unbuilt(n), broken = night_total(n, VERDICT_BROKEN) - unbuilt;
	char used[32], budget[32];
	struct text s = { 0 };

	if (!n->whole)
		text_raw(&s, "This night is incomplete, so it gives no verdict: it has used %s of %s. ",
			 human_seconds(n->used, used, sizeof(used)),
			 human_seconds(n->budget, budget, sizeof(budget)));
	else if (night_status(n) == PINLAB_BROKE)
		text_raw(&s, "NO VERDICT. ");
	if (unbuilt)
		text_raw(&s, "%zu kernel%s could not be built. ", unbuilt, plural(unbuilt));
	if (broken)
		text_raw(&s, "%zu result%s broke off. ", broken, plural(broken));
	if (boots) {
		what_failed(n, c, &s);
		text_raw(&s, " in %zu boot%s of %zu kernel%s: %zu results passed, %zu failed, %zu were skipped, %zu were not run.",
			 boots, plural(boots), kernels, plural(kernels),
			 night_total(n, VERDICT_PASS), night_total(n, VERDICT_FAIL),
			 night_total(n, VERDICT_SKIP), night_total(n, VERDICT_NONE));
	} else {
		text_raw(&s, "Nothing was run.");
	}
	text_wrap(t, 0, "%s", s.s);
	text_free(&s);
}
