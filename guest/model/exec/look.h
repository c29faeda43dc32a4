/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_EXEC_LOOK_H
#define PINLAB_GUEST_MODEL_EXEC_LOOK_H

#include "guest/model/exec/run.h"

/* Note what does not agree; the first counts. Returns -1. */
int exec_fail(struct run *run, enum model_check check, const char *promise, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same about references, where `page` of the process's region shows it. */
int exec_fail_page(struct run *run, enum model_check check, const char *promise,
		   const struct model_op *where, unsigned int page, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* run->agents.cmd, by process p; an error is a failure of the check. */
int exec_call(struct run *run, unsigned int p);
/* Empty the LRU batches where that is asked for. */
void exec_settle(const struct run *run);
/* Pages of a region as process p has them mapped. */
int exec_look(struct run *run, unsigned int p, unsigned int region, unsigned int page,
	      unsigned int n, struct model_look *look);
int exec_look_slot(struct run *run, const struct model_op *o, unsigned int index,
		   unsigned int n, struct model_look *look);
/* Pins and flags of the folio that was looked at, against the model. */
int exec_check_state(struct run *run, const struct model_op *o, unsigned int page,
		     const struct model_look *l);
/* References of a folio that the model does not know of. */
int run_base(const struct run *run, const struct model_look *l);
/* They were `base`, when the folio looked as before; now look again. */
int exec_check_base(struct run *run, const struct model_op *o, unsigned int page, int base,
		    const struct model_look *before, const struct model_look *now,
		    bool refused);
/* Pinned pages are where they were, as large as they were. */
int exec_check_places(struct run *run, unsigned int p, unsigned int region);
/* That, and pins and flags of all that is mapped anywhere. */
int exec_check_all(struct run *run);

#endif
