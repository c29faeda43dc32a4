// SPDX-License-Identifier: GPL-2.0
/*
 * An owner has a huge page with one pin a page, as pKVM has, which maps its guest
 * page by page. It shares one page with its host, and wants it back.
 *
 * Oracle: the contract: exclusivity is the folio's, with n pins of one owner. Drop
 * makes P(n); who holds all pins there are takes it back. A pin of somebody else
 * in between has it refused, and when that is gone it is given.
 * Varies: kind of memory, pins of the owner: one a folio, some, one a page.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/torture/rule/calls.h"
#include "guest/torture/holder.h"

#define HUGE_PAGES	(HUGE_BYTES / PAGE_BYTES)
#define LTX	(PINLAB_CALL_WRITE | PINLAB_CALL_LONGTERM | PINLAB_CALL_EXCLUSIVE)

static int change(struct row *r, enum pinlab_fn fn)
{
	struct pinlab_call c = { .fn = fn, .pages = 1, .at = 0 };

	return call_do(r, &c);
}

static int is_exclusive(struct row *r, const char *addr)
{
	struct pinlab_page_info i;

	return dev_page(r->drv, addr, &i) ? -1 : !!i.exclusive;
}

static int shared(struct row *r, int other, const char *text, unsigned int pins)
{
	int ret = 0, got;

	if (is_exclusive(r, r->mem.addr) != 0)
		return torture_finding(r, PROMISE_FLAG, "%s, %u pins: given up, and still exclusive",
				       text, pins);
	if (pin_pages(other, PINLAB_PIN_FAST, r->mem.addr + 9 * PAGE_BYTES, 1, 0) != 1)
		return torture_finding(r, PROMISE_REFUSED,
				       "%s, %u pins: exclusivity was given up, and another's pin is refused",
				       text, pins);
	got = change(r, FN_RETAKE);
	if (got != -EBUSY)
		ret = torture_finding(r, PROMISE_RESULT,
				      "%s, %u pins: exclusivity is taken back beside another's pin: %d",
				      text, pins, got);
	unpin_pages(other, PINLAB_PIN_FAST, 1);
	if (ret)
		return ret;
	got = change(r, FN_RETAKE);
	if (!got && is_exclusive(r, r->mem.addr) == 1)
		return 0;
	return torture_finding(r, PROMISE_RESULT,
			       "%s: an owner with %u pins, all that there are, has shared it and cannot take it back: %d; the contract gives it to who holds all pins",
			       text, pins, got);
}

static int one(struct row *r, int other, enum mem_kind kind, unsigned int pins)
{
	const char *why = "", *text = mem_kind_name(kind);
	int ret;

	if (mem_alloc(&r->mem, kind, HUGE_BYTES, &why)) {
		torture_fact(r, text, "not here, needs %s", why);
		return 0;
	}
	ret = call_take(r, FN_PIN_FAST, LTX, r->mem.addr, pins);
	if (ret != (int)pins)
		return torture_finding(r, PROMISE_RESULT, "%u pages of a free huge page of %s: %d",
				       pins, text, ret);
	ret = change(r, FN_DROP) ? -2 : shared(r, other, text, pins);
	/* Exclusive again, or not: closing the file would tell them apart, so does this. */
	if (is_exclusive(r, r->mem.addr) == 1)
		call_give(r, FN_UNPIN_EXC, 0, pins);
	else
		call_give(r, FN_UNPIN_PAGES, 0, pins);
	if (!ret)
		ret = given_at_rest(r, r->mem.addr);
	mem_free(&r->mem);
	return ret;
}

static int run(struct row *r)
{
	static const enum mem_kind kinds[] = { MEM_ANON_THP, MEM_SHMEM_THP, MEM_HUGETLB };
	static const unsigned int pins[] = { 1, 2, HUGE_PAGES };
	int other = dev_open(), ret = 0, e;

	for (unsigned int i = 0; i < 9; i++) {
		e = one(r, other, kinds[i / 3], pins[i % 3]);
		ret = ret ? ret : e;
	}
	close(other);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "an owner with a pin a page shares one page and takes it back",
	.fixed		= true,
	.brief		= true,
	.needs		= NEEDS_EXCLUSIVE,
	.run		= run,
};
