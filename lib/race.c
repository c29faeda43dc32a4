// SPDX-License-Identifier: GPL-2.0
#include "race.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "delays.h"

#define LOOPS		64	/* requests of one call of the driver */
#define ROUND_MS	20
#define MAX_PAGES	8	/* few, so that racers meet */
#define ROUNDS_A_DELAY	4	/* a new set of probes so often; in between there are none */

struct racer {
	pthread_t thread;
	int fd;
	struct pinlab_race req;
	struct race_state *st;
	uint64_t taken, refused, failed, released;
	int err;
};

struct race_state {
	const struct race *race;
	struct race_round w;
	struct racer racer[MAX_RACERS];
	unsigned int n;
	pthread_barrier_t start;
	atomic_bool stop;
	int before_refs[MAX_PAGES];
	double busy;		/* seconds that racers ran */
	struct delays delays;
};

static void add(struct racer *c)
{
	for (int op = 0; op < PINLAB_NR_OPS; op++) {
		c->taken += c->req.taken[op];
		c->refused += c->req.refused[op];
		c->failed += c->req.failed[op];
	}
	c->released += c->req.released;
}

static void *race_thread(void *arg)
{
	struct racer *c = arg;

	pthread_barrier_wait(&c->st->start);
	while (!atomic_load(&c->st->stop) && !c->err) {
		if (ioctl(c->fd, PINLAB_IOC_RACE, &c->req))
			c->err = errno;
		else
			add(c);
		c->req.seed++;
	}
	return NULL;
}

static void nap_until(const struct timespec *until)
{
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, until, NULL);
}

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
		nap_until(&until);
	while (!ret && !is_over(&until))
		ret = st->race->disturb(&st->w);
	return ret;
}

static bool have_op(struct row *r, int op)
{
	struct pinlab_caps caps = { 0 };

	ioctl(r->drv, PINLAB_IOC_CAPS, &caps);
	if (op == PINLAB_EXC_FAST || op == PINLAB_EXC_SLOW)
		return caps.exclusive;
	return op != PINLAB_PIN_MEMFD || caps.memfd;
}

/* The racer's ways that this kernel and this kind of memory have. */
static uint64_t usable(struct race_state *st, uint64_t ops)
{
	for (int op = 0; op < PINLAB_NR_OPS; op++)
		if (!have_op(st->w.r, op))
			ops &= ~(1ull << op);
	if (st->w.mem.fd < 0)
		ops &= ~OP(PIN_MEMFD);
	return ops;
}

static int open_racers(struct race_state *st)
{
	st->n = 0;
	for (int i = 0; i < MAX_RACERS && st->race->racers[i]; i++) {
		struct racer *c = &st->racer[st->n];

		*c = (struct racer){ .st = st, .fd = c->fd };
		c->req.ops = usable(st, st->race->racers[i]);
		if (!c->req.ops)
			continue;
		if (!c->fd)
			c->fd = open("/dev/pinlab", O_RDWR | O_CLOEXEC);
		if (c->fd < 0)
			return row_fail(st->w.r, "/dev/pinlab: %s", strerror(errno));
		c->req.addr = (uintptr_t)st->w.mem.addr;
		c->req.pages = st->w.pages;
		c->req.batch = st->race->batch ? st->race->batch : 1 + rng_below(&st->w.rng, 8);
		c->req.seed = rng_next(&st->w.rng);
		c->req.loops = LOOPS;
		c->req.flags = st->race->flags;
		c->req.memfd = st->w.mem.fd;
		st->n++;
	}
	return 0;
}

static int refs_of(struct row *r, const char *addr, struct pinlab_page_info *info)
{
	*info = (struct pinlab_page_info){ .addr = (uintptr_t)addr };
	return ioctl(r->drv, PINLAB_IOC_PAGE_INFO, info) ? -errno : 0;
}

static void note_refs(struct race_state *st)
{
	struct pinlab_page_info info;

	for (unsigned long i = 0; i < st->w.pages; i++)
		st->before_refs[i] = refs_of(st->w.r, st->w.mem.addr + i * PAGE_BYTES, &info) ?
				     -1 : info.refcount;
}

/* Less is well: a page may have left an LRU batch meanwhile. */
static bool refs_are_back(struct race_state *st, unsigned long *bad, int *refs)
{
	struct pinlab_page_info info;

	for (unsigned long i = 0; i < st->w.pages; i++) {
		if (st->before_refs[i] < 0 ||
		    refs_of(st->w.r, st->w.mem.addr + i * PAGE_BYTES, &info))
			continue;
		*bad = i;
		*refs = info.refcount;
		if (info.refcount > st->before_refs[i] || info.refcount <= 0)
			return false;
	}
	return true;
}

/* At rest: what is counted is what is held, and references are what they were. */
static int at_rest(struct race_state *st)
{
	struct pinlab_audit a = { .addr = (uintptr_t)st->w.mem.addr, .pages = st->w.pages };
	unsigned long bad;
	int refs;

	if (ioctl(st->w.r->drv, PINLAB_IOC_AUDIT, &a))
		return row_fail(st->w.r, "audit: %s", strerror(errno));
	if (torture_look(st->w.r))
		return -1;
	if (st->race->remaps || refs_are_back(st, &bad, &refs))
		return 0;
	torture_drain();
	if (refs_are_back(st, &bad, &refs))
		return 0;
	return torture_finding(st->w.r, "count",
			       "round %lu, %s: page %lu had %d references before the race and has %d at rest",
			       st->w.n, mem_kind_name(st->w.mem.kind), bad, st->before_refs[bad],
			       refs);
}

static int join(struct race_state *st, unsigned int started)
{
	int ret = 0;

	for (unsigned int i = 0; i < started; i++) {
		pthread_join(st->racer[i].thread, NULL);
		if (st->racer[i].err && !ret)
			ret = row_fail(st->w.r, "the driver's race: %s",
				       strerror(st->racer[i].err));
	}
	return ret;
}

static int race(struct race_state *st)
{
	double began;
	int ret = 0, joined;

	atomic_store(&st->stop, false);
	pthread_barrier_init(&st->start, NULL, st->n + 1);
	for (unsigned int i = 0; i < st->n; i++)
		if (pthread_create(&st->racer[i].thread, NULL, race_thread, &st->racer[i]))
			return row_fail(st->w.r, "pthread_create: racer %u", i);
	pthread_barrier_wait(&st->start);
	began = torture_seconds(st->w.r);
	ret = disturb(st);
	atomic_store(&st->stop, true);
	st->busy += torture_seconds(st->w.r) - began;
	joined = join(st, st->n);
	pthread_barrier_destroy(&st->start);
	return ret ? ret : joined;
}

static enum mem_kind draw_kind(const struct race *race, struct rng *g)
{
	enum mem_kind have[MEM_NR_KINDS];
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
	enum mem_kind kind = draw_kind(st->race, &st->w.rng);
	int err;

	st->w.pages = st->race->pages ? st->race->pages : 1 + rng_below(&st->w.rng, MAX_PAGES);
	if (st->w.pages > MAX_PAGES)
		st->w.pages = MAX_PAGES;
	err = mem_alloc(&st->w.mem, kind, st->w.pages * PAGE_BYTES, &why);
	if (err && st->race->kinds == KIND(kind))
		return row_skip(st->w.r, "needs %s: %s", why, strerror(-err));
	if (err && mem_alloc(&st->w.mem, MEM_ANON, st->w.pages * PAGE_BYTES, &why))
		return row_skip(st->w.r, "needs %s", why);
	return 0;
}

static int one_round(struct race_state *st, uint64_t totals[4])
{
	int ret = alloc(st), e;

	if (ret)
		return ret;
	if (st->race->before)
		ret = st->race->before(&st->w);
	if (!ret)
		ret = open_racers(st);
	if (!ret && !st->n)
		ret = row_skip(st->w.r, "needs exclusive pins (CONFIG_EXCLUSIVE_PIN)");
	if (ret)
		goto out;
	note_refs(st);
	ret = race(st);
	if (st->race->after) {
		e = st->race->after(&st->w);
		ret = ret ? ret : e;
	}
	for (unsigned int i = 0; i < st->n; i++) {
		totals[0] += st->racer[i].taken;
		totals[1] += st->racer[i].refused;
		totals[2] += st->racer[i].failed;
		totals[3] += st->racer[i].released;
	}
	e = at_rest(st);
	if (e) {
		delays_tell(&st->delays, st->w.r);
		torture_detail(st->w.r, "round %lu: %s, %lu pages", st->w.n,
			       mem_kind_name(st->w.mem.kind), st->w.pages);
	}
	ret = ret ? ret : e;
out:
	mem_free(&st->w.mem);
	return ret;
}

static void figures(struct race_state *st, const uint64_t totals[4])
{
	struct row *r = st->w.r;
	uint64_t requests = totals[0] + totals[1] + totals[2];

	torture_figure(r, "rounds", "rounds", st->w.n);
	torture_figure(r, "pins", "requests", totals[0]);
	torture_figure(r, "refused", "requests", totals[1]);
	torture_figure(r, "failed", "requests", totals[2]);
	torture_figure(r, "rate", "operations/s",
		       st->busy > 0 ? (requests + totals[3]) / st->busy : 0);
}

int race_run(struct row *r, const struct race *race)
{
	struct rng g = { torture_seed(r) };
	uint64_t totals[4] = { 0 };
	struct race_state *st = calloc(1, sizeof(*st));
	int ret = 0;

	if (!st)
		return row_fail(r, "out of memory");
	st->race = race;
	st->w.r = r;
	st->w.priv = race->priv;
	while (torture_goes_on(r) && !ret) {
		/* Each round's numbers are its own, so that one can be looked at alone. */
		st->w.rng.state = rng_next(&g);
		if (!race->undelayed && st->w.n % ROUNDS_A_DELAY == 0)
			delays_change(&st->delays, r->drv, rng_next(&st->w.rng),
				      st->w.n / ROUNDS_A_DELAY % 2);
		ret = one_round(st, totals);
		st->w.n++;
	}
	delays_clear(&st->delays, r->drv);
	for (unsigned int i = 0; i < MAX_RACERS; i++)
		if (st->racer[i].fd > 0)
			close(st->racer[i].fd);
	if (ret <= 0)
		figures(st, totals);
	free(st);
	return ret;
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
	fd = open("/dev/pinlab", O_RDWR | O_CLOEXEC);
	_exit(fd < 0 || ioctl(fd, PINLAB_IOC_RACE, &req) ? 1 : 0);
}
