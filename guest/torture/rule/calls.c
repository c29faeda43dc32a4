// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/rule/calls.h"

#include <errno.h>
#include <string.h>

#include "guest/device.h"
#include "guest/record.h"

static const struct {
	const char *name;
	enum pinlab_fn_kind kind;
} fns[NR_FNS] = {
#define FN_ENTRY(id, function, kind) \
	[FN_##id] = { #function, kind },
	PINLAB_FUNCTIONS(FN_ENTRY)
};

const char *fn_name(enum pinlab_fn fn)
{
	return fns[fn].name;
}

enum pinlab_fn_kind fn_kind(enum pinlab_fn fn)
{
	return fns[fn].kind;
}

bool fn_takes(enum pinlab_fn fn)
{
	return fns[fn].kind == TAKES_REFS || fns[fn].kind == TAKES_PINS;
}

const char *call_flags_text(unsigned int flags)
{
	static const struct {
		unsigned int flag;
		const char *name;
	} names[] = {
		{ PINLAB_CALL_WRITE, "FOLL_WRITE" }, { PINLAB_CALL_LONGTERM, "FOLL_LONGTERM" },
		{ PINLAB_CALL_EXCLUSIVE, "FOLL_EXCLUSIVE" }, { PINLAB_CALL_FORCE, "FOLL_FORCE" },
		{ PINLAB_CALL_NOFAULT, "FOLL_NOFAULT" }, { PINLAB_CALL_NOWAIT, "FOLL_NOWAIT" },
		{ PINLAB_CALL_INTERRUPTIBLE, "FOLL_INTERRUPTIBLE" },
		{ PINLAB_CALL_GET, "FOLL_GET" }, { PINLAB_CALL_P2PDMA, "FOLL_PCI_P2PDMA" },
	};
	const char *all = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (flags & names[i].flag)
			all = field("%s%s%s", all, *all ? "|" : "", names[i].name);
	return *all ? all : "no flags";
}

int call_do(struct row *r, struct pinlab_call *c)
{
	int err = dev_call(r->drv, c);

	if (err == -EOPNOTSUPP)
		return CALL_CANNOT;
	if (!err)
		return c->ret;
	row_fail(r, "%s by the driver: %s", fn_name(c->fn), strerror(-err));
	return CALL_BROKE;
}

int call_take(struct row *r, enum pinlab_fn fn, unsigned int flags, const void *addr,
	      unsigned int pages)
{
	struct pinlab_call c = { .fn = fn, .flags = flags, .addr = (uintptr_t)addr,
				 .pages = pages };

	return call_do(r, &c);
}

int call_give(struct row *r, enum pinlab_fn fn, unsigned int at, unsigned int pages)
{
	struct pinlab_call c = { .fn = fn, .at = at, .pages = pages,
				 .flags = PINLAB_CALL_DIRTY };

	return call_do(r, &c);
}

enum pinlab_fn call_way_back(enum pinlab_fn taken, unsigned int flags, unsigned int n)
{
	enum pinlab_fn_kind kind = flags & PINLAB_CALL_EXCLUSIVE ? GIVES_EXCLUSIVE :
				   fns[taken].kind == TAKES_REFS ? GIVES_REFS : GIVES_PINS;
	enum pinlab_fn fn = FN_PUT;

	for (n++; n;) {
		fn = (fn + 1) % NR_FNS;
		n -= fns[fn].kind == kind;
	}
	return fn;
}

void call_give_rest(struct row *r, enum pinlab_fn taken, unsigned int flags, unsigned int pages)
{
	enum pinlab_fn fn = flags & PINLAB_CALL_EXCLUSIVE ? FN_UNPIN_EXC :
			    fns[taken].kind == TAKES_REFS ? FN_PUT : FN_UNPIN_PAGES;

	if (pages)
		call_give(r, fn, 0, pages);
}
