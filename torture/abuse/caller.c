// SPDX-License-Identifier: GPL-2.0
/*
 * What a caller must not do: release, give up or retake what it does not hold
 * in this way. It is told so by a warning, and nothing changes; a retake that
 * cannot be is just refused.
 *
 * Oracle: the contract's rows for bugs in the caller: result, warning, counts.
 * Varies: kind of memory, how the page is held, what is done to it.
 */
#include <errno.h>
#include <string.h>

#include "guest/device.h"
#include "guest/torture/torture.h"

struct abuse {
	enum pinlab_op hold, give;	/* how the page is held, and given back in the end */
	enum pinlab_op call;
	int result;
	bool warns;
	const char *text;
};

static const struct abuse abuses[] = {
	{ PINLAB_EXC_FAST, PINLAB_UNPIN_EXC, PINLAB_UNPIN, 0, true,
	  "unpin_user_pages() of an exclusive pin" },
	{ PINLAB_EXC_FAST, PINLAB_UNPIN_EXC, PINLAB_UNPIN_DIRTY, 0, true,
	  "unpin_user_pages_dirty_lock() of an exclusive pin" },
	{ PINLAB_EXC_FAST, PINLAB_UNPIN_EXC, PINLAB_RETAKE, -EBUSY, false,
	  "reexc_user_page() of an exclusive pin" },
	{ PINLAB_PIN_LT_FAST, PINLAB_UNPIN, PINLAB_UNPIN_EXC, 0, true,
	  "unpin_exc_pages() of an ordinary pin" },
	{ PINLAB_PIN_LT_FAST, PINLAB_UNPIN, PINLAB_UNPIN_EXC_DIRTY, 0, true,
	  "unpin_exc_pages_dirty_lock() of an ordinary pin" },
	{ PINLAB_PIN_LT_FAST, PINLAB_UNPIN, PINLAB_DROP, 0, true,
	  "unexc_user_page() of an ordinary pin" },
	{ PINLAB_GET_FAST, PINLAB_PUT, PINLAB_UNPIN_EXC, 0, true,
	  "unpin_exc_pages() of a reference" },
	{ PINLAB_GET_FAST, PINLAB_PUT, PINLAB_DROP, 0, true,
	  "unexc_user_page() of a reference" },
	{ PINLAB_GET_FAST, PINLAB_PUT, PINLAB_RETAKE, -EINVAL, false,
	  "reexc_user_page() of a reference" },
};

static int call(struct row *r, enum pinlab_op op, unsigned int flags, int *result)
{
	struct pinlab_step s = {
		.op = op, .flags = flags, .calls = 1, .batch = 1,
		.addr = (uintptr_t)r->mem.addr,
	};
	int err;

	err = dev_step(r->drv, &s);
	if (err)
		return row_fail(r, "the driver: %s", strerror(-err));
	*result = s.failed ? -EBUSY : s.err;
	return 0;
}

static int must(struct row *r, enum pinlab_op op)
{
	int result = 0;

	if (call(r, op, 0, &result))
		return -1;
	return result ? torture_finding(r, PROMISE_RESULT,
					"operation %d on a page that nobody else uses: %d",
					op, result) : 0;
}

static int abuse(struct row *r, const struct abuse *a)
{
	struct pinlab_page_info before, after;
	const char *kind = mem_kind_name(r->mem.kind);
	unsigned int warnings;
	int result = 0;

	if (must(r, a->hold))
		return -1;
	torture_take_warnings(r);
	if (dev_page(r->drv, r->mem.addr, &before) ||
	    call(r, a->call, PINLAB_FORCE, &result) ||
	    dev_page(r->drv, r->mem.addr, &after))
		return -1;
	warnings = torture_take_warnings(r);
	if (result != a->result)
		return torture_finding(r, PROMISE_RESULT, "%s, %s memory: %d; the contract says %d",
				       a->text, kind, result, a->result);
	if (!warnings == a->warns)
		return torture_finding(r, PROMISE_LOG,
				       "%s, %s memory: %u warnings; the contract %s",
				       a->text, kind, warnings,
				       a->warns ? "asks for one" : "asks for none");
	if (before.refcount != after.refcount || before.pincount != after.pincount ||
	    before.exclusive != after.exclusive)
		return torture_finding(r, PROMISE_COUNT,
				       "%s, %s memory: nothing may change, and refcount %#x, pin count %#x, exclusive %u became %#x, %#x, %u",
				       a->text, kind, before.refcount, before.pincount,
				       before.exclusive, after.refcount, after.pincount,
				       after.exclusive);
	return must(r, a->give);
}

static int run(struct row *r)
{
	const char *why = "";
	int ret = 0;

	for (int k = 0; k < MEM_FILE && !ret; k++) {
		/* What this kernel cannot give right now is left out. */
		if (mem_alloc(&r->mem, k, PAGE_BYTES, &why))
			continue;
		torture_drain();
		for (unsigned int i = 0; i < sizeof(abuses) / sizeof(*abuses) && !ret; i++)
			ret = abuse(r, &abuses[i]);
		mem_free(&r->mem);
	}
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "pins released, given up and retaken by callers that do not hold them so",
	.fixed		= true,
	.brief		= true,
	.needs		= NEEDS_SHARE | NEEDS_EXC_DIRTY | NEEDS_QUERY,
	.run		= run,
};
