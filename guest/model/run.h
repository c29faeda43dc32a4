/* SPDX-License-Identifier: GPL-2.0 */
/* A sequence while it runs: what the files of the model check's executor share. */
#ifndef PINLAB_MODEL_RUN_H
#define PINLAB_MODEL_RUN_H

#include "guest/model/agent.h"

/* References that LRU batches may hold or have let go, where they were not emptied. */
#define RUN_SLACK	4

struct run {
	struct model m;
	const struct model_seq *seq;
	struct model_outcome *out;	/* shared with the parent */
	struct agents agents;
	int fd[MODEL_REGIONS];		/* memfds, by owner */
	bool strict, count;		/* MODEL_STRICT, MODEL_COUNT */
	bool blurred[MODEL_REGIONS];	/* contents are not known any more */
	unsigned int at;		/* operation that runs */
	long balance;			/* of pins, before the sequence */
};

/* Note what does not agree; the first counts. Returns -1. */
int run_fail(struct run *run, enum model_check check, const char *promise, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same about references, where `page` of the process's region shows it. */
int run_fail_page(struct run *run, enum model_check check, const char *promise,
		  const struct model_op *where, unsigned int page, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/*
 * The functions below return 0, or -1 after run_fail().
 */

/* run->agents.cmd, by process p; an error is a failure of the check. */
int run_call(struct run *run, unsigned int p);
/* Empty the LRU batches where that is asked for. */
void run_settle(const struct run *run);
/* Pages of a region as process p has them mapped. */
int run_look(struct run *run, unsigned int p, unsigned int region, unsigned int page,
	     unsigned int n, struct model_look *look);
int run_look_slot(struct run *run, const struct model_op *o, unsigned int index,
		  unsigned int n, struct model_look *look);

/* Pins and flags of the folio that was looked at, against the model. */
int run_check_state(struct run *run, const struct model_op *o, unsigned int page,
		    const struct model_look *l);
/* References of a folio that the model does not know of. */
int run_base(const struct run *run, const struct model_look *l);
/* They were `base`, when the folio looked as before; now look again. */
int run_check_base(struct run *run, const struct model_op *o, unsigned int page, int base,
		   const struct model_look *before, const struct model_look *now,
		   bool refused);
/* Pinned pages are where they were, as large as they were. */
int run_check_places(struct run *run, unsigned int p, unsigned int region);
/* That, and pins and flags of all that is mapped anywhere. */
int run_check_all(struct run *run);

int run_take(struct run *run, const struct model_op *o);
int run_give(struct run *run, const struct model_op *o);
int run_change(struct run *run, const struct model_op *o);
int run_bug(struct run *run, const struct model_op *o);
int run_memory(struct run *run, const struct model_op *o);
int run_fork(struct run *run, const struct model_op *o);
int run_child(struct run *run, const struct model_op *o);
int run_count(struct run *run);
/* Map what the sequence needs. */
int run_begin(struct run *run);
/* Release all, and look at everything a last time. */
int run_end(struct run *run);

#endif
