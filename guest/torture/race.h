/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Races: racers in the driver pin and unpin the same few pages in ways drawn
 * at random, while the scenario's own disturbance goes on beside them. A round
 * races for some 20 ms; at its end, at rest, counts are looked at.
 */
#ifndef PINLAB_GUEST_TORTURE_RACE_H
#define PINLAB_GUEST_TORTURE_RACE_H

#include <sys/types.h>

#include "guest/torture/holder.h"
#include "guest/torture/racers.h"
#include "guest/torture/torture.h"

/* Ways to pin, for struct race. */
#define OP(x)		(1ull << PINLAB_##x)
#define OPS_EXC		(OP(EXC_FAST) | OP(EXC_SLOW))
#define OPS_FAST	(OP(PIN_FAST) | OP(PIN_LT_FAST))
#define OPS_SLOW	(OP(PIN_SLOW) | OP(PIN_LT_SLOW))
#define OPS_ORDINARY	(OPS_FAST | OPS_SLOW | OP(PIN_REMOTE))
#define OPS_ALL		(OPS_EXC | OPS_ORDINARY | OP(PIN_MEMFD) | OP(GET_FAST))

/* One round while it runs. */
struct race_round {
	struct row *r;
	struct rng rng;			/* for the disturbance; depends on the seed alone */
	struct mem mem;			/* what is raced for: addr, bytes, fd */
	unsigned long pages;		/* of it, from its start, that racers go for */
	unsigned long n;		/* number of the round */
	uint64_t canary;		/* what the holder writes, if there is one */
	struct holder holder;		/* pages 0: there is none in this round */
	void *priv;			/* the scenario's own, from race.priv */
};

struct race {
	unsigned int kinds;		/* one of these is drawn for each round */
	/*
	 * A thread each, with an open file of its own; a mask of 0 ends the
	 * list. Where the kernel lacks one of these ways it is left out.
	 */
	uint64_t racers[MAX_RACERS];
	/*
	 * Bit i: racer i is a process. It shares what is shared memory; of
	 * private memory it has nothing, and pins the scenario's remotely.
	 */
	unsigned int processes;
	unsigned int flags;		/* PINLAB_RACE_* */
	unsigned long pages;		/* that are raced for; 0: drawn, 1 to 8 */
	unsigned long batch;		/* pages a request at most; 0: drawn */
	unsigned int round_ms;		/* 0: 20 */
	/* They lie on both sides of where one huge page ends and the next begins. */
	bool across;
	/* Of four rounds in so many a holder keeps one of the pages (holder.h). */
	unsigned int holds;
	/*
	 * The memory itself is moved, copied, split or taken away meanwhile: it
	 * is new in each round, and its counts at the end are not compared with
	 * those at the beginning, only with what is claimed.
	 */
	bool remaps;
	/* It may even go from where it is mapped: a holder's page is not looked for there. */
	bool unmaps;
	/*
	 * Others pin as well, whom the witness does not see, such as io_uring. They
	 * may take a moment to give back; then it has to be all.
	 */
	bool unseen;
	/* The kernel's counters of pins, too, are to be at rest what they were before. */
	bool balances;
	/* Nobody pins beside racer 0, so that it is never to be refused. */
	bool alone;
	/* No probes in this race: it is about what happens at full speed. */
	bool undelayed;
	void *priv;
	/*
	 * All may be NULL. before and after run while nobody races, the holder
	 * holds its page behind before and until after has run; disturb is
	 * called over and over while they race. 0, -1 after torture_finding(), -2
	 * from race_fail(), 1 after row_skip().
	 */
	int (*before)(struct race_round *w);
	int (*disturb)(struct race_round *w);
	int (*after)(struct race_round *w);
};

/* Rounds until the row's time is over or something is found. What run() returns. */
int race_run(struct row *r, const struct race *race);

/*
 * In a disturbance: a child process (fork) that races for the same memory
 * with a file of its own, for `loops` requests; its pid, or -1.
 */
pid_t race_child(struct race_round *w, uint64_t ops, unsigned int flags, unsigned int loops);

/* In these functions: something that is no broken promise went wrong. -2. */
int race_fail(struct race_round *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Is this page of the round's memory the holder's? Of a large folio, all are. */
bool race_is_held(const struct race_round *w, unsigned long page);
/* Address space of so many bytes for huge pages to be moved to; NULL: there is none. */
char *race_elsewhere(size_t bytes);
/* Write to what is no canary in the first bytes of each page that is raced for. */
void race_scribble(struct race_round *w);

#endif
