/* SPDX-License-Identifier: GPL-2.0 */
/* A sequence while it runs: what the files of the model check's executor share. */
#ifndef PINLAB_GUEST_MODEL_EXEC_RUN_H
#define PINLAB_GUEST_MODEL_EXEC_RUN_H

#include "guest/model/exec/agent.h"
#include "guest/model/model.h"

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

/*
 * The functions below return 0, or -1 after exec_fail().
 */

/* Run the sequence in processes of its own. balance: of pins, before. */
void model_run(const struct model_seq *seq, const struct model_caps *caps,
	       unsigned int flags, long balance, struct model_outcome *out);

#endif
