// SPDX-License-Identifier: GPL-2.0
/*
 * Requests as io_uring, vfio and direct I/O make them: they begin at a tail page,
 * end in the middle of the next large folio, or cover both.
 *
 * Oracle: each page of the request is the frame that is mapped there; each folio
 * has as many pins, and references, more as the request has pages of it, and the
 * kernel's counters say so, each; given back in pieces, by any function and by
 * several threads at once, to the last one. Where one of the two folios is another's,
 * the request ends before it, or gets nothing, and leaves nothing.
 * Varies: kind of memory, how it is mapped, function, flags, where the request
 * begins and ends.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/record.h"
#include "guest/torture/rule/calls.h"
#include "guest/torture/holder.h"
#include "guest/torture/leaks.h"

#define HUGE_PAGES	(HUGE_BYTES / PAGE_BYTES)
#define EXCLUSIVE_BIT	(1 << 30)	/* some designs keep it with the count */
#define W		PINLAB_CALL_WRITE
#define LT		PINLAB_CALL_LONGTERM
#define EXC		PINLAB_CALL_EXCLUSIVE

static const struct {
	unsigned int first, n;
} shapes[] = {
	{ 511, 1 }, { 511, 2 }, { 510, 3 }, { 1, 511 }, { 3, 7 }, { 256, 512 }, { 700, 10 },
	{ 1, 1022 }, { 0, 1024 },
};

static const enum pinlab_fn fns[] = { FN_PIN, FN_PIN_FAST, FN_PIN_REMOTE, FN_PIN_UNLOCKED };
static const unsigned int flag_sets[] = { W, W | LT, W | LT | EXC };

struct shaper {
	struct row *r;
	struct rng rng;
	bool by_page;
	struct pinlab_page_info before[2];	/* of the two folios */
	unsigned int way;
	unsigned long requests;
	int owner;	/* file of another's */
};

struct request {
	enum pinlab_fn fn;
	unsigned int flags, first, n;
};

static const char *text_of(struct shaper *s, const struct request *q)
{
	return field("%s(%s) of pages %u to %u of two huge pages of %s%s", fn_name(q->fn),
			   call_flags_text(q->flags), q->first, q->first + q->n - 1,
			   mem_kind_name(s->r->mem.kind), s->by_page ? ", mapped page by page" : "");
}

static unsigned int pages_of(const struct request *q, int folio)
{
	unsigned int from = folio * HUGE_PAGES, to = from + HUGE_PAGES;
	unsigned int end = q->first + q->n;

	from = q->first > from ? q->first : from;
	to = end < to ? end : to;
	return to > from ? to - from : 0;
}

static int look(struct shaper *s, int folio, struct pinlab_page_info *i)
{
	int err = dev_page(s->r->drv, s->r->mem.addr + folio * HUGE_BYTES, i);

	return err ? row_fail(s->r, "page info: %s", strerror(-err)) : 0;
}

/* The folios' counts, with so many pins of each more than before. */
static int check_counts(struct shaper *s, const struct request *q, const unsigned int more[2],
			const char *when)
{
	struct pinlab_page_info i;

	for (int f = 0; f < 2; f++) {
		int pins = s->before[f].pincount + (int)more[f];
		int refs = s->before[f].refcount + (int)more[f];

		if (look(s, f, &i))
			return -2;
		/* One of them may be a batch of the LRU's. */
		if (i.refcount > refs)
			torture_drain();
		if (i.refcount > refs && look(s, f, &i))
			return -2;
		if ((i.pincount & ~EXCLUSIVE_BIT) == (pins & ~EXCLUSIVE_BIT) && i.refcount <= refs &&
		    i.refcount > refs - 64)
			continue;
		return torture_finding(s->r, PROMISE_COUNT,
				       "%s, %s: huge page %d has pin count %#x and %d references, instead of %#x and %d",
				       text_of(s, q), when, f, i.pincount, i.refcount, pins, refs);
	}
	return 0;
}

static int check_frames(struct shaper *s, const struct request *q)
{
	struct pinlab_page_info i;

	for (unsigned int k = 0; k < q->n; k++) {
		unsigned int page = q->first + k;
		uint64_t pfn = s->before[page / HUGE_PAGES].pfn + page % HUGE_PAGES;
		int err = dev_held(s->r->drv, 0, k, &i);

		if (err)
			return row_fail(s->r, "page %u: %s", page, strerror(-err));
		if (i.pfn != pfn)
			return torture_finding(s->r, PROMISE_RESULT,
					       "%s: for page %u pfn %#llx was given, where %#llx is mapped",
					       text_of(s, q), page, (unsigned long long)i.pfn,
					       (unsigned long long)pfn);
		if (!i.maybe_pinned || !!i.exclusive != !!(q->flags & EXC) ||
		    i.exclusive != i.page_exclusive)
			return torture_finding(s->r, PROMISE_FLAG,
					       "%s: page %u: pinned %u, folio exclusive %u, page exclusive %u",
					       text_of(s, q), page, i.maybe_pinned, i.exclusive,
					       i.page_exclusive);
	}
	return 0;
}

/* Pages of one folio, by one of the functions that can, by one thread or several. */
static int give(struct shaper *s, const struct request *q, unsigned int at, unsigned int n)
{
	struct pinlab_call c = { .at = at, .pages = n, .flags = PINLAB_CALL_DIRTY,
				 .threads = rng_below(&s->rng, 2) ?
					    1 + rng_below(&s->rng, PINLAB_CALL_THREADS) : 0 };
	int got = CALL_CANNOT;

	if (c.threads > n)
		c.threads = 0;
	while (n && got == CALL_CANNOT) {
		c.fn = call_way_back(q->fn, q->flags, s->way++);
		got = call_do(s->r, &c);
	}
	return got == (int)n || !n ? 0 : -2;
}

/* In four pieces, of which the second goes first. */
static int give_back(struct shaper *s, const struct request *q)
{
	unsigned int left[2] = { pages_of(q, 0), pages_of(q, 1) };
	int ret = 0;

	for (int f = 1; f >= 0 && !ret; f--) {
		unsigned int at = f ? left[0] : 0, part = rng_below(&s->rng, left[f] + 1);

		ret = give(s, q, at + left[f] - part, part);
		left[f] -= part;
		if (!ret)
			ret = check_counts(s, q, left, "a part given back");
		if (!ret)
			ret = give(s, q, at, left[f]);
		left[f] = 0;
		if (!ret)
			ret = check_counts(s, q, left, f ? "the second huge page's given back" :
							   "all given back");
	}
	return ret;
}

static int check_kernel(struct shaper *s, const struct request *q, const long before[2], long n)
{
	long now[2], acquired, released;

	torture_pins_counters(now);
	acquired = now[0] - before[0];
	released = now[1] - before[1];
	/* GUP-fast may have begun, given back, and begun again; a refusal moves neither. */
	if (acquired == released && (n ? acquired >= n : !acquired))
		return 0;
	return torture_finding(s->r, PROMISE_COUNT,
			       "%s: nr_foll_pin_acquired went up by %ld and nr_foll_pin_released by %ld, for %ld pages that were given and are back",
			       text_of(s, q), acquired, released, n);
}

static int request(struct shaper *s, const struct request *q)
{
	const unsigned int all[2] = { pages_of(q, 0), pages_of(q, 1) };
	long counters[2];
	int got, ret;

	if (look(s, 0, &s->before[0]) || look(s, 1, &s->before[1]))
		return -2;
	torture_pins_counters(counters);
	got = call_take(s->r, q->fn, q->flags, s->r->mem.addr + q->first * PAGE_BYTES, q->n);
	if (got == CALL_BROKE)
		return -2;
	s->requests++;
	if (got != (int)q->n) {
		call_give_rest(s->r, q->fn, q->flags, got > 0 ? got : 0);
		return torture_finding(s->r, PROMISE_RESULT, "%s: %d, instead of %u", text_of(s, q),
				       got, q->n);
	}
	ret = check_frames(s, q);
	if (!ret)
		ret = check_counts(s, q, all, "taken");
	if (ret) {
		call_give_rest(s->r, q->fn, q->flags, got);
		return ret;
	}
	ret = give_back(s, q);
	return ret ? ret : check_kernel(s, q, counters, q->n);
}

/* One of the two huge pages is another's, exclusively or, for exclusive ones, at all. */
static int refused(struct shaper *s, const struct request *q, int owned)
{
	enum pinlab_op op = q->flags & EXC && rng_below(&s->rng, 2) ? PINLAB_PIN_LT_FAST :
								       PINLAB_EXC_FAST;
	const unsigned int got_pages[2] = { owned ? pages_of(q, 0) : 0, 0 };
	const unsigned int none[2] = { 0, 0 };
	int want = owned ? (int)pages_of(q, 0) : -EBUSY, got, ret;
	long counters[2];

	if (!pages_of(q, owned) || !want)
		return 0;
	if (pin_pages(s->owner, op, s->r->mem.addr + owned * HUGE_BYTES + 5 * PAGE_BYTES, 1, 0) != 1)
		return torture_finding(s->r, PROMISE_REFUSED, "nobody has a huge page of %s, and it is refused",
				       mem_kind_name(s->r->mem.kind));
	ret = look(s, 0, &s->before[0]) || look(s, 1, &s->before[1]) ? -2 : 0;
	torture_pins_counters(counters);
	got = call_take(s->r, q->fn, q->flags, s->r->mem.addr + q->first * PAGE_BYTES, q->n);
	s->requests++;
	if (got != want)
		ret = torture_finding(s->r, PROMISE_RESULT,
				      "%s, of which huge page %d is another's: %d, instead of %d",
				      text_of(s, q), owned, got, want);
	if (!ret)
		ret = check_counts(s, q, got_pages, "of which one is another's");
	call_give_rest(s->r, q->fn, q->flags, got > 0 ? got : 0);
	if (!ret)
		ret = check_counts(s, q, none, "of which one is another's, given back");
	if (!ret && got < 0)
		ret = check_kernel(s, q, counters, 0);
	unpin_pages(s->owner, op, 1);
	return ret;
}

static int each_request(struct shaper *s)
{
	int ret = 0;

	for (size_t k = 0; k < sizeof(shapes) / sizeof(*shapes) && !ret; k++) {
		for (unsigned int i = 0; i < 12 && !ret; i++) {
			struct request q = { fns[i / 3], flag_sets[i % 3], shapes[k].first,
					     shapes[k].n };

			/* One of three, another one with each seed. */
			if ((q.flags & EXC && !dev_has_exclusive()) || rng_below(&s->rng, 3))
				continue;
			ret = request(s, &q);
			if (!ret && dev_has_exclusive())
				ret = refused(s, &q, rng_below(&s->rng, 2));
		}
	}
	return ret;
}

static int of_kind(struct shaper *s, enum mem_kind kind, bool by_page)
{
	const char *why = "";
	int err = mem_alloc(&s->r->mem, kind, 2 * HUGE_BYTES, &why), ret;

	if (err) {
		torture_fact(s->r, mem_kind_name(kind), "not here, needs %s: %s", why, strerror(-err));
		return 0;
	}
	s->by_page = by_page;
	for (int f = 0; f < 2 && by_page; f++)
		if (mprotect(s->r->mem.addr + f * HUGE_BYTES, PAGE_BYTES, PROT_READ) ||
		    mprotect(s->r->mem.addr + f * HUGE_BYTES, PAGE_BYTES, PROT_READ | PROT_WRITE))
			return row_fail(s->r, "mprotect: %s", strerror(errno));
	/* khugepaged is not to make one of it again. */
	if (by_page)
		madvise(s->r->mem.addr, s->r->mem.bytes, MADV_NOHUGEPAGE);
	torture_drain();
	ret = each_request(s);
	mem_free(&s->r->mem);
	return ret;
}

static int run(struct row *r)
{
	static const struct {
		enum mem_kind kind;
		bool by_page;
	} kinds[] = {
		{ MEM_ANON_THP }, { MEM_ANON_THP, true }, { MEM_SHMEM_THP },
		{ MEM_SHMEM_THP, true }, { MEM_HUGETLB },
	};
	struct shaper s = { .r = r, .rng = { torture_seed(r) }, .owner = dev_open() };
	int ret = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && !ret; i++)
		ret = of_kind(&s, kinds[i].kind, kinds[i].by_page);
	close(s.owner);
	torture_figure(r, "requests", "requests", s.requests);
	if (!s.requests && !ret)
		return row_skip(r, "needs huge pages");
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "requests that begin and end in the middle of large folios",
	.fixed		= true,
	.brief		= true,
	.run		= run,
};
