/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_BENCH_FOLIOS_H
#define PINLAB_GUEST_BENCH_FOLIOS_H

#include "guest/bench/steps.h"

#define LARGE_FOLIOS	8ul

/*
 * Exclusivity is the folio's, and a second call for the same folio is
 * refused. So with exclusive pins a call of `batch` pages stays within folios
 * that no other call touches: back to back in small ones, at the start of
 * each large one.
 */
int bench_alloc_folios(struct row *r);
/* Calls of `batch` pages that fit into the row's memory that way. */
unsigned long folios_of(const struct row *r, unsigned long batch);
struct pinlab_step *step_over_folios(struct steps *st, const struct row *r, enum pinlab_op op,
				     unsigned int slot, unsigned long batch);
/* Take all exclusively, give it back; metrics 0 and 1. */
int bench_exclusive(struct row *r, enum pinlab_op take, enum pinlab_op give);

/*
 * Calls of REFUSED_BATCH pages, each refused at its first page or half-way:
 * bench_refuse_pin() has ordinary pins meet exclusive pages,
 * bench_refuse_exc() exclusive pins meet pinned ones. Metric 0 is the call.
 */
extern const struct bench_size refusal_sizes[];
#define REFUSED_BATCH	16ul
int bench_refuse_pin(struct row *r);
int bench_refuse_exc(struct row *r);

#endif
