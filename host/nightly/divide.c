// SPDX-License-Identifier: GPL-2.0
/* How a budget is divided. */
#include "host/nightly/divide.h"

#include <stdlib.h>
#include <string.h>

#include "host/nightly/run.h"

/* For the reports, at the end. */
#define RESERVE_SECONDS	3

/*
 * Seconds of one timed scenario in one boot. Below LEAST a race has hardly
 * begun: scenarios are left out rather than cut further. Up to MOST, where
 * there are SEEDS boots already, another boot would cost more than it shows.
 */
#define SHARE_LEAST	1.5
#define SHARE_WANTED	6.0
#define SHARE_MOST	20.0
#define SEEDS		8

/* The cells of one flavor. */
struct part {
	size_t first, n;
	size_t ready;
	double weight;
	bool in;
};

struct slots {
	struct slot *v;
	size_t n;
};

/* splitmix64's last steps */
size_t night_turn_of(unsigned long seed, size_t n)
{
	unsigned long long z = (seed + 1) * 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	return n ? (z ^ z >> 31) % n : 0;
}

static bool has_work(const struct divide *d, const struct divide_cell *c)
{
	return c->ready && (d->n_timed || c->fixed_left);
}

/* A timed scenario that gets this share. */
static double one(const struct divide_cell *c, double share)
{
	return c->row + share * c->slow;
}

/* The least that is a turn. */
static double least(const struct divide *d, const struct divide_cell *c)
{
	return c->boot + (d->n_timed ? one(c, SHARE_LEAST) : c->row + c->fixed);
}

bool night_too_short(const struct divide_cell *c, size_t n, double seconds)
{
	return seconds < c->boot + n * one(c, SHARE_LEAST);
}

static void add(struct slots *s, struct slot one)
{
	s->v = xrealloc(s->v, (s->n + 1) * sizeof(*s->v));
	s->v[s->n++] = one;
}

static void add_timed(struct slots *s, const struct divide_cell *c, size_t cell, size_t n,
		      double seconds, size_t round)
{
	/* A duration is whole seconds. */
	double around = c->boot + n * c->row;
	long share = seconds - around;

	if (share >= 1)
		add(s, (struct slot){ cell, false, n, share, around + share, round });
}

/*
 * Fixed scenarios once, from at most half of the time as long as there are
 * others that had no turn; what is left of it.
 */
static double give_fixed(const struct divide *d, size_t cell, double seconds, struct slots *s)
{
	const struct divide_cell *c = &d->cells[cell];
	double most = c->timed_left ? seconds / 2 : seconds, cost;
	size_t n = 0;

	if (c->fixed_left && most > c->boot)
		n = (most - c->boot) / (c->row + c->fixed);
	n = n > c->fixed_left ? c->fixed_left : n;
	if (!n)
		return seconds;
	cost = c->boot + n * (c->row + c->fixed);
	add(s, (struct slot){ cell, true, n, 1, cost, 1 });
	return seconds - cost;
}

/* How many boots; as long as they are to be where there are enough of them. */
static size_t seeds(const struct divide_cell *c, size_t n, double seconds)
{
	size_t few = seconds / (c->boot + n * one(c, SHARE_MOST));
	size_t many = seconds / (c->boot + n * one(c, SHARE_WANTED));

	if (few >= SEEDS)
		return few;
	return many > SEEDS ? SEEDS : many ? many : 1;
}

static void give_timed(const struct divide *d, size_t cell, double seconds, struct slots *s)
{
	const struct divide_cell *c = &d->cells[cell];
	size_t n = c->timed_left ? c->timed_left : d->n_timed, boots;
	double most = c->boot + n * one(c, SHARE_MOST);

	if (!n || seconds < least(d, c))
		return;
	/* A second turn is for all of them or for none. */
	if (night_too_short(c, n, seconds) && !c->timed_left)
		return;
	if (night_too_short(c, n, seconds))
		n = (seconds - c->boot) / one(c, SHARE_LEAST);
	if (n < d->n_timed) {
		/* The rest of a round: what comes after it is planned after it. */
		add_timed(s, c, cell, n, seconds > most ? most : seconds, 0);
		return;
	}
	boots = seeds(c, n, seconds);
	for (size_t i = 0; i < boots; i++)
		add_timed(s, c, cell, n, seconds / boots, i ? i + 1 : 0);
}

static size_t find_parts(const struct divide *d, struct part *p)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_cells; i++) {
		const struct divide_cell *c = &d->cells[i];

		if (!i || strcmp(c->flavor, d->cells[i - 1].flavor))
			p[n++] = (struct part){ .first = i, .weight = c->weight };
		p[n - 1].n++;
		p[n - 1].ready += has_work(d, c);
	}
	for (size_t i = 0; i < n; i++)
		p[i].in = p[i].ready;
	return n;
}

/* The dearest cell of a flavor decides what a turn costs there. */
static double dearest(const struct divide *d, const struct part *p)
{
	double most = 0;

	for (size_t i = p->first; i < p->first + p->n; i++)
		if (has_work(d, &d->cells[i]) && least(d, &d->cells[i]) > most)
			most = least(d, &d->cells[i]);
	return most;
}

static double part_seconds(const struct divide *d, const struct part *p, size_t n, size_t which)
{
	double all = 0;

	for (size_t i = 0; i < n; i++)
		all += p[i].in ? p[i].weight : 0;
	return d->seconds * p[which].weight / all;
}

/*
 * Which flavors take part. One whose share is no turn for a single kernel
 * leaves it to the others, and so does the last one as long as the first
 * cannot give all kernels a turn.
 */
static void choose_parts(const struct divide *d, struct part *p, size_t n)
{
	for (;;) {
		size_t first = n, last = n, poor = n;

		for (size_t i = 0; i < n; i++) {
			if (!p[i].in)
				continue;
			first = first == n ? i : first;
			last = i;
			if (part_seconds(d, p, n, i) < dearest(d, &p[i]))
				poor = i;
		}
		if (first == n)
			return;
		if (poor == n && first != last &&
		    part_seconds(d, p, n, first) < p[first].ready * dearest(d, &p[first]))
			poor = last;
		if (poor == n)
			return;
		/* The first one is the last to go. */
		p[first == last ? first : poor == first ? last : poor].in = false;
	}
}

static void give_part(const struct divide *d, const struct part *p, double seconds,
		      struct slots *s)
{
	size_t served = seconds / dearest(d, p), skip;

	served = served > p->ready ? p->ready : served;
	skip = served < p->ready ? night_turn_of(d->seed, p->n) : 0;
	for (size_t i = 0, given = 0; i < p->n && given < served; i++) {
		size_t cell = p->first + (skip + i) % p->n;
		double left = seconds / served;

		if (!has_work(d, &d->cells[cell]))
			continue;
		given++;
		left = give_fixed(d, cell, left, s);
		give_timed(d, cell, left, s);
	}
}

static int by_round(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->round != y->round)
		return x->round < y->round ? -1 : 1;
	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

size_t night_divide(const struct divide *d, struct slot **out)
{
	struct part *p = xcalloc(d->n_cells, sizeof(*p));
	size_t n = find_parts(d, p);
	struct slots s = { NULL };

	choose_parts(d, p, n);
	for (size_t i = 0; i < n; i++)
		if (p[i].in)
			give_part(d, &p[i], part_seconds(d, p, n, i), &s);
	if (s.n)
		qsort(s.v, s.n, sizeof(*s.v), by_round);
	free(p);
	*out = s.v;
	return s.n;
}

double night_left(const struct nightly *n)
{
	return n->q->budget - n->before - (now_seconds() - n->started) - RESERVE_SECONDS;
}
