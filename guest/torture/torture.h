/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a torture scenario is. One file in torture/ describes one scenario and
 * ends in PINLAB_SCENARIO = { ... }; guest/leaf.h says where its name is from.
 *
 * A scenario is one row of the run. It runs in a process of its own until its
 * share of the time is over, draws all that is random from torture_seed(), and
 * says what promise was broken with torture_finding(). After it torture looks
 * for what it may have left: pins, memory, and what the kernel complained of.
 */
#ifndef PINLAB_GUEST_TORTURE_TORTURE_H
#define PINLAB_GUEST_TORTURE_TORTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/row.h"
#include "include/pinlab_uapi.h"
#include "include/wire.h"

struct scenario {
	const char *summary;	/* the question, one line */
	/* Ends by itself and is given no share of the time: a fixed check, a limit. */
	bool fixed;
	/* A fixed one that takes but a moment. */
	bool brief;
	/* Shares of the time that a timed one gets; 0: one. */
	unsigned int shares;
	unsigned int needs;	/* NEEDS_* */
	/*
	 * 0, -1 after torture_finding() or row_fail(), 1 after row_skip(). Looks
	 * at torture_goes_on() between rounds of well below a second.
	 */
	int (*run)(struct row *r);
};

#define PINLAB_SCENARIO PINLAB_LEAF(scenario)

/* Until the row's share of the time is over. */
bool torture_goes_on(const struct row *r);
/* Seconds of guest time since the row began. */
double torture_seconds(const struct row *r);
/* This row's own seed, made of the run's and the scenario's name. */
uint64_t torture_seed(const struct row *r);

/* The next row has so many seconds, and this seed; both hold in the process it runs in. */
void torture_turn(double share, uint64_t seed);
/* It begins now. */
void torture_start(void);

/*
 * Random numbers that are the same for the same seed everywhere: splitmix64
 * (Steele, Lea and Flood, 2014). The driver has the same one.
 */
struct rng {
	uint64_t state;
};

uint64_t rng_next(struct rng *g);
/* 0 <= result < n; 0 where n is 0. */
uint64_t rng_below(struct rng *g, uint64_t n);

/*
 * A promise was broken: PROMISE_* of include/wire.h; the text says what was seen
 * and what the contract says. Only the row's main thread may call this and
 * torture_detail(). The row is FAIL from now on. Returns -1.
 */
int torture_finding(struct row *r, const char *promise, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A line that belongs to the last finding: history, a program, a stack. */
void torture_detail(struct row *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A figure of the row, in base units; each name once a row. `per` as in "pins/s". */
void torture_figure(struct row *r, const char *name, const char *unit, double value);

/* Something found out that is no number, or says more than one: name/with-parts, text. */
void torture_fact(struct row *r, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Keep a file of the guest's with the run, as files/<scenario>.<name>: perf
 * data, the output of a program. 0 or -errno, which becomes a fact.
 */
int torture_keep(struct row *r, const char *path, const char *name);

/*
 * Look now for what the witness in the driver has seen (driver/witness.c)
 * and for new complaints in the kernel's log; which is done at the end of
 * each row. 0, or -1 after torture_finding().
 */
int torture_look(struct row *r);
/*
 * The scenario is about to cause, or has caused, a warning that the contract
 * asks for: returns how many "WARNING:" lines the log has got since the last
 * look and forgets them; other complaints become findings. Rearms WARN_ONCE.
 */
unsigned int torture_take_warnings(struct row *r);
struct complaint;
/* The same where the scenario has read the log: its warnings are what was asked for. */
void torture_expect(struct row *r, const struct complaint *c);

/* Empty the batches of LRU moves of this CPU; of each CPU. */
void torture_drain_here(void);
void torture_drain(void);

#endif
