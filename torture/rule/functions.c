// SPDX-License-Identifier: GPL-2.0
/*
 * Every function that takes references or pins, with every flag that a caller
 * may give, on memory of its own and of another process, by a task that has
 * memory of its own and by one that has none; where there is a page, where it is
 * missing, and where there is no mapping.
 *
 * Oracle: what the kernel's documentation and the contract say of each cell. What
 * is given is pinned, or not, and exclusive, or not; nr_foll_pin_acquired and
 * nr_foll_pin_released, each, go up by what was taken and given back; a refusal
 * moves neither. Where the flags make no sense there is a warning.
 * Varies: the cell; which function gives back.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/device.h"
#include "guest/torture/rule/calls.h"
#include "guest/torture/leaks.h"

#define W	PINLAB_CALL_WRITE
#define LT	PINLAB_CALL_LONGTERM
#define EXC	PINLAB_CALL_EXCLUSIVE

enum whose {
	OWN,
	ANOTHERS,
	BY_NOBODY,	/* another's, by a task without memory */
	NR_WHOSE
};

enum place {
	PRESENT,
	MISSING,	/* mapped, and never touched */
	NO_MAPPING,
	NR_PLACES
};

static const unsigned int flag_sets[] = {
	W, W | LT, W | LT | EXC, W | EXC, W | PINLAB_CALL_FORCE, W | PINLAB_CALL_NOFAULT,
	W | LT | EXC | PINLAB_CALL_NOFAULT, W | PINLAB_CALL_NOWAIT,
	W | PINLAB_CALL_INTERRUPTIBLE, W | PINLAB_CALL_GET, W | LT | PINLAB_CALL_P2PDMA,
	W | LT | PINLAB_CALL_GET,
};

struct table {
	struct row *r;
	char *page[NR_PLACES];	/* at the same addresses in the other process */
	struct child other;
	unsigned int driven, missing, way;
	long counters[2];	/* as they were found last */
};

struct cell {
	enum pinlab_fn fn;
	unsigned int flags;
	enum whose whose;
	enum place place;
};

static bool is_fast(enum pinlab_fn fn)
{
	return fn == FN_GET_FAST || fn == FN_GET_FAST_ONLY || fn == FN_PIN_FAST;
}

static bool is_remote(enum pinlab_fn fn)
{
	return fn == FN_GET_REMOTE || fn == FN_PIN_REMOTE;
}

/* A bug in the caller, whom the kernel has to tell. */
static bool makes_no_sense(const struct cell *c)
{
	bool pins = fn_kind(c->fn) == TAKES_PINS;

	if ((c->flags & PINLAB_CALL_GET && pins) || (c->flags & LT && !pins))
		return true;
	if (c->flags & EXC && !(pins && c->flags & LT))
		return true;
	if (c->flags & LT && c->flags & PINLAB_CALL_P2PDMA)
		return true;
	return is_fast(c->fn) && c->flags & (PINLAB_CALL_NOWAIT | PINLAB_CALL_INTERRUPTIBLE);
}

/* Pages, or -errno. */
static int expected(const struct cell *c)
{
	bool absent = c->place == NO_MAPPING ||
		      (c->place == MISSING && c->flags & PINLAB_CALL_NOFAULT);

	if (c->place != PRESENT && c->fn == FN_GET_FAST_ONLY)
		return 0;
	return absent ? -EFAULT : 1;
}

/* Why this cell is none; NULL: it is one. */
static const char *reason(const struct cell *c)
{
	if (c->fn == FN_PIN_MEMFD)
		return "of a file: model, race/memfd";
	if (c->whose != OWN && !is_remote(c->fn))
		return "only of the caller's own memory";
	if (c->flags & EXC && !dev_has_exclusive())
		return "no exclusive pins here";
	if (makes_no_sense(c) && (c->whose == BY_NOBODY || c->place != PRESENT))
		return "flags are looked at first";
	return NULL;
}

static const char *cell_text(const struct cell *c)
{
	static const char *const whose[] = { "", ", another process's",
		", another process's, by a task without memory" };
	static const char *const place[] = { "a page", "a page that is missing",
		"an address without a mapping" };
	static char text[300];

	snprintf(text, sizeof(text), "%s(%s) of %s%s", fn_name(c->fn), call_flags_text(c->flags),
		 place[c->place], whose[c->whose]);
	return text;
}

/* Both went up by so many pages since the last look; to look takes all CPUs, and time. */
static int check_counters(struct table *t, const struct cell *c, long pages, const char *when)
{
	long before[2] = { t->counters[0], t->counters[1] }, *now = t->counters;

	torture_pins_counters(now);
	if (now[0] - before[0] == pages && now[1] - before[1] == pages)
		return 0;
	return torture_finding(t->r, PROMISE_COUNT,
			       "%s: %s, nr_foll_pin_acquired went up by %ld and nr_foll_pin_released by %ld, instead of %ld each",
			       cell_text(c), when, now[0] - before[0], now[1] - before[1],
			       pages);
}

static int check_held(struct table *t, const struct cell *c)
{
	bool pins = fn_kind(c->fn) == TAKES_PINS, exclusive = c->flags & EXC;
	struct pinlab_page_info i;
	int err = dev_held(t->r->drv, 0, 0, &i);

	if (err)
		return row_fail(t->r, "%s: the page: %s", cell_text(c), strerror(-err));
	if (!!i.maybe_pinned == pins && !!i.exclusive == exclusive &&
	    !!i.page_exclusive == exclusive)
		return 0;
	return torture_finding(t->r, PROMISE_FLAG,
			       "%s was given, and the kernel says: pinned %u, folio exclusive %u, page exclusive %u",
			       cell_text(c), i.maybe_pinned, i.exclusive, i.page_exclusive);
}

static int give_back(struct table *t, const struct cell *c)
{
	int n = CALL_CANNOT;
	enum pinlab_fn way;

	/* Some ways are newer than others. */
	while (n == CALL_CANNOT) {
		way = call_way_back(c->fn, c->flags, t->way++);
		n = call_give(t->r, way, 0, 1);
	}
	if (n != 1)
		return -2;
	return check_counters(t, c, fn_kind(c->fn) == TAKES_PINS, fn_name(way));
}

/* A page that nobody has: of the other process it is told by its own touch. */
static void renew(struct table *t, const struct cell *c)
{
	if (c->place != MISSING)
		return;
	if (c->whose == OWN) {
		madvise(t->page[MISSING], PAGE_BYTES, MADV_DONTNEED);
	} else {
		child_tell(&t->other);
		child_answered(&t->other);
	}
}

static int check_refs(struct table *t, const struct cell *c, const struct pinlab_page_info *before)
{
	struct pinlab_page_info now;

	if (c->whose != OWN || c->place != PRESENT || dev_page(t->r->drv, t->page[PRESENT], &now))
		return 0;
	/* Less is well, and so is a batch of the LRU: a page may have left one, or come to one. */
	if (now.refcount > before->refcount) {
		torture_drain();
		dev_page(t->r->drv, t->page[PRESENT], &now);
	}
	if (now.refcount <= before->refcount && !now.maybe_pinned && !now.exclusive)
		return 0;
	return torture_finding(t->r, PROMISE_TRACE,
			       "%s: %d references before, %d behind it, pinned %u, exclusive %u",
			       cell_text(c), before->refcount, now.refcount, now.maybe_pinned,
			       now.exclusive);
}

static int check_answer(struct table *t, const struct cell *c, bool bad, int got,
			unsigned int warnings)
{
	int want = bad ? -EINVAL : expected(c);

	/* Some entry points answer 0 where arguments make no sense; exclusive ones never. */
	if (got != want && !(bad && !got && !(c->flags & EXC)))
		return torture_finding(t->r, PROMISE_RESULT, "%s: %d, instead of %d", cell_text(c),
				       got, want);
	if (bad && !warnings)
		return torture_finding(t->r, PROMISE_LOG, "%s: the kernel did not warn its caller",
				       cell_text(c));
	return 0;
}

static int drive(struct table *t, const struct cell *c)
{
	struct pinlab_call call = {
		.fn = c->fn, .pages = 1, .addr = (uintptr_t)t->page[c->place],
		.flags = c->flags | (c->whose == BY_NOBODY ? PINLAB_CALL_KTHREAD : 0),
		.target = c->whose == OWN ? 0 : t->other.pid,
	};
	struct pinlab_page_info before = { 0 };
	bool bad = makes_no_sense(c);
	unsigned int warnings;
	int got, ret;

	renew(t, c);
	dev_page(t->r->drv, t->page[PRESENT], &before);
	/* Warnings of the cells before are nobody's wish. */
	if (bad && torture_look(t->r))
		return -1;
	got = call_do(t->r, &call);
	warnings = bad ? torture_take_warnings(t->r) : 0;
	if (got == CALL_CANNOT) {
		t->missing++;
		return 0;
	}
	if (got == CALL_BROKE)
		return -2;
	t->driven++;
	ret = check_answer(t, c, bad, got, warnings);
	if (!ret && got > 0)
		ret = check_held(t, c);
	if (got > 0 && !ret)
		ret = give_back(t, c);
	else if (got > 0)
		call_give_rest(t->r, c->fn, c->flags, got);
	else if (!ret)
		ret = check_counters(t, c, 0, "refused");
	return ret ? ret : check_refs(t, c, &before);
}

/* Each cell, also behind one that has failed. */
static int all(struct table *t)
{
	unsigned int none = 0;
	int ret = 0, e;

	torture_pins_counters(t->counters);
	for (int fn = 0; fn < NR_FNS && ret > -2; fn++) {
		for (unsigned int i = 0; fn_takes(fn) && i < sizeof(flag_sets) / sizeof(int) *
		     NR_WHOSE * NR_PLACES; i++) {
			struct cell c = { fn, flag_sets[i / NR_WHOSE / NR_PLACES],
					  i / NR_PLACES % NR_WHOSE, i % NR_PLACES };

			if (reason(&c)) {
				none++;
				continue;
			}
			e = drive(t, &c);
			ret = ret < e ? ret : e;
		}
	}
	torture_figure(t->r, "driven", "cells", t->driven);
	torture_figure(t->r, "not-here", "cells", t->missing);
	torture_figure(t->r, "no-such-call", "cells", none);
	return ret;
}

/* Has the present page, as its own, and gives the missing one back when told. */
static void other(struct table *t)
{
	*(volatile char *)t->page[PRESENT] = 2;
	child_answer(&t->other, true);
	while (child_told(&t->other)) {
		madvise(t->page[MISSING], PAGE_BYTES, MADV_DONTNEED);
		child_answer(&t->other, true);
	}
	_exit(0);
}

static int run(struct row *r)
{
	struct table t = { .r = r };
	char *area = mmap(NULL, 8 * PAGE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret;

	if (area == MAP_FAILED || child_pipes(&t.other))
		return row_fail(r, "memory or pipes");
	for (int i = 0; i < NR_PLACES; i++)
		t.page[i] = area + 2 * i * PAGE_BYTES;
	*(volatile char *)t.page[PRESENT] = 1;
	munmap(t.page[NO_MAPPING], PAGE_BYTES);
	t.other.pid = child_fork();
	if (!t.other.pid)
		other(&t);
	if (t.other.pid < 0 || !child_answered(&t.other))
		return row_fail(r, "fork");
	/* It was shared with the child since the fork. */
	*(volatile char *)t.page[PRESENT] = 3;
	ret = all(&t);
	munmap(area, 8 * PAGE_BYTES);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "every function of GUP, with every flag, on every kind of address",
	.fixed		= true,
	.brief		= true,
	.run		= run,
};
