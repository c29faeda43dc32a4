// SPDX-License-Identifier: GPL-2.0
/*
 * Pinned memory leaves its mapping and its file: unmapped, truncated, punched
 * out, replaced. What becomes of each frame is up to its pins alone from then on.
 *
 * Oracle: while it is pinned a folio has as many references as its pins are, and
 * not one more; with the release of its last pin it is free. Frame by frame,
 * without a threshold.
 * Varies: kind of memory, ordinary or exclusive pins, how the memory leaves, in
 * which order the pins are given back, and by which functions.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/record.h"
#include "guest/torture/rule/calls.h"

#define PIN_REFS	1024		/* GUP_PIN_COUNTING_BIAS: a pin of a small folio */
#define EXCLUSIVE_BIT	(1 << 30)	/* some designs keep it with the count */
#define HUGE_PAGES	(HUGE_BYTES / PAGE_BYTES)
#define PINS		6
#define TRIES		60	/* of 10 ms: workers and RCU give back later */

enum way {
	UNMAPPED,
	DROPPED,	/* MADV_DONTNEED, or a hole in the file */
	REPLACED,	/* by another mapping at the same place */
	TRUNCATED,
	NR_WAYS
};

static const char *const way_text[] = {
	"unmapped", "dropped by MADV_DONTNEED or a hole", "replaced by another mapping",
	"truncated",
};

struct leaver {
	struct row *r;
	struct rng rng;
	enum mem_kind kind;
	enum way way;
	unsigned int flags;
	unsigned int pins;		/* held */
	unsigned long frames;		/* followed to their release */
};

static const char *text_of(const struct leaver *l)
{
	return field("%s memory, pinned %s and then %s", mem_kind_name(l->kind),
		     l->flags & PINLAB_CALL_EXCLUSIVE ? "exclusively" : "ordinarily",
		     way_text[l->way]);
}

/* Pages of the n-th pin: of large folios more than one, and not the first. */
static unsigned long page_of(const struct leaver *l, unsigned int n)
{
	static const unsigned long large[PINS] = { 3, 4, 511, 512, 700, 1023 };

	return mem_is_large(l->kind) ? large[n] : n;
}

/* An exclusive large folio has one request, and that is of pages in a row. */
static int pin(struct leaver *l)
{
	unsigned int step = mem_is_large(l->kind) && l->flags & PINLAB_CALL_EXCLUSIVE ? 3 : 1, n;

	for (n = 0; n < PINS; n += step) {
		unsigned long page = step > 1 ? n / step * HUGE_PAGES + 7 : page_of(l, n);
		int got = call_take(l->r, n % 2 ? FN_PIN_FAST : FN_PIN_UNLOCKED, l->flags,
				    l->r->mem.addr + page * PAGE_BYTES, step);

		if (got != (int)step)
			return torture_finding(l->r, PROMISE_RESULT,
					       "%u pages of %s memory, of nobody else's: %d", step,
					       mem_kind_name(l->kind), got);
	}
	l->pins = PINS;
	return 0;
}

static int leave(struct leaver *l)
{
	struct mem *m = &l->r->mem;
	int err = 0;

	switch (l->way) {
	case TRUNCATED:
		err = ftruncate(m->fd, 0);
		break;
	case DROPPED:
		err = m->fd < 0 ? madvise(m->addr, m->bytes, MADV_DONTNEED) :
		      fallocate(m->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, m->bytes);
		break;
	case REPLACED:
		err = mmap(m->addr, m->bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED;
		break;
	default:
		err = munmap(m->map, m->map_bytes);
		m->map = NULL;
	}
	/* The last that has the file, where it is no longer needed. */
	if (!err && m->fd >= 0 && (l->way == UNMAPPED || l->way == REPLACED)) {
		close(m->fd);
		m->fd = -1;
	}
	return err ? row_fail(l->r, "%s: %s", text_of(l), strerror(errno)) : 0;
}

/* Pins that are held of the folio that the slot's page `at` is of. */
static int pins_of(struct leaver *l, const struct pinlab_page_info *i)
{
	struct pinlab_page_info other;
	uint64_t mask = ~((1ull << i->order) - 1);
	int n = 0;

	for (unsigned int k = 0; k < l->pins; k++)
		if (!dev_held(l->r->drv, 0, k, &other))
			n += (other.pfn & mask) == (i->pfn & mask);
	return n;
}

/* References that no pin accounts for; they may be on their way. */
static int strangers(struct leaver *l, unsigned int at, struct pinlab_page_info *i)
{
	const struct timespec nap = { .tv_nsec = 10000000 };
	int refs = 0;

	for (int tries = 0; tries < TRIES; tries++) {
		if (dev_held(l->r->drv, 0, at, i))
			return 0;
		refs = pins_of(l, i) * (i->pincount < 0 ? PIN_REFS : 1);
		if ((i->refcount & ~EXCLUSIVE_BIT) <= refs)
			break;
		torture_drain();
		nanosleep(&nap, NULL);
	}
	return (i->refcount & ~EXCLUSIVE_BIT) - refs;
}

static int check_held(struct leaver *l)
{
	struct pinlab_page_info i;

	for (unsigned int k = 0; k < l->pins; k++) {
		int more = strangers(l, k, &i), pins = pins_of(l, &i);

		if (more)
			return torture_finding(l->r, PROMISE_LEAK,
					       "%s: pfn %#llx has %+d references beside those of its %d pins",
					       text_of(l), (unsigned long long)i.pfn, more, pins);
		if (i.pincount >= 0 && (i.pincount & ~EXCLUSIVE_BIT) != pins)
			return torture_finding(l->r, PROMISE_COUNT,
					       "%s: pfn %#llx has pin count %#x, of %d pins",
					       text_of(l), (unsigned long long)i.pfn, i.pincount,
					       pins);
		if (!i.maybe_pinned || !!i.exclusive != !!(l->flags & PINLAB_CALL_EXCLUSIVE))
			return torture_finding(l->r, PROMISE_FLAG,
					       "%s: pfn %#llx: pinned %u, exclusive %u", text_of(l),
					       (unsigned long long)i.pfn, i.maybe_pinned,
					       i.exclusive);
	}
	return 0;
}

/* Pin by pin: the folio is free with its last, and not before. */
static int give_one(struct leaver *l)
{
	unsigned int at = rng_below(&l->rng, l->pins);
	struct pinlab_call c = { .at = at, .pages = 1 };
	struct pinlab_page_info i;
	int got = CALL_CANNOT, pins;

	if (dev_held(l->r->drv, 0, at, &i))
		return row_fail(l->r, "a held page");
	pins = pins_of(l, &i);
	while (got == CALL_CANNOT) {
		c.fn = call_way_back(FN_PIN, l->flags, rng_below(&l->rng, 64));
		got = call_do(l->r, &c);
	}
	if (got != 1)
		return -2;
	l->pins--;
	l->frames += pins == 1;
	if (c.left == (pins > 1 ? 1u : 0u))
		return 0;
	return torture_finding(l->r, PROMISE_LEAK,
			       "%s: pfn %#llx had %d pins; behind %s() of one it is %s", text_of(l),
			       (unsigned long long)i.pfn, pins, fn_name(c.fn),
			       c.left ? "not free" : "free");
}

static int one(struct leaver *l)
{
	size_t bytes = mem_is_large(l->kind) ? 2 * HUGE_BYTES : PINS * PAGE_BYTES;
	const char *why = "";
	int ret;

	if (l->way == TRUNCATED && (l->kind == MEM_ANON || l->kind == MEM_ANON_THP))
		return 0;
	if (mem_alloc(&l->r->mem, l->kind, bytes, &why)) {
		torture_fact(l->r, mem_kind_name(l->kind), "not here, needs %s", why);
		return 0;
	}
	torture_drain();
	ret = pin(l);
	if (!ret)
		ret = leave(l);
	if (!ret)
		ret = check_held(l);
	while (!ret && l->pins)
		ret = give_one(l);
	if (l->pins)
		call_give_rest(l->r, FN_PIN, l->flags, l->pins);
	l->pins = 0;
	mem_free(&l->r->mem);
	return ret;
}

static int run(struct row *r)
{
	static const enum mem_kind kinds[] = {
		MEM_ANON, MEM_ANON_THP, MEM_SHMEM, MEM_SHMEM_THP, MEM_HUGETLB,
	};
	struct leaver l = { .r = r, .rng = { torture_seed(r) } };
	unsigned int n = sizeof(kinds) / sizeof(*kinds) * NR_WAYS * 2;
	int ret = 0, e;

	/* Each, also behind one that has failed. */
	for (unsigned int i = 0; i < n && ret > -2; i++) {
		l.kind = kinds[i / 2 / NR_WAYS];
		l.way = i / 2 % NR_WAYS;
		l.flags = PINLAB_CALL_WRITE | PINLAB_CALL_LONGTERM |
			  (i % 2 ? PINLAB_CALL_EXCLUSIVE : 0);
		if (i % 2 && !dev_has_exclusive())
			continue;
		e = one(&l);
		ret = ret < e ? ret : e;
	}
	torture_figure(r, "followed", "folios", l.frames);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "pinned memory leaves its mapping and its file: is every frame freed?",
	.fixed		= true,
	.brief		= true,
	.run		= run,
};
