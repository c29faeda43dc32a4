// SPDX-License-Identifier: GPL-2.0
/* Runs scenarios one after the other, and looks for what each has left. */
#include "guest/torture/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/leaf.h"
#include "guest/machine/kmsg.h"
#include "guest/mem.h"
#include "guest/needs.h"
#include "guest/row.h"
#include "guest/torture/leaks.h"
#include "guest/torture/torture.h"
#include "include/wire.h"

/* Behind its share of the time a scenario has so long to end its round. */
#define GRACE_SECONDS	30
#define FIXED_SECONDS	240
#define MIN_SHARE	0.3

static struct {
	const struct torture_config *cfg;
	double unit;		/* seconds of a share */
} now;

/* FNV-1a, so that each scenario has numbers of its own. */
static uint64_t seed_of(uint64_t seed, const char *name)
{
	uint64_t h = 0xcbf29ce484222325ull;
	struct rng g;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3ull;
	g.state = h ^ seed;
	return rng_next(&g);
}

static void before_row(struct row *r)
{
	kmsg_rearm();
	kmsg_mark(WIRE_MARK_BEGIN, r->name);
	kmsg_start();
	leaks_begin();
	torture_start();
}

static void after_row(struct row *r)
{
	/* Orphans of the scenario are ours where we are process 1. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	leaks_wait();
	torture_look(r);
	leaks_tell(r);
	kmsg_mark(WIRE_MARK_END, r->name);
}

static void run_body(struct row *r)
{
	torture_start();
	/* Killed as a whole if it does not end. */
	setpgid(0, 0);
	((const struct scenario *)r->leaf->is)->run(r);
	torture_look(r);
	mem_free(&r->mem);
}

enum turn {
	TURN_BRIEF,
	TURN_FIXED,
	TURN_TIMED,
};

static enum turn turn_of(const struct scenario *s)
{
	return !s->fixed ? TURN_TIMED : s->brief ? TURN_BRIEF : TURN_FIXED;
}

static unsigned int shares_of(const struct scenario *s)
{
	return s->shares ? s->shares : 1;
}

/* The wanted ones of a turn, behind those that are there. */
static size_t add_turn(const struct leaf **order, size_t n, enum turn turn)
{
	struct leaves all = leaf_scenarios();

	for (size_t i = 0; i < all.n; i++)
		if (turn_of(all.v[i]->is) == turn &&
		    leaf_wanted(all.v[i], now.cfg->scenarios, all.v[i]->name))
			order[n++] = all.v[i];
	return n;
}

/* False if it has failed. */
static bool run_one(const struct leaf *l)
{
	const struct scenario *s = l->is;
	struct row r = { .leaf = l, .kind = MEM_NONE, .drv = -1, .mem = { .fd = -1 } };
	double share = now.unit * shares_of(s);
	struct row_body body = { before_row, run_body, after_row,
				 turn_of(s) == TURN_TIMED ? share + GRACE_SECONDS :
							    FIXED_SECONDS };

	snprintf(r.name, sizeof(r.name), "%s", l->name);
	torture_turn(share, seed_of(now.cfg->seed, l->name));
	return row_run(&r, NEEDS_DRIVER | s->needs, &body);
}

/* Shares that all timed ones have together. */
static unsigned int count_shares(const char *globs)
{
	struct leaves all = leaf_scenarios();
	unsigned int n = 0;

	for (size_t i = 0; i < all.n; i++)
		if (turn_of(all.v[i]->is) == TURN_TIMED &&
		    leaf_wanted(all.v[i], globs, all.v[i]->name))
			n += shares_of(all.v[i]->is);
	return n;
}

void torture_run(const struct torture_config *cfg)
{
	const struct leaf **order = calloc(leaf_scenarios().n, sizeof(*order));
	unsigned int shares = count_shares(cfg->scenarios);
	size_t n = 0;

	if (!order)
		return;
	now.cfg = cfg;
	/* What is over has had its share: the rest gets no more for it. */
	now.unit = shares ? cfg->seconds / shares : 0;
	if (now.unit < MIN_SHARE)
		now.unit = MIN_SHARE;
	kmsg_unlimit();
	rows_begin();
	/* Where the first failure is all that is wanted, those that find it soonest go first. */
	n = add_turn(order, n, TURN_BRIEF);
	n = add_turn(order, n, cfg->stop ? TURN_TIMED : TURN_FIXED);
	n = add_turn(order, n, cfg->stop ? TURN_FIXED : TURN_TIMED);
	for (size_t i = rows_left(order, n, cfg->after); i < n; i++)
		if (!run_one(order[i]) && cfg->stop)
			break;
	free(order);
}

void torture_list(void)
{
	struct leaves all = leaf_scenarios();

	for (size_t i = 0; i < all.n; i++) {
		const struct scenario *s = all.v[i]->is;

		if (!all.v[i]->hidden)
			printf("%s\t%s\t%s\t%s\n", all.v[i]->name, s->fixed ? "fixed" : "timed",
			       s->needs & NEEDS_TOOLS ? WIRE_NEEDS_TOOLS : "-", s->summary);
	}
}
