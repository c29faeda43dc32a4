// SPDX-License-Identifier: GPL-2.0
/*
 * How many ordinary pins does a folio bear, who is refused then, and is it
 * ever taken for exclusive?
 *
 * Oracle: the first pin that is refused, by real calls for small folios; the
 * folio's counts, content and place before, then and afterwards.
 * Varies: small and large folios, anonymous memory, shmem and hugetlb.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/device.h"
#include "guest/torture/limits.h"

#define MANY		0x400000l	/* pins by real calls */
#define A_CALL		512u		/* pages, of a large folio */

static int ask_memfd(struct mass *m)
{
	return mass_ask(m, PINLAB_PIN_MEMFD);
}

static int fact(struct mass *m, const char *kind, const char *what, const char *text)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/%s", kind, what);
	torture_fact(m->r, name, "%s", text);
	return 0;
}

/* Who is given what at the limit, and what the kernel has to say about it. */
static void at_limit(struct mass *m, const char *kind, bool memfd)
{
	bool exclusive = dev_has_exclusive();
	char text[300];
	unsigned int warnings;

	snprintf(text, sizeof(text), "pin %s", answer_text(ask_pin(m)));
	if (memfd)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", memfd_pin_folios() %s",
			 answer_text(ask_memfd(m)));
	snprintf(text + strlen(text), sizeof(text) - strlen(text), ", get %s",
		 answer_text(ask_get(m)));
	if (exclusive)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 ", exclusive pin %s, retake %s, looks exclusive: %s",
			 answer_text(ask_exclusive(m)), answer_text(ask_retake(m)),
			 yes_text(ask_looks_exclusive(m)));
	warnings = torture_take_warnings(m->r);
	fact(m, kind, "at-the-limit",
	     limits_text("%s%s", text, warnings ? "; with warnings" : ""));
}

static int fill(struct mass *m, const char *kind, long *pins)
{
	unsigned int warnings;

	torture_take_warnings(m->r);
	*pins = mass_take(m, PINLAB_PIN_FAST, MANY, 1);
	if (*pins < 0)
		return -1;
	warnings = torture_take_warnings(m->r);
	torture_figure(m->r, limits_text("%s/pins", kind), "pins", *pins);
	if (*pins == MANY)
		return fact(m, kind, "pins", limits_text("%s given, no refusal yet",
							 count_text(*pins)));
	return fact(m, kind, "pins", limits_text("%s given, the next %s%s; the reference count is %d then",
						 count_text(*pins), answer_text(m->err),
						 warnings ? ", with a warning" : "",
						 m->info.refcount));
}

/* One pin less than the most: is there room for exactly one, whatever the way? */
static int one_back(struct mass *m, const char *kind, bool memfd)
{
	int answer, by_memfd;

	if (mass_give(m, PINLAB_PIN_FAST, 1, 1))
		return -1;
	answer = ask_pin(m);
	by_memfd = memfd ? ask_memfd(m) : answer;
	torture_take_warnings(m->r);
	return fact(m, kind, "after-one-was-given-back",
		    limits_text("pin %s", answer_text(by_memfd == answer ? answer : -EPROTO)));
}

static int small(struct mass *m, const char *kind, bool memfd)
{
	long pins;

	if (fill(m, kind, &pins) || mass_check(m))
		return -1;
	at_limit(m, kind, memfd);
	if (one_back(m, kind, memfd) || mass_check(m))
		return -1;
	return mass_give(m, PINLAB_PIN_FAST, pins - 1, 1);
}

static int large(struct mass *m, const char *kind, bool in_short)
{
	static const struct line first[] = {
		{ "pin-beside-pins", { ask_pin, answer_text, true } },
		{ NULL }
	};
	static const struct line l[] = {
		{ "pin-beside-pins", { ask_pin, answer_text, true } },
		{ "get-beside-pins", { ask_get, answer_text, true } },
		{ "looks-pinned", { ask_looks_pinned, yes_text, true } },
		{ "looks-exclusive", { ask_looks_exclusive, yes_text, true }, true },
		{ "exclusive-pin-beside-pins", { ask_exclusive, answer_text, true }, true },
		{ "retake-beside-pins", { ask_retake, answer_text, true }, true },
		{ NULL }
	};
	long pins = mass_take(m, PINLAB_PIN_FAST, MANY, A_CALL);

	if (pins < 0)
		return -1;
	fact(m, kind, "pages-pinned-by-real-calls",
	     limits_text("%s, %u a call%s%s", count_text(pins), A_CALL,
			 pins == MANY ? "" : ", the next ",
			 pins == MANY ? "" : answer_text(m->err)));
	if (mass_check(m) || mass_give(m, PINLAB_PIN_FAST, pins, A_CALL))
		return -1;
	return lines_fact(m, kind, in_short ? first : l);
}

static int of_kind(struct row *r, enum mem_kind kind)
{
	const char *why = "", *name = mem_kind_name(kind);
	struct mass m;
	int err = mem_alloc(&r->mem, kind, PAGE_BYTES, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	err = mass_begin(r, &m, r->mem.addr, r->mem.fd);
	if (!err)
		err = mem_is_large(kind) ? large(&m, name, kind != MEM_ANON_THP) :
		      small(&m, name, r->mem.fd >= 0 && dev_has_memfd());
	if (!err)
		err = mass_end(&m);
	mem_free(&r->mem);
	return err;
}

static int run(struct row *r)
{
	static const enum mem_kind kinds[] = {
		MEM_ANON, MEM_SHMEM, MEM_ANON_THP, MEM_HUGETLB,
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && !ret; i++)
		ret = of_kind(r, kinds[i]);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "how many ordinary pins a folio can have, and what happens then",
	.fixed		= true,
	.run		= run,
};
