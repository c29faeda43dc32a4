// SPDX-License-Identifier: GPL-2.0
/*
 * FOLL_EXCLUSIVE where it must not be: without FOLL_LONGTERM, or for references
 * that are no pins. That is a bug in the caller, who has to be told.
 *
 * Oracle: -EINVAL and a warning, as the contract says; the page's counts.
 * Varies: the function that is called.
 */
#include <errno.h>
#include <string.h>

#include "guest/device.h"
#include "guest/torture/torture.h"

/* Each of those that set FOLL_PIN themselves, and the one that does not. */
static const struct {
	enum pinlab_op op;
	const char *name;
} calls[] = {
	{ PINLAB_GET_FAST,	"get_user_pages_fast()" },
	{ PINLAB_PIN_FAST,	"pin_user_pages_fast()" },
	{ PINLAB_PIN_SLOW,	"pin_user_pages()" },
	{ PINLAB_PIN_REMOTE,	"pin_user_pages_remote()" },
};

static int call(struct row *r, enum pinlab_op op, int *result)
{
	struct pinlab_step s = {
		.op = op, .flags = PINLAB_EXCLUSIVE, .calls = 1, .batch = 1,
		.addr = (uintptr_t)r->mem.addr,
	};
	int err;

	err = dev_step(r->drv, &s);
	if (err)
		return row_fail(r, "the driver: %s", strerror(-err));
	*result = s.err ? s.err : (int)s.done;
	return 0;
}

static int check(struct row *r, enum pinlab_op op, const char *name)
{
	struct pinlab_page_info before, after;
	unsigned int warnings;
	int result = 0;

	torture_take_warnings(r);
	if (dev_page(r->drv, r->mem.addr, &before) || call(r, op, &result) ||
	    dev_page(r->drv, r->mem.addr, &after))
		return -1;
	warnings = torture_take_warnings(r);
	if (result != -EINVAL)
		return torture_finding(r, PROMISE_RESULT,
				       "%s with FOLL_EXCLUSIVE and without FOLL_LONGTERM: %d; the contract says %d (-EINVAL)",
				       name, result, -EINVAL);
	if (!warnings)
		return torture_finding(r, PROMISE_LOG,
				       "%s with FOLL_EXCLUSIVE and without FOLL_LONGTERM: no warning, the contract asks for one",
				       name);
	if (before.refcount != after.refcount || before.exclusive != after.exclusive)
		return torture_finding(r, PROMISE_TRACE,
				       "%s with arguments that make no sense: refcount %#x, exclusive %u; it was %#x, %u",
				       name, after.refcount, after.exclusive, before.refcount,
				       before.exclusive);
	return 0;
}

static int run(struct row *r)
{
	const char *why = "";
	int ret = 0;

	if (mem_alloc(&r->mem, MEM_ANON, PAGE_BYTES, &why))
		return row_skip(r, "needs %s", why);
	for (unsigned int i = 0; i < sizeof(calls) / sizeof(*calls) && !ret; i++)
		ret = check(r, calls[i].op, calls[i].name);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "FOLL_EXCLUSIVE without FOLL_LONGTERM, or without FOLL_PIN",
	.fixed		= true,
	.brief		= true,
	.needs		= NEEDS_EXCLUSIVE,
	.run		= run,
};
