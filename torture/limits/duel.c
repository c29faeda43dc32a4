// SPDX-License-Identifier: GPL-2.0
/*
 * Several ask exclusively for a free folio at the same moment. Does one get it?
 * A design may refuse them all, each on account of another, for as long as they
 * keep asking: then nobody gets anywhere.
 *
 * Oracle: never two; and how often nobody, which is a figure. Where nobody ever
 * gets it, that is no progress, and a broken promise.
 * Varies: kind of memory, how many ask, pages a request, fast or slow.
 */
#include <string.h>

#include "guest/device.h"
#include "guest/torture/rule/calls.h"
#include "guest/torture/limits.h"

#define ROUNDS	1500
#define FLAGS	(PINLAB_CALL_WRITE | PINLAB_CALL_LONGTERM | PINLAB_CALL_EXCLUSIVE)

static const struct duel {
	const char *name;
	enum mem_kind kind;
	enum pinlab_fn fn;
	unsigned int pages, threads;
} duels[] = {
	{ "small/fast/2", MEM_ANON, FN_PIN_FAST, 1, 2 },
	{ "small/fast/4", MEM_ANON, FN_PIN_FAST, 1, 4 },
	{ "small/slow/2", MEM_ANON, FN_PIN, 1, 2 },
	{ "large/fast/2", MEM_ANON_THP, FN_PIN_FAST, 1, 2 },
	{ "large/slow/2", MEM_ANON_THP, FN_PIN_UNLOCKED, 1, 2 },
	{ "large/4-pages/2", MEM_ANON_THP, FN_PIN_FAST, 4, 2 },
	{ "small/4-pages/2", MEM_SHMEM, FN_PIN_FAST, 4, 2 },
};

static int fight(struct row *r, const struct duel *d)
{
	unsigned int nobody = 0;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct pinlab_call c = { .fn = d->fn, .flags = FLAGS, .pages = d->pages,
					 .addr = (uintptr_t)r->mem.addr, .threads = d->threads };
		int won = call_do(r, &c);

		if (won == CALL_BROKE)
			return -2;
		/* One may have been done before the other has begun. */
		nobody += !won;
		if (c.left)
			return torture_finding(r, PROMISE_RESULT,
					       "%s: of %u who asked exclusively for a free folio, %u failed in another way than -EBUSY",
					       d->name, d->threads, c.left);
	}
	torture_fact(r, d->name,
		     "%u who ask for a free folio at the same moment: nobody got it in %u of %u tries",
		     d->threads, nobody, ROUNDS);
	torture_figure(r, limits_text("%s/nobody", d->name), "%", 100.0 * nobody / ROUNDS);
	if (nobody < ROUNDS)
		return torture_look(r);
	return torture_finding(r, PROMISE_STUCK,
			       "%s: %u ask exclusively for a free folio at once, and nobody has ever got it",
			       d->name, d->threads);
}

static int run(struct row *r)
{
	const char *why = "";
	int ret = 0, e;

	for (size_t i = 0; i < sizeof(duels) / sizeof(*duels) && ret > -2; i++) {
		if (mem_alloc(&r->mem, duels[i].kind, PAGE_BYTES * duels[i].pages, &why)) {
			torture_fact(r, duels[i].name, "not here, needs %s", why);
			continue;
		}
		e = fight(r, &duels[i]);
		ret = ret < e ? ret : e;
		mem_free(&r->mem);
	}
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "of several who ask for a free folio at once, does one get it?",
	.fixed		= true,
	.needs		= NEEDS_EXCLUSIVE | NEEDS_SMP,
	.run		= run,
};
