// SPDX-License-Identifier: GPL-2.0
/*
 * Ordinary pins up to the most that a folio bears: they share a counter with
 * the bit that says "exclusive", and must not carry into it. limits/pins gets
 * there by real calls alone; here the counter is set to shortly before each
 * power of two, and crossed by real calls.
 *
 * Oracle: the next pin is given, or refused; the folio never looks exclusive,
 * and what was given can be given back.
 * Varies: a small folio, a large one.
 */
#include <errno.h>
#include <string.h>

#include "guest/device.h"
#include "guest/torture/limits.h"

#define AROUND		6	/* pins by real calls, half of them beyond */
#define FIRST_BIT	8
#define PIN_REFS	1024	/* GUP_PIN_COUNTING_BIAS: references that a pin of a small one is */

/* 0: go on, 1: no more can be pinned, -1. */
static int cross(struct mass *m, int bit)
{
	long took = mass_take(m, PINLAB_PIN_FAST, AROUND, 1);
	int err = m->err;

	if (took < 0)
		return -1;
	if (m->info.exclusive)
		return torture_finding(m->r, PROMISE_FLAG,
				       "with %ld pins more than 2^%d - %d the folio looks exclusive: refcount %#x, pin count %d",
				       took, bit, AROUND / 2, m->info.refcount, m->info.pincount);
	if (took && mass_give(m, PINLAB_PIN_FAST, took, 1))
		return -1;
	if (took == AROUND)
		return 0;
	if (err == -EBUSY || err == -ENOMEM)
		return 1;
	return torture_finding(m->r, PROMISE_RESULT,
			       "with about 2^%d pins the next is refused with %d",
			       bit, err);
}

static int climb(struct mass *m, bool large)
{
	int bits = large ? 31 : 21, unit = large ? 1 : PIN_REFS, ret = 0;
	long have = 0;

	for (int bit = FIRST_BIT; bit < bits && !ret; bit++) {
		long more = (1l << bit) - AROUND / 2 - have;

		ret = mass_set(m, more * unit, large);
		if (!ret)
			ret = cross(m, bit);
		have += more;
	}
	/* Where more are refused without exclusive pins, that is worth a warning to the kernel. */
	if (ret == 1 && !dev_has_exclusive())
		torture_take_warnings(m->r);
	if (mass_set(m, -have * unit, large))
		return -1;
	return ret < 0 ? ret : 0;
}

static int pin_many(struct row *r, enum mem_kind kind)
{
	struct mass m = { .r = r };
	const char *why = "";
	int ret;

	if (mem_alloc(&r->mem, kind, PAGE_BYTES, &why))
		return kind == MEM_ANON ? row_skip(r, "needs %s", why) : 0;
	ret = mass_begin(r, &m, r->mem.addr, -1);
	if (!ret)
		ret = climb(&m, mem_is_large(kind));
	if (mass_end(&m) && !ret)
		ret = -1;
	mem_free(&r->mem);
	return ret;
}

static int run(struct row *r)
{
	int ret = pin_many(r, MEM_ANON);

	return ret ? ret : pin_many(r, MEM_ANON_THP);
}

PINLAB_SCENARIO = {
	.summary	= "do very many ordinary pins look like an exclusive one?",
	.fixed		= true,
	.brief		= true,
	.run		= run,
};
