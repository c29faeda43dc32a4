/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is left of a boot whose guest went down in a row is run in a fresh boot
 * of the same kernel, with the same seed: boots/ID/rest-1, and so on. Nothing
 * of this stands in plan.json: which rows are over is derived from what the
 * earlier ones have left, by the runner and by whoever reads the run later.
 *
 *   panic, truncated, garbled   the next one begins behind the row
 *   hang                        behind it too if the kernel's own watchdog said
 *                               so, or if another boot stopped there before; else
 *                               whose fault it was only shows when it comes again,
 *                               and the next one begins where this one did
 *   ok, with rows left          behind the row after which the guest gave up
 *
 * Before the first row nothing is known that could be left out. At most REST_MAX
 * fresh boots for one boot of the plan, and none once they all together have
 * taken as long as one boot may.
 */
#ifndef PINLAB_HOST_RUN_REST_H
#define PINLAB_HOST_RUN_REST_H

#include "host/base/place.h"
#include "host/guest/records.h"

#define REST_MAX 8

struct rest {
	unsigned int ended;		/* boots so far: the next one is rest-ENDED */
	bool more;			/* there is a next one */
	size_t rows;			/* that are over */
	double seconds;			/* of all of them */
	/* The next one begins behind this row; "": at the first. */
	char after[RECORDS_NAME_MAX + 1];
	/* The row in which one stopped without a word; "": none did. */
	char hung[RECORDS_NAME_MAX + 1];
};

/* How one of them ended. */
struct rest_end {
	const char *outcome;
	const struct records *rec;
	bool stalled;			/* the kernel's watchdog has spoken */
	double seconds;
};

/* limit: seconds that one boot may take. */
void rest_add(struct rest *r, const struct rest_end *e, double limit);
/* All that lie in the folder of this boot, up to one that the host spoilt or that is not there. */
void rest_read(struct rest *r, const struct place *run, const char *id, double limit);
/* "00-6.12", "00-6.12/rest-1": the folder below boots/. The caller frees. */
char *rest_id(const char *id, unsigned int number);

#endif
