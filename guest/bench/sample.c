// SPDX-License-Identifier: GPL-2.0
#include "guest/bench/sample.h"

#include <stdio.h>
#include <sys/mman.h>

#include "guest/bench/bench.h"
#include "guest/clock.h"
#include "guest/device.h"
#include "guest/record.h"
#include "include/wire.h"

#define MAX_REPEATS 256

struct sample {
	int64_t ticks;
	uint64_t ops;
	bool disturbed;
};

struct bench_state {
	const struct bench_config *cfg;
	int64_t user_cost;	/* of reading the clock twice */
	int64_t driver_cost;
	bool keep;		/* not a warm-up */
	bool marking;		/* the profile pass */
	bool marked_noise;
	struct {
		struct sample sum;	/* of repeats that are too short for the clock */
		unsigned int pieces;
		struct sample s[MAX_REPEATS];
		unsigned int n;
		unsigned int clean;
		struct sample spare;	/* the last disturbed one */
		unsigned int window;
	} m[MAX_METRICS];
};

/* What each row begins with. */
static struct bench_state start;

static void keep_sample(struct bench_state *st, unsigned int metric, struct sample s)
{
	st->m[metric].clean++;
	if (st->m[metric].n < MAX_REPEATS)
		st->m[metric].s[st->m[metric].n++] = s;
}

/* Wall clock: as many repeats become one sample as the clock's resolution asks for. */
static void add_piece(struct row *r, unsigned int metric, struct sample s)
{
	struct bench_state *st = r->state;
	struct sample *sum = &st->m[metric].sum;
	unsigned int pieces = ++st->m[metric].pieces;
	double ns, least = WIRE_CLOCK_TIMES * guest_clock.resolution;

	sum->ticks += s.ticks;
	sum->ops += s.ops;
	sum->disturbed |= s.disturbed;
	ns = sum->ticks * guest_clock.ns;
	/* sqrt(pieces) times as long, squared. */
	if (ns > 0 && ns * ns >= least * least * pieces) {
		keep_sample(st, metric, *sum);
	} else if (pieces == BENCH_PIECES) {
		row_fail(r, "%s: %u repeats take %.0f ns together, and the clock tells no less than %.0f ns apart",
			 r->bench->metrics[metric].name, pieces, ns, guest_clock.resolution);
	} else {
		return;
	}
	*sum = (struct sample){ 0 };
	st->m[metric].pieces = 0;
}

static void add_sample(struct row *r, unsigned int metric, int64_t ticks, uint64_t ops,
		       uint64_t noise)
{
	struct bench_state *st = r->state;
	struct sample s = { ticks, ops, noise != 0 };

	if (!ops) {
		row_fail(r, "%s: no work was done", r->bench->metrics[metric].name);
		return;
	}
	if (st->marking) {
		st->marked_noise |= s.disturbed;
		return;
	}
	if (!st->keep)
		return;
	/* Wall-clock time includes ticks: there they are kept, and told. */
	if (!st->cfg->exact)
		add_piece(r, metric, s);
	else if (s.disturbed)
		st->m[metric].spare = s;
	else
		keep_sample(st, metric, s);
}

void row_sample(struct row *r, unsigned int metric, int64_t ticks, uint64_t ops, uint64_t noise)
{
	add_sample(r, metric, ticks - r->state->user_cost, ops, noise);
}

unsigned int bench_window(struct row *r)
{
	return r->out->windows++;
}

bool bench_marking(const struct row *r)
{
	/* A scenario of torture has steps too, and no samples. */
	return r->state && r->state->marking;
}

void region_begin(struct row *r, struct region *g)
{
	g->noise = dev_noise(r->drv);
	if (r->state->marking) {
		g->window = bench_window(r);
		pinlab_mark(PINLAB_MARK_BEGIN);
	}
	g->ticks = clock_now();
}

void region_end(struct row *r, struct region *g)
{
	g->ticks = clock_now() - g->ticks;
	if (r->state->marking)
		pinlab_mark(PINLAB_MARK_END);
	g->noise = dev_noise(r->drv) - g->noise;
}

void region_sample(struct row *r, const struct region *g, unsigned int metric, uint64_t ops)
{
	if (r->state->marking)
		r->state->m[metric].window = g->window;
	row_sample(r, metric, g->ticks, ops, g->noise);
}

void step_sample(struct row *r, const struct pinlab_step *s, unsigned int metric, uint64_t ops)
{
	if (s->flags & PINLAB_MARK)
		r->state->m[metric].window = s->tag;
	add_sample(r, metric, s->ticks - r->state->driver_cost, ops, s->noise);
}

static int64_t nop_cost(struct row *r)
{
	int64_t least = INT64_MAX;

	for (int i = 0; i < 8 && r->drv >= 0; i++) {
		struct pinlab_step s = { .op = PINLAB_NOP, .calls = 0, .batch = 1 };

		if (dev_run(r->drv, &s, 1))
			return 0;
		if (!s.noise && s.ticks < least)
			least = s.ticks;
	}
	return least == INT64_MAX ? 0 : least;
}

void samples_configure(const struct bench_config *cfg)
{
	start.cfg = cfg;
}

void samples_begin(struct row *r)
{
	/* Shared, so that what is noted here does not change what a fork has to copy. */
	r->state = mmap(NULL, sizeof(start), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	*r->state = start;
	r->state->user_cost = clock_cost();
	r->state->driver_cost = nop_cost(r);
}

void samples_keep(struct row *r)
{
	r->state->keep = true;
}

bool samples_enough(const struct row *r, unsigned int repeats)
{
	for (int i = 0; i < MAX_METRICS && r->bench->metrics[i].name; i++)
		if (r->state->m[i].clean < repeats)
			return false;
	return true;
}

void samples_send(struct row *r)
{
	struct bench_state *st = r->state;

	for (int i = 0; i < MAX_METRICS && r->bench->metrics[i].name; i++) {
		char unit[32];

		snprintf(unit, sizeof(unit), "%s/%s", clock_unit(), r->bench->metrics[i].per);
		if (!st->m[i].n) {
			if (!st->m[i].spare.ops) {
				row_fail(r, "%s: no sample", r->bench->metrics[i].name);
				continue;
			}
			st->m[i].s[st->m[i].n++] = st->m[i].spare;
		}
		for (unsigned int k = 0; k < st->m[i].n && k < st->cfg->repeats; k++) {
			const struct sample *s = &st->m[i].s[k];

			record(WIRE_SAMPLE, r->name, r->bench->metrics[i].name, unit,
			       field("%u", k), field("%.4f", s->ticks * guest_clock.ns / s->ops),
			       field("%llu", (unsigned long long)s->ops),
			       s->disturbed ? "1" : "0");
		}
	}
}

void samples_mark(struct row *r, int (*repeat)(struct row *r))
{
	struct bench_state *st = r->state;

	st->marking = true;
	for (int try = 0; try < 8; try++) {
		st->marked_noise = false;
		if (repeat(r) || row_has_verdict(r))
			break;
		if (st->marked_noise)
			continue;
		for (int i = 0; i < MAX_METRICS && r->bench->metrics[i].name; i++)
			record(WIRE_WINDOW, r->name, r->bench->metrics[i].name,
			       field("%u", st->m[i].window));
		break;
	}
	st->marking = false;
}
