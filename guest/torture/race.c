// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/race.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/device.h"
#include "guest/machine/knob.h"
#include "guest/torture/delays.h"
#include "guest/torture/leaks.h"

#define LOOPS		64	/* requests of one call of the driver */
#define ROUND_MS	20
#define MAX_PAGES	8	/* few, so that racers meet */
/* A new set of probes so often, in between there are none; and new memory. */
#define ROUNDS_A_SET	4
#define UNSEEN_MS	3000	/* at most, until those that are not seen have given back */

struct race_state {
	const struct race *race;
	struct race_round w;
	struct racers *racers;
	int before_refs[MAX_PAGES];
	struct delays delays;
	/* Sums of the row. */
	uint64_t taken, refused, failed, released, disturbances, held;
	double busy;		/* seconds that racers ran */
};

static bool is_over(const struct timespec *until)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec > until->tv_sec ||
	       (t.tv_sec == until->tv_sec && t.tv_nsec >= until->tv_nsec);
}

/* Disturb until the round's time is over; without a disturbance, wait. */
static int disturb(struct race_state *st)
{
	unsigned int ms = st->race->round_ms ? st->race->round_ms : ROUND_MS;
	struct timespec until;
	int ret = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * 1000000l;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	if (!st->race->disturb)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	while (!ret && !is_over(&until)) {
		ret = st->race->disturb(&st->w);
		st->disturbances++;
	}
	return ret;
}

static char *raced(const struct race_state *st, unsigned long page)
{
	size_t first = st->race->across ? HUGE_BYTES - st->w.pages / 2 * PAGE_BYTES : 0;

	return st->w.mem.addr + first + page * PAGE_BYTES;
}

/* The racer's ways that this kernel and this kind of memory have. */
static uint64_t usable(struct race_state *st, unsigned int i)
{
	uint64_t ops = st->race->racers[i];

	if (!dev_has_exclusive())
		ops &= ~OPS_EXC;
	if (!dev_has_memfd() || st->w.mem.fd < 0)
		ops &= ~OP(PIN_MEMFD);
	if (st->race->processes & 1u << i && st->w.mem.fd < 0)
		ops &= OP(PIN_REMOTE);
	return ops;
}

/* How refusals are judged: what another has of the same folio may be a reason. */
static void divide(const struct race_round *w, struct pinlab_race *req)
{
	if (mem_is_large(w->mem.kind)) {
		req->folio_pages = HUGE_BYTES / PAGE_BYTES;
		req->first = ((char *)(uintptr_t)req->addr - w->mem.addr) / PAGE_BYTES;
	} else {
		req->folio_pages = 1;
	}
}

/* How many of them take part in this round. */
static unsigned int line_up(struct race_state *st)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < MAX_RACERS; i++) {
		struct racer *c = &st->racers->racer[i];

		c->process = st->race->processes & 1u << i;
		c->req = (struct pinlab_race){
			.ops = usable(st, i),
			.addr = (uintptr_t)raced(st, 0),
			.pages = st->w.pages,
			.batch = st->race->batch ? st->race->batch :
				 1 + rng_below(&st->w.rng, MAX_PAGES),
			.seed = rng_next(&st->w.rng),
			.loops = LOOPS,
			.flags = st->race->flags |
				 (st->race->unseen ? PINLAB_RACE_UNSEEN : 0),
			.pid = c->process ? getpid() : 0,
			.memfd = st->w.mem.fd,
		};
		divide(&st->w, &c->req);
		n += !!c->req.ops;
	}
	return n;
}

static int refs_of(struct row *r, const char *addr, struct pinlab_page_info *info)
{
	return dev_page(r->drv, addr, info);
}

static void note_refs(struct race_state *st)
{
	struct pinlab_page_info info;

	for (unsigned long i = 0; i < st->w.pages; i++)
		st->before_refs[i] = refs_of(st->w.r, raced(st, i), &info) ?
				     -1 : info.refcount;
}

/* Less is well: a page may have left an LRU batch meanwhile. */
static bool refs_are_back(struct race_state *st, unsigned long *bad, int *refs)
{
	struct pinlab_page_info info;

	for (unsigned long i = 0; i < st->w.pages; i++) {
		if (st->before_refs[i] < 0 ||
		    refs_of(st->w.r, raced(st, i), &info))
			continue;
		*bad = i;
		*refs = info.refcount;
		if (info.refcount > st->before_refs[i] || info.refcount <= 0)
			return false;
	}
	return true;
}

static bool any_pinned(struct race_state *st)
{
	struct pinlab_page_info info;

	for (unsigned long i = 0; i < st->w.pages; i++)
		if (!refs_of(st->w.r, raced(st, i), &info) && info.maybe_pinned)
			return true;
	return false;
}

/* A completion is told before its pins are given back, a closed ring by a worker. */
static void wait_for_unseen(struct race_state *st)
{
	const struct timespec nap = { .tv_nsec = 1000000 };

	for (int i = 0; i < UNSEEN_MS && any_pinned(st); i++)
		nanosleep(&nap, NULL);
}

/* At rest: what is counted is what is held, and references are what they were. */
static int at_rest(struct race_state *st)
{
	struct pinlab_audit a = { .addr = (uintptr_t)raced(st, 0), .pages = st->w.pages };
	unsigned long bad;
	int refs, err = dev_audit(st->w.r->drv, &a);

	if (err)
		return race_fail(&st->w, "audit: %s", strerror(-err));
	if (torture_look(st->w.r) || given_at_rest(st->w.r, raced(st, 0)))
		return -1;
	if (st->race->remaps || refs_are_back(st, &bad, &refs))
		return 0;
	torture_drain();
	if (refs_are_back(st, &bad, &refs))
		return 0;
	return torture_finding(st->w.r, PROMISE_COUNT,
			       "round %lu, %s: page %lu had %d references before the race and has %d at rest",
			       st->w.n, mem_kind_name(st->w.mem.kind), bad, st->before_refs[bad],
			       refs);
}

/* Private memory is nothing that a racing process is to have a part in. */
static int begin(struct race_state *st)
{
	bool private = st->race->processes && st->w.mem.fd < 0;
	int err;

	if (private)
		madvise(st->w.mem.addr, st->w.mem.bytes, MADV_DONTFORK);
	err = racers_begin(st->racers);
	if (private)
		madvise(st->w.mem.addr, st->w.mem.bytes, MADV_DOFORK);
	return err ? race_fail(&st->w, "racers: %s", strerror(-err)) : 0;
}

static int race(struct race_state *st)
{
	double began = torture_seconds(st->w.r);
	int ret = begin(st), err;

	if (ret)
		return ret;
	ret = disturb(st);
	st->busy += torture_seconds(st->w.r) - began;
	err = racers_end(st->racers);
	for (int i = 0; i < MAX_RACERS; i++) {
		const struct racer *c = &st->racers->racer[i];

		st->taken += c->taken;
		st->refused += c->refused;
		st->failed += c->failed;
		st->released += c->released;
	}
	if (st->race->alone && st->racers->racer[0].refused && !ret)
		ret = torture_finding(st->w.r, PROMISE_RESULT,
				      "nobody else pins, and of the requests %lu were refused (-EBUSY) and %lu given",
				      (unsigned long)st->racers->racer[0].refused,
				      (unsigned long)st->racers->racer[0].taken);
	if (err && !ret)
		ret = race_fail(&st->w, "the driver's race: %s", strerror(-err));
	return ret;
}

static enum mem_kind draw_kind(const struct race *race, struct rng *g)
{
	enum mem_kind have[MEM_NR_KINDS] = { MEM_ANON };
	unsigned int n = 0;

	for (int k = 0; k < MEM_NR_KINDS; k++)
		if (race->kinds & KIND(k))
			have[n++] = k;
	return have[rng_below(g, n)];
}

/* A kind that this kernel cannot give right now is left for another round. */
static int alloc(struct race_state *st)
{
	const char *why = "";
	enum mem_kind kind;
	size_t bytes;
	int err;

	if (st->w.mem.map && !st->race->remaps && st->w.n % ROUNDS_A_SET)
		return 0;
	mem_free(&st->w.mem);
	kind = draw_kind(st->race, &st->w.rng);
	st->w.pages = st->race->pages ? st->race->pages : 1 + rng_below(&st->w.rng, MAX_PAGES);
	if (st->w.pages > MAX_PAGES)
		st->w.pages = MAX_PAGES;
	bytes = st->race->across ? 2 * HUGE_BYTES : st->w.pages * PAGE_BYTES;
	err = mem_alloc(&st->w.mem, kind, bytes, &why);
	if (err && st->race->kinds == KIND(kind))
		return row_skip(st->w.r, "needs %s: %s", why, strerror(-err));
	if (err && mem_alloc(&st->w.mem, MEM_ANON, bytes, &why))
		return row_skip(st->w.r, "needs %s", why);
	return 0;
}

static int hold(struct race_state *st)
{
	unsigned long page = rng_below(&st->w.rng, st->w.pages);
	bool holds = rng_below(&st->w.rng, 4) < st->race->holds;

	if (!holds)
		return 0;
	st->held++;
	return holder_take(&st->w.holder, st->w.r, raced(st, page), 1, st->w.canary);
}

static int check_balance(struct race_state *st, long before)
{
	long now = st->race->balances ? torture_pins_balance() : before;

	if (now == before)
		return 0;
	return torture_finding(st->w.r, PROMISE_LEAK,
			       "at rest nr_foll_pin_acquired - nr_foll_pin_released is %+ld from what it was before round %lu",
			       now - before, st->w.n);
}

static int let_go(struct race_state *st)
{
	int ret = holder_check(&st->w.holder, !st->race->unmaps, "after a race");

	holder_give(&st->w.holder);
	if (st->race->unseen)
		wait_for_unseen(st);
	return ret;
}

/* From the first racer to the last look. */
static int compete(struct race_state *st)
{
	long before = st->race->balances ? torture_pins_balance() : 0;
	int ret = hold(st), e;

	if (!ret)
		ret = race(st);
	if (st->race->after) {
		e = st->race->after(&st->w);
		ret = ret ? ret : e;
	}
	e = let_go(st);
	ret = ret ? ret : e;
	e = at_rest(st);
	ret = ret ? ret : e;
	e = check_balance(st, before);
	return ret ? ret : e;
}

static int one_round(struct race_state *st)
{
	int ret = alloc(st);

	if (ret)
		return ret;
	st->w.canary = rng_next(&st->w.rng);
	if (st->race->before)
		ret = st->race->before(&st->w);
	if (!ret && !line_up(st))
		ret = row_skip(st->w.r, "needs exclusive pins (CONFIG_EXCLUSIVE_PIN)");
	if (ret)
		return ret;
	note_refs(st);
	ret = compete(st);
	/* Details belong to a finding. */
	if (ret == -1) {
		delays_tell(&st->delays, st->w.r);
		torture_detail(st->w.r, "round %lu: %s, %lu pages", st->w.n,
			       mem_kind_name(st->w.mem.kind), st->w.pages);
	}
	return ret;
}

static void figures(const struct race_state *st)
{
	uint64_t requests = st->taken + st->refused + st->failed;
	struct row *r = st->w.r;

	torture_figure(r, "rounds", "rounds", st->w.n);
	torture_figure(r, "pins", "requests", st->taken);
	torture_figure(r, "refused", "requests", st->refused);
	torture_figure(r, "failed", "requests", st->failed);
	torture_figure(r, "rate", "operations/s",
		       st->busy > 0 ? (requests + st->released) / st->busy : 0);
	if (st->race->disturb)
		torture_figure(r, "disturbances", "calls", st->disturbances);
	if (st->race->holds)
		torture_figure(r, "held", "rounds", st->held);
}

/*
 * Taking a probe away waits for a grace period, 20 to 30 ms, as long as a
 * round; and one that was made a jump meanwhile for all tasks besides.
 */
static void change_delays(struct race_state *st, bool on)
{
	knob_write("/proc/sys/debug/kprobes-optimization", "0");
	knob_write("/sys/kernel/rcu_expedited", "1");
	if (on)
		delays_change(&st->delays, st->w.r->drv, rng_next(&st->w.rng),
			      st->w.n / ROUNDS_A_SET % 2);
	else
		delays_clear(&st->delays, st->w.r->drv);
	knob_write("/sys/kernel/rcu_expedited", "0");
}

/* Who only sleeps while others race wakes up on time: rounds are as long as they should be. */
static void go_first(void)
{
	const struct sched_param sp = { .sched_priority = 1 };

	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &sp);
}

static int rounds(struct race_state *st)
{
	struct rng g = { torture_seed(st->w.r) };
	int ret = 0;

	while (torture_goes_on(st->w.r) && !ret) {
		/* Each round's numbers are its own, so that one can be looked at alone. */
		st->w.rng.state = rng_next(&g);
		if (!st->race->undelayed && st->w.n % ROUNDS_A_SET == 0)
			change_delays(st, true);
		ret = one_round(st);
		st->w.n++;
	}
	return ret;
}

int race_run(struct row *r, const struct race *race)
{
	struct race_state *st = calloc(1, sizeof(*st));
	int ret;

	if (!st)
		return row_fail(r, "out of memory");
	st->race = race;
	st->w.r = r;
	st->w.priv = race->priv;
	st->w.mem.fd = -1;
	st->racers = racers_new();
	if (!st->racers) {
		free(st);
		return row_fail(r, "out of memory");
	}
	if (!race->disturb)
		go_first();
	ret = rounds(st);
	racers_free(st->racers);
	change_delays(st, false);
	holder_close(&st->w.holder);
	mem_free(&st->w.mem);
	if (ret <= 0)
		figures(st);
	free(st);
	return ret;
}

int race_fail(struct race_round *w, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	row_fail(w->r, "round %lu, %s: %s", w->n, mem_kind_name(w->mem.kind), text);
	return -2;
}

pid_t race_child(struct race_round *w, uint64_t ops, unsigned int flags, unsigned int loops)
{
	struct pinlab_race req = {
		.addr = (uintptr_t)w->mem.addr, .pages = w->pages, .batch = 1 + w->n % 4,
		.ops = ops, .flags = flags, .loops = loops, .seed = rng_next(&w->rng),
		.memfd = w->mem.fd,
	};
	pid_t pid = child_fork();
	int fd;

	if (pid)
		return pid;
	divide(w, &req);
	fd = dev_open();
	_exit(fd < 0 || dev_race(fd, &req) ? 1 : 0);
}

bool race_is_held(const struct race_round *w, unsigned long page)
{
	if (!w->holder.pages)
		return false;
	return mem_is_large(w->mem.kind) || w->holder.addr == w->mem.addr + page * PAGE_BYTES;
}

char *race_elsewhere(size_t bytes)
{
	char *p = mmap(NULL, bytes + HUGE_BYTES, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	return (char *)(((uintptr_t)p + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1));
}

void race_scribble(struct race_round *w)
{
	for (unsigned long i = 0; i < w->pages; i++)
		*(volatile char *)(w->mem.addr + i * PAGE_BYTES) += 1;
}
